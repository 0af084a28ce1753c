//! A v1 read: parameters → bound query → plan → bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use super::plan_key::plan_key;
use super::v1::Target;
use super::v1_parameters::V1Parameters;
use crate::app::App;
use crate::catalog::{EntityId, MemberId};
use crate::clock::{Millis, Zone};
use crate::coverage::Feature;
use crate::event::{Links, ListForm, Name, Sink};
use crate::query::ir::Query;
use crate::query::{self, Caller, CustomField, Read, Scene};
use crate::rules::accounts::Account;
use crate::rules::context::Narrowed;
use crate::rules::custom_fields;
use crate::sql::{self, Plan};
use crate::store::{self, Lane, Outcome, Reader, Request, Rest, Root, StoreError, select};
use crate::wire::{Format, JsonStyle, JsonWriter, XmlWriter, jsonp, pretty};

/// A page from here on steps so many rows that it takes the lane of dear queries.
const DEAR_SKIP: u64 = 10_000;

const DAY: Millis = 86_400_000;

/// Answers a v1 read.
///
/// # Errors
/// Unknown members, broken parameters, an id nobody has or the caller may not see.
pub async fn read(
    app: &App,
    call: &Arc<Call>,
    caller: &Account,
    entity: EntityId,
    target: Target,
) -> Result<Answer, Error> {
    let prepared = prepare(app, call, caller, entity, target).await?;
    if let Target::Inner { owner, id, .. } = target {
        exists(app, call, caller, owner, id).await?;
    }
    let lane = lane(&prepared);
    let page = Page {
        app: app.clone(),
        call: Arc::clone(call),
        prepared: Arc::clone(&prepared),
        me: caller.id,
        entity,
        target,
    };
    let (body, outcome) = app.state.store.read(&call.workspace, lane, move |c| page.render(c)).await??;
    let single = matches!(target, Target::Entity(_));
    if let Target::Entity(id) = target
        && outcome.rows == 0
    {
        return Err(Error::not_found(&app.state.model.catalog.entity(entity).name, id));
    }
    let callback = prepared.parameters.callback.as_deref();
    let mut answer = finish(call.formats.success, prepared.parameters.prettify, callback, body);
    answer.rows = outcome.rows;
    answer.tags = if single { "get-resource" } else { "" };
    Ok(answer)
}

fn lane(prepared: &Prepared) -> Lane {
    if prepared.plan.point {
        Lane::Point
    } else if prepared.parameters.limit.skip >= DEAR_SKIP {
        Lane::Dear
    } else {
        Lane::Short
    }
}

/// 404 for the owner of an inner collection that is not there or not to be seen.
pub async fn exists(app: &App, call: &Call, caller: &Account, owner: EntityId, id: i64) -> Result<(), Error> {
    let model = &app.state.model;
    let scene = Scene { model, custom_fields: &[], caller: caller.caller(), zone: call.workspace.zone() };
    let read = Read { id: Some(id), include: Some(&[]), ..Read::page(owner) };
    let plan = sql::plan(&model.catalog, &query::read(scene, &read)?);
    let (definitions, me) = (Arc::clone(&app.state.definitions), caller.id);
    let times = times(call);
    let found = app
        .state
        .store
        .read(&call.workspace, Lane::Short, move |reader| {
            let request = Request { now: times.0, today: times.1, me, rest: &|_| String::new() };
            let zone = crate::clock::Zone::utc();
            let mut sink = JsonWriter::new(Vec::new(), &JsonStyle::V1, crate::wire::Notation::Ms, &zone, "");
            let (connection, mut memory) = reader.parts();
            store::run(connection, &mut memory, &plan, &definitions, &request, &Root::One, &mut sink)
        })
        .await?
        .map_err(StoreError::from)?;
    if found.rows > 0 { Ok(()) } else { Err(Error::not_found(&model.catalog.entity(owner).name, id)) }
}

/// Now, and the midnight before it in the server's zone.
pub fn times(call: &Call) -> (Millis, Millis) {
    let (now, zone) = (call.workspace.clock.now(), call.workspace.zone());
    (now, zone.from_wall(zone.to_wall(now).div_euclid(DAY) * DAY))
}

/// The custom fields an account has configured, asked for once.
pub async fn custom_fields(app: &App, call: &Call) -> Result<Arc<Vec<CustomField>>, Error> {
    let memory = app.state.memory(&call.workspace);
    if let Some(known) = memory.custom_fields() {
        return Ok(known);
    }
    let epoch = memory.epoch();
    let rows = app.state.store.read(&call.workspace, Lane::Short, |c| select(c, custom_fields::ALL, &[])).await??;
    let fields = Arc::new(rows.iter().filter_map(|r| custom_fields::from_row(r)).collect::<Vec<_>>());
    memory.remember_custom_fields(epoch, &fields);
    Ok(fields)
}

/// What of a request can be kept for the next one like it.
#[derive(Debug)]
pub struct Prepared {
    pub parameters: V1Parameters,
    pub plan: Plan,
    uses: Box<[Feature]>,
    /// Element of an XML list.
    plural: Name,
    /// Bytes of the last answer, so that the next one need not grow step by step.
    size: AtomicUsize,
}

/// Parameters, plan and names of a read; kept for the next request like it.
///
/// # Errors
/// Unknown members and broken parameters.
pub async fn prepare(
    app: &App,
    call: &Call,
    caller: &Account,
    entity: EntityId,
    target: Target,
) -> Result<Arc<Prepared>, Error> {
    let asked = Asked::new(app, call, caller, entity, target).await?;
    let part = match target {
        Target::Collection => String::new(),
        Target::Entity(_) => "one".to_owned(),
        Target::Inner { id, collection, .. } => format!("{id}.{}", collection.index),
    };
    let key = plan_key(call, '1', entity, &part, caller.sees_all(), &asked.fields);
    if let Some(known) = key.as_ref().and_then(|key| app.state.v1_plans.get(key)) {
        super::uses::note(app, &call.workspace, &known.uses)?;
        return Ok(known);
    }
    let parameters = V1Parameters::parse(call)?;
    let uses = super::uses::v1(app, call, &parameters);
    super::uses::note(app, &call.workspace, &uses)?;
    let catalog = &app.state.model.catalog;
    let plan = sql::plan(catalog, &asked.bind(&parameters)?);
    let plural = Name::new(&catalog.entity(asked.rows().0).plural);
    let prepared = Arc::new(Prepared { parameters, plan, uses, plural, size: AtomicUsize::new(0) });
    if let Some(key) = key {
        app.state.v1_plans.put(key, Arc::clone(&prepared));
    }
    Ok(prepared)
}

/// A read that has not been bound yet, with all that it is bound against.
pub struct Asked {
    app: App,
    caller: Caller,
    zone: Arc<Zone>,
    entity: EntityId,
    target: Target,
    fields: Arc<Vec<CustomField>>,
    context: Option<Narrowed>,
}

impl Asked {
    /// # Errors
    /// An acid nobody was given, and the store's.
    pub async fn new(
        app: &App,
        call: &Call,
        caller: &Account,
        entity: EntityId,
        target: Target,
    ) -> Result<Self, Error> {
        let fields = match V1Parameters::needs_custom_fields(call) {
            true => custom_fields(app, call).await?,
            false => Arc::default(),
        };
        let context = match call.parameters.text("acid") {
            Some(acid) => super::context::stored(app, call, acid)?,
            None => None,
        };
        let (caller, zone) = (caller.caller(), Arc::clone(call.workspace.zone()));
        Ok(Self { app: app.clone(), caller, zone, entity, target, fields, context })
    }

    /// The id, where one entity is asked for.
    pub fn id(&self) -> Option<i64> {
        if let Target::Entity(id) = self.target { Some(id) } else { None }
    }

    /// Whose rows are read, and the collection of an owner that they are in.
    fn rows(&self) -> (EntityId, Option<(MemberId, i64)>) {
        match self.target {
            Target::Collection | Target::Entity(_) => (self.entity, None),
            Target::Inner { id, collection, .. } => {
                let collections = self.app.state.model.catalog.member(collection).collection();
                (collections.map_or(self.entity, |c| c.item), Some((collection, id)))
            }
        }
    }

    /// # Errors
    /// Unknown members and wrong types.
    pub fn bind(&self, parameters: &V1Parameters) -> Result<Query, query::Error> {
        let (entity, within) = self.rows();
        let read = Read {
            entity,
            within,
            id: None,
            any_id: self.id().is_some(),
            include: parameters.include.as_deref(),
            exclude: parameters.exclude.as_deref(),
            append: &parameters.append,
            filter: parameters.filter.as_ref(),
            order: parameters.order.as_ref().map(|(path, down)| (path, *down)),
            limit: parameters.limit,
            inner_take: parameters.inner_take,
            inner_skip: parameters.inner_skip,
            context: self.context.as_ref().map(|c| (c.projects.as_slice(), c.teams.as_slice())),
        };
        let scene =
            Scene { model: &self.app.state.model, custom_fields: &self.fields, caller: self.caller, zone: &self.zone };
        query::read(scene, &read)
    }
}

/// Address of the collection, without parameters.
fn address(app: &App, call: &Call, entity: EntityId, target: Target) -> String {
    let catalog = &app.state.model.catalog;
    match target {
        Target::Inner { owner, id, collection } => {
            let (owner, collection) = (&catalog.entity(owner).plural, &catalog.member(collection).name);
            format!("{}/api/v1/{owner}/{id}/{collection}", call.base)
        }
        Target::Collection | Target::Entity(_) => format!("{}/api/v1/{}", call.base, catalog.entity(entity).plural),
    }
}

/// Room for an answer about as large as the last one; never so much that a page seen once is paid for ever.
pub fn buffer(last: &AtomicUsize) -> Vec<u8> {
    Vec::with_capacity((last.load(Ordering::Relaxed) + 512).clamp(2048, 1024 * 1024))
}

/// Everything a reader thread needs to write the answer.
struct Page {
    app: App,
    call: Arc<Call>,
    prepared: Arc<Prepared>,
    me: i64,
    entity: EntityId,
    target: Target,
}

impl Page {
    fn render(&self, reader: &Reader) -> Result<(Vec<u8>, Outcome), StoreError> {
        let (zone, base) = (self.call.workspace.zone(), self.call.base.as_str());
        let out = buffer(&self.prepared.size);
        let (body, outcome) = match self.call.formats.success {
            Format::Json => {
                let mut writer = JsonWriter::new(out, &JsonStyle::V1, self.prepared.parameters.notation, zone, base);
                let outcome = self.run(reader, None, &mut writer)?;
                (writer.finish(), outcome)
            }
            Format::Xml => {
                let mut writer = XmlWriter::new(out, zone, base);
                let outcome = self.run(reader, Some(&self.prepared.plural), &mut writer)?;
                (writer.finish(), outcome)
            }
        };
        self.prepared.size.store(body.len(), Ordering::Relaxed);
        Ok((body, outcome))
    }

    fn run<S: Sink>(&self, reader: &Reader, name: Option<&Name>, sink: &mut S) -> Result<Outcome, StoreError> {
        let (now, today) = times(&self.call);
        let rest = |rest: &Rest<'_>| {
            let path = format!("{}/api/v1/{}/{}/{}", self.call.base, rest.owner, rest.key, rest.collection);
            self.prepared.parameters.rest(&path, rest.include, rest.take, rest.skip)
        };
        let request = Request { now, today, me: self.me, rest: &rest };
        let links = |more: bool| self.links(more);
        let root = match self.target {
            Target::Entity(id) => Root::Id(id),
            Target::Collection | Target::Inner { .. } => Root::Page { name, form: ListForm::Envelope, links: &links },
        };
        let (connection, mut memory) = reader.parts();
        let (plan, definitions) = (&self.prepared.plan, &self.app.state.definitions);
        Ok(store::run(connection, &mut memory, plan, definitions, &request, &root, sink)?)
    }

    /// `Next` where more rows follow, `Prev` where rows were skipped; a first page cut short by `skip` shrinks.
    fn links(&self, more: bool) -> Links {
        let take = u64::from(self.prepared.parameters.limit.take.unwrap_or_default());
        let skip = self.prepared.parameters.limit.skip;
        let address = address(&self.app, &self.call, self.entity, self.target);
        let page = |take, skip| self.prepared.parameters.page(&address, take, skip);
        Links {
            prev: (skip > 0).then(|| if skip < take { page(skip, 0) } else { page(take, skip - take) }),
            next: more.then(|| page(take, skip + take)),
        }
    }
}

/// The answer around a body, in JSON made pretty or handed to a callback where the request asks for it.
pub fn finish(format: Format, prettify: bool, callback: Option<&str>, body: Vec<u8>) -> Answer {
    match format {
        Format::Xml => Answer::new(200, "application/xml; charset=utf-8", body),
        Format::Json => {
            let body = if prettify { pretty(&body) } else { body };
            match callback {
                Some(callback) => Answer::new(200, "application/javascript", jsonp(callback, &body, true)),
                None => Answer::new(200, "application/json", body),
            }
        }
    }
}
