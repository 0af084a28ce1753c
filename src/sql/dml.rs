//! Changes → SQL: insert, update, delete, and the counters behind ids and versions.
//!
//! Table and column names come from the catalog; everything a client wrote is bound.

use super::fragment::{Fragment, Param, quoted};
use crate::value::Value;

fn bound(value: Value) -> Fragment {
    Fragment::param(Param::Value(value))
}

/// A new row.
pub fn insert(table: &str, columns: Vec<(String, Value)>) -> Fragment {
    let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
    let before = format!("INSERT INTO {} ({}) VALUES (", quoted(table), names.join(", "));
    Fragment::list(&before, columns.into_iter().map(|(_, value)| bound(value)), ", ", ")")
}

/// New values for some columns of one row.
pub fn update(table: &str, id: i64, columns: Vec<(String, Value)>) -> Fragment {
    let sets = columns
        .into_iter()
        .map(|(name, value)| Fragment::list(&format!("{} = ", quoted(&name)), [bound(value)], "", ""));
    let mut update = Fragment::list(&format!("UPDATE {} SET ", quoted(table)), sets, ", ", " WHERE \"Id\" = ");
    update.push(bound(Value::Int(id)));
    update
}

pub fn delete(table: &str, id: i64) -> Fragment {
    Fragment::list(&format!("DELETE FROM {} WHERE \"Id\" = ", quoted(table)), [bound(Value::Int(id))], "", "")
}

/// One row with all its columns.
pub fn select(table: &str, id: i64) -> Fragment {
    Fragment::list(&format!("SELECT * FROM {} WHERE \"Id\" = ", quoted(table)), [bound(Value::Int(id))], "", "")
}

/// Ids of the rows whose columns hold these values.
pub fn find(table: &str, columns: Vec<(String, Value)>) -> Fragment {
    let tests = columns
        .into_iter()
        .map(|(name, value)| Fragment::list(&format!("{} IS ", quoted(&name)), [bound(value)], "", ""));
    Fragment::list(&format!("SELECT \"Id\" FROM {} WHERE ", quoted(table)), tests, " AND ", " ORDER BY \"Id\"")
}

/// The next id of a table, never given before, not even to a row that is gone.
pub fn next_id(table: &str) -> Fragment {
    let name = || bound(Value::Text(table.to_owned()));
    let mut next = Fragment::sql("INSERT INTO \"Sequence\" VALUES (");
    next.push(name());
    next.push_sql(&format!(
        ", (SELECT COALESCE(MAX(\"Id\"), 0) + 1 FROM {})) ON CONFLICT (\"Name\") DO UPDATE SET \"Value\" = \"Value\" + 1 RETURNING \"Value\"",
        quoted(table)
    ));
    next
}

/// Remembers the largest id of a table before its row may go.
pub fn hold_ids(table: &str) -> Fragment {
    let mut hold = Fragment::sql("INSERT OR IGNORE INTO \"Sequence\" SELECT ");
    hold.push(bound(Value::Text(table.to_owned())));
    hold.push_sql(&format!(", COALESCE(MAX(\"Id\"), 0) FROM {}", quoted(table)));
    hold
}

/// The next value of a counter that starts above the largest value in `columns` (`(table, column)`).
pub fn next_of(counter: &str, columns: &[(&str, &str)]) -> Fragment {
    let start: Vec<String> = columns
        .iter()
        .map(|(table, column)| format!("(SELECT COALESCE(MAX({}), 0) FROM {})", quoted(column), quoted(table)))
        .collect();
    let start = if start.len() == 1 { start.concat() } else { format!("MAX(0, {})", start.join(", ")) };
    let mut next = Fragment::sql("INSERT INTO \"Sequence\" VALUES (");
    next.push(bound(Value::Text(counter.to_owned())));
    next.push_sql(&format!(
        ", {start} + 1) ON CONFLICT (\"Name\") DO UPDATE SET \"Value\" = \"Value\" + 1 RETURNING \"Value\""
    ));
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bound_never_written() {
        let update = update(
            "General",
            7,
            vec![("Name".into(), Value::Text("'; DROP".into())), ("Effort".into(), Value::Real(1.0))],
        );
        assert_eq!(update.text, "UPDATE \"General\" SET \"Name\" = ?, \"Effort\" = ? WHERE \"Id\" = ?");
        assert_eq!(update.params.len(), 3);
    }
}
