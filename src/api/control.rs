//! `/_tpmock`: what tests ask of the emulator itself. Open on loopback; refused to pages of other sites.

use axum::http::Method;
use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use crate::app::App;

/// # Errors
/// 404 for an unknown word, 405 for a wrong method, 403 for a caller who may not.
pub async fn route(app: &App, call: &Call, segments: &[&str]) -> Result<Answer, Error> {
    allowed(app, call)?;
    match segments {
        ["health"] => only(call, &[Method::GET, Method::HEAD]).map(|()| health(app, call)),
        ["reset"] => {
            only(call, &[Method::POST])?;
            reset(app, call).await
        }
        _ => Err(Error::no_resource(&call.path)),
    }
}

/// A page of another site must not steer somebody's emulator, and a server open to a network asks for its token.
fn allowed(app: &App, call: &Call) -> Result<(), Error> {
    if let Some(origin) = call.headers.get("origin").and_then(|o| o.to_str().ok())
        && !call.base.starts_with(origin)
    {
        return Err(Error::forbidden("The control interface does not answer pages of other sites."));
    }
    if app.config().host.is_loopback() {
        return Ok(());
    }
    let given = call.headers.get("x-tpmock-control").and_then(|v| v.to_str().ok());
    match &app.config().control_token {
        Some(token) if given == Some(token.as_str()) => Ok(()),
        _ if call.segments.last().is_some_and(|s| s == "health") => Ok(()),
        _ => Err(Error::forbidden("The control interface needs the header X-TPMock-Control with the control token.")),
    }
}

fn only(call: &Call, methods: &[Method]) -> Result<(), Error> {
    if methods.contains(&call.method) { Ok(()) } else { Err(Error::method_not_allowed()) }
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

async fn reset(app: &App, call: &Call) -> Result<Answer, Error> {
    let (state, workspace) = (app.state.clone(), call.workspace.clone());
    let reset = tokio::task::spawn_blocking(move || {
        let base = state.store.base()?;
        state.store.reset(&workspace, &base)
    });
    reset.await.map_err(|_| Error::internal("the reset did not finish"))??;
    Ok(Answer::json(200, &json!({ "workspace": call.workspace.key(), "generation": call.workspace.generation() })))
}

/// What older clients ask to learn the version.
pub fn info(call: &Call) -> Answer {
    let _ = call;
    Answer::new(200, "application/json; charset=utf-8", b"{\"version\":\"2609.1.0.1\"}".to_vec())
}

/// A person who opens the address in a browser.
pub fn welcome(call: &Call) -> Answer {
    let base = &call.base;
    Answer::page(
        200,
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>tpmock</title></head>\n<body>\n\
             <h1>tpmock</h1>\n<p>This is an emulator of the Targetprocess REST API. Try</p>\n<ul>\n\
             <li><a href=\"{base}/api/v1/UserStories?take=2\">{base}/api/v1/UserStories?take=2</a></li>\n\
             <li><a href=\"{base}/api/v1/Index/meta\">{base}/api/v1/Index/meta</a></li>\n\
             <li><a href=\"{base}/_tpmock/health\">{base}/_tpmock/health</a></li>\n</ul>\n</body></html>\n"
        ),
    )
}
