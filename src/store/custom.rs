//! Custom field values and embedded objects: texts of JSON in a column, shown by what the account has configured.

use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use super::run::scalar;
use crate::event::{CustomValue, Links, ListForm, Name, Sink};
use crate::value::{Scalar, ValueType};

/// The custom fields that an entity type has in a process, in order.
pub(super) type Definitions = Arc<[Definition]>;

/// A configured custom field.
#[derive(Debug)]
pub(super) struct Definition {
    name: String,
    field_type: String,
}

pub(super) fn definition(row: &Row<'_>) -> rusqlite::Result<Definition> {
    Ok(Definition { name: row.get(0)?, field_type: row.get(1)? })
}

/// Every configured field with its value; a field without one leaves as null.
pub(super) fn values<S: Sink>(column: ValueRef<'_>, definitions: &[Definition], sink: &mut S) {
    let values = object(column);
    for Definition { name, field_type } in definitions {
        let value = values.as_ref().and_then(|v| v.get(name));
        sink.custom_field(name, field_type, custom_value(value, field_type));
    }
}

/// The items of a list; null where there is no list.
pub(super) fn parts<S: Sink>(column: ValueRef<'_>, ty: ValueType, name: Option<&Name>, sink: &mut S) {
    let list = column.as_str().ok().and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
    let Some(list) = list else { return sink.scalar(name, Scalar::Null) };
    sink.list_start(name, ListForm::Plain);
    for item in &list {
        let item = match item {
            Value::String(text) => ValueRef::Text(text.as_bytes()),
            Value::Number(n) => {
                n.as_i64().map_or_else(|| ValueRef::Real(n.as_f64().unwrap_or_default()), ValueRef::Integer)
            }
            _ => ValueRef::Null,
        };
        sink.scalar(None, scalar(item, ty));
    }
    sink.list_end(&Links::default());
}

fn custom_value<'v>(value: Option<&'v Value>, field_type: &str) -> CustomValue<'v> {
    let text = |v: &'v Value, key: &str| v.get(key).and_then(Value::as_str).unwrap_or_default();
    match value {
        Some(v @ Value::Object(members)) if members.contains_key("Id") => CustomValue::Entity {
            id: v.get("Id").and_then(Value::as_i64).unwrap_or_default(),
            name: text(v, "Name"),
            kind: text(v, "Kind"),
        },
        Some(v @ Value::Object(_)) => CustomValue::Url { url: text(v, "Url"), label: text(v, "Label") },
        Some(Value::Number(n)) if field_type == "Date" => CustomValue::Scalar(Scalar::Date(n.as_i64().unwrap_or(0))),
        Some(Value::Number(n)) => CustomValue::Scalar(Scalar::Double(n.as_f64().unwrap_or(0.0))),
        Some(Value::Bool(b)) => CustomValue::Scalar(Scalar::Bool(*b)),
        Some(Value::String(text)) => CustomValue::Scalar(Scalar::Text(text)),
        Some(Value::Null | Value::Array(_)) | None => CustomValue::Scalar(Scalar::Null),
    }
}

/// An embedded object with the members its description lists.
pub(super) fn embedded<S: Sink>(
    column: ValueRef<'_>,
    name: Option<&Name>,
    resource: &Name,
    members: &[(Name, ValueType)],
    sink: &mut S,
) {
    let Some(values) = object(column) else {
        sink.scalar(name, Scalar::Null);
        return;
    };
    sink.entity_start(name, resource);
    for (name, _) in members {
        let value = match values.get(name.text()) {
            Some(Value::Bool(b)) => Scalar::Bool(*b),
            Some(Value::Number(n)) => n.as_i64().map_or_else(|| Scalar::Double(n.as_f64().unwrap_or(0.0)), Scalar::Int),
            Some(Value::String(text)) => Scalar::Text(text),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => Scalar::Null,
        };
        sink.scalar(Some(name), value);
    }
    sink.entity_end();
}

fn object(column: ValueRef<'_>) -> Option<Map<String, Value>> {
    match column {
        ValueRef::Text(text) => serde_json::from_slice(text).ok(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}
