//! One request with its answer, as it is remembered.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};

use super::super::call::Call;
use crate::app::App;
use crate::clock::Millis;

/// Bytes of a body that are kept; of longer ones the beginning.
const KEPT: usize = 64 * 1024;

/// What an entry takes beside its texts.
const OVERHEAD: usize = 512;

#[derive(Debug)]
pub struct Entry {
    /// Its number; the first one of a server is 1.
    pub seq: u64,
    pub workspace: String,
    /// The clock of the workspace when the answer was made.
    pub at: Millis,
    /// The machine's clock when the request came.
    pub started: Millis,
    pub ms: f64,
    pub method: Method,
    /// Path and query as they came.
    pub address: String,
    pub entity: Option<String>,
    pub headers: HeaderMap,
    pub body: Kept,
    pub status: u16,
    pub answer_headers: HeaderMap,
    pub answer: Kept,
    pub rows: usize,
    /// What the answer owes to a fault.
    pub fault: Option<String>,
    pub not_emulated: Option<String>,
}

/// The beginning of a body.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    pub bytes: Bytes,
    /// Length of the whole; unknown for what was sent while it was made.
    pub length: Option<usize>,
}

impl Kept {
    pub fn new(body: &Bytes) -> Self {
        let bytes = if body.len() > KEPT { Bytes::copy_from_slice(&body[..KEPT]) } else { body.clone() };
        Self { bytes, length: Some(body.len()) }
    }

    /// A body that nobody has seen yet.
    pub fn streamed() -> Self {
        Self::default()
    }
}

impl Entry {
    /// Bytes it takes, about.
    pub fn size(&self) -> usize {
        let headers = |map: &HeaderMap| map.iter().map(|(n, v)| n.as_str().len() + v.len() + 64).sum::<usize>();
        OVERHEAD
            + self.address.len()
            + self.workspace.len()
            + self.body.bytes.len()
            + self.answer.bytes.len()
            + headers(&self.headers)
            + headers(&self.answer_headers)
    }

    /// The path without query and workspace prefix.
    pub fn path(&self) -> &str {
        let path = self.address.split('?').next().unwrap_or_default();
        let Some(rest) = path.strip_prefix("/w/") else { return path };
        rest.find('/').map_or("/", |at| &rest[at..])
    }
}

/// The entity that an address is about, by its name in the catalog.
pub fn entity_of(app: &App, call: &Call) -> Option<String> {
    let segment = |at: usize| call.segments.get(at).map(|s| s.to_ascii_lowercase()).unwrap_or_default();
    let name = match (segment(0).as_str(), segment(1).as_str()) {
        ("api", "history") | ("svc", _) => segment(3),
        ("api", _) => segment(2),
        _ => return None,
    };
    app.state.model.catalog.named(&name).map(|e| e.name.clone())
}
