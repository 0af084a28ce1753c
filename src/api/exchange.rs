//! One exchange: a request from its parts to the bytes of its answer, with its line in the log and in the journal.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use jiff::Timestamp;
use tracing::info;

use super::answer::Answer;
use super::call::Call;
use super::cors;
use super::deadline::Deadline;
use super::error::{Error, Kind};
use super::faults::{Dropped, Effect, Hit, spoil};
use super::journal::{Entry, Fields, Kept, entity_of};
use super::route;
use crate::app::App;

pub async fn handle(State(app): State<App>, request: Request) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    if let Some(answer) = cors::preflight(&app, &parts) {
        let mut response = answer.into_response(&app, None, &parts.method);
        cors::allow(&app, &parts, response.headers_mut());
        return response;
    }
    let end = Deadline::new(app.config().limits.request_time);
    let (call, hit, result) = match Call::receive(&app, &parts, body, end).await {
        Ok(call) => {
            let call = Arc::new(call);
            let hit = if call.is_control { None } else { app.state.faults.decide(&app, &call) };
            let result = end.limit(answer(&app, &call, hit.as_ref())).await;
            let late = || Error::new(Kind::Unavailable, format!("the request took longer than {:?}", end.allowed));
            (Some(call), hit, result.unwrap_or_else(|| Err(late())))
        }
        Err(error) => (None, None, Err(error)),
    };
    let not_emulated = result.as_ref().err().and_then(|error| error.feature.clone());
    let answer = result.unwrap_or_else(|error| error.render(&app, call.as_deref(), &parts));
    let effect = hit.as_ref().and_then(|hit| hit.effect.as_ref());
    let answer = match effect {
        Some(effect) => spoil(answer, effect),
        None => answer,
    };
    let (status, rows) = (answer.status, answer.rows);
    let body =
        answer.stream.is_none().then(|| if parts.method == Method::HEAD { Bytes::new() } else { answer.body.clone() });
    let mut response = answer.into_response(&app, call.as_deref(), &parts.method);
    cors::allow(&app, &parts, response.headers_mut());
    if matches!(effect, Some(Effect::Cut { after: None })) {
        response.extensions_mut().insert(Dropped);
    }
    let took = started.elapsed();
    let ms = took.as_secs_f64() * 1000.0;
    let metrics = &app.state.metrics;
    metrics.note(parts.uri.path(), parts.method.as_str(), status, took, rows);
    metrics.not_emulated.fetch_add(u64::from(not_emulated.is_some()), Ordering::Relaxed);
    if let (Some(feature), Some(call)) = (&not_emulated, &call) {
        app.state.coverage.miss(call.workspace.key(), feature);
    }
    metrics.faults.fetch_add(u64::from(hit.is_some()), Ordering::Relaxed);
    log(&parts, call.as_deref(), response.headers(), rows, ms, status);
    if let Some(call) = &call
        && !call.is_control
    {
        if status < 300 && !matches!(call.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            call.workspace.clock.tick();
        }
        if app.state.journal.is_on() {
            let headers = Fields::of(response.headers());
            let fault = hit.map(|hit| hit.words());
            let outcome = Outcome { status, rows, ms, body, headers, fault, not_emulated };
            remember(&app, call, &parts, outcome);
        }
    }
    response
}

/// The ordinary answer, or what a fault puts in its place.
async fn answer(app: &App, call: &Arc<Call>, hit: Option<&Hit>) -> Result<Answer, Error> {
    if let Some(delay) = hit.and_then(|hit| hit.delay) {
        tokio::time::sleep(delay).await;
    }
    match hit.and_then(|hit| hit.effect.as_ref()) {
        Some(Effect::Status { status, message, retry_after }) => {
            let message = message.clone().unwrap_or_else(|| "A fault was asked for.".to_owned());
            let mut error = Error::new(Kind::Status(*status), message);
            error.retry_after = *retry_after;
            Err(error)
        }
        Some(Effect::Expired) => Err(Error::unauthorized()),
        _ => route(app, call).await,
    }
}

/// The line of a request. Its id is the caller's `X-Request-ID`, or what the answer calls itself.
fn log(parts: &Parts, call: Option<&Call>, answer: &HeaderMap, rows: usize, ms: f64, status: u16) {
    if !tracing::enabled!(target: "tpmock::request", tracing::Level::INFO) {
        return;
    }
    let (method, path) = (&parts.method, parts.uri.path());
    let workspace = call.map_or("-", |c| c.workspace.key());
    let id = parts.headers.get("x-request-id").or_else(|| answer.get("x-correlationid"));
    let id = id.and_then(|id| id.to_str().ok()).unwrap_or("-");
    info!(target: "tpmock::request", %method, path, status, ms, rows, workspace, id, "{method} {path} {status}");
}

/// What the journal wants to know of an answer.
struct Outcome {
    status: u16,
    rows: usize,
    ms: f64,
    /// Missing where it is still being made.
    body: Option<Bytes>,
    headers: Fields,
    fault: Option<String>,
    not_emulated: Option<String>,
}

/// Puts the exchange into the journal, before its answer leaves.
fn remember(app: &App, call: &Call, parts: &Parts, outcome: Outcome) {
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
        headers: Fields::of(&parts.headers),
        body: Kept::copied(&call.body),
        status: outcome.status,
        answer_headers: outcome.headers,
        answer: outcome.body.as_ref().map_or_else(Kept::streamed, Kept::shared),
        rows: outcome.rows,
        fault: outcome.fault,
        not_emulated: outcome.not_emulated,
    });
}
