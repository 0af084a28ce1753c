//! Static types of the CLR and the words that stand for a value of the request.

use super::bound::{Bound, Typed};
use super::{Binder, Result};
use crate::query::ast::Span;
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Expr, Parameter};
use crate::value::{Value, ValueType};

/// Types whose static members an expression may name. Source: the vendor's list, 2020.
const TYPES: [&str; 22] = [
    "Object",
    "Boolean",
    "Char",
    "String",
    "SByte",
    "Byte",
    "Int16",
    "UInt16",
    "Int32",
    "UInt32",
    "Int64",
    "UInt64",
    "Single",
    "Double",
    "Decimal",
    "DateTime",
    "TimeSpan",
    "Guid",
    "Math",
    "Convert",
    "Enum",
    "SafeConvert",
];

/// Static members that .NET or the server has and this emulator has not: by type, in lower case.
const ELSEWHERE: &[(&str, &[&str])] = &[
    // with a format
    ("SafeConvert", &["todatetimearray"]),
    ("Math", &["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "log10", "ieeeremainder"]),
    ("DateTime", &["daysinmonth", "isleapyear", "parseexact", "compare", "frombinary", "specifykind"]),
    ("String", &["format", "join", "compare", "equals", "isnullorwhitespace"]),
    ("TimeSpan", &["zero", "parse", "maxvalue", "minvalue"]),
    ("Guid", &["newguid", "parse"]),
    ("Convert", &["tochar", "tobyte", "tosbyte", "touint16", "touint32", "touint64"]),
];

pub(super) fn static_type(name: &str) -> Option<&'static str> {
    TYPES.into_iter().find(|t| t.eq_ignore_ascii_case(name))
}

/// `Today`: a clock word that needs no type in front.
pub(super) fn surrogate(name: &str) -> Option<Expr> {
    name.eq_ignore_ascii_case("Today").then_some(Expr::Parameter(Parameter::Today))
}

impl Binder<'_> {
    /// `DateTime.Now`, `Math.Round(x)`, `Convert.ToInt32(x)` …
    pub fn static_call(&self, ty: &'static str, name: &str, args: &[Typed], span: Span) -> Result<Bound> {
        let lower = name.to_ascii_lowercase();
        let found = match ty {
            "DateTime" => self.date_time(&lower, args),
            "Math" => math(&lower, args),
            "Convert" => self.convert(&lower, args),
            "SafeConvert" => self.parts_of(&lower, args).or_else(|| self.safe_convert(&lower, args)),
            "TimeSpan" => time_span(&lower, args),
            "Guid" => (lower == "empty" && args.is_empty())
                .then(|| Bound::scalar(Expr::text("00000000-0000-0000-0000-000000000000"), false)),
            "String" => self.string(&lower, args),
            "Int32" | "Int64" | "Double" | "Decimal" | "Boolean" if lower == "parse" => match ty {
                "Boolean" => self.convert("toboolean", args),
                "Int32" | "Int64" => self.convert("toint32", args),
                _ => self.convert("todecimal", args),
            },
            "Int32" if lower == "maxvalue" => Some(Bound::scalar(Expr::int(i64::from(i32::MAX)), false)),
            "Int32" if lower == "minvalue" => Some(Bound::scalar(Expr::int(i64::from(i32::MIN)), false)),
            _ => None,
        };
        found.ok_or_else(|| {
            if ELSEWHERE.iter().any(|(of, names)| *of == ty && names.contains(&lower.as_str())) {
                return Error::not_emulated(&format!("{ty}.{name}"), span);
            }
            if args.is_empty() && !lower.starts_with("to") {
                Error::no_property(name, ty, span)
            } else {
                Error::no_method(name, ty, span)
            }
        })
    }

    fn date_time(&self, name: &str, args: &[Typed]) -> Option<Bound> {
        match (name, args) {
            ("now" | "utcnow", []) => Some(Bound::scalar(Expr::Parameter(Parameter::Now), false)),
            ("today", []) => Some(Bound::scalar(Expr::Parameter(Parameter::Today), false)),
            ("minvalue", []) => Some(date(self.zone_date("0001-01-01T00:00:00")?)),
            ("maxvalue", []) => Some(date(self.zone_date("9999-12-31T23:59:59")?)),
            ("parse", [text]) if text.ty == ValueType::Text => match &text.expr {
                Expr::Value(Value::Text(literal), _) => Some(date(self.zone_date(literal)?)),
                _ => {
                    let call = Expr::call(Function::ToDate, vec![text.expr.clone()], ValueType::Date);
                    Some(Bound::scalar(call, text.nullable))
                }
            },
            _ => None,
        }
    }

    fn zone_date(&self, text: &str) -> Option<i64> {
        crate::date::parse_date(text, self.scene.zone)
    }

    fn convert(&self, name: &str, args: &[Typed]) -> Option<Bound> {
        let [value] = args else { return None };
        let (text, ty) = (matches!(value.ty, ValueType::Text | ValueType::Char), value.ty);
        let call = |function, ty| Bound::scalar(Expr::call(function, vec![value.expr.clone()], ty), value.nullable);
        match name {
            "tostring" => Some(Bound::Scalar(self.text_of(value.clone()))),
            "toint32" | "toint16" | "toint64" => {
                let target = if name == "toint64" { ValueType::Long } else { ValueType::Int };
                match ty {
                    _ if text => Some(call(Function::ToInteger, target)),
                    ValueType::Int | ValueType::Long | ValueType::Bool => Some(call(Function::Truncate, target)),
                    ty if ty.is_number() => Some(call(Function::RoundToInteger, target)),
                    _ => None,
                }
            }
            "todouble" | "tosingle" | "todecimal" => {
                let target = if name == "todecimal" { ValueType::Decimal } else { ValueType::Double };
                match ty {
                    _ if text => Some(call(Function::ToReal, target)),
                    ty if ty.is_number() || ty == ValueType::Bool => Some(call(Function::AsReal, target)),
                    _ => None,
                }
            }
            "toboolean" => match ty {
                _ if text => Some(call(Function::ToBool, ValueType::Bool)),
                ValueType::Bool => Some(Bound::Scalar(value.clone())),
                ty if ty.is_number() => {
                    let zero = Expr::int(0);
                    let test = Expr::call(Function::NotEqual, vec![value.expr.clone(), zero], ValueType::Bool);
                    Some(Bound::scalar(test, value.nullable))
                }
                _ => None,
            },
            "todatetime" => match ty {
                _ if text => Some(call(Function::ToDate, ValueType::Date)),
                ValueType::Date => Some(Bound::Scalar(value.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    fn safe_convert(&self, name: &str, args: &[Typed]) -> Option<Bound> {
        let [value, ..] = args else { return None };
        let text = self.text_of(value.clone()).expr;
        let (function, ty) = match name {
            "toint" => (Function::SafeToInteger, ValueType::Int),
            "todecimal" => (Function::SafeToReal, ValueType::Decimal),
            "toboolean" => (Function::SafeToBool, ValueType::Bool),
            "todatetime" => (Function::SafeToDate, ValueType::Date),
            "tostring" if args.len() == 1 => return Some(Bound::Scalar(self.text_of(value.clone()))),
            "tostring" => return super::functions::formatted(value, args.get(1)?),
            _ => return None,
        };
        Some(Bound::scalar(Expr::call(function, vec![text], ty), true))
    }

    fn string(&self, name: &str, args: &[Typed]) -> Option<Bound> {
        match (name, args) {
            ("empty", []) => Some(Bound::scalar(Expr::text(""), false)),
            ("isnullorempty", [text]) if text.ty == ValueType::Text => {
                let text = Expr::call(Function::Coalesce, vec![text.expr.clone(), Expr::text("")], ValueType::Text);
                let empty = Expr::call(Function::Equal, vec![text, Expr::text("")], ValueType::Bool);
                Some(Bound::scalar(empty, false))
            }
            ("concat", [_, ..]) => {
                let parts = args.iter().map(|a| self.text_of(a.clone()).expr).collect();
                Some(Bound::scalar(Expr::call(Function::Concat, parts, ValueType::Text), false))
            }
            _ => None,
        }
    }
}

fn date(at: i64) -> Bound {
    Bound::scalar(Expr::Value(Value::Int(at), ValueType::Date), false)
}

fn math(name: &str, args: &[Typed]) -> Option<Bound> {
    let real = |value: f64| Some(Bound::scalar(Expr::Value(Value::Real(value), ValueType::Double), false));
    let nullable = args.iter().any(|a| a.nullable);
    let exprs: Vec<Expr> = args.iter().map(|a| a.expr.clone()).collect();
    if !args.iter().all(|a| a.ty.is_number()) {
        return None;
    }
    let kept = args.first().map_or(ValueType::Double, |a| a.ty);
    let whole =
        if matches!(kept, ValueType::Decimal | ValueType::Average) { ValueType::Decimal } else { ValueType::Double };
    let (function, ty) = match (name, args.len()) {
        ("pi", 0) => return real(std::f64::consts::PI),
        ("e", 0) => return real(std::f64::consts::E),
        ("abs", 1) => (Function::Abs, kept),
        ("ceiling", 1) => (Function::Ceiling, whole),
        ("floor", 1) => (Function::Floor, whole),
        ("truncate", 1) => (Function::Truncate, whole),
        ("round", 1 | 2) => (Function::Round, whole),
        ("pow", 2) => (Function::Power, ValueType::Double),
        ("sqrt", 1) => (Function::SquareRoot, ValueType::Double),
        ("exp", 1) => (Function::Exponential, ValueType::Double),
        ("log", 1 | 2) => (Function::Logarithm, ValueType::Double),
        ("sign", 1) => (Function::Sign, ValueType::Int),
        ("max", 2) => (Function::GreatestOf, super::operator::promote(args[0].ty, args[1].ty)),
        ("min", 2) => (Function::LeastOf, super::operator::promote(args[0].ty, args[1].ty)),
        _ => return None,
    };
    Some(Bound::scalar(Expr::call(function, exprs, ty), nullable))
}

fn time_span(name: &str, args: &[Typed]) -> Option<Bound> {
    let factor = match name {
        "fromdays" => 86_400_000,
        "fromhours" => 3_600_000,
        "fromminutes" => 60_000,
        "fromseconds" => 1_000,
        "frommilliseconds" => 1,
        _ => return None,
    };
    let [amount] = args else { return None };
    amount.ty.is_number().then(|| {
        let product = vec![amount.expr.clone(), Expr::int(factor)];
        Bound::scalar(Expr::call(Function::Multiply, product, ValueType::TimeSpan), amount.nullable)
    })
}
