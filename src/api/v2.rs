//! API v2, its history and its streaming service: which entity, and the read behind it. Nothing here writes.

use std::sync::Arc;

use axum::http::Method;

use super::answer::Answer;
use super::call::Call;
use super::error::{Error, Kind};
use super::v2_page::Target;
use super::{percent, stream, uses, v2_page};
use crate::app::App;
use crate::catalog::{Entity, EntityKind, nearest};
use crate::coverage::Operation;
use crate::rules::accounts::Account;

/// Whether the path belongs to the services that always answer in JSON.
pub fn speaks(path: &str) -> bool {
    let mut segments = path.split('/').filter(|s| !s.is_empty()).map(str::to_ascii_lowercase).peekable();
    if segments.peek().is_some_and(|s| s == "w") {
        segments.nth(1);
    }
    let pair = (segments.next(), segments.next());
    matches!(
        (pair.0.as_deref(), pair.1.as_deref()),
        (Some("api"), Some("v2" | "history")) | (Some("svc" | "pageservices"), _)
    )
}

/// # Errors
/// Everything a v2 request can be refused for.
pub async fn route(app: &App, call: &Arc<Call>, caller: &Account, segments: &[&str]) -> Result<Answer, Error> {
    // a read may be posted: parameters stay in the query
    if !matches!(call.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(Error::method_not_allowed());
    }
    if let ["api", "v2", "context", rest @ ..] = segments {
        return super::context::current(app, call, caller, rest).await;
    }
    let (target, streamed) = target(app, call, segments)?;
    uses::operation(app, call, target.entity, Operation::Query)?;
    match (target, streamed) {
        (target, true) => stream::read(app, call, caller, target.entity).await,
        (target, false) => v2_page::read(app, call, caller, target).await,
    }
}

/// What a read asks for, and whether as a stream.
///
/// # Errors
/// 404 for a path that is no read of entities.
pub fn target(app: &App, call: &Call, segments: &[&str]) -> Result<(Target, bool), Error> {
    match segments {
        ["api", "v2", _, rest @ ..] => {
            let name = &call.segments[2];
            let entity = entity(app, name)?.id;
            let address = format!("{}/api/v2/{}", call.base, percent::escape(name));
            Ok((Target { entity, id: id(rest)?, address }, false))
        }
        ["api", "history", "v2", _, rest @ ..] => {
            let name = &call.segments[3];
            let entity = past(app, entity(app, name)?).ok_or_else(|| unknown(app, name))?.id;
            let address = format!("{}/api/history/v2/{}", call.base, percent::escape(name));
            Ok((Target { entity, id: id(rest)?, address }, false))
        }
        ["svc", _, "stream", _] => {
            let entity = entity(app, &call.segments[3])?.id;
            Ok((Target { entity, id: None, address: String::new() }, true))
        }
        _ => Err(Error::new(Kind::NotFound, "The requested resource is not found.")),
    }
}

fn entity<'a>(app: &'a App, name: &str) -> Result<&'a Entity, Error> {
    let entity = app.state.model.catalog.resource(name).filter(|e| e.kind != EntityKind::Context);
    entity.ok_or_else(|| unknown(app, name))
}

/// The full history of an entity.
fn past<'a>(app: &'a App, entity: &Entity) -> Option<&'a Entity> {
    let catalog = &app.state.model.catalog;
    if entity.kind == EntityKind::History {
        return catalog.named(&entity.name);
    }
    let of = |e: &&Entity| e.kind == EntityKind::History && e.source == Some(entity.id);
    // the simple one describes nothing that the full one lacks
    catalog.entities().iter().filter(of).max_by_key(|e| e.members.len())
}

fn unknown(app: &App, name: &str) -> Error {
    let names = app.state.model.catalog.entities().iter().filter(|e| e.has_uri()).map(|e| e.name.as_str());
    let hint = nearest(name, names).map(|n| format!(" Did you mean '{n}'?")).unwrap_or_default();
    Error::template(
        Kind::NotFound,
        "Resource '{resource}' is not found.{hint}",
        &[("resource", name.to_owned()), ("hint", hint)],
    )
}

fn id(rest: &[&str]) -> Result<Option<i64>, Error> {
    match rest {
        [] => Ok(None),
        [id] => id.parse().map(Some).map_err(|_| Error::bad_request(format!("Invalid id: {id}"))),
        _ => Err(Error::new(Kind::NotFound, "The requested resource is not found.")),
    }
}
