//! Changes → SQL: insert, update, delete, and the counters behind ids and versions.
//!
//! Table and column names come from the catalog; everything a client wrote is bound.

use super::fragment::{Fragment, Param, quoted};
use crate::value::Value;

fn bound(value: Value) -> Fragment {
    Fragment::param(Param::Value(value))
}

/// A new row with a value for each column of its table, in their order.
pub fn insert_all(table: &str, columns: usize) -> String {
    format!("INSERT INTO {} VALUES ({})", quoted(table), vec!["?"; columns].join(", "))
}

/// A new row.
pub fn insert<C: AsRef<str>>(table: &str, columns: Vec<(C, Value)>) -> Fragment {
    let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name.as_ref())).collect();
    let places = vec!["?"; columns.len()].join(", ");
    Fragment {
        text: format!("INSERT INTO {} ({}) VALUES ({places})", quoted(table), names.join(", ")),
        params: columns.into_iter().map(|(_, value)| Param::Value(value)).collect(),
    }
}

/// New values for some columns of one row.
pub fn update<C: AsRef<str>>(table: &str, id: i64, columns: Vec<(C, Value)>) -> Fragment {
    let mut text = format!("UPDATE {} SET ", quoted(table));
    for (i, (name, _)) in columns.iter().enumerate() {
        text.push_str(if i == 0 { "\"" } else { ", \"" });
        text.push_str(name.as_ref());
        text.push_str("\" = ?");
    }
    text.push_str(" WHERE \"Id\" = ?");
    let values = columns.into_iter().map(|(_, value)| value).chain([Value::Int(id)]);
    Fragment { text, params: values.map(Param::Value).collect() }
}

pub fn delete(table: &str, id: i64) -> Fragment {
    Fragment::list(&format!("DELETE FROM {} WHERE \"Id\" = ", quoted(table)), [bound(Value::Int(id))], "", "")
}

/// One row with all its columns, by its id.
pub fn select(table: &str) -> String {
    format!("SELECT * FROM {} WHERE \"Id\" = ?", quoted(table))
}

/// Ids of the rows whose columns hold these values.
pub fn find(table: &str, columns: Vec<(String, Value)>) -> Fragment {
    let tests = columns
        .into_iter()
        .map(|(name, value)| Fragment::list(&format!("{} IS ", quoted(&name)), [bound(value)], "", ""));
    Fragment::list(&format!("SELECT \"Id\" FROM {} WHERE ", quoted(table)), tests, " AND ", " ORDER BY \"Id\"")
}

/// The last value a counter gave; no row comes back where it was never started.
pub fn counter(counter: &str) -> Fragment {
    let before = "SELECT \"Value\" FROM \"Sequence\" WHERE \"Name\" = ";
    Fragment::list(before, [bound(Value::Text(counter.to_owned()))], "", "")
}

/// Starts a counter above the largest value in `columns` (`(table, column)`).
pub fn start(counter: &str, columns: &[(&str, &str)]) -> Fragment {
    let largest: Vec<String> = columns
        .iter()
        .map(|(table, column)| format!("(SELECT COALESCE(MAX({}), 0) FROM {})", quoted(column), quoted(table)))
        .collect();
    let mut start = Fragment::sql("INSERT OR IGNORE INTO \"Sequence\" VALUES (");
    start.push(bound(Value::Text(counter.to_owned())));
    start.push_sql(&format!(", MAX(0, {}))", largest.join(", ")));
    start
}

/// Whether a row is there, by its id, and what kind it is where its table is shared.
pub fn kind_of(table: &str, kind: Option<&str>) -> String {
    let column = kind.map_or_else(|| "NULL".to_owned(), quoted);
    format!("SELECT {column} FROM {} WHERE \"Id\" = ?", quoted(table))
}

/// One column of one row, by its id.
pub fn value_of(table: &str, column: &str) -> String {
    kind_of(table, Some(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bound_never_written() {
        let update = update("General", 7, vec![("Name", Value::Text("'; DROP".into())), ("Effort", Value::Real(1.0))]);
        assert_eq!(update.text, "UPDATE \"General\" SET \"Name\" = ?, \"Effort\" = ? WHERE \"Id\" = ?");
        assert_eq!(update.params.len(), 3);
    }
}
