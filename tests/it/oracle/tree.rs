//! Typed expressions as the generator makes them, and their text in the language of API v2.

use std::fmt;

/// A number.
#[derive(Debug, Clone)]
pub enum Num {
    Field(&'static str),
    Whole(i32),
    Real(f64),
    Negate(Box<Num>),
    Sum(char, Box<Num>, Box<Num>),
    Abs(Box<Num>),
    Length(Box<Text>),
    /// Words of a text.
    Words(Box<Text>),
    IndexOf(Box<Text>, &'static str),
    /// `IFNONE(field, literal)` of a nullable field.
    Or(&'static str, i32),
    If(Box<Test>, Box<Num>, Box<Num>),
    DatePart(&'static str, &'static str),
    /// Tasks that pass.
    Count(Box<Test>),
    /// The sum of a number over the tasks.
    Total(Box<Num>),
    /// The greatest number among the tasks.
    Greatest(Box<Num>),
}

/// A text.
#[derive(Debug, Clone)]
pub enum Text {
    Field(&'static str),
    Literal(&'static str),
    Join(Box<Text>, Box<Text>),
    Upper(Box<Text>),
    Trim(Box<Text>),
    Replace(Box<Text>, &'static str, &'static str),
    Or(&'static str, &'static str),
    If(Box<Test>, Box<Text>, Box<Text>),
}

/// A date.
#[derive(Debug, Clone)]
pub enum Date {
    Field(&'static str),
    /// Day of March 2026.
    Day(u8),
    AddDays(Box<Date>, i8),
}

/// A condition.
#[derive(Debug, Clone)]
pub enum Test {
    Field(&'static str),
    Constant(bool),
    Numbers(&'static str, Box<Num>, Box<Num>),
    Texts(&'static str, Box<Text>, Box<Text>),
    Dates(&'static str, Box<Date>, Box<Date>),
    Search(&'static str, Box<Text>, &'static str),
    /// A text has this word.
    Word(Box<Text>, &'static str),
    /// `field == null`, `field != null`.
    Null(&'static str, bool),
    In(Box<Num>, Vec<i32>),
    InTexts(Box<Text>, Vec<&'static str>),
    Both(char, Box<Test>, Box<Test>),
    Not(Box<Test>),
    /// Any task passes.
    Any(Box<Test>),
}

impl fmt::Display for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Num::Field(name) => f.write_str(name),
            Num::Whole(n) => write!(f, "({n})"),
            Num::Real(x) => write!(f, "({x:?})"),
            Num::Negate(x) => write!(f, "(-{x})"),
            Num::Sum(op, a, b) => write!(f, "({a}{op}{b})"),
            Num::Abs(x) => write!(f, "Math.Abs({x})"),
            Num::Length(t) => write!(f, "{t}.Length"),
            Num::Words(t) => write!(f, "{t}.Split(' ').Count()"),
            Num::IndexOf(t, part) => write!(f, "{t}.IndexOf(\"{part}\")"),
            Num::Or(field, n) => write!(f, "IFNONE({field},{n})"),
            Num::If(test, a, b) => write!(f, "IIF({test},{a},{b})"),
            Num::DatePart(field, part) => write!(f, "{field}.Value.{part}"),
            Num::Count(test) => write!(f, "tasks.Count({test})"),
            Num::Total(x) => write!(f, "tasks.Sum({x})"),
            Num::Greatest(x) => write!(f, "tasks.Max({x})"),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Text::Field(name) => f.write_str(name),
            Text::Literal(text) => write!(f, "\"{text}\""),
            Text::Join(a, b) => write!(f, "({a}+{b})"),
            Text::Upper(t) => write!(f, "{t}.ToUpper()"),
            Text::Trim(t) => write!(f, "{t}.Trim()"),
            Text::Replace(t, old, new) => write!(f, "{t}.Replace(\"{old}\",\"{new}\")"),
            Text::Or(field, other) => write!(f, "IFNONE({field},\"{other}\")"),
            Text::If(test, a, b) => write!(f, "IIF({test},{a},{b})"),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Date::Field(name) => f.write_str(name),
            Date::Day(day) => write!(f, "DateTime.Parse(\"2026-03-{day:02}\")"),
            Date::AddDays(date, days) => write!(f, "{date}.AddDays({days})"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Field(name) => f.write_str(name),
            Test::Constant(value) => write!(f, "{value}"),
            Test::Numbers(op, a, b) => write!(f, "({a}{op}{b})"),
            Test::Texts(op, a, b) => write!(f, "({a}{op}{b})"),
            Test::Dates(op, a, b) => write!(f, "({a}{op}{b})"),
            Test::Search(method, text, part) => write!(f, "{text}.{method}(\"{part}\")"),
            Test::Word(text, word) => write!(f, "{text}.Split(' ').Contains(\"{word}\")"),
            Test::Null(field, true) => write!(f, "({field}==null)"),
            Test::Null(field, false) => write!(f, "({field}!=null)"),
            Test::In(x, list) => {
                let list: Vec<String> = list.iter().map(i32::to_string).collect();
                write!(f, "({x} in [{}])", list.join(","))
            }
            Test::InTexts(text, list) => {
                let list: Vec<String> = list.iter().map(|t| format!("\"{t}\"")).collect();
                write!(f, "({text} in [{}])", list.join(","))
            }
            Test::Both('&', a, b) => write!(f, "({a} and {b})"),
            Test::Both(_, a, b) => write!(f, "({a} or {b})"),
            Test::Not(test) => write!(f, "not ({test})"),
            Test::Any(test) => write!(f, "tasks.Any({test})"),
        }
    }
}
