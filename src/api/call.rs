//! A request as the handlers see it: which workspace, which path, which parameters, which body.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderName, Method, Uri, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::deadline::Deadline;
use super::error::Error;
use super::negotiate::{Formats, formats};
use super::parameters::Parameters;
use super::{control, links, percent};
use crate::app::App;
use crate::store::{DEFAULT, Workspace};

/// Longest address; longer ones are refused before they are read.
const MAX_ADDRESS: usize = 64 * 1024;

const WORKSPACE: HeaderName = HeaderName::from_static("x-tpmock-workspace");

pub struct Call {
    pub workspace: Arc<Workspace>,
    /// `POST` with an override header counts as what it asks for.
    pub method: Method,
    pub path: String,
    /// Whether it is for this program itself, not for what it stands in for.
    pub is_control: bool,
    pub uri: Uri,
    /// Decoded segments below the workspace prefix; empty ones are dropped.
    pub segments: Vec<String>,
    pub parameters: Parameters,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Scheme, host and workspace prefix that links begin with.
    pub base: String,
    pub formats: Formats,
}

impl Call {
    /// `end` is when the body must have come.
    ///
    /// # Errors
    /// What is wrong before anybody asked who calls: a broken address, a body too large or too late, a workspace key
    /// nobody may use.
    pub async fn receive(app: &App, parts: &Parts, body: Body, end: Deadline) -> Result<Self, Error> {
        let address = parts.uri.path().len() + parts.uri.query().map_or(0, str::len);
        if address > MAX_ADDRESS || parts.uri.path() == crate::head::TOO_LONG {
            return Err(Error::uri_too_long());
        }
        let mut segments = Vec::new();
        for segment in parts.uri.path().split('/').filter(|s| !s.is_empty()) {
            let segment = percent::decode(segment, false)
                .ok_or_else(|| Error::bad_request("The request address has a broken percent escape."))?;
            segments.push(segment);
        }
        let (key, prefix) = workspace_key(&mut segments, &parts.headers)?;
        let mut parameters = Parameters::parse(parts.uri.query().unwrap_or_default())?;
        let body = whole(body, app.config().limits.body, end).await?;
        if let Some(encoding) = encoding(&parts.headers).filter(|_| !body.is_empty()) {
            return Err(Error::unknown_encoding(&encoding));
        }
        let method = overridden(&parts.method, &parts.headers);
        let form = content_type(&parts.headers).starts_with("application/x-www-form-urlencoded");
        if form && method == Method::GET {
            // the real service honours GET parameters that travel in the body (recorded 2013)
            let text = std::str::from_utf8(&body).map_err(|_| Error::bad_request("The request body is no UTF-8."))?;
            parameters.extend(text)?;
        }
        let workspace = app.state.workspace(key).await?;
        let mut base = links::origin(app.config(), parts);
        base.push_str(&prefix);
        let formats = formats(&method, &parameters, &parts.headers);
        Ok(Self {
            workspace,
            method,
            path: parts.uri.path().to_owned(),
            is_control: control::is_control(parts.uri.path()),
            uri: parts.uri.clone(),
            segments,
            parameters,
            headers: parts.headers.clone(),
            body,
            base,
            formats,
        })
    }

    /// The same call as if `word`, which takes up `segments` segments, did not stand in its path.
    pub fn below(&self, word: &str, segments: usize) -> Self {
        let without = |text: &str| match text.to_ascii_lowercase().find(word) {
            Some(at) => format!("{}{}", &text[..at], &text[at + word.len()..]),
            None => text.to_owned(),
        };
        Self {
            workspace: Arc::clone(&self.workspace),
            method: self.method.clone(),
            path: without(&self.path),
            is_control: self.is_control,
            uri: without(&self.uri.to_string()).parse().unwrap_or_else(|_| self.uri.clone()),
            segments: self.segments.iter().skip(segments).cloned().collect(),
            parameters: self.parameters.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            base: self.base.clone(),
            formats: self.formats,
        }
    }

    pub fn content_type(&self) -> String {
        content_type(&self.headers)
    }
}

/// A body with all its bytes. Most requests have none, and need none of the machinery for one.
async fn whole(body: Body, most: usize, end: Deadline) -> Result<Bytes, Error> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    match end.limit(Limited::new(body, most).collect()).await {
        None => Err(Error::body_too_late(end.allowed)),
        Some(Ok(body)) => Ok(body.to_bytes()),
        Some(Err(e)) if e.is::<LengthLimitError>() => Err(Error::too_large(most)),
        Some(Err(_)) => Err(Error::bad_request("The request body ended early.")),
    }
}

/// What the body was encoded with, if anything.
fn encoding(headers: &HeaderMap) -> Option<String> {
    let encoding = String::from_utf8_lossy(headers.get(header::CONTENT_ENCODING)?.as_bytes()).trim().to_owned();
    (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
}

pub fn content_type(headers: &HeaderMap) -> String {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
}

fn overridden(method: &Method, headers: &HeaderMap) -> Method {
    if *method != Method::POST {
        return method.clone();
    }
    let wanted = headers.get("x-http-method-override").and_then(|v| v.to_str().ok());
    wanted.and_then(|w| w.trim().to_ascii_uppercase().parse().ok()).unwrap_or(Method::POST)
}

/// The workspace by path (`/w/{key}/…`, which is cut off) or by header.
fn workspace_key(segments: &mut Vec<String>, headers: &HeaderMap) -> Result<(String, String), Error> {
    if segments.len() >= 2 && segments[0] == "w" {
        let key = segments[1].clone();
        segments.drain(..2);
        let prefix = format!("/w/{key}");
        return Ok((key, prefix));
    }
    match headers.get(WORKSPACE) {
        None => Ok((DEFAULT.to_owned(), String::new())),
        Some(value) => match value.to_str() {
            Ok(key) => Ok((key.trim().to_owned(), String::new())),
            Err(_) => Err(Error::bad_request("X-TPMock-Workspace must be plain ASCII.")),
        },
    }
}

impl crate::app::State {
    /// The workspace of that key, made on first touch off the async threads: it copies a file.
    pub async fn workspace(self: &Arc<Self>, key: String) -> Result<Arc<Workspace>, Error> {
        if let Some(workspace) = self.store.find(&key) {
            return Ok(workspace);
        }
        let state = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || state.touch_workspace(&key)).await;
        made.map_err(|_| Error::internal("the workspace could not be made"))?.map_err(Error::from)
    }
}
