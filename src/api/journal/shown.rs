//! An entry as JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::entry::{Entry, Kept};
use super::redact;
use crate::clock::print_instant;

pub fn shown(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "workspace": entry.workspace,
        "at": print_instant(entry.at),
        "ms": entry.ms,
        "method": entry.method.as_str(),
        "url": redact::address(&entry.address),
        "entity": entry.entity,
        "headers": headers(&redact::headers(&entry.headers)),
        "body": text(&entry.body),
        "status": entry.status,
        "rows": entry.rows,
        "fault": entry.fault,
        "not_emulated": entry.not_emulated,
        "answer": { "headers": headers(&redact::headers(&entry.answer_headers)), "body": text(&entry.answer) },
    })
}

fn headers(list: &[(String, String)]) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in list {
        match map.get_mut(name) {
            Some(Value::String(present)) => *present = format!("{present}, {value}"),
            _ => drop(map.insert(name.clone(), Value::from(value.as_str()))),
        }
    }
    map
}

/// A body as text, or in base64 where it is none.
fn text(kept: &Kept) -> Value {
    let truncated = kept.length.is_none_or(|length| length > kept.bytes.len());
    if kept.bytes.is_empty() && !truncated {
        return Value::Null;
    }
    let mut body = Map::new();
    match std::str::from_utf8(&kept.bytes) {
        Ok(text) => body.insert("text".into(), Value::from(redact::body(text))),
        Err(_) => body.insert("base64".into(), Value::from(STANDARD.encode(&kept.bytes))),
    };
    body.insert("length".into(), Value::from(kept.length));
    if truncated {
        body.insert("truncated".into(), Value::Bool(true));
    }
    Value::Object(body)
}
