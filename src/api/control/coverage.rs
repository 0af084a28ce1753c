//! `coverage`: what is emulated and on whose word, what of it was used, and whether guesses are refused.

use axum::http::{Method, header};
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::Error;
use super::guard::only;
use super::{body, coverage_page};
use crate::app::App;
use crate::coverage::{Kind, Row, Source, Used};

/// # Errors
/// 404 for an unknown word, 405 for a wrong method.
pub fn route(app: &App, call: &Call, rest: &[&str]) -> Result<Answer, Error> {
    match rest {
        [] => {
            only(call, &[Method::GET, Method::HEAD])?;
            let accept = call.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
            let rows = app.state.coverage.rows(&app.state.model);
            Ok(if accept.starts_with("text/html") { page(app, call) } else { Answer::json(200, &shown(rows)) })
        }
        ["used"] => used(app, call),
        ["strict"] => strict(app, call),
        _ => Err(Error::no_resource(&call.path)),
    }
}

/// `coverage.html`, or `coverage` for whoever would rather read HTML.
pub fn page(app: &App, call: &Call) -> Answer {
    let rows = app.state.coverage.rows(&app.state.model);
    Answer::page(200, coverage_page::html(rows, &used_here(app, call), &call.base))
}

fn used_here(app: &App, call: &Call) -> Used {
    app.state.coverage.used(&app.state.model, Some((call.workspace.key(), &call.workspace.conduct)))
}

/// The words for how far a feature may be trusted, with the number of rows of each.
pub fn counts(rows: &[Row]) -> Vec<(&'static str, usize)> {
    let emulated = |source| rows.iter().filter(|row| row.emulated && row.evidence.best() == source).count();
    let missing = rows.iter().filter(|row| !row.emulated).count();
    Source::ALL.map(|source| (source.word(), emulated(source))).into_iter().chain([("not emulated", missing)]).collect()
}

fn shown(rows: &[Row]) -> Value {
    let of = |kind: Kind| rows.iter().filter(|row| row.kind == kind).map(row).collect::<Vec<_>>();
    let counts = counts(rows).into_iter().map(|(word, count)| (word.replace(' ', "_"), Value::from(count)));
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "features": rows.len(),
        "by_best_evidence": counts.collect::<Map<_, _>>(),
        "resources": of(Kind::Resource),
        "routes": of(Kind::Route),
        "parameters": of(Kind::Parameter),
        "operators": of(Kind::Operator),
        "functions": of(Kind::Function),
    })
}

fn row(row: &Row) -> Value {
    json!({
        "area": row.area,
        "name": row.name,
        "emulated": row.emulated,
        "best": row.evidence.best().word(),
        "evidence": row.evidence.sources().map(Source::word).collect::<Vec<_>>(),
    })
}

/// What the workspace used since it was made or last forgotten; `?workspace=*` is about all of them.
fn used(app: &App, call: &Call) -> Result<Answer, Error> {
    only(call, &[Method::GET, Method::DELETE])?;
    let coverage = &app.state.coverage;
    let all = call.parameters.text("workspace") == Some("*");
    if call.method == Method::DELETE {
        if all {
            coverage.server.clear()
        } else {
            call.workspace.conduct.clear()
        }
        coverage.forget((!all).then_some(call.workspace.key()));
        return Ok(body::nothing());
    }
    let used = if all { coverage.used(&app.state.model, None) } else { used_here(app, call) };
    Ok(Answer::json(
        200,
        &json!({
            "workspace": if all { "*" } else { call.workspace.key() },
            "summary": used.summary(),
            "assumed": used.assumed,
            "not_emulated": used.not_emulated,
            "used": used.all,
        }),
    ))
}

/// `{"strict": true}` for this workspace; DELETE follows the server's flag again.
fn strict(app: &App, call: &Call) -> Result<Answer, Error> {
    let conduct = &call.workspace.conduct;
    match call.method {
        Method::GET => {}
        Method::PUT | Method::POST => {
            let said = body::boolean(&body::object(call, &["strict"])?, "strict")?;
            conduct.set_strict(Some(said.ok_or_else(|| Error::bad_request("'strict' must be true or false."))?));
        }
        Method::DELETE => conduct.set_strict(None),
        _ => return Err(Error::method_not_allowed()),
    }
    Ok(Answer::json(
        200,
        &json!({ "workspace": call.workspace.key(), "strict": app.state.coverage.is_strict(conduct) }),
    ))
}
