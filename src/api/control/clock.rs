//! `clock`: read, set, moved, frozen, let go.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::Error;
use super::body;
use crate::clock::{Clock, Reading, Setting, parse_instant, parse_span, print_instant, print_span};

const KNOWN: [&str; 4] = ["now", "advance", "frozen", "step"];

pub fn route(call: &Call) -> Result<Answer, Error> {
    let clock = &call.workspace.clock;
    let reading = match call.method {
        Method::GET => clock.reading(),
        Method::PUT | Method::POST => clock.set(setting(&body::object(call, &KNOWN)?)?),
        Method::DELETE => {
            clock.follow(&Clock::running());
            clock.reading()
        }
        _ => return Err(Error::method_not_allowed()),
    };
    Ok(Answer::json(200, &shown(reading)))
}

fn setting(object: &Map<String, Value>) -> Result<Setting, Error> {
    let span = |name: &str| -> Result<Option<i64>, Error> {
        let text = body::text(object, name)?.map(|t| t.trim().trim_end_matches("per write"));
        text.map(parse_span).transpose().map_err(Error::bad_request)
    };
    Ok(Setting {
        now: body::text(object, "now")?.map(parse_instant).transpose().map_err(Error::bad_request)?,
        advance: span("advance")?,
        frozen: body::boolean(object, "frozen")?,
        step: span("step")?,
    })
}

fn shown(reading: Reading) -> Value {
    let step = (reading.step != 0).then(|| format!("{} per write", print_span(reading.step)));
    json!({ "now": print_instant(reading.now), "frozen": reading.frozen, "step": step })
}
