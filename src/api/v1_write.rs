//! API v1 writes: create, update, bulk, delete, unlink. One request is one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use axum::http::Method;

use super::answer::Answer;
use super::call::Call;
use super::error::{Error, Kind};
use super::page::prepare;
use super::represent::{Done, Represent, Shape};
use super::uses;
use super::v1::Target;
use super::v1_parameters::V1Parameters;
use crate::app::App;
use crate::catalog::{Entity, EntityId, MemberId};
use crate::coverage::Operation;
use crate::draft::Draft;
use crate::query::mutate::{Mutation, mutate};
use crate::rules::accounts::Account;
use crate::rules::write::{self, Refusal, Scene, Tx};
use crate::store::Connection;
use crate::wire::{decode_json, decode_xml};

/// Elements of one bulk call. Source: vendor's documentation.
const BULK_LIMIT: usize = 500;

/// What a request does to the store.
enum Work {
    Save(Mutation),
    SaveAll(Vec<Mutation>),
    Remove(i64),
    RemoveAll(Vec<i64>),
    Unlink { id: i64, collection: MemberId, children: Vec<i64> },
}

impl Work {
    fn operations(&self) -> &'static [Operation] {
        match self {
            Work::Save(Mutation { id: None, .. }) => &[Operation::Create],
            Work::Save(_) => &[Operation::Update],
            Work::SaveAll(rows) => match (rows.iter().any(|m| m.id.is_none()), rows.iter().any(|m| m.id.is_some())) {
                (true, false) => &[Operation::Create],
                (false, _) => &[Operation::Update],
                (true, true) => &[Operation::Create, Operation::Update],
            },
            Work::Remove(_) | Work::RemoveAll(_) => &[Operation::Delete],
            Work::Unlink { .. } => &[Operation::Update],
        }
    }
}

/// Answers a write to a resource.
///
/// # Errors
/// Broken bodies, missing rights, rules, unknown ids; nothing of the request is kept then.
pub async fn write(
    app: &App,
    call: &Arc<Call>,
    caller: &Account,
    entity: &Entity,
    rest: &[&str],
) -> Result<Answer, Error> {
    let work = work(app, call, entity, rest)?;
    for operation in work.operations() {
        uses::operation(app, call, entity.id, *operation)?;
    }
    let (status, tags) = match &work {
        Work::Save(Mutation { id: None, .. }) => (201, "create-resource,get-resource"),
        Work::Save(_) => (200, "update-resource,get-resource"),
        Work::SaveAll(_) => (200, ""),
        Work::Remove(_) | Work::RemoveAll(_) | Work::Unlink { .. } => (200, "delete-resource"),
    };
    let id = entity.id;
    let reads = matches!(work, Work::Save(_) | Work::SaveAll(_));
    let shape = shape(app, call, caller, reads.then_some(id)).await?;
    let answer = run(app, call, caller, shape, move |tx| apply(tx, id, &work)).await?;
    let (represent, rows, body) = answer;
    Ok(represent.answer(status, tags, rows, body))
}

/// The shape of an answer: entities of this kind, or only names.
///
/// # Errors
/// Unknown members and broken parameters.
pub async fn shape(app: &App, call: &Call, caller: &Account, entity: Option<EntityId>) -> Result<Shape, Error> {
    Ok(match entity {
        // which one it is, the plan learns when it runs
        Some(entity) => Shape::Read(entity, prepare(app, call, caller, entity, Target::Entity(0)).await?),
        None => Shape::Names(Box::new(V1Parameters::parse(call)?)),
    })
}

/// Runs a job in the workspace's writer and makes its answer there, so that nobody else writes in between.
pub async fn run(
    app: &App,
    call: &Arc<Call>,
    caller: &Account,
    shape: Shape,
    job: impl Fn(&Tx<'_>) -> write::Result<Done> + Send + 'static,
) -> Result<(Arc<Represent>, usize, Vec<u8>), Error> {
    let represent = Arc::new(Represent { app: app.clone(), call: Arc::clone(call), caller: caller.clone(), shape });
    let inner = Arc::clone(&represent);
    let written = app.state.store.write_knowing(&call.workspace, move |db, known| {
        let tx = Tx::new(scene(&inner.app, &inner.call, db), known, &inner.caller)?;
        let done = job(&tx)?;
        write::settle(&tx)?;
        let body = inner.body(db, known, &done)?;
        write::settle_later(&tx)?;
        if write::leave(&tx) {
            let last = Arc::clone(&inner);
            known.close_with(move |db, known| last.close(db, known));
        }
        let rows = if let Done::Many(_, ids) = &done { ids.len() } else { 1 };
        Ok::<_, Refusal>((rows, body, tx.accounts_changed.get()))
    });
    let (rows, body, accounts_changed) = written.await??;
    if accounts_changed {
        app.state.memory(&call.workspace).forget();
    }
    Ok((represent, rows, body))
}

/// What the rules of a request work on.
pub fn scene<'a>(app: &'a App, call: &'a Call, db: &'a Connection) -> Scene<'a> {
    let (state, workspace) = (&app.state, &call.workspace);
    // dates of whole seconds, as the service keeps them
    let (now, zone) = (workspace.clock.now().div_euclid(1000) * 1000, &**workspace.zone());
    Scene { db, model: &state.model, definitions: &state.definitions, now, zone }
}

fn apply(tx: &Tx<'_>, entity: EntityId, work: &Work) -> write::Result<Done> {
    let resource = tx.catalog().entity(entity);
    match work {
        Work::Save(mutation) => Ok(Done::One(entity, write::save(tx, mutation)?)),
        Work::SaveAll(mutations) => {
            let ids = mutations.iter().map(|m| write::save(tx, m)).collect::<write::Result<_>>()?;
            Ok(Done::Many(entity, ids))
        }
        Work::Remove(id) => write::remove(tx, resource, *id).map(|()| Done::Gone(entity, *id)),
        Work::RemoveAll(ids) => {
            let (mut gone, mut left) = (Vec::new(), Vec::new());
            for id in ids {
                match write::remove(tx, resource, *id) {
                    Ok(()) => gone.push(*id),
                    Err(Refusal::NotFound { .. } | Refusal::Forbidden(_)) => left.push(*id),
                    Err(other) => return Err(other),
                }
            }
            Ok(Done::Swept { entity, gone, left })
        }
        Work::Unlink { id, collection, children } => {
            let member = tx.catalog().member(*collection);
            let item = member.collection().map_or(entity, |c| c.item);
            for child in children {
                write::unlink(tx, resource, *id, member, *child)?;
            }
            match children.as_slice() {
                [child] => Ok(Done::Gone(item, *child)),
                _ => Ok(Done::Swept { entity: item, gone: children.clone(), left: Vec::new() }),
            }
        }
    }
}

fn work(app: &App, call: &Call, entity: &Entity, rest: &[&str]) -> Result<Work, Error> {
    match (&call.method, rest) {
        (&Method::POST, []) => Ok(Work::Save(mutation(app, call, entity, &body(call)?)?)),
        (&Method::POST, ["bulk"]) => {
            let body = body(call)?;
            let rows = body.rows().ok_or_else(|| Error::bad_request("A bulk request needs an array of entities."))?;
            if rows.is_empty() {
                return Err(Error::bad_request("A bulk request needs at least one entity."));
            }
            bulk_limit(rows.len())?;
            let mutations = rows.into_iter().map(|row| mutation(app, call, entity, row)).collect::<Result<_, _>>()?;
            Ok(Work::SaveAll(mutations))
        }
        (&Method::POST, [id]) => {
            let id = parse_id(id)?;
            let mut mutation = mutation(app, call, entity, &body(call)?)?;
            if mutation.id.is_some_and(|other| other != id) {
                return Err(Error::bad_request(format!("Id in the body differs from Id {id} in the address.")));
            }
            mutation.id = Some(id);
            Ok(Work::Save(mutation))
        }
        (&Method::DELETE, []) => {
            let id = body(call)?.member("Id").and_then(Draft::integer);
            id.map(Work::Remove).ok_or_else(Error::method_not_allowed)
        }
        (&Method::DELETE, ["bulk"]) => {
            let body = body(call)?;
            let rows = body.rows().ok_or_else(|| Error::bad_request("A bulk request needs an array of entities."))?;
            bulk_limit(rows.len())?;
            let id = |row: &Draft| {
                let id =
                    if let Draft::Object(_) = row { row.member("Id").and_then(Draft::integer) } else { row.integer() };
                id.ok_or_else(|| Error::bad_request("Every element of a bulk delete needs an Id."))
            };
            let mut seen = HashSet::new();
            let ids = rows.into_iter().map(id).collect::<Result<Vec<_>, _>>()?;
            Ok(Work::RemoveAll(ids.into_iter().filter(|id| seen.insert(*id)).collect()))
        }
        (&Method::DELETE, [id]) => Ok(Work::Remove(parse_id(id)?)),
        (&Method::DELETE, [id, name]) => {
            let text = call.parameters.text("childrenids").ok_or_else(Error::method_not_allowed)?;
            let children = text.split(',').map(|t| parse_id(t.trim())).collect::<Result<Vec<_>, _>>()?;
            bulk_limit(children.len())?;
            unlink(entity, id, name, children)
        }
        (&Method::DELETE, [id, name, child]) => unlink(entity, id, name, vec![parse_id(child)?]),
        (&Method::POST | &Method::DELETE, [_, _, _, ..]) => {
            Err(Error::new(Kind::NotFound, "The requested resource is not found."))
        }
        _ => Err(Error::method_not_allowed()),
    }
}

fn unlink(entity: &Entity, id: &str, name: &str, children: Vec<i64>) -> Result<Work, Error> {
    let id = parse_id(id)?;
    let member = entity.member(name).filter(|m| m.collection().is_some());
    let member =
        member.ok_or_else(|| Error::new(Kind::NotFound, format!("{name} is no collection of {}.", entity.name)))?;
    Ok(Work::Unlink { id, collection: member.id, children })
}

fn mutation(app: &App, call: &Call, entity: &Entity, draft: &Draft) -> Result<Mutation, Error> {
    Ok(mutate(&app.state.model.catalog, call.workspace.zone(), entity.id, draft)?)
}

/// The body as a draft: XML where it says so or looks so, else JSON. An empty body says nothing.
pub fn body(call: &Call) -> Result<Draft, Error> {
    let start = call.body.iter().find(|b| !b.is_ascii_whitespace());
    let Some(start) = start else { return Ok(Draft::Object(Vec::new())) };
    let broken = |e: crate::wire::DecodeError| Error::bad_request(e.to_string());
    let xml = call.content_type().contains("xml") && !matches!(start, b'{' | b'[');
    if xml || *start == b'<' {
        return Ok(decode_xml(&call.body).map_err(broken)?.draft);
    }
    decode_json(&call.body).map_err(broken)
}

fn bulk_limit(count: usize) -> Result<(), Error> {
    if count <= BULK_LIMIT {
        return Ok(());
    }
    Err(Error::bad_request(format!("A bulk request takes at most {BULK_LIMIT} entities, this one has {count}.")))
}

fn parse_id(text: &str) -> Result<i64, Error> {
    text.parse().map_err(|_| Error::bad_request(format!("Invalid id: {text}")))
}
