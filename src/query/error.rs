//! What can be wrong with a query that parses, in the vendor's words.

use std::fmt;

use super::ast::Span;
use crate::catalog::nearest_names;

/// A refused query: a message template with its arguments, and the place it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    /// Template with `{name}` placeholders.
    pub token: &'static str,
    pub data: Vec<(&'static str, String)>,
    pub span: Span,
    /// The parameter that `span` is a place in, in its usual spelling.
    pub parameter: Option<&'static str>,
    /// The nearest known names, the closest first.
    pub hints: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The query is wrong.
    Refused,
    /// The real service fails on it.
    Fails,
    /// The real service answers it and this emulator does not.
    NotEmulated,
}

impl Error {
    pub fn new(token: &'static str, data: Vec<(&'static str, String)>, span: Span) -> Self {
        Self { kind: ErrorKind::Refused, token, data, span, parameter: None, hints: Vec::new() }
    }

    /// Adds the names that are near to the one that is refused.
    #[must_use]
    pub fn near<'n>(mut self, refused: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        self.hints = nearest_names(refused, known).into_iter().map(str::to_owned).collect();
        self
    }

    /// Says in which parameter the place is, where that is not said yet.
    #[must_use]
    pub fn within(mut self, parameter: &'static str) -> Self {
        self.parameter.get_or_insert(parameter);
        self
    }

    /// The template with its arguments filled in.
    pub fn message(&self) -> String {
        self.data.iter().fold(self.token.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    pub fn no_property(property: &str, ty: &str, span: Span) -> Self {
        let data = vec![("property", property.to_owned()), ("type", ty.to_owned())];
        Self::new("Property '{property}' does not exist in '{type}'.", data, span)
    }

    pub fn no_method(method: &str, ty: &str, span: Span) -> Self {
        let data = vec![("method", method.to_owned()), ("type", ty.to_owned())];
        Self::new("Method '{method}' does not exist in '{type}'.", data, span)
    }

    pub fn operands(operator: &str, left: &str, right: &str, span: Span) -> Self {
        let data = vec![("operator", operator.to_owned()), ("type1", left.to_owned()), ("type2", right.to_owned())];
        Self::new("Operator '{operator}' incompatible with operand types '{type1}' and '{type2}'.", data, span)
    }

    pub fn operand(operator: &str, ty: &str, span: Span) -> Self {
        let data = vec![("operator", operator.to_owned()), ("type", ty.to_owned())];
        Self::new("Operator '{operator}' incompatible with operand type '{type}'.", data, span)
    }

    pub fn expected(ty: &str, span: Span) -> Self {
        Self::new("Expression of type '{type}' expected.", vec![("type", ty.to_owned())], span)
    }

    pub fn unknown_type(ty: &str, span: Span) -> Self {
        Self::new("Unknown type '{type}'.", vec![("type", ty.to_owned())], span)
    }

    pub fn unnamed(span: Span) -> Self {
        Self::new("Expression is missing an 'as' clause.", Vec::new(), span)
    }

    /// The form of the API documentation, which names the type that lists the fields.
    pub fn no_include_field(field: &str, entity: &str, span: Span) -> Self {
        let data =
            vec![("field", field.to_owned()), ("type", format!("Tp.Integration.Services.Rest.Dto.{entity}Field"))];
        Self::new("Invalid include field '{field}'. It isn't defined in '{type}'", data, span)
    }

    pub fn not_emulated(what: &str, span: Span) -> Self {
        let mut error = Self::new("'{feature}' is not emulated.", vec![("feature", what.to_owned())], span);
        error.kind = ErrorKind::NotEmulated;
        error
    }

    /// What v1 says of any parameter it cannot read.
    pub fn parameters(span: Span) -> Self {
        Self::new("Error during parameters parsing.", Vec::new(), span)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for Error {}
