//! The answer of a write, made within its transaction: what a GET would give, or the names of what went.

use std::sync::Arc;

use super::answer::Answer;
use super::call::Call;
use super::page::{Prepared, finish, times};
use super::v1_parameters::V1Parameters;
use super::v1_write::scene;
use crate::app::App;
use crate::catalog::EntityId;
use crate::event::{Links, ListForm, Name, Sink};
use crate::query::{self, Caller, Read, Scene};
use crate::rules::accounts::Account;
use crate::rules::write::{Refusal, Result, Tx, settle_left};
use crate::sql::{self, Plan};
use crate::store::{self, Connection, Known, Request, Rest, Root, StoreError};
use crate::value::Scalar;
use crate::wire::{Format, JsonStyle, JsonWriter, XmlWriter};

/// The writer's connection, and what it remembers.
type Writing<'a> = (&'a Connection, &'a Known);

/// What is answered.
#[derive(Debug)]
pub enum Done {
    One(EntityId, i64),
    /// In the order of the request.
    Many(EntityId, Vec<i64>),
    /// A deleted entity.
    Gone(EntityId, i64),
    /// A bulk delete: what went and what did not.
    Swept {
        entity: EntityId,
        gone: Vec<i64>,
        left: Vec<i64>,
    },
    /// Something else, in JSON whatever was asked for.
    Said(serde_json::Value),
}

impl Done {
    fn entity(&self) -> Option<EntityId> {
        match self {
            Done::One(entity, _) | Done::Many(entity, _) | Done::Gone(entity, _) => Some(*entity),
            Done::Swept { entity, .. } => Some(*entity),
            Done::Said(_) => None,
        }
    }
}

/// What decides the shape of an answer.
pub enum Shape {
    /// Entities, read by this plan.
    Read(EntityId, Arc<Prepared>),
    /// Names of what went.
    Names(Box<V1Parameters>),
}

/// Everything a writer thread needs to answer.
pub struct Represent {
    pub app: App,
    pub call: Arc<Call>,
    pub caller: Account,
    pub shape: Shape,
}

impl Represent {
    /// The body of the answer.
    pub fn body(&self, connection: &Connection, known: &Known, done: &Done) -> Result<Vec<u8>> {
        if let Done::Said(value) = done {
            return Ok(value.to_string().into_bytes());
        }
        let (zone, base) = (self.call.workspace.zone(), self.call.base.as_str());
        match self.call.formats.success {
            Format::Json => {
                let out = Vec::with_capacity(4096);
                let mut writer = JsonWriter::new(out, &JsonStyle::V1, self.parameters().notation, zone, base);
                self.write((connection, known), done, None, &mut writer)?;
                Ok(writer.finish())
            }
            Format::Xml => {
                let mut writer = XmlWriter::new(Vec::with_capacity(4096), zone, base);
                let plural = done.entity().map(|e| Name::new(&self.app.state.model.catalog.entity(e).plural));
                self.write((connection, known), done, plural.as_ref(), &mut writer)?;
                Ok(writer.finish())
            }
        }
    }

    /// Does what the requests of a commit left to its end; this is the last of them.
    pub fn close(&self, db: &Connection, known: &Known) -> std::result::Result<(), StoreError> {
        let settled = Tx::new(scene(&self.app, &self.call, db), known, &self.caller).and_then(|tx| settle_left(&tx));
        settled.map_err(|refusal| match refusal {
            Refusal::Store(error) => error,
            other => StoreError::Sql(format!("the sums could not be made: {other:?}")),
        })
    }

    /// The answer with its headers.
    pub fn answer(&self, status: u16, tags: &'static str, rows: usize, body: Vec<u8>) -> Answer {
        let (format, parameters) = (self.call.formats.success, self.parameters());
        let mut answer = finish(format, parameters.prettify, parameters.callback.as_deref(), body);
        answer.status = status;
        answer.tags = tags;
        answer.rows = rows;
        answer
    }

    /// `plural` names the root of XML.
    fn write<S: Sink>(&self, db: Writing<'_>, done: &Done, plural: Option<&Name>, sink: &mut S) -> Result<()> {
        match done {
            Done::One(entity, id) => self.entity(db, *entity, *id, sink),
            Done::Many(entity, ids) => {
                sink.list_start(plural, ListForm::Envelope);
                ids.iter().try_for_each(|id| self.entity(db, *entity, *id, sink))?;
                sink.list_end(&Links::default());
                Ok(())
            }
            Done::Gone(entity, id) => {
                self.name_of(*entity, *id, sink);
                Ok(())
            }
            Done::Swept { entity, gone, left } => {
                sink.object_start(plural);
                for (name, ids) in [("Deleted", gone), ("NotDeleted", left)] {
                    sink.list_start(Some(&Name::new(name)), ListForm::Envelope);
                    ids.iter().for_each(|id| self.name_of(*entity, *id, sink));
                    sink.list_end(&Links::default());
                }
                sink.object_end();
                Ok(())
            }
            // has no form but its own
            Done::Said(_) => Ok(()),
        }
    }

    /// Type and id alone.
    fn name_of<S: Sink>(&self, entity: EntityId, id: i64, sink: &mut S) {
        sink.entity_start(None, &Name::new(&self.app.state.model.catalog.entity(entity).name));
        sink.scalar(Some(&Name::attribute("Id")), Scalar::Int(id));
        sink.entity_end();
    }

    fn parameters(&self) -> &V1Parameters {
        match &self.shape {
            Shape::Read(_, prepared) => &prepared.parameters,
            Shape::Names(parameters) => parameters,
        }
    }

    /// What a GET of the caller gives; of an administrator, where the caller wrote himself out of sight.
    fn entity<S: Sink>(&self, db: Writing<'_>, entity: EntityId, id: i64, sink: &mut S) -> Result<()> {
        if let Shape::Read(prepared_for, prepared) = &self.shape
            && *prepared_for == entity
            && self.read(db, &prepared.plan, id, sink)?
        {
            return Ok(());
        }
        if self.read(db, &self.plan(entity)?, id, sink)? {
            return Ok(());
        }
        Err(Refusal::not_found(&self.app.state.model.catalog.entity(entity).name, id))
    }

    /// The plan of somebody who sees everything.
    fn plan(&self, entity: EntityId) -> Result<Plan> {
        let (model, parameters) = (&self.app.state.model, self.parameters());
        let read = Read {
            any_id: true,
            include: parameters.include.as_deref(),
            exclude: parameters.exclude.as_deref(),
            append: &parameters.append,
            limit: parameters.limit,
            inner_take: parameters.inner_take,
            inner_skip: parameters.inner_skip,
            ..Read::page(entity)
        };
        let caller = Caller { sees_all: true, ..self.caller.caller() };
        let scene = Scene { model, custom_fields: &[], caller, zone: self.call.workspace.zone() };
        Ok(sql::plan(&model.catalog, &query::read(scene, &read)?))
    }

    fn read<S: Sink>(&self, (db, known): Writing<'_>, plan: &Plan, id: i64, sink: &mut S) -> Result<bool> {
        let (now, today) = times(&self.call);
        let rest = |rest: &Rest<'_>| {
            let path = format!("{}/api/v1/{}/{}/{}", self.call.base, rest.owner, rest.key, rest.collection);
            self.parameters().rest(&path, rest.include, rest.take, rest.skip)
        };
        let request = Request { now, today, me: self.caller.id, rest: &rest };
        let outcome =
            store::run(db, &mut known.texts(db), plan, &self.app.state.definitions, &request, &Root::Id(id), sink);
        Ok(outcome.map_err(StoreError::from)?.rows > 0)
    }
}
