//! Pages of other sites that may read answers, if the settings let them. The control interface stays closed to them.

use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, request::Parts};

use super::answer::Answer;
use super::control;
use crate::app::App;

/// The answer to the question a browser asks before the request itself.
pub fn preflight(app: &App, parts: &Parts) -> Option<Answer> {
    let asked = parts.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?.to_str().ok()?;
    if parts.method != Method::OPTIONS || origin(app, parts).is_none() {
        return None;
    }
    let headers = parts.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|v| v.to_str().ok());
    let answer = Answer::new(204, "text/plain", Vec::new())
        .header("access-control-allow-methods", asked)
        .header("access-control-max-age", "600");
    Some(match headers {
        Some(headers) => answer.header("access-control-allow-headers", headers),
        None => answer,
    })
}

/// The site whose pages may read the answer.
fn origin<'p>(app: &App, parts: &'p Parts) -> Option<&'p HeaderValue> {
    let open = app.config().cors && !control::is_control(parts.uri.path());
    parts.headers.get(header::ORIGIN).filter(|_| open)
}

/// What lets that site read an answer.
pub fn allow(app: &App, parts: &Parts, fields: &mut HeaderMap) {
    let Some(origin) = origin(app, parts) else { return };
    fields.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    fields.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    fields.append(header::VARY, HeaderValue::from_static("Origin"));
}
