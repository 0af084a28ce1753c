//! `requests`: the journal, looked through, waited for, verified, exported, forgotten.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, Kind};
use super::super::journal::{Filter, har, shown};
use super::body;
use super::guard::only;
use crate::app::App;
use crate::clock::parse_span;

/// Entries of one answer.
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 1000;

/// Longest time a request may wait for others.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

const FILTERS: [&str; 7] = ["workspace", "method", "path", "status", "entity", "contains", "fault"];

pub async fn route(app: &App, call: &Call, rest: &[&str]) -> Result<Answer, Error> {
    let journal = &app.state.journal;
    match (&call.method, rest) {
        (&Method::DELETE, []) => {
            journal.clear(&by_parameters(call)?);
            Ok(body::nothing())
        }
        (&Method::GET, []) => list(app, call).await,
        (&Method::GET, ["count"]) => {
            let count = journal.count(&by_parameters(call)?, number(call, "after")?.unwrap_or(0));
            Ok(Answer::json(200, &json!({ "count": count })))
        }
        (_, ["verify"]) => {
            only(call, &[Method::POST])?;
            verify(app, call).await
        }
        (&Method::GET, [seq]) => {
            let seq: u64 =
                seq.parse().map_err(|_| Error::bad_request(format!("'{seq}' is no number of a request.")))?;
            let found = journal.find(&Filter::default(), seq.saturating_sub(1), 1);
            match found.entries.first().filter(|e| e.seq == seq) {
                Some(entry) => Ok(Answer::json(200, &shown(entry))),
                None => Err(Error::new(Kind::NotFound, format!("request {seq} is not remembered"))),
            }
        }
        _ => Err(Error::method_not_allowed()),
    }
}

async fn list(app: &App, call: &Call) -> Result<Answer, Error> {
    let journal = &app.state.journal;
    let filter = by_parameters(call)?;
    let after = number(call, "after")?.unwrap_or(0);
    let limit = number(call, "limit")?.map_or(PAGE, |n| usize::try_from(n).unwrap_or(LARGEST_PAGE));
    if let Some(time) = wait(call.parameters.text("wait"))? {
        let count = number(call, "count")?.map_or(1, |n| usize::try_from(n).unwrap_or(usize::MAX));
        journal.wait_for(&filter, after, count, time).await;
    }
    let found = journal.find(&filter, after, limit.clamp(1, LARGEST_PAGE));
    let entries: Vec<Value> = found.entries.iter().map(|e| shown(e)).collect();
    Ok(Answer::json(200, &json!({ "requests": entries, "next": found.last, "dropped": found.dropped })))
}

/// `requests.har`.
pub fn archive(app: &App, call: &Call) -> Result<Answer, Error> {
    only(call, &[Method::GET])?;
    let found = app.state.journal.find(&by_parameters(call)?, number(call, "after")?.unwrap_or(0), usize::MAX);
    // addresses bring their workspace prefix along
    let origin = call.base.split("/w/").next().unwrap_or_default();
    Ok(Answer::json(200, &har(&found.entries, origin)))
}

/// `{"method":"POST","path":"/api/v1/Bugs","times":2}`: 200 where it holds, 422 with what was seen where not.
async fn verify(app: &App, call: &Call) -> Result<Answer, Error> {
    let known: Vec<&str> = FILTERS.into_iter().chain(["after", "times", "at_least", "at_most", "wait"]).collect();
    let object = body::object(call, &known)?;
    let filter = by_members(call, &object)?;
    let after = body::count(&object, "after")?.unwrap_or(0);
    let times = body::count(&object, "times")?;
    let (least, most) = match (body::count(&object, "at_least")?, body::count(&object, "at_most")?, times) {
        (None, None, Some(n)) => (n, n),
        (None, None, None) => (1, u64::MAX),
        (least, most, None) => (least.unwrap_or(0), most.unwrap_or(u64::MAX)),
        _ => return Err(Error::bad_request("Say either 'times' or 'at_least' and 'at_most'.")),
    };
    let journal = &app.state.journal;
    if let Some(time) = wait(body::text(&object, "wait")?)? {
        journal.wait_for(&filter, after, usize::try_from(least).unwrap_or(usize::MAX), time).await;
    }
    let count = journal.count(&filter, after) as u64;
    if (least..=most).contains(&count) {
        return Ok(Answer::json(200, &json!({ "verified": true, "count": count })));
    }
    let wanted = match (least, most) {
        (n, m) if n == m => format!("exactly {n}"),
        (n, u64::MAX) => format!("at least {n}"),
        (n, m) => format!("{n} to {m}"),
    };
    // what came near: the same workspace, whatever else was asked
    let near = Filter { workspace: filter.workspace.clone(), ..Filter::default() };
    let near: Vec<Value> =
        journal.find(&near, after, LARGEST_PAGE).entries.iter().rev().take(10).map(|e| shown(e)).collect();
    let message = format!("expected {wanted} call(s) of {}, saw {count}", filter.words());
    Ok(Answer::json(422, &json!({ "verified": false, "count": count, "message": message, "latest": near })))
}

/// The filter in the parameters of the address.
fn by_parameters(call: &Call) -> Result<Filter, Error> {
    let mut object = Map::new();
    for name in FILTERS {
        if let Some(text) = call.parameters.text(name) {
            object.insert(name.to_owned(), Value::from(text));
        }
    }
    by_members(call, &object)
}

/// Without a word about it, the workspace of the call is meant; `*` means all.
fn by_members(call: &Call, object: &Map<String, Value>) -> Result<Filter, Error> {
    let text = |name: &str| body::text(object, name).map(|t| t.map(str::to_owned));
    let status = match object.get("status") {
        Some(Value::Number(n)) => Some(n.to_string()),
        _ => text("status")?,
    };
    let workspace = text("workspace")?.unwrap_or_else(|| call.workspace.key().to_owned());
    let fault = match object.get("fault") {
        Some(Value::String(text)) => Some(text == "true"),
        _ => body::boolean(object, "fault")?,
    };
    Ok(Filter {
        workspace: (workspace != "*").then_some(workspace),
        method: text("method")?,
        path: text("path")?,
        status: status.map(|s| s.parse()).transpose().map_err(Error::bad_request)?,
        entity: text("entity")?,
        contains: text("contains")?,
        fault,
    })
}

fn number(call: &Call, name: &str) -> Result<Option<u64>, Error> {
    let text = call.parameters.text(name);
    text.map(|t| t.parse().map_err(|_| Error::bad_request(format!("'{name}' must be a whole number, not '{t}'."))))
        .transpose()
}

fn wait(text: Option<&str>) -> Result<Option<Duration>, Error> {
    let Some(text) = text else { return Ok(None) };
    let span = parse_span(text).map_err(Error::bad_request)?;
    let time = Duration::from_millis(u64::try_from(span).unwrap_or(0));
    if time > LONGEST_WAIT {
        return Err(Error::bad_request("'wait' may be 60s at most."));
    }
    Ok(Some(time))
}
