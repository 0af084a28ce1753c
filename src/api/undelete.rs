//! Bringing deleted entities back: `/api/v1/Undelete` and `/api/deletedItems/v1`.

use std::sync::Arc;

use axum::http::Method;
use serde_json::json;

use super::answer::Answer;
use super::call::Call;
use super::error::{Error, Kind};
use super::represent::Done;
use super::v1_write::{body, run, scene, shape};
use crate::app::App;
use crate::catalog::EntityId;
use crate::draft::Draft;
use crate::rules::accounts::Account;
use crate::rules::write::{self, Tx};
use crate::store::{Known, Lane};

/// Answers `POST /api/v1/Undelete` and `…/bulk`.
///
/// # Errors
/// 403 for others than administrators, 404 for what was not deleted.
pub async fn undelete(app: &App, call: &Arc<Call>, caller: &Account, rest: &[&str]) -> Result<Answer, Error> {
    if call.method != Method::POST {
        return Err(Error::method_not_allowed());
    }
    let draft = body(call)?;
    match rest {
        [] => {
            let (entity, id) = item(app, &draft)?;
            let shape = shape(app, call, caller, Some(entity)).await?;
            let (represent, rows, body) = run(app, call, caller, shape, move |tx| {
                write::restore(tx, tx.catalog().entity(entity), id)?;
                Ok(Done::One(entity, id))
            })
            .await?;
            Ok(represent.answer(200, "", rows, body))
        }
        ["bulk"] => {
            let rows = draft.rows().ok_or_else(|| Error::bad_request("A bulk request needs an array of entities."))?;
            let items = rows.into_iter().map(|row| item(app, row)).collect::<Result<Vec<_>, _>>()?;
            let Some((first, _)) = items.first().copied() else {
                return Err(Error::bad_request("A bulk request needs at least one entity."));
            };
            // entities of several types are answered as what they have in common
            let common = if items.iter().all(|(entity, _)| *entity == first) { first } else { general(app, first) };
            let shape = shape(app, call, caller, Some(common)).await?;
            let (represent, rows, body) = run(app, call, caller, shape, move |tx| {
                for (entity, id) in &items {
                    write::restore(tx, tx.catalog().entity(*entity), *id)?;
                }
                Ok(Done::Many(common, items.iter().map(|(_, id)| *id).collect()))
            })
            .await?;
            Ok(represent.answer(200, "", rows, body))
        }
        _ => Err(Error::no_resource(&call.path)),
    }
}

/// The top of an entity's family.
fn general(app: &App, entity: EntityId) -> EntityId {
    app.state.model.catalog.entity(entity).ancestors.last().copied().unwrap_or(entity)
}

fn item(app: &App, draft: &Draft) -> Result<(EntityId, i64), Error> {
    let id = draft.member("Id").and_then(Draft::integer);
    let id = id.ok_or_else(|| Error::bad_request("Id should be specified."))?;
    let name = match draft.member(write::TYPE_MEMBER) {
        Some(Draft::Text(name)) => Some(name.clone()),
        Some(object) => match object.member("Name") {
            Some(Draft::Text(name)) => Some(name.clone()),
            _ => None,
        },
        None => None,
    };
    let name = name.ok_or_else(|| Error::bad_request(format!("{} should be specified.", write::TYPE_MEMBER)))?;
    let entity = app.state.model.catalog.resource_v1(&name);
    let entity = entity.ok_or_else(|| Error::bad_request(format!("Unknown entity type '{name}'.")))?;
    Ok((entity.id, id))
}

/// Answers `GET /api/deletedItems/v1/{type}` and `POST …/{id}/restore`. The documentation names the addresses alone;
/// the shape of the list is assumed.
///
/// # Errors
/// 403 for others than administrators, 404 for another type.
pub async fn deleted_items(app: &App, call: &Arc<Call>, caller: &Account, rest: &[&str]) -> Result<Answer, Error> {
    let (what, rest) = rest.split_first().ok_or_else(|| Error::no_resource(&call.path))?;
    let entity = match *what {
        "projects" | "users" => app.state.model.catalog.resource_v1(what).map(|e| e.id),
        _ => None,
    };
    let entity = entity.ok_or_else(|| Error::no_resource(&call.path))?;
    if !caller.sees_all() {
        return Err(Error::forbidden("Only administrators see deleted entities."));
    }
    match (&call.method, rest) {
        (&Method::GET, []) => list(app, call, caller, entity).await,
        (&Method::POST, [id, "restore"]) => {
            let id: i64 = id.parse().map_err(|_| Error::bad_request(format!("Invalid id: {id}")))?;
            let shape = shape(app, call, caller, None).await?;
            run(app, call, caller, shape, move |tx| {
                write::restore(tx, tx.catalog().entity(entity), id)?;
                Ok(Done::Gone(entity, id))
            })
            .await?;
            Ok(Answer::json(200, &json!({"id": id})))
        }
        (&Method::GET | &Method::POST, _) => Err(Error::new(Kind::NotFound, "The requested resource is not found.")),
        _ => Err(Error::method_not_allowed()),
    }
}

async fn list(app: &App, call: &Arc<Call>, caller: &Account, entity: EntityId) -> Result<Answer, Error> {
    let (app_, call_, caller) = (app.clone(), Arc::clone(call), caller.clone());
    let rows = app.state.store.read(&call.workspace, Lane::Short, move |db| {
        let known = Known::default();
        let tx = Tx::new(scene(&app_, &call_, db), &known, &caller)?;
        write::deleted(&tx, tx.catalog().entity(entity))
    });
    let rows = rows.await??;
    let items: Vec<_> = rows.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    let mut answer = Answer::json(200, &json!({"items": items}));
    answer.rows = rows.len();
    Ok(answer)
}
