//! One exchange: a request from its parts to the bytes of its answer, with its line in the log and in the journal.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::Timestamp;
use tracing::info;

use super::call::Call;
use super::control;
use super::journal::{Entry, Kept, entity_of};
use super::route;
use crate::app::App;

pub async fn handle(State(app): State<App>, request: Request) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let (call, result) = match Call::receive(&app, &parts, body).await {
        Ok(call) => {
            let call = Arc::new(call);
            let result = route(&app, &call).await;
            (Some(call), result)
        }
        Err(error) => (None, Err(error)),
    };
    let not_emulated = result.as_ref().err().and_then(|error| error.feature.clone());
    let answer = result.unwrap_or_else(|error| error.render(&app, call.as_deref(), &parts));
    let (status, rows) = (answer.status, answer.rows);
    let body =
        answer.stream.is_none().then(|| if parts.method == Method::HEAD { Bytes::new() } else { answer.body.clone() });
    let response = answer.into_response(&app, call.as_deref(), &parts.method);
    let ms = started.elapsed().as_secs_f64() * 1000.0;
    log(&parts, call.as_deref(), status, rows, ms);
    if let Some(call) = &call
        && !control::is_control(&call.path)
    {
        if status < 300 && !matches!(call.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            call.workspace.clock.tick();
        }
        if app.state.journal.is_on() {
            let outcome = Outcome { status, rows, ms, body, headers: response.headers().clone(), not_emulated };
            remember(&app, call, parts, outcome);
        }
    }
    response
}

fn log(parts: &Parts, call: Option<&Call>, status: u16, rows: usize, ms: f64) {
    let (method, path) = (&parts.method, parts.uri.path());
    let workspace = call.map_or("-", |c| c.workspace.key());
    info!(target: "tpmock::request", %method, path, status, ms, rows, workspace, "{method} {path} {status}");
}

/// What the journal wants to know of an answer.
struct Outcome {
    status: u16,
    rows: usize,
    ms: f64,
    /// Missing where it is still being made.
    body: Option<Bytes>,
    headers: HeaderMap,
    not_emulated: Option<String>,
}

/// Puts the exchange into the journal, before its answer leaves.
fn remember(app: &App, call: &Call, parts: Parts, outcome: Outcome) {
    let address = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let started = Timestamp::now().as_millisecond() - outcome.ms as i64;
    app.state.journal.push(Entry {
        seq: 0,
        workspace: call.workspace.key().to_owned(),
        at: call.workspace.clock.now(),
        started,
        ms: outcome.ms,
        method: call.method.clone(),
        address,
        entity: entity_of(app, call),
        headers: parts.headers,
        body: Kept::new(&call.body),
        status: outcome.status,
        answer_headers: outcome.headers,
        answer: outcome.body.as_ref().map_or_else(Kept::streamed, Kept::new),
        rows: outcome.rows,
        fault: None,
        not_emulated: outcome.not_emulated,
    });
}
