//! `snapshots`: taken, listed, restored, deleted.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, Kind};
use super::body;
use super::guard::only;
use crate::app::App;
use crate::control::SnapshotInfo;

/// `snapshots` and `snapshots/{name}`.
pub async fn route(app: &App, call: &Call, name: Option<&str>) -> Result<Answer, Error> {
    let Some(name) = name.map(str::to_owned) else {
        only(call, &[Method::GET])?;
        let all = body::blocking(app, call, |state, _| Ok(state.snapshots.list())).await?;
        let list: Vec<Value> = all.iter().map(shown).collect();
        return Ok(Answer::json(200, &json!({ "snapshots": list })));
    };
    let unknown = Error::new(Kind::NotFound, format!("there is no snapshot called '{name}'"));
    match call.method {
        Method::GET => {
            let all = body::blocking(app, call, |state, _| Ok(state.snapshots.list())).await?;
            all.iter().find(|s| s.name == name).map(|s| Answer::json(200, &shown(s))).ok_or(unknown)
        }
        Method::PUT | Method::POST => {
            let info = body::blocking(app, call, move |state, w| state.take_snapshot(w, &name)).await?;
            Ok(Answer::json(201, &shown(&info)))
        }
        Method::DELETE => match body::blocking(app, call, move |state, _| state.snapshots.remove(&name)).await? {
            true => Ok(body::nothing()),
            false => Err(unknown),
        },
        _ => Err(Error::method_not_allowed()),
    }
}

/// `snapshots/{name}/restore`.
pub async fn restore(app: &App, call: &Call, name: &str) -> Result<Answer, Error> {
    only(call, &[Method::POST])?;
    let name = name.to_owned();
    body::blocking(app, call, move |state, w| state.restore_snapshot(w, &name)).await?;
    Ok(super::route::generation(call))
}

fn shown(info: &SnapshotInfo) -> Value {
    json!({
        "name": info.name,
        "bytes": info.bytes,
        "file": info.file.as_ref().map(|f| f.display().to_string()),
    })
}
