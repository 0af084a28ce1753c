//! A row as rules see it: values by column. Booleans are 0 and 1, references are ids, dates are milliseconds.
//!
//! A clone shares the values until one of the two is changed.

use std::borrow::Cow;
use std::rc::Rc;

use crate::catalog::QuickMap;
use crate::value::Value;

/// Names of columns, each with its place. Rows of one table share them.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    names: Vec<Rc<str>>,
    places: QuickMap<Rc<str>, usize>,
}

impl Columns {
    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The place of a column, which is added where it is missing.
    fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.find(name) {
            return place;
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
    values: Rc<Vec<Value>>,
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
        Self { columns, values: Rc::new(values) }
    }

    pub fn has_columns(&self, columns: &Rc<Columns>) -> bool {
        Rc::ptr_eq(&self.columns, columns)
    }

    /// The row with exactly these columns.
    pub fn in_columns(&self, columns: &Rc<Columns>) -> Cow<'_, Self> {
        if self.has_columns(columns) {
            return Cow::Borrowed(self);
        }
        let values = columns.names.iter().map(|name| self.get(name).clone()).collect();
        Cow::Owned(Self::of(Rc::clone(columns), values))
    }

    /// A value for each column.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The same to be changed.
    pub fn values_mut(&mut self) -> &mut [Value] {
        Rc::make_mut(&mut self.values).as_mut_slice()
    }

    pub fn get(&self, column: &str) -> &Value {
        self.columns.find(column).and_then(|place| self.values.get(place)).unwrap_or(&Value::Null)
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
        let place = match self.columns.find(column) {
            Some(place) => place,
            None => Rc::make_mut(&mut self.columns).place(column),
        };
        let values = Rc::make_mut(&mut self.values);
        if place >= values.len() {
            values.resize(place + 1, Value::Null);
        }
        values[place] = value.into();
    }

    /// Sets what is still empty.
    pub fn fill(&mut self, column: &str, value: impl Into<Value>) {
        if self.is_null(column) {
            self.set(column, value);
        }
    }

    /// Columns that hold something, ready to be written.
    pub fn filled(&self) -> Vec<(Rc<str>, Value)> {
        let all = self.columns.names.iter().zip(&*self.values);
        let filled = all.filter(|(_, value)| **value != Value::Null);
        filled.map(|(column, value)| (Rc::clone(column), value.clone())).collect()
    }

    /// What differs from `old`.
    pub fn changes(&self, old: &Row) -> Vec<(Rc<str>, Value)> {
        if Rc::ptr_eq(&self.values, &old.values) {
            return Vec::new();
        }
        let same = old.has_columns(&self.columns);
        let before = |place: usize, column: &str| if same { &old.values[place] } else { old.get(column) };
        let all = self.columns.names.iter().zip(&*self.values).enumerate();
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
        assert_eq!(
            (new.has_columns(&columns), new.in_columns(&columns).values()),
            (false, &[1.into(), "b".into()][..])
        );
        assert_eq!(Row::of(columns, Vec::new()).filled(), []);
    }
}
