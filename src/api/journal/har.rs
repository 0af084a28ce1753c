//! Entries → an HTTP Archive 1.2, which browsers and many tools open.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::entry::{Entry, Kept};
use super::fields::Fields;
use super::redact;
use crate::clock::print_instant;

/// The archive; `origin` stands before the addresses.
pub fn har(entries: &[Arc<Entry>], origin: &str) -> Value {
    let entries: Vec<Value> = entries.iter().map(|entry| exchange(entry, origin)).collect();
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "tpmock", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    })
}

fn exchange(entry: &Entry, origin: &str) -> Value {
    let address = redact::address(&entry.address);
    let pairs: Vec<Value> = address
        .split_once('?')
        .map(|(_, query)| query)
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let mut request = json!({
        "method": entry.method.as_str(),
        "url": format!("{origin}{address}"),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(redact::headers(&entry.headers)),
        "queryString": pairs,
        "headersSize": -1,
        "bodySize": entry.body.length.unwrap_or_default(),
    });
    if !entry.body.bytes.is_empty() {
        request["postData"] = json!({
            "mimeType": kind(&entry.headers),
            "text": redact::body(&String::from_utf8_lossy(&entry.body.bytes)),
        });
    }
    json!({
        "startedDateTime": print_instant(entry.started),
        "time": entry.ms,
        "request": request,
        "response": {
            "status": entry.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers(redact::headers(&entry.answer_headers)),
            "content": content(&entry.answer, &kind(&entry.answer_headers)),
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": entry.answer.length.map_or(-1, |length| i64::try_from(length).unwrap_or(-1)),
        },
        "cache": {},
        "timings": { "send": 0, "wait": entry.ms, "receive": 0 },
        "_workspace": entry.workspace,
    })
}

fn content(answer: &Kept, kind: &str) -> Value {
    let size = answer.length.unwrap_or(answer.bytes.len());
    match std::str::from_utf8(&answer.bytes) {
        Ok(text) => json!({ "size": size, "mimeType": kind, "text": redact::body(text) }),
        Err(_) => {
            json!({ "size": size, "mimeType": kind, "text": STANDARD.encode(&answer.bytes), "encoding": "base64" })
        }
    }
}

fn kind(headers: &Fields) -> String {
    headers.get("content-type").unwrap_or_default()
}

fn headers(list: Vec<(String, String)>) -> Vec<Value> {
    list.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}
