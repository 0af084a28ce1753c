//! One request with its answer, as it is remembered.

use axum::body::Bytes;
use axum::http::Method;

use super::super::call::Call;
use super::fields::Fields;
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
    pub headers: Fields,
    pub body: Kept,
    pub status: u16,
    pub answer_headers: Fields,
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
    /// Of a body that has its memory to itself.
    pub fn shared(body: &Bytes) -> Self {
        if body.len() > KEPT { Self::copied(body) } else { Self { bytes: body.clone(), length: Some(body.len()) } }
    }

    /// Of a body that lies in a buffer with other things.
    pub fn copied(body: &Bytes) -> Self {
        Self { bytes: Bytes::copy_from_slice(&body[..body.len().min(KEPT)]), length: Some(body.len()) }
    }

    /// A body that nobody has seen yet.
    pub fn streamed() -> Self {
        Self::default()
    }
}

impl Entry {
    /// Bytes it takes, about.
    pub fn size(&self) -> usize {
        OVERHEAD
            + self.address.len()
            + self.workspace.len()
            + self.body.bytes.len()
            + self.answer.bytes.len()
            + self.headers.len()
            + self.answer_headers.len()
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
    let segment = |at: usize| call.segments.get(at).map_or("", String::as_str);
    let is = |at: usize, word: &str| segment(at).eq_ignore_ascii_case(word);
    let name = if is(0, "svc") || (is(0, "api") && is(1, "history")) {
        segment(3)
    } else if is(0, "api") {
        segment(2)
    } else {
        return None;
    };
    app.state.model.catalog.named(name).map(|e| e.name.clone())
}
