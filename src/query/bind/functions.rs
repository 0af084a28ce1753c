//! Instance members of texts, dates, time spans and nullable values: one row each.

use super::bound::{Bound, Typed};
use crate::query::function::Function as F;
use crate::query::ir::Expr;
use crate::value::ValueType as T;

/// What a row takes after the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Args {
    None,
    Text,
    /// A text, or nothing.
    MaybeText,
    TwoTexts,
    Number,
    NumberAndText,
    NumberAndMaybeText,
    /// One integer, or two.
    OneOrTwo,
}

struct Row {
    target: T,
    name: &'static str,
    args: Args,
    function: F,
    result: T,
}

const fn row(target: T, name: &'static str, args: Args, function: F, result: T) -> Row {
    Row { target, name, args, function, result }
}

const ROWS: &[Row] = &[
    row(T::Text, "Contains", Args::Text, F::Contains, T::Bool),
    row(T::Text, "StartsWith", Args::Text, F::StartsWith, T::Bool),
    row(T::Text, "EndsWith", Args::Text, F::EndsWith, T::Bool),
    row(T::Text, "IndexOf", Args::Text, F::IndexOf, T::Int),
    row(T::Text, "LastIndexOf", Args::Text, F::LastIndexOf, T::Int),
    row(T::Text, "PadLeft", Args::NumberAndMaybeText, F::PadLeft, T::Text),
    row(T::Text, "PadRight", Args::NumberAndMaybeText, F::PadRight, T::Text),
    row(T::Text, "Insert", Args::NumberAndText, F::Insert, T::Text),
    row(T::Text, "Remove", Args::OneOrTwo, F::Remove, T::Text),
    row(T::Text, "Equals", Args::Text, F::Equal, T::Bool),
    row(T::Text, "Substring", Args::OneOrTwo, F::Substring, T::Text),
    row(T::Text, "Replace", Args::TwoTexts, F::Replace, T::Text),
    row(T::Text, "Trim", Args::MaybeText, F::Trim, T::Text),
    row(T::Text, "TrimStart", Args::MaybeText, F::TrimStart, T::Text),
    row(T::Text, "TrimEnd", Args::MaybeText, F::TrimEnd, T::Text),
    row(T::Text, "ToLower", Args::None, F::ToLower, T::Text),
    row(T::Text, "ToLowerInvariant", Args::None, F::ToLower, T::Text),
    row(T::Text, "ToUpper", Args::None, F::ToUpper, T::Text),
    row(T::Text, "ToUpperInvariant", Args::None, F::ToUpper, T::Text),
    row(T::Text, "Length", Args::None, F::Length, T::Int),
    row(T::Text, "ToPlainText", Args::None, F::PlainText, T::Text),
    row(T::Date, "Hour", Args::None, F::Hour, T::Int),
    row(T::Date, "Minute", Args::None, F::Minute, T::Int),
    row(T::Date, "Second", Args::None, F::Second, T::Int),
    row(T::Date, "Millisecond", Args::None, F::Millisecond, T::Int),
    row(T::Date, "DayOfWeek", Args::None, F::DayOfWeek, T::Int),
    row(T::Date, "DayOfYear", Args::None, F::DayOfYear, T::Int),
    row(T::Date, "TimeOfDay", Args::None, F::TimeOfDay, T::TimeSpan),
    row(T::Date, "AddYears", Args::Number, F::AddYears, T::Date),
    row(T::Date, "AddMonths", Args::Number, F::AddMonths, T::Date),
    row(T::Date, "AddDays", Args::Number, F::AddDays, T::Date),
    row(T::Date, "AddHours", Args::Number, F::AddHours, T::Date),
    row(T::Date, "AddMinutes", Args::Number, F::AddMinutes, T::Date),
    row(T::Date, "AddSeconds", Args::Number, F::AddSeconds, T::Date),
    row(T::Date, "AddMilliseconds", Args::Number, F::AddMilliseconds, T::Date),
    row(T::Date, "WeekNumber", Args::None, F::WeekNumber, T::Int),
    row(T::Date, "HumanFormat", Args::None, F::HumanFormat, T::Text),
    row(T::TimeSpan, "TotalDays", Args::None, F::TotalDays, T::Double),
    row(T::TimeSpan, "TotalHours", Args::None, F::TotalHours, T::Double),
    row(T::TimeSpan, "TotalMinutes", Args::None, F::TotalMinutes, T::Double),
    row(T::TimeSpan, "TotalSeconds", Args::None, F::TotalSeconds, T::Double),
    row(T::TimeSpan, "TotalMilliseconds", Args::None, F::TotalMilliseconds, T::Double),
    row(T::TimeSpan, "TotalMonths", Args::None, F::TotalMonths, T::Double),
    row(T::TimeSpan, "Days", Args::None, F::SpanDays, T::Int),
    row(T::TimeSpan, "Hours", Args::None, F::SpanHours, T::Int),
    row(T::TimeSpan, "Minutes", Args::None, F::SpanMinutes, T::Int),
    row(T::TimeSpan, "Seconds", Args::None, F::SpanSeconds, T::Int),
];

/// Members that mean one thing on a date and another on a nullable date, where the vendor's extensions win.
/// Name, meaning on a date, meaning on a nullable date, and the extension's real name, which inference shows.
const DATE_PARTS: &[(&str, F, F, &str)] = &[
    ("Date", F::DateOnly, F::DateOnly, "Date"),
    ("Day", F::Day, F::DateOnly, "Date"),
    ("Year", F::Year, F::FloorYear, "FloorYear"),
    ("Month", F::Month, F::FloorMonth, "FloorMonth"),
    ("HalfYear", F::FloorHalfYear, F::FloorHalfYear, "FloorHalfYear"),
    ("Quarter", F::FloorQuarter, F::FloorQuarter, "FloorQuarter"),
    ("Week", F::FloorWeekSunday, F::FloorWeekSunday, "FloorWeek"),
    ("WeekToMonday", F::FloorWeekMonday, F::FloorWeekMonday, "FloorWeekToMonday"),
];

/// The value of `target.name(args)`, where there is such a member.
pub(super) fn instance(target: &Typed, name: &str, args: &[Typed]) -> Option<Bound> {
    if args.is_empty() && target.nullable {
        match name.to_ascii_lowercase().as_str() {
            "value" => {
                return Some(Bound::Scalar(Typed { nullable: false, ..target.clone() }));
            }
            "hasvalue" => {
                let test = Expr::call(F::IsNotNull, vec![target.expr.clone()], T::Bool);
                return Some(Bound::scalar(test, false));
            }
            _ => {}
        }
    }
    if target.ty == T::Date
        && args.is_empty()
        && let Some((_, plain, nullable, _)) = DATE_PARTS.iter().find(|(n, ..)| n.eq_ignore_ascii_case(name))
    {
        let function = if target.nullable { *nullable } else { *plain };
        let ty = if matches!(function, F::Day | F::Year | F::Month) { T::Int } else { T::Date };
        return Some(Bound::scalar(Expr::call(function, vec![target.expr.clone()], ty), target.nullable));
    }
    let ty = if matches!(target.ty, T::Link | T::Char) { T::Text } else { target.ty };
    let row = ROWS.iter().find(|r| r.target == ty && r.name.eq_ignore_ascii_case(name) && fits(r.args, args))?;
    let exprs: Vec<Expr> = std::iter::once(&target.expr).chain(args.iter().map(|a| &a.expr)).cloned().collect();
    let nullable = target.nullable || args.iter().any(|a| a.nullable);
    Some(Bound::scalar(Expr::call(row.function, exprs, row.result), nullable))
}

fn fits(wanted: Args, args: &[Typed]) -> bool {
    let text = |t: &Typed| matches!(t.ty, T::Text | T::Char | T::Link | T::Null);
    let whole = |t: &Typed| matches!(t.ty, T::Int | T::Long);
    match (wanted, args) {
        (Args::None | Args::MaybeText, []) => true,
        (Args::Text | Args::MaybeText, [one]) => text(one),
        (Args::TwoTexts, [a, b]) => text(a) && text(b),
        (Args::Number, [one]) => one.ty.is_number(),
        (Args::NumberAndMaybeText, [one]) => whole(one),
        (Args::NumberAndText | Args::NumberAndMaybeText, [one, other]) => whole(one) && text(other),
        (Args::OneOrTwo, [_] | [_, _]) => args.iter().all(whole),
        _ => false,
    }
}

/// Members that .NET has and this emulator has not: by type, in lower case.
const ELSEWHERE: &[(T, &[&str])] = &[
    (T::Text, &["tochararray", "chars", "compareto", "indexofany", "normalize", "gethashcode"]),
    (
        T::Date,
        &[
            "add",
            "subtract",
            "addticks",
            "ticks",
            "kind",
            "tolocaltime",
            "touniversaltime",
            "tofiletime",
            "tooadate",
            "toshortdatestring",
            "tolongdatestring",
            "toshorttimestring",
            "tolongtimestring",
            "equals",
            "compareto",
            "gethashcode",
        ],
    ),
    (
        T::TimeSpan,
        &["add", "subtract", "negate", "duration", "ticks", "milliseconds", "equals", "compareto", "gethashcode"],
    ),
];

/// Whether the real service answers a member that this emulator does not have.
pub(super) fn is_known_elsewhere(ty: T, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    match ELSEWHERE.iter().find(|(of, _)| *of == ty) {
        Some((_, names)) => names.contains(&name.as_str()),
        None => matches!(name.as_str(), "equals" | "compareto" | "gethashcode"),
    }
}

/// `ToString("format")` of a date or a number.
pub(super) fn formatted(value: &Typed, format: &Typed) -> Option<Bound> {
    if format.ty != T::Text && format.ty != T::Char {
        return None;
    }
    let function = match value.ty {
        T::Date => F::FormatDate,
        ty if ty.is_number() => F::FormatNumber,
        _ => return None,
    };
    let call = Expr::call(function, vec![value.expr.clone(), format.expr.clone()], T::Text);
    Some(Bound::scalar(call, value.nullable))
}

/// Members of a value of this type, for suggestions.
pub(super) fn names(ty: T) -> impl Iterator<Item = &'static str> {
    let parts = DATE_PARTS.iter().filter(move |_| ty == T::Date).map(|(name, ..)| *name);
    let rows = ROWS.iter().filter(move |r| r.target == ty).map(|r| r.name);
    ["Value", "HasValue", "ToString"].into_iter().chain(parts).chain(rows)
}

/// How .NET spells a member without arguments of a value of this type; what name inference shows.
pub(super) fn declared_name(ty: T, nullable: bool, name: &str) -> Option<&'static str> {
    if ty == T::Date
        && let Some((declared, .., real)) = DATE_PARTS.iter().find(|(n, ..)| n.eq_ignore_ascii_case(name))
    {
        return Some(if nullable { real } else { declared });
    }
    ["Value", "HasValue", "ToString"]
        .into_iter()
        .chain(ROWS.iter().filter(|r| r.target == ty).map(|r| r.name))
        .find(|n| n.eq_ignore_ascii_case(name))
}
