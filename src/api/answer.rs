//! An answer before it is an HTTP response.

use std::borrow::Cow;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;

use super::call::Call;
use super::headers;
use crate::app::App;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: Cow<'static, str>,
    pub body: Bytes,
    /// A body that is still being made, instead.
    pub stream: Option<Body>,
    pub headers: Vec<(&'static str, String)>,
    /// Rows at the root, for the log.
    pub rows: usize,
    /// What the real service lists in `X-Diagnostic-Tags`.
    pub tags: &'static str,
}

impl Answer {
    pub fn new(status: u16, content_type: impl Into<Cow<'static, str>>, body: Vec<u8>) -> Self {
        let (content_type, body) = (content_type.into(), Bytes::from(body));
        Self { status, content_type, body, stream: None, headers: Vec::new(), rows: 0, tags: "" }
    }

    pub fn page(status: u16, html: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", html.into_bytes())
    }

    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        let mut body = serde_json::to_vec_pretty(value).unwrap_or_default();
        body.push(b'\n');
        Self::new(status, "application/json", body)
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn into_response(self, app: &App, call: Option<&Call>, method: &Method) -> Response<Body> {
        let length = self.body.len();
        let body = match self.stream {
            _ if *method == Method::HEAD => Body::empty(),
            Some(stream) => stream,
            None => Body::from(self.body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status.try_into().unwrap_or_default();
        let fields = response.headers_mut();
        let content_type = match self.content_type {
            Cow::Borrowed(text) => HeaderValue::from_static(text),
            Cow::Owned(text) => {
                HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
            }
        };
        fields.insert(header::CONTENT_TYPE, content_type);
        if *method == Method::HEAD {
            fields.insert(header::CONTENT_LENGTH, length.into());
        }
        headers::common(fields, app, call, self.status, self.tags);
        for (name, value) in self.headers {
            let Ok(value) = HeaderValue::from_str(&value) else { continue };
            // what an answer says takes the place of what all answers say
            match HeaderName::from_static(name) {
                name @ header::SET_COOKIE => drop(fields.append(name, value)),
                name => drop(fields.insert(name, value)),
            }
        }
        response
    }
}
