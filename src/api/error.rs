//! Every refusal, its status decided in one place, its text in the vendor's words.

use std::time::Duration;

use axum::http::request::Parts;

use super::answer::Answer;
use super::call::Call;
use super::files;
use super::negotiate::formats;
use super::parameters::Parameters;
use super::place::Slip;
use crate::app::App;
use crate::coverage::Guess;
use crate::query;
use crate::rules::write::{Message, Refusal};
use crate::store::StoreError;
use crate::syntax;
use crate::wire::{ErrorDocument, ErrorItem, Format};

pub use super::kind::Kind;

#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    pub items: Vec<ErrorItem>,
    /// What is not emulated, for the header and the log.
    pub feature: Option<String>,
    /// The place in a parameter that the refusal is about.
    pub slip: Option<Box<Slip>>,
    /// Seconds after which the caller may come back, where it is not one.
    pub retry_after: Option<u64>,
}

/// Characters of a refusal's text at most: what a client sent comes back in it, however long it was.
const LONGEST: usize = 2000;

/// Characters of one argument of a template at most.
const LONGEST_ARGUMENT: usize = 500;

/// The text, or its first characters and a mark that more were there.
fn shortened(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        let message = shortened(message.into(), LONGEST);
        let item = ErrorItem { token: message.clone(), data: Vec::new(), value: message.clone() };
        Self { kind, message, items: vec![item], feature: None, slip: None, retry_after: None }
    }

    /// A message made from a template, as the vendor makes them.
    pub fn template(kind: Kind, token: &str, data: &[(&str, String)]) -> Self {
        let token = shortened(token.to_owned(), LONGEST);
        let argument =
            |(name, value): &(&str, String)| ((*name).to_owned(), shortened(value.clone(), LONGEST_ARGUMENT));
        let data: Vec<(String, String)> = data.iter().map(argument).collect();
        let value = data.iter().fold(token.clone(), |t, (name, v)| t.replace(&format!("{{{name}}}"), v));
        let item = ErrorItem { token, data, value: value.clone() };
        Self { kind, message: value, items: vec![item], feature: None, slip: None, retry_after: None }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, message)
    }

    pub fn unauthorized() -> Self {
        Self::new(Kind::Unauthorized, "Authentication is required to access this resource.")
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, message)
    }

    pub fn not_found(entity: &str, id: i64) -> Self {
        let data = [("entityKind", entity.to_owned()), ("id", id.to_string())];
        Self::template(Kind::NotFound, "{entityKind} with Id {id} not found or access is forbidden.", &data)
    }

    pub fn no_resource(path: &str) -> Self {
        Self::new(Kind::NoResource, format!("Requested URL: {path}"))
    }

    pub fn method_not_allowed() -> Self {
        Self::new(Kind::MethodNotAllowed, "The requested resource does not support this http method.")
    }

    pub fn too_large(limit: usize) -> Self {
        Self::new(Kind::TooLarge, format!("The request body is larger than {limit} bytes."))
    }

    pub fn body_too_late(allowed: Duration) -> Self {
        Self::new(Kind::TimedOut, format!("The request body did not arrive within {allowed:?}."))
    }

    pub fn uri_too_long() -> Self {
        Self::new(Kind::UriTooLong, "The request address is too long.")
    }

    /// A body that was compressed, or the like.
    pub fn unknown_encoding(encoding: &str) -> Self {
        let message =
            format!("A request body with the Content-Encoding '{encoding}' is not understood, send it without.");
        Self::new(Kind::UnknownEncoding, message)
    }

    /// A change that would make a workspace larger than `limit` bytes.
    fn no_room(limit: u64) -> Self {
        let message = format!(
            "The workspace is full: it may hold {limit} bytes (--max-workspace-bytes). Deleted items and files stay in it, \
             since they can be brought back; a reset makes room."
        );
        Self::new(Kind::TooLarge, message)
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    pub fn not_emulated(feature: &str) -> Self {
        let mut error = Self::new(Kind::NotImplemented, format!("{feature} is not emulated."));
        error.feature = Some(feature.to_owned());
        error
    }

    /// A text that does not parse, and the parameter it stands in.
    #[must_use]
    pub fn unparsed(parameter: &'static str, error: syntax::Error) -> Self {
        let slip = Slip::new(parameter, error.span);
        Self { slip: Some(Box::new(slip)), ..Self::from(error) }
    }

    /// [`Error::unparsed`] in API v1, which has one sentence for all of them.
    pub fn unparsed_v1(parameter: &'static str, error: &syntax::Error) -> Self {
        Self { slip: Some(Box::new(Slip::new(parameter, error.span))), ..Self::parameter(error) }
    }

    /// What a strict workspace does not answer.
    pub fn guess(feature: &str) -> Self {
        let mut error = Self::not_emulated(feature);
        error.message = format!("What '{feature}' does is only assumed, and this workspace is strict.");
        error.items[0].token.clone_from(&error.message);
        error.items[0].value.clone_from(&error.message);
        error
    }

    /// A v1 parameter that cannot be read. The real service says no more than the first sentence.
    pub fn parameter(detail: impl std::fmt::Display) -> Self {
        let mut error = Self::bad_request(syntax::v1::MESSAGE);
        error.items[0].data = vec![("detail".to_owned(), shortened(detail.to_string(), LONGEST_ARGUMENT))];
        error
    }

    /// The answer for a refusal. `call` is missing where the request did not get that far.
    pub fn render(mut self, app: &App, call: Option<&Call>, parts: &Parts) -> Answer {
        if let Some(feature) = &self.feature {
            tracing::warn!(target: "tpmock::honesty", feature, "not emulated: {feature}");
        }
        let limit = app.config().limits.workspace_bytes;
        if self.kind == Kind::Full && call.is_some() && limit > 0 {
            return Self::no_room(limit).render(app, call, parts);
        }
        if self.kind == Kind::NoResource {
            return Answer::page(404, not_found_page(&self.message));
        }
        let place = call.zip(self.slip.as_ref()).and_then(|(call, slip)| slip.place(call));
        if let Some(place) = &place {
            let picture = place.picture(&self.message);
            tracing::info!(target: "tpmock::query", parameter = place.parameter, "{picture}");
        }
        let mut answer = if self.kind != Kind::Unauthorized && files::is_upload(parts.uri.path()) {
            files::refusal(&self)
        } else {
            let format = Self::format(call, parts);
            let error_id = app.state.guid(call.map(|c| &*c.workspace));
            self.document(format, error_id)
        };
        if let Some(place) = place {
            answer = answer.header("x-tpmock-place", place.header());
        }
        if self.kind == Kind::Unauthorized {
            let host = parts.headers.get("host").and_then(|h| h.to_str().ok()).unwrap_or("tpmock");
            let realm: String = host.chars().filter(|c| *c != '"' && *c != '\\').collect();
            answer = answer.header("www-authenticate", format!("Basic realm=\"{realm}\""));
        }
        if self.kind == Kind::TimedOut {
            // the rest of the body may still come
            answer = answer.header("connection", "close");
        }
        if let Some(feature) = self.feature {
            answer = answer.header("x-tpmock-not-emulated", feature);
        }
        let usual = matches!(self.kind, Kind::Unavailable | Kind::TooManyRequests).then_some(1);
        if let Some(seconds) = self.retry_after.or(usual) {
            answer = answer.header("retry-after", seconds.to_string());
        }
        answer
    }

    /// How the request wants its refusals.
    fn format(call: Option<&Call>, parts: &Parts) -> Format {
        match call {
            // v2 and the control interface speak JSON only
            _ if super::v2::speaks(parts.uri.path()) || super::control::is_control(parts.uri.path()) => Format::Json,
            Some(call) => call.formats.error,
            None => {
                let parameters = Parameters::parse(parts.uri.query().unwrap_or_default()).unwrap_or_default();
                formats(&parts.method, &parameters, &parts.headers).error
            }
        }
    }

    /// The vendor's error document.
    fn document(&mut self, format: Format, error_id: String) -> Answer {
        let document = ErrorDocument {
            status: self.kind.word(),
            message: std::mem::take(&mut self.message),
            items: std::mem::take(&mut self.items),
            error_id,
        };
        let (body, content_type) = match format {
            Format::Json => (document.json(), "application/json; charset=utf-8"),
            Format::Xml => (document.xml(), "text/xml; charset=utf-8"),
        };
        Answer::new(self.kind.status(), content_type, body)
    }
}

/// The page the real service shows for a path without a resource.
fn not_found_page(what: &str) -> String {
    let what = what.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!DOCTYPE html>\n<html>\n  <head><title>The resource cannot be found.</title></head>\n  <body>\n    \
         <h1>Server Error in '/' Application.</h1>\n    <h2><i>The resource cannot be found.</i></h2>\n    \
         <p>{what}</p>\n  </body>\n</html>\n"
    )
}

/// A text of API v2 that does not parse. The texts of the grammar are passed on as they are, without a template.
impl From<syntax::Error> for Error {
    fn from(error: syntax::Error) -> Self {
        if error.kind.is_grammar() {
            return Error::bad_request(error.to_string());
        }
        let (token, data) = error.kind.template();
        let mut result = Error::template(Kind::BadRequest, token, &data);
        let text = shortened(error.to_string(), LONGEST);
        result.items[0].value.clone_from(&text);
        result.message = text;
        result
    }
}

impl From<query::Error> for Error {
    fn from(error: query::Error) -> Self {
        let kind = match error.kind {
            query::ErrorKind::Refused => Kind::BadRequest,
            query::ErrorKind::Fails => Kind::Internal,
            query::ErrorKind::NotEmulated => Kind::NotImplemented,
        };
        let mut result = Error::template(kind, error.token, &error.data);
        result.slip = Slip::of(&error).map(Box::new);
        if error.kind == query::ErrorKind::NotEmulated {
            let feature = error.data.iter().find(|(name, _)| *name == "feature").map(|(_, feature)| feature.clone());
            result.feature = Some(feature.unwrap_or_else(|| result.message.clone()));
        }
        result
    }
}

impl From<Guess> for Error {
    fn from(Guess(feature): Guess) -> Self {
        Error::guess(&feature)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(messages) => messages.into_iter().map(|m| said(Kind::BadRequest, &m)).reduce(join),
            Refusal::Forbidden(message) => Some(said(Kind::Forbidden, &message)),
            Refusal::NotFound { entity, id } => Some(Error::not_found(&entity, id)),
            Refusal::NotAllowed => Some(Error::method_not_allowed()),
            Refusal::NotEmulated(feature) => Some(Error::not_emulated(feature)),
            Refusal::Query(error) => Some(error.into()),
            Refusal::Store(error) => Some(error.into()),
        }
        .unwrap_or_else(|| Error::bad_request("The request breaks a rule."))
    }
}

fn said(kind: Kind, message: &Message) -> Error {
    Error::template(kind, &message.token, &message.data)
}

/// Several messages of one refusal, joined by a blank as the service joins them.
fn join(mut all: Error, next: Error) -> Error {
    all.message = format!("{} {}", all.message, next.message);
    all.items.extend(next.items);
    all
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Busy | StoreError::TooManyWorkspaces { .. } => Kind::Unavailable,
            StoreError::Full => Kind::Full,
            StoreError::BadKey(_) => Kind::BadRequest,
            StoreError::Permanent => Kind::Conflict,
            StoreError::ReadOnly => Kind::Forbidden,
            StoreError::Runtime(_) => Kind::Internal,
            _ => Kind::Internal,
        };
        if kind == Kind::Internal {
            tracing::error!(target: "tpmock::store", %error, "{error}");
        }
        Error::new(kind, error.to_string())
    }
}
