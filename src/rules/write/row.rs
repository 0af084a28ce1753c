//! A row as rules see it: values by column. Booleans are 0 and 1, references are ids, dates are milliseconds.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use crate::value::Value;

/// Names of columns, each with its place. Rows of one table share them.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    names: Vec<Rc<str>>,
    places: HashMap<Rc<str>, usize, BuildHasherDefault<NameHasher>>,
}

/// FNV-1a: the names are short and our own, and rules ask for them all the time.
#[derive(Clone)]
struct NameHasher(u64);

impl Default for NameHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Columns {
    /// The place of a column, which is added where it is missing.
    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let (name, place) = (Rc::<str>::from(name), self.names.len());
        self.names.push(Rc::clone(&name));
        self.places.insert(name, place);
        place
    }
}

impl<T: AsRef<str>> FromIterator<T> for Columns {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let mut columns = Self::default();
        for name in names {
            columns.place(name.as_ref());
        }
        columns
    }
}

#[derive(Debug, Clone, Default)]
pub struct Row {
    columns: Rc<Columns>,
    /// As many as there are columns.
    values: Vec<Value>,
}

impl Row {
    pub fn new<C: AsRef<str>>(columns: impl IntoIterator<Item = (C, Value)>) -> Self {
        let mut row = Self::default();
        for (column, value) in columns {
            row.set(column.as_ref(), value);
        }
        row
    }

    /// A row with a value for each column.
    pub fn of(columns: Rc<Columns>, mut values: Vec<Value>) -> Self {
        values.resize(columns.names.len(), Value::Null);
        Self { columns, values }
    }

    pub fn get(&self, column: &str) -> &Value {
        self.columns.places.get(column).and_then(|place| self.values.get(*place)).unwrap_or(&Value::Null)
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
        let place = match self.columns.places.get(column) {
            Some(place) => *place,
            None => Rc::make_mut(&mut self.columns).place(column),
        };
        if place >= self.values.len() {
            self.values.resize(place + 1, Value::Null);
        }
        self.values[place] = value.into();
    }

    /// Sets what is still empty.
    pub fn fill(&mut self, column: &str, value: impl Into<Value>) {
        if self.is_null(column) {
            self.set(column, value);
        }
    }

    /// Columns that hold something, ready to be written.
    pub fn filled(&self) -> Vec<(Rc<str>, Value)> {
        let all = self.columns.names.iter().zip(&self.values);
        let filled = all.filter(|(_, value)| **value != Value::Null);
        filled.map(|(column, value)| (Rc::clone(column), value.clone())).collect()
    }

    /// What differs from `old`.
    pub fn changes(&self, old: &Row) -> Vec<(Rc<str>, Value)> {
        let same = Rc::ptr_eq(&self.columns, &old.columns);
        let before = |place: usize, column: &str| if same { &old.values[place] } else { old.get(column) };
        let all = self.columns.names.iter().zip(&self.values).enumerate();
        let changed = all.filter(|(place, (column, value))| before(*place, column) != *value);
        changed.map(|(_, (column, value))| (Rc::clone(column), value.clone())).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_share_their_columns_do_not_share_what_is_added() {
        let columns = Rc::new(Columns::from_iter(["Id", "Name"]));
        let old = Row::of(Rc::clone(&columns), vec![1.into(), "a".into()]);
        let mut new = old.clone();
        new.set("Name", "b");
        assert_eq!(new.changes(&old), [("Name".into(), "b".into())]);
        new.set("Effort", 2.0);
        assert_eq!(new.changes(&old).len(), 2);
        assert_eq!((old.get("Effort"), old.text("Name")), (&Value::Null, "a"));
        assert_eq!(Row::of(columns, Vec::new()).filled(), []);
    }
}
