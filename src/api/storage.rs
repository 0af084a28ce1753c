//! `/storage/v1`: the RESTful storage, always JSON, camelCase.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Map, Value as Json, json};

use super::answer::Answer;
use super::call::Call;
use super::error::{Error, Kind};
use super::percent::escape_only;
use crate::app::App;
use crate::draft::Draft as Body;
use crate::query::ast::Expr;
use crate::rules::accounts::Account;
use crate::rules::storage::{self, Change, Denied, Document, Draft, Scope};
use crate::store::{Connection, Lane, Reader};
use crate::{syntax, wire};

const DEFAULT_TAKE: usize = 25;
const MAX_TAKE: usize = 1000;

/// What a list shows and what its links say when nothing is selected (recorded 2015).
const SELECTION: &str = "new (Key, OwnerIds, OwnerId, Scope)";

/// # Errors
/// A broken parameter or body, a document that is not there or belongs to somebody else.
pub async fn route(app: &App, call: &Arc<Call>, caller: &Account) -> Result<Answer, Error> {
    let user = Change { user: caller.id, administrator: caller.administrator };
    let path: Vec<&str> = call.segments[2..].iter().map(String::as_str).collect();
    match (&call.method, path.as_slice()) {
        (&Method::GET | &Method::HEAD, []) => {
            let groups =
                app.state.store.read(&call.workspace, Lane::Short, move |c| storage::groups(c, user)).await??;
            Ok(json_answer(&json!({ "items": groups })))
        }
        (&Method::GET | &Method::HEAD, [group]) => list(app, call, user, group).await,
        (&Method::GET | &Method::HEAD, [group, key]) => {
            let (group, key) = ((*group).to_owned(), (*key).to_owned());
            let name = key.clone();
            let read = move |c: &Reader| storage::find(c, user, &group, &key);
            let found = app.state.store.read(&call.workspace, Lane::Short, read).await??;
            found.map(|d| json_answer(&d.members())).ok_or_else(|| missing(&name))
        }
        (&Method::POST | &Method::PUT, [group, key @ ..]) if key.len() <= 1 => {
            keep(app, call, user, group, key.first().copied()).await
        }
        (&Method::DELETE, [group]) => {
            let name = (*group).to_owned();
            change(app, call, group, move |c| storage::remove_group(c, user, &name)).await.map(|()| empty())
        }
        (&Method::DELETE, [group, key]) => {
            let (group, name) = ((*group).to_owned(), (*key).to_owned());
            change(app, call, key, move |c| storage::remove(c, user, &group, &name)).await.map(|()| empty())
        }
        (_, path) if path.len() > 2 => Err(Error::no_resource(&call.path)),
        _ => Err(Error::method_not_allowed()),
    }
}

/// Writes to the document that the path names, else the body; without either it gets a key of its own.
async fn keep(app: &App, call: &Arc<Call>, user: Change, group: &str, key: Option<&str>) -> Result<Answer, Error> {
    let body = object(&call.body)?;
    let draft = draft(&body)?;
    let key = match key {
        Some(key) => key.to_owned(),
        None => named_key(&body)?.unwrap_or_else(|| app.state.guid(Some(&call.workspace))),
    };
    let group = group.to_owned();
    if group.trim().is_empty() || key.trim().is_empty() {
        return Err(Error::bad_request("A group and a key need a name."));
    }
    let name = key.clone();
    let document = change(app, call, &name, move |c| storage::keep(c, user, &group, &key, &draft)).await?;
    Ok(json_answer(&document.members()))
}

/// Runs a change in the workspace's writer. `name` is that of the document or group it is about.
async fn change<T: Send + 'static>(
    app: &App,
    call: &Call,
    name: &str,
    job: impl Fn(&Connection) -> Result<T, Denied> + Send + 'static,
) -> Result<T, Error> {
    app.state.store.write(&call.workspace, job).await?.map_err(|denied| match denied {
        Denied::Missing => missing(name),
        Denied::NotOwner => Error::forbidden("Only the owner or an administrator may change this."),
        Denied::Store(error) => error.into(),
    })
}

/// What a list is made from.
struct Wish {
    filter: Option<Expr>,
    selection: Expr,
    take: usize,
    skip: usize,
}

async fn list(app: &App, call: &Arc<Call>, user: Change, group: &str) -> Result<Answer, Error> {
    let (filter, selection) = (call.parameters.text("where"), call.parameters.text("select"));
    let parsed = |e: syntax::Error| Error::bad_request(e.to_string());
    let wish = Wish {
        filter: filter.map(syntax::v2::parse_expression).transpose().map_err(parsed)?,
        selection: syntax::v2::parse_select(selection.unwrap_or(SELECTION)).map_err(parsed)?,
        take: count(call, "take", DEFAULT_TAKE, 1)?.min(MAX_TAKE),
        skip: count(call, "skip", 0, 0)?,
    };
    let (take, skip) = (wish.take, wish.skip);
    let name = group.to_owned();
    let read = move |c: &Reader| storage::documents(c, user, &name);
    let documents = app.state.store.read(&call.workspace, Lane::Dear, read).await??;
    let (items, more) = page(&wish, &documents).map_err(Error::bad_request)?;
    let link = |take: usize, skip: usize| {
        let group = escape_only(group, "%/?#");
        let filter = escape_only(filter.unwrap_or_default(), "%&#+");
        let selection = escape_only(selection.unwrap_or(SELECTION), "%&#+");
        format!("{}/storage/v1/{group}/?where={filter}&select={selection}&take={take}&skip={skip}", call.base)
    };
    let mut body = Map::new();
    if more {
        body.insert("next".into(), link(take, skip + take).into());
    }
    if skip > 0 {
        body.insert("prev".into(), link(take.min(skip), skip.saturating_sub(take)).into());
    }
    let rows = items.len();
    body.insert("items".into(), items.into());
    let mut answer = json_answer(&Json::Object(body));
    answer.rows = rows;
    Ok(answer)
}

/// The items of the page, and whether more follow.
fn page(wish: &Wish, documents: &[Document]) -> Result<(Vec<Json>, bool), String> {
    let mut passed = Vec::new();
    for document in documents {
        if wish.filter.as_ref().map_or(Ok(true), |f| storage::test(f, document))? {
            passed.push(document);
        }
    }
    let more = passed.len() > wish.skip.saturating_add(wish.take);
    let items = passed.iter().skip(wish.skip).take(wish.take).map(|d| storage::select(&wish.selection, d));
    Ok((items.collect::<Result<_, _>>()?, more))
}

/// A parameter that is a number, and no smaller than `least`.
fn count(call: &Call, name: &str, default: usize, least: usize) -> Result<usize, Error> {
    let Some(text) = call.parameters.text(name) else { return Ok(default) };
    let count = text.trim().parse().ok().filter(|count| *count >= least);
    count.ok_or_else(|| Error::bad_request(format!("'{text}' is no count.")))
}

fn object(body: &[u8]) -> Result<Body, Error> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Body::Object(Vec::new()));
    }
    let body = wire::decode_json(body).map_err(|e| Error::bad_request(e.to_string()))?;
    if !matches!(body, Body::Object(_)) {
        return Err(Error::bad_request("The body must be an object."));
    }
    Ok(body)
}

fn named_key(body: &Body) -> Result<Option<String>, Error> {
    match body.member("key") {
        None | Some(Body::Null) => Ok(None),
        Some(Body::Text(text) | Body::Number(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Error::bad_request("key must be a text.")),
    }
}

fn draft(body: &Body) -> Result<Draft, Error> {
    let scope = match body.member("scope") {
        None | Some(Body::Null) => None,
        Some(Body::Text(text)) => {
            Some(Scope::named(text).ok_or_else(|| Error::bad_request("The scope is Public or Private."))?)
        }
        Some(_) => return Err(Error::bad_request("The scope is Public or Private.")),
    };
    Ok(Draft { scope, public_data: data(body, "publicData")?, user_data: data(body, "userData")? })
}

/// Values are texts; clients that keep more write it as JSON text.
fn data(body: &Body, name: &str) -> Result<Map<String, Json>, Error> {
    match body.member(name) {
        None | Some(Body::Null) => Ok(Map::new()),
        Some(Body::Object(members)) => {
            let pairs = members.iter().map(|(key, value)| match value {
                Body::Null => Ok((key.clone(), Json::Null)),
                Body::Text(text) | Body::Number(text) => Ok((key.clone(), Json::String(text.clone()))),
                Body::Bool(b) => Ok((key.clone(), Json::String(b.to_string()))),
                Body::List(_) | Body::Object(_) => Err(Error::bad_request(format!("{name}.{key} must be a text."))),
            });
            pairs.collect()
        }
        Some(_) => Err(Error::bad_request(format!("{name} must be an object."))),
    }
}

fn missing(key: &str) -> Error {
    Error::new(Kind::NotFound, format!("The key '{key}' is not found."))
}

fn json_answer(value: &Json) -> Answer {
    Answer::new(200, "application/json; charset=utf-8", serde_json::to_vec(value).unwrap_or_default())
}

fn empty() -> Answer {
    Answer::new(200, "application/json; charset=utf-8", Vec::new())
}
