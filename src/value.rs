//! Scalars: the types every stage agrees on, owned values for parameters, borrowed ones for output.
//!
//! Knows nothing of entities, SQL or formats.

/// The type of a scalar, with .NET's meaning in the query languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    Bool,
    /// Int32.
    Int,
    /// Int64.
    Long,
    /// Money and effort; leaves with four digits.
    Decimal,
    /// A decimal that an average made; leaves with up to six digits, cut, not rounded.
    Average,
    Double,
    /// Milliseconds since the Unix epoch, UTC.
    Date,
    /// Milliseconds.
    TimeSpan,
    Text,
    /// A path on this server; leaves as an absolute link.
    Link,
    Char,
    /// The type of the literal `null`, which converts to every nullable type.
    Null,
}

/// An owned scalar: a literal, a bound parameter, a seeded field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
}

/// A scalar on its way out, borrowed from the row it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Four digits.
    Decimal(f64),
    /// Up to six digits, at least one.
    Average(f64),
    /// Shortest text that reads back as the same number.
    Double(f64),
    /// Milliseconds since the Unix epoch, UTC.
    Date(i64),
    /// Milliseconds.
    TimeSpan(i64),
    Text(&'a str),
    /// A path on this server, without scheme and host.
    Link(&'a str),
}

impl ValueType {
    /// The CLR name that metadata and error messages print.
    pub fn clr_name(self) -> &'static str {
        match self {
            ValueType::Bool => "Boolean",
            ValueType::Int => "Int32",
            ValueType::Long => "Int64",
            ValueType::Decimal | ValueType::Average => "Decimal",
            ValueType::Double => "Double",
            ValueType::Date => "DateTime",
            ValueType::TimeSpan => "TimeSpan",
            ValueType::Text => "String",
            ValueType::Link => "TpUri",
            ValueType::Char => "Char",
            ValueType::Null => "Object",
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, ValueType::Int | ValueType::Long | ValueType::Decimal | ValueType::Average | ValueType::Double)
    }
}
