//! Calls of the vendor's web interface on items: what they can be converted to, and the conversion itself.
//!
//! Evidence: its script for these calls and its test data. `d` is what services of that kind wrap answers in.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::auth;
use super::call::Call;
use super::error::Error;
use super::represent::Done;
use super::v1_write::{body, run, shape};
use crate::app::App;
use crate::catalog::Entity;
use crate::draft::Draft;
use crate::query::convert::label;
use crate::rules::write::{self, Converted, Tx};

/// What a call asks for.
enum Action {
    Offer,
    Convert { type_id: i64, story: Option<i64> },
}

/// Answers `POST /PageServices/ActionsService.asmx/{what}`, `what` in lower case.
///
/// # Errors
/// No credentials, a body without the ids, everything a conversion is refused for, 501 for other calls.
pub async fn route(app: &App, call: &Arc<Call>, what: &str) -> Result<Answer, Error> {
    let caller = auth::caller(app, call).await?;
    if !["generalcanconvertto", "convertgeneraltotype", "convertgeneraltotask"].contains(&what) {
        return Err(Error::not_emulated(&format!("ActionsService.asmx/{what}")));
    }
    if call.method != Method::POST {
        return Err(Error::method_not_allowed());
    }
    let draft = body(call)?;
    let id = number(&draft, "generalId")?;
    let action = match what {
        "generalcanconvertto" => Action::Offer,
        "convertgeneraltotype" => Action::Convert { type_id: number(&draft, "entityTypeId")?, story: None },
        _ => Action::Convert { type_id: task(app)?, story: Some(number(&draft, "userStoryId")?) },
    };
    let shape = shape(app, call, &caller, None).await?;
    let (_, _, body) = run(app, call, &caller, shape, move |tx| {
        let answer = match action {
            Action::Offer => offer(tx, id)?,
            Action::Convert { type_id, story } => converted(&write::convert(tx, id, type_id, story)?),
        };
        Ok(Done::Said(json!({ "d": answer })))
    })
    .await?;
    Ok(Answer::new(200, "application/json; charset=utf-8", body))
}

fn number(draft: &Draft, name: &str) -> Result<i64, Error> {
    let number = draft.member(name).and_then(Draft::integer);
    number.ok_or_else(|| Error::bad_request(format!("{name} should be specified.")))
}

fn task(app: &App) -> Result<i64, Error> {
    let task = app.state.model.catalog.resource_v1("task").and_then(|entity| entity.type_id);
    task.ok_or_else(|| Error::internal("The catalog has no tasks."))
}

fn offer(tx: &Tx<'_>, id: i64) -> write::Result<Value> {
    let shown =
        |entity: &Entity| json!({"ID": entity.type_id, "EntityTypeName": entity.name, "Name": label(&entity.name)});
    Ok(write::conversions(tx, id)?.into_iter().map(shown).collect())
}

/// The new item, under both names that clients read.
fn converted(item: &Converted<'_>) -> Value {
    json!({
        "ID": item.id,
        "GeneralID": item.id,
        "Name": item.name,
        "EntityTypeName": format!("Tp.Entity.{}", item.entity.name),
    })
}
