//! A piece of SQL together with the parameters of its placeholders, in order; the two cannot get out of step.

use crate::query::ir::Parameter;
use crate::value::Value;

/// What is bound to a placeholder when the statement runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    Value(Value),
    Run(Parameter),
    /// The key of the row that owns a child select.
    Owner,
    /// Rows wanted, one more than the page holds.
    Take,
    Skip,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fragment {
    pub text: String,
    pub params: Vec<Param>,
}

impl Fragment {
    /// SQL of our own without parameters.
    pub fn sql(text: impl Into<String>) -> Self {
        Self { text: text.into(), params: Vec::new() }
    }

    pub fn param(param: Param) -> Self {
        Self { text: "?".into(), params: vec![param] }
    }

    pub fn push_sql(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn push(&mut self, other: Fragment) -> &mut Self {
        self.text.push_str(&other.text);
        self.params.extend(other.params);
        self
    }

    /// `before`, the fragments parted by `separator`, `after`.
    pub fn list(before: &str, parts: impl IntoIterator<Item = Fragment>, separator: &str, after: &str) -> Self {
        let mut list = Fragment::sql(before);
        for (i, part) in parts.into_iter().enumerate() {
            if i > 0 {
                list.push_sql(separator);
            }
            list.push(part);
        }
        list.push_sql(after);
        list
    }
}

/// `row."column"`.
pub fn qualified(row: &str, column: &str) -> String {
    let mut text = String::with_capacity(row.len() + column.len() + 3);
    text.push_str(row);
    text.push('.');
    text.push_str(&quoted(column));
    text
}

/// A name as SQL writes it. Names come from the catalog, never from a client.
pub fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    text.push('"');
    for (i, part) in name.split('"').enumerate() {
        text.push_str(if i > 0 { "\"\"" } else { "" });
        text.push_str(part);
    }
    text.push('"');
    text
}
