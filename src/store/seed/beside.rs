//! Tables that the catalog does not describe, as sections of a seed: rows with the names of their columns.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Number, Value as Json};

use crate::sql::BESIDE_TABLES;
use crate::store::StoreError;

/// How bytes stand in a seed.
const BYTES: &str = "Base64";

/// Whether a section of this name holds such rows.
pub(super) fn is_beside(section: &str) -> bool {
    BESIDE_TABLES.contains(&section)
}

/// Rows by the names of their columns.
type Rows = Vec<Map<String, Json>>;

/// Sections that hold rows, with them.
pub(super) fn read(connection: &Connection) -> Result<Vec<(&'static str, Rows)>, StoreError> {
    let mut sections = Vec::new();
    for table in BESIDE_TABLES {
        let names = columns(connection, table)?;
        if names.is_empty() {
            continue;
        }
        let order: Vec<String> = (1..=names.len()).map(|n| n.to_string()).collect();
        let sql = format!("SELECT * FROM \"{table}\" ORDER BY {}", order.join(","));
        let mut statement = connection.prepare(&sql)?;
        let mut found = statement.query([])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            let mut item = Map::new();
            for (i, name) in names.iter().enumerate() {
                item.insert(name.clone(), written(row.get_ref(i)?));
            }
            rows.push(item);
        }
        if !rows.is_empty() {
            sections.push((*table, rows));
        }
    }
    Ok(sections)
}

/// Puts rows of a seed in place.
pub(super) fn insert(connection: &Connection, table: &str, rows: &[Map<String, Json>]) -> Result<(), String> {
    let known = columns(connection, table).map_err(|e| e.to_string())?;
    for row in rows {
        if let Some(name) = row.keys().find(|name| !known.contains(name)) {
            return Err(format!("{table}: {name} is no column of it"));
        }
        let names: Vec<String> = row.keys().map(|name| format!("\"{name}\"")).collect();
        let places = vec!["?"; names.len()].join(",");
        let sql = format!("INSERT OR REPLACE INTO \"{table}\" ({}) VALUES ({places})", names.join(","));
        let values = row.values().map(kept).collect::<Result<Vec<Value>, String>>()?;
        let inserted = connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.execute(params_from_iter(values.iter().map(Bound))));
        inserted.map_err(|e| format!("{table}: {e}"))?;
    }
    Ok(())
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}

fn written(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(n) => Json::from(n),
        ValueRef::Real(x) => Number::from_f64(x).map_or(Json::Null, Json::Number),
        ValueRef::Text(text) => Json::from(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Json::Object(Map::from_iter([(BYTES.to_owned(), Json::from(STANDARD.encode(bytes)))])),
    }
}

fn kept(value: &Json) -> Result<Value, String> {
    Ok(match value {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Integer(i64::from(*b)),
        Json::Number(n) => n.as_i64().map_or_else(|| Value::Real(n.as_f64().unwrap_or_default()), Value::Integer),
        Json::String(text) => Value::Text(text.clone()),
        Json::Object(object) => {
            let bytes = object.get(BYTES).and_then(Json::as_str).and_then(|text| STANDARD.decode(text).ok());
            Value::Blob(bytes.ok_or_else(|| format!("bytes are written as {{\"{BYTES}\":\"…\"}}"))?)
        }
        Json::Array(_) => return Err("a list is no value of a column".into()),
    })
}
