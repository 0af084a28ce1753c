//! Every function of the query languages in SQLite's words; `tp_…` names are registered by `store`.

use crate::query::function::Function as F;
use crate::value::ValueType;

use super::fragment::Fragment;

pub(super) fn call(function: F, args: Vec<Fragment>, types: &[ValueType]) -> Fragment {
    let text = types.iter().any(|t| matches!(t, ValueType::Text | ValueType::Link | ValueType::Char));
    let fold = if text { " COLLATE \"FOLD\"" } else { "" };
    match function {
        F::Equal => infix(args, " = ", fold),
        F::NotEqual => infix(args, " <> ", fold),
        F::Less => infix(args, " < ", fold),
        F::LessOrEqual => infix(args, " <= ", fold),
        F::Greater => infix(args, " > ", fold),
        F::GreaterOrEqual => infix(args, " >= ", fold),
        F::Same => infix(args, " IS ", fold),
        F::IsNull => infix(args, "", " IS NULL"),
        F::IsNotNull => infix(args, "", " IS NOT NULL"),
        F::Add => infix(args, " + ", ""),
        F::Subtract => infix(args, " - ", ""),
        F::Multiply => infix(args, " * ", ""),
        F::Divide => {
            let mut args = args.into_iter();
            let mut fragment = Fragment::list("(CAST(", args.next(), "", " AS REAL) / NULLIF(");
            fragment.push(Fragment::list("", args, "", ", 0))"));
            fragment
        }
        F::Negate => Fragment::list("(- ", args, "", ")"),
        F::Complement => Fragment::list("(~ ", args, "", ")"),
        F::Abs => named("abs", args),
        F::Ceiling => named("ceil", args),
        F::Floor => named("floor", args),
        F::Truncate => named("trunc", args),
        F::Round => named("tp_round", args),
        F::Power => named("pow", args),
        F::SquareRoot => named("sqrt", args),
        F::Exponential => named("exp", args),
        F::Logarithm => named(if args.len() == 1 { "ln" } else { "tp_log" }, args),
        F::Sign => named("sign", args),
        F::LeastOf => named("min", args),
        F::GreatestOf => named("max", args),
        F::Coalesce => named("coalesce", args),
        // none of its parts is null
        F::Concat => infix(args, " || ", ""),
        F::Contains => named("tp_contains", args),
        F::StartsWith => named("tp_starts", args),
        F::EndsWith => named("tp_ends", args),
        F::IndexOf => named("tp_index_of", args),
        F::LastIndexOf => named("tp_last_index_of", args),
        F::PadLeft => named("tp_pad_left", args),
        F::PadRight => named("tp_pad_right", args),
        F::Insert => named("tp_insert", args),
        F::Remove => named("tp_remove", args),
        F::Substring => named("tp_substring", args),
        F::Replace => named("tp_replace", args),
        F::Trim => named("tp_trim", args),
        F::TrimStart => named("tp_trim_start", args),
        F::TrimEnd => named("tp_trim_end", args),
        F::ToLower => named("tp_lower", args),
        F::ToUpper => named("tp_upper", args),
        F::Length => named("tp_length", args),
        F::PlainText => named("tp_plain_text", args),
        F::ObjectMember => named("tp_custom", args),
        F::HasTag => named("tp_has_tag", args),
        F::IntegerToText => Fragment::list("CAST(", args, "", " AS TEXT)"),
        F::NumberToText => named("tp_number_text", args),
        F::BoolToText => Fragment::list("(CASE ", args, "", " WHEN 1 THEN 'True' WHEN 0 THEN 'False' END)"),
        F::DateToText => {
            let format = Fragment::sql("'G'");
            named("tp_format_date", args.into_iter().chain([format]).collect())
        }
        F::SpanToText => named("tp_span_text", args),
        F::FormatDate => named("tp_format_date", args),
        F::FormatNumber => named("tp_format_number", args),
        F::AsReal => Fragment::list("CAST(", args, "", " AS REAL)"),
        F::RoundToInteger => Fragment::list("CAST(tp_round(", args, "", ") AS INTEGER)"),
        F::ToInteger => named("tp_to_int", args),
        F::ToReal => named("tp_to_real", args),
        F::ToBool => named("tp_to_bool", args),
        F::ToDate => named("tp_to_date", args),
        F::SafeToInteger => named("tp_safe_to_int", args),
        F::SafeToReal => named("tp_safe_to_real", args),
        F::SafeToBool => named("tp_safe_to_bool", args),
        F::SafeToDate => named("tp_safe_to_date", args),
        F::Split => named("tp_split", args),
        F::SafeSplit => named("tp_safe_split", args),
        F::EachInteger => each("tp_safe_to_int", args),
        F::EachReal => each("tp_safe_to_real", args),
        F::EachBool => each("tp_safe_to_bool", args),
        F::EachDate => each("tp_safe_to_date", args),
        F::PartsCount => Fragment::list("coalesce(json_array_length(", args, "", "), 0)"),
        F::FirstPart => Fragment::list("json_extract(", args, "", ", '$[0]')"),
        F::PartsContain => {
            let test = ") WHERE json_each.value COLLATE \"FOLD\" IS ";
            Fragment::list("EXISTS (SELECT 1 FROM json_each(", args, test, ")")
        }
        F::Year => part(args, "year"),
        F::Month => part(args, "month"),
        F::Day => part(args, "day"),
        F::Hour => part(args, "hour"),
        F::Minute => part(args, "minute"),
        F::Second => part(args, "second"),
        F::Millisecond => part(args, "millisecond"),
        F::DayOfWeek => part(args, "dayofweek"),
        F::DayOfYear => part(args, "dayofyear"),
        F::DateOnly => floor(args, "day"),
        F::FloorYear => floor(args, "year"),
        F::FloorHalfYear => floor(args, "halfyear"),
        F::FloorQuarter => floor(args, "quarter"),
        F::FloorMonth => floor(args, "month"),
        F::FloorWeekSunday => floor(args, "week-sunday"),
        F::FloorWeekMonday => floor(args, "week-monday"),
        F::WeekNumber => named("tp_week_number", args),
        F::HumanFormat => named("tp_human_date", args),
        F::AddYears => shift(args, "years"),
        F::AddMonths => shift(args, "months"),
        F::AddDays => shift(args, "days"),
        F::AddHours => shift(args, "hours"),
        F::AddMinutes => shift(args, "minutes"),
        F::AddSeconds => shift(args, "seconds"),
        F::AddMilliseconds => shift(args, "milliseconds"),
        F::TimeOfDay => named("tp_time_of_day", args),
        F::TotalDays => infix(args, "", " / 86400000.0"),
        F::TotalHours => infix(args, "", " / 3600000.0"),
        F::TotalMinutes => infix(args, "", " / 60000.0"),
        F::TotalSeconds => infix(args, "", " / 1000.0"),
        F::TotalMilliseconds => infix(args, "", " * 1.0"),
        F::TotalMonths => infix(args, "", " / 2592000000.0"),
        F::SpanDays => infix(args, "", " / 86400000"),
        F::SpanHours => infix(args, "", " / 3600000 % 24"),
        F::SpanMinutes => infix(args, "", " / 60000 % 60"),
        F::SpanSeconds => infix(args, "", " / 1000 % 60"),
    }
}

fn infix(args: Vec<Fragment>, operator: &str, after: &str) -> Fragment {
    Fragment::list("(", args, operator, &format!("{after})"))
}

/// The parts of a list, each converted.
fn each(function: &str, args: Vec<Fragment>) -> Fragment {
    let select = format!("(SELECT json_group_array({function}(json_each.value)) FROM json_each(");
    Fragment::list(&select, args, "", "))")
}

fn named(name: &str, args: Vec<Fragment>) -> Fragment {
    Fragment::list(&format!("{name}("), args, ", ", ")")
}

fn part(mut args: Vec<Fragment>, part: &str) -> Fragment {
    args.push(Fragment::sql(format!("'{part}'")));
    named("tp_date_part", args)
}

fn floor(mut args: Vec<Fragment>, unit: &str) -> Fragment {
    args.push(Fragment::sql(format!("'{unit}'")));
    named("tp_date_floor", args)
}

fn shift(mut args: Vec<Fragment>, unit: &str) -> Fragment {
    args.push(Fragment::sql(format!("'{unit}'")));
    named("tp_date_add", args)
}
