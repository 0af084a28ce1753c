//! `GET /_tpmock/explain/api/v2/UserStory?where=…`: the address of a read with a word in front of it.

use axum::http::{Method, header};

use super::super::answer::Answer;
use super::super::auth;
use super::super::call::Call;
use super::super::control::only;
use super::super::error::Error;
use super::ask::explain;
use crate::app::App;

/// JSON, or text where `Accept` asks for it. Who asks is said as in any request; nobody is the first administrator.
///
/// # Errors
/// 404 for a path that is no read of the API.
pub async fn route(app: &App, call: &Call) -> Result<Answer, Error> {
    only(call, &[Method::GET])?;
    let read = call.below("/_tpmock/explain", 2);
    let caller = auth::caller_or_first(app, &read).await?;
    let explained = explain(app, read, &caller).await?;
    let accept = call.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if accept.starts_with("text/plain") {
        return Ok(Answer::new(200, "text/plain; charset=utf-8", explained.text(false).into_bytes()));
    }
    Ok(Answer::json(200, &explained.json()))
}
