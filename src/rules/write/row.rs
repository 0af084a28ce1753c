//! A row as rules see it: values by column. Booleans are 0 and 1, references are ids, dates are milliseconds.

use std::collections::BTreeMap;

use crate::value::Value;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row(BTreeMap<String, Value>);

impl Row {
    pub fn new(columns: impl IntoIterator<Item = (String, Value)>) -> Self {
        Self(columns.into_iter().collect())
    }

    pub fn get(&self, column: &str) -> &Value {
        self.0.get(column).unwrap_or(&Value::Null)
    }

    pub fn is_null(&self, column: &str) -> bool {
        *self.get(column) == Value::Null
    }

    /// Whether nothing readable stands there.
    pub fn is_blank(&self, column: &str) -> bool {
        match self.get(column) {
            Value::Null => true,
            Value::Text(text) => text.trim().is_empty(),
            Value::Bool(_) | Value::Int(_) | Value::Real(_) => false,
        }
    }

    pub fn int(&self, column: &str) -> Option<i64> {
        match self.get(column) {
            Value::Int(n) => Some(*n),
            Value::Bool(b) => Some(i64::from(*b)),
            Value::Null | Value::Real(_) | Value::Text(_) => None,
        }
    }

    pub fn flag(&self, column: &str) -> bool {
        self.int(column) == Some(1)
    }

    pub fn real(&self, column: &str) -> f64 {
        match self.get(column) {
            Value::Int(n) => *n as f64,
            Value::Real(x) => *x,
            Value::Null | Value::Bool(_) | Value::Text(_) => 0.0,
        }
    }

    pub fn text(&self, column: &str) -> &str {
        match self.get(column) {
            Value::Text(text) => text,
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Real(_) => "",
        }
    }

    pub fn set(&mut self, column: &str, value: impl Into<Value>) {
        self.0.insert(column.to_owned(), value.into());
    }

    /// Sets what is still empty.
    pub fn fill(&mut self, column: &str, value: impl Into<Value>) {
        if self.is_null(column) {
            self.set(column, value);
        }
    }

    pub fn columns(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    /// What differs from `old`.
    pub fn changes(&self, old: &Row) -> Vec<(String, Value)> {
        self.0.iter().filter(|(c, v)| old.get(c) != *v).map(|(c, v)| (c.clone(), v.clone())).collect()
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Value::Int(n)
    }
}

impl From<i32> for Value {
    fn from(n: i32) -> Self {
        Value::Int(n.into())
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Self {
        Value::Real(x)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Int(i64::from(b))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}
