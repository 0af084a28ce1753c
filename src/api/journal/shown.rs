//! An entry as JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::entry::{Entry, Kept};
use super::filter::Filter;
use super::redact;
use super::ring::Journal;
use crate::clock::print_instant;

/// A request with its answer, for tests in the same process. Credentials are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its number among all requests of the server.
    pub seq: u64,
    pub workspace: String,
    pub method: String,
    /// Path and query as they came.
    pub url: String,
    pub entity: Option<String>,
    pub body: String,
    pub status: u16,
    pub answer: String,
    pub ms: f64,
    /// The fault that was met.
    pub fault: Option<String>,
}

impl Journal {
    /// What a workspace was asked, oldest first.
    pub fn recorded(&self, workspace: &str) -> Vec<Recorded> {
        let filter = Filter { workspace: Some(workspace.to_owned()), ..Filter::default() };
        let plain = |kept: &Kept| redact::body(&String::from_utf8_lossy(&kept.bytes)).into_owned();
        let entries = self.find(&filter, 0, usize::MAX).entries;
        let recorded = entries.iter().map(|entry| Recorded {
            seq: entry.seq,
            workspace: entry.workspace.clone(),
            method: entry.method.to_string(),
            url: redact::address(&entry.address),
            entity: entry.entity.clone(),
            body: plain(&entry.body),
            status: entry.status,
            answer: plain(&entry.answer),
            ms: entry.ms,
            fault: entry.fault.clone(),
        });
        recorded.collect()
    }

    /// Forgets what a workspace was asked.
    pub fn clear_workspace(&self, workspace: &str) {
        self.clear(&Filter { workspace: Some(workspace.to_owned()), ..Filter::default() });
    }
}

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
