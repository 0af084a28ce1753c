//! Every route of the control interface.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, Kind};
use super::super::explain;
use super::guard::{allowed, only};
use super::{body, clock, coverage, faults, requests, seeds, snapshots, workspaces};
use crate::app::App;

/// # Errors
/// 404 for an unknown word, 405 for a wrong method, 403 for a caller who may not.
pub async fn route(app: &App, call: &Call) -> Result<Answer, Error> {
    allowed(app, call)?;
    // names keep their case, words have none
    let names: Vec<&str> = call.segments.iter().skip(1).map(String::as_str).collect();
    let words: Vec<String> = names.iter().map(|n| n.to_ascii_lowercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["health"] => only(call, &[Method::GET, Method::HEAD]).map(|()| health(app, call)),
        ["reset"] => {
            only(call, &[Method::POST])?;
            body::blocking(app, call, |state, w| Ok(state.reset_workspace(w)?)).await?;
            app.state.faults.clear(Some(call.workspace.key()));
            app.state.journal.clear_workspace(call.workspace.key());
            Ok(generation(call))
        }
        ["workspaces"] => workspaces::route(app, call, None).await,
        ["workspaces", _] => workspaces::route(app, call, Some(names[1])).await,
        ["snapshots"] => snapshots::route(app, call, None).await,
        ["snapshots", _] => snapshots::route(app, call, Some(names[1])).await,
        ["snapshots", _, "restore"] => snapshots::restore(app, call, names[1]).await,
        ["clock"] => clock::route(call),
        ["faults"] => faults::route(app, call, None),
        ["faults", id] => faults::route(app, call, Some(id)),
        ["requests", rest @ ..] => requests::route(app, call, rest).await,
        ["requests.har"] => requests::archive(app, call),
        ["env"] => {
            only(call, &[Method::GET])?;
            environment(app, call).await
        }
        ["ca.pem"] => {
            only(call, &[Method::GET, Method::HEAD])?;
            let authority = body::blocking(app, call, |state, _| Ok(state.authority())).await?;
            let authority = authority.ok_or_else(|| Error::no_resource(&call.path))?;
            Ok(Answer::new(200, "application/x-pem-file", authority.into_bytes()))
        }
        ["metrics"] => {
            only(call, &[Method::GET])?;
            Ok(Answer::new(200, "text/plain; version=0.0.4", app.state.metrics.text(app).into_bytes()))
        }
        ["explain", _, ..] => explain::route(app, call).await,
        ["coverage", rest @ ..] => coverage::route(app, call, rest),
        ["coverage.html"] => only(call, &[Method::GET, Method::HEAD]).map(|()| coverage::page(app, call)),
        ["export"] => seeds::export(app, call).await,
        ["import"] => seeds::import(app, call).await,
        ["diff"] => seeds::diff(app, call).await,
        _ => Err(Error::no_resource(&call.path)),
    }
}

/// What a client needs to know; with `?proxy`, one that cannot be told an address.
async fn environment(app: &App, call: &Call) -> Result<Answer, Error> {
    let (server, url, key) = (app.clone(), call.base.clone(), call.workspace.key().to_owned());
    let proxy = call.parameters.get("proxy").is_some();
    if proxy && app.config().proxy.is_none() {
        return Err(Error::new(Kind::Conflict, "this server is no proxy, start it with --proxy"));
    }
    let found = body::blocking(app, call, move |_, _| {
        let origin = url.strip_suffix(&format!("/w/{key}")).unwrap_or(&url);
        Ok(if proxy { server.proxy_environment(origin, &key) } else { server.environment(&url) })
    });
    let found = found.await?.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
    Ok(Answer::json(200, &Value::Object(found.collect())))
}

/// Which content the workspace has now.
pub fn generation(call: &Call) -> Answer {
    Answer::json(200, &json!({ "workspace": call.workspace.key(), "generation": call.workspace.generation() }))
}

fn health(app: &App, call: &Call) -> Answer {
    Answer::json(
        200,
        &json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "workspace": call.workspace.key(),
            "generation": call.workspace.generation(),
            "workspaces": app.state.store.list().len(),
        }),
    )
}
