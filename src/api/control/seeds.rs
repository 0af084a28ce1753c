//! `export`, `import`, `diff`: a workspace as a seed, and what changed in it.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::Error;
use super::body;
use super::guard::only;
use crate::app::App;
use crate::store::seed::{Changes, Item};

pub async fn export(app: &App, call: &Call) -> Result<Answer, Error> {
    only(call, &[Method::GET])?;
    let text = body::blocking(app, call, |state, w| state.export(w)).await?;
    Ok(Answer::new(200, "application/json", text.into_bytes()))
}

pub async fn import(app: &App, call: &Call) -> Result<Answer, Error> {
    only(call, &[Method::POST])?;
    let text = String::from_utf8(call.body.to_vec()).map_err(|_| Error::bad_request("A seed is text in UTF-8."))?;
    body::blocking(app, call, move |state, w| state.import(w, &text)).await?;
    Ok(super::route::generation(call))
}

/// `diff?from=…[&ignore=Field,…][&only=Entity,…]`.
pub async fn diff(app: &App, call: &Call) -> Result<Answer, Error> {
    only(call, &[Method::GET])?;
    let Some(from) = call.parameters.text("from").map(str::to_owned) else {
        return Err(Error::bad_request("'from' must name the snapshot or the workspace to compare with."));
    };
    let ignored = names(call, "ignore");
    let wanted: Vec<String> = names(call, "only")
        .into_iter()
        .map(|n| app.state.model.catalog.named(&n).map_or(n, |e| e.name.clone()))
        .collect();
    let changes = body::blocking(app, call, move |state, w| state.changes(w, &from)).await?;
    Ok(Answer::json(200, &shown(changes, &ignored, &wanted)))
}

fn names(call: &Call, parameter: &str) -> Vec<String> {
    let text = call.parameters.text(parameter).unwrap_or_default();
    text.split(',').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

fn shown(changes: Changes, ignored: &[String], wanted: &[String]) -> Value {
    let is_wanted = |entity: &str| wanted.is_empty() || wanted.iter().any(|w| w.eq_ignore_ascii_case(entity));
    let is_ignored = |field: &str| ignored.iter().any(|i| i.eq_ignore_ascii_case(field));
    let mut updated = Vec::new();
    for update in changes.updated.into_iter().filter(|u| is_wanted(&u.entity)) {
        let mut fields = Map::new();
        for change in update.fields.into_iter().filter(|c| !is_ignored(&c.field)) {
            fields.insert(change.field, json!({ "from": change.from, "to": change.to }));
        }
        if !fields.is_empty() {
            updated.push(json!({ "entity": update.entity, "id": update.id, "fields": fields }));
        }
    }
    let rows = |items: Vec<Item>| -> Vec<Value> {
        let items = items.into_iter().filter(|i| is_wanted(&i.entity));
        items.map(|i| json!({ "entity": i.entity, "id": i.id, "item": without(i.members, &is_ignored) })).collect()
    };
    json!({ "created": rows(changes.created), "updated": updated, "deleted": rows(changes.deleted) })
}

fn without(members: Map<String, Value>, is_ignored: &dyn Fn(&str) -> bool) -> Map<String, Value> {
    members.into_iter().filter(|(name, _)| !is_ignored(name)).collect()
}
