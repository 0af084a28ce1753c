//! What SQLite lacks with .NET's meaning: the collation and scalar functions of every connection.
//!
//! All but a few of `math` begin with `tp_`, are deterministic within a connection and answer null when an argument they need is null.
//! One meaning in one place: no other stage computes with values.

mod arg;
mod calendar;
mod convert;
mod custom;
mod date;
mod date_format;
mod digits;
mod fold;
mod html;
mod math;
mod number_custom;
mod number_format;
mod search;
mod split;
mod tag;
mod text;

use std::sync::Arc;

use rusqlite::{Connection, Result};

use crate::clock::Zone;

/// The collation of names and texts: case does not matter.
const COLLATION: &str = "FOLD";

pub(super) fn register(db: &Connection, zone: &Arc<Zone>) -> Result<()> {
    db.create_collation(COLLATION, fold::compare)?;
    search::register(db)?;
    split::register(db)?;
    text::register(db)?;
    tag::register(db)?;
    html::register(db)?;
    custom::register(db)?;
    math::register(db)?;
    date::register(db, zone)?;
    convert::register(db, zone)
}

#[cfg(test)]
pub(super) mod testing {
    //! Evaluates SQL expressions the way queries do.

    use std::sync::Arc;

    use rusqlite::types::Value;
    use rusqlite::{Connection, params_from_iter};

    use crate::clock::Zone;

    pub fn connection(zone: &str) -> Connection {
        let db = Connection::open_in_memory().expect("memory");
        super::register(&db, &Arc::new(Zone::named(zone).expect("zone"))).expect("functions");
        db
    }

    /// The value of `expression` as text: `null`, a number, or the text itself.
    pub fn show(db: &Connection, expression: &str, args: &[Value]) -> String {
        let row = db.query_row(&format!("select {expression}"), params_from_iter(args), |row| row.get::<_, Value>(0));
        match row {
            Ok(Value::Null) => "null".to_owned(),
            Ok(Value::Integer(n)) => n.to_string(),
            Ok(Value::Real(x)) => format!("{x:?}"),
            Ok(Value::Text(text)) => text,
            Ok(Value::Blob(_)) => "blob".to_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    /// Checks a table of expressions and their values.
    pub fn check(zone: &str, cases: &[(&str, &str)]) {
        let db = connection(zone);
        let wrong: Vec<_> = cases
            .iter()
            .map(|(expression, expected)| (expression, expected, show(&db, expression, &[])))
            .filter(|(_, expected, actual)| **expected != actual)
            .collect();
        assert!(wrong.is_empty(), "(expression, expected, actual): {wrong:#?}");
    }
}
