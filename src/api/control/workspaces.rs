//! `workspaces`: listed, made from a snapshot or another workspace, dropped.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, Kind};
use super::body;
use super::guard::only;
use crate::app::App;
use crate::store::Workspace;

pub async fn route(app: &App, call: &Call, key: Option<&str>) -> Result<Answer, Error> {
    let Some(key) = key.map(str::to_owned) else {
        only(call, &[Method::GET])?;
        let all = app.state.store.list();
        let list: Vec<Value> = all.iter().map(shown).collect();
        return Ok(Answer::json(200, &json!({ "workspaces": list, "limit": app.state.store.workspace_limit() })));
    };
    let unknown = || Error::new(Kind::NotFound, format!("there is no workspace '{key}'"));
    match call.method {
        Method::GET => {
            let all = app.state.store.list();
            all.iter().find(|w| w.key() == key).map(|w| Answer::json(200, &shown(w))).ok_or_else(unknown)
        }
        Method::POST => {
            let object = body::object(call, &["from"])?;
            let from = body::text(&object, "from")?.map(str::to_owned);
            let made = body::blocking(app, call, move |state, _| state.make_workspace(&key, from.as_deref()));
            Ok(Answer::json(201, &shown(&made.await?)))
        }
        Method::DELETE => {
            let name = key.clone();
            match body::blocking(app, call, move |state, _| Ok(state.drop_workspace(&name)?)).await? {
                true => Ok(body::nothing()),
                false => Err(unknown()),
            }
        }
        _ => Err(Error::method_not_allowed()),
    }
}

fn shown(workspace: &Arc<Workspace>) -> Value {
    let seconds = workspace.idle().as_millis() as f64 / 1000.0;
    json!({
        "key": workspace.key(),
        "generation": workspace.generation(),
        "idle_seconds": seconds,
        "bytes": workspace.bytes(),
    })
}
