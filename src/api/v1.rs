//! API v1: which resource, which shape, and the read behind it.

use std::sync::Arc;

use axum::http::Method;

use super::answer::Answer;
use super::call::Call;
use super::error::{Error, Kind};
use super::{authentication, meta, page, undelete, uses, v1_write};
use crate::app::App;
use crate::catalog::{Entity, EntityId, EntityKind, MemberId};
use crate::coverage::Operation;
use crate::rules::accounts::Account;

/// What of a resource is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Collection,
    Entity(i64),
    /// A collection of the owner with this id.
    Inner {
        owner: EntityId,
        id: i64,
        collection: MemberId,
    },
}

/// # Errors
/// Everything a v1 request can be refused for.
pub async fn route(app: &App, call: &Arc<Call>, caller: &Account, segments: &[&str]) -> Result<Answer, Error> {
    if call.method == Method::OPTIONS {
        return Err(Error::method_not_allowed());
    }
    let catalog = &app.state.model.catalog;
    let Some((first, rest)) = segments.split_first() else { return Err(Error::no_resource(&call.path)) };
    let first = first.strip_suffix(".asmx").unwrap_or(first);
    match (first, rest) {
        ("index", ["meta"]) => return read_only(call).map(|()| meta::index(app, call)),
        ("authentication", []) => {
            read_only(call)?;
            return authentication::token(app, call, caller).await;
        }
        ("undelete", rest) => return undelete::undelete(app, call, caller, rest).await,
        ("plugins", _) => return Err(Error::not_emulated("plugins")),
        _ => {}
    }
    let Some(entity) = catalog.resource_v1(first) else { return Err(Error::no_resource(&call.path)) };
    if let ["meta"] = rest {
        return read_only(call).map(|()| meta::resource(app, call, entity));
    }
    if entity.kind == EntityKind::Context {
        read_only(call)?;
        return super::context::context(app, call, caller, rest).await;
    }
    if !matches!(call.method, Method::GET | Method::HEAD) {
        return v1_write::write(app, call, caller, entity, rest).await;
    }
    let target = target(app, entity, caller, rest)?;
    uses::operation(app, call, entity.id, Operation::Read)?;
    page::read(app, call, caller, entity.id, target).await
}

/// What a read asks for, by the segments below the version.
///
/// # Errors
/// 404 for a path that is no read of entities.
pub fn read_target(
    app: &App,
    call: &Call,
    caller: &Account,
    first: &str,
    rest: &[&str],
) -> Result<(EntityId, Target), Error> {
    let resource = app.state.model.catalog.resource_v1(first.strip_suffix(".asmx").unwrap_or(first));
    match resource.filter(|e| e.kind != EntityKind::Context && rest != ["meta"]) {
        Some(entity) => Ok((entity.id, target(app, entity, caller, rest)?)),
        None => Err(Error::no_resource(&call.path)),
    }
}

fn target(app: &App, entity: &Entity, caller: &Account, rest: &[&str]) -> Result<Target, Error> {
    let catalog = &app.state.model.catalog;
    match rest {
        [] => Ok(Target::Collection),
        ["loggeduser"] if catalog.set("projects").is_some_and(|s| is_user(catalog, s.entity, &s.user, entity)) => {
            Ok(Target::Entity(caller.id))
        }
        [id] => Ok(Target::Entity(parse_id(id)?)),
        [id, name] => {
            let id = parse_id(id)?;
            let member = entity.member(name).filter(|m| m.collection().is_some());
            let values = entity.custom_fields().map(|m| m.id);
            match member {
                Some(member) if Some(member.id) != values => {
                    Ok(Target::Inner { owner: entity.id, id, collection: member.id })
                }
                _ => Err(Error::new(Kind::NotFound, format!("{name} is no collection of {}.", entity.name))),
            }
        }
        _ => Err(Error::new(Kind::NotFound, "The requested resource is not found.")),
    }
}

/// Whether `entity` is the one that the user of a membership refers to.
fn is_user(catalog: &crate::catalog::Catalog, membership: EntityId, user: &str, entity: &Entity) -> bool {
    let member = catalog.entity(membership).member(user);
    member.and_then(|m| m.reference()).is_some_and(|r| r.target == entity.id)
}

fn parse_id(text: &str) -> Result<i64, Error> {
    text.parse().map_err(|_| Error::bad_request(format!("Invalid id: {text}")))
}

fn read_only(call: &Call) -> Result<(), Error> {
    if matches!(call.method, Method::GET | Method::HEAD) { Ok(()) } else { Err(Error::method_not_allowed()) }
}
