//! A v2 read: parameters → bound query → plan → bytes.

use std::sync::Arc;

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use super::page::{custom_fields, times};
use super::plan_key::plan_key;
use super::v2_parameters::V2Parameters;
use crate::app::App;
use crate::catalog::EntityId;
use crate::event::{Links, ListForm};
use crate::query::{self, Scene, Select, Selection};
use crate::rules::accounts::Account;
use crate::sql::{self, Plan};
use crate::store::{self, Connection, Lane, Outcome, Request, Root, StoreError};
use crate::wire::{JsonStyle, JsonWriter, jsonp, pretty};

/// A page from here on steps so many rows that it takes the lane of dear queries.
const DEAR_SKIP: u64 = 10_000;

/// What is asked for.
pub struct Target {
    pub entity: EntityId,
    pub id: Option<i64>,
    /// Address of the collection, without parameters.
    pub address: String,
}

/// Answers a v2 read.
///
/// # Errors
/// Unknown members, wrong types, broken parameters, what is not emulated.
pub async fn read(app: &App, call: &Arc<Call>, caller: &Account, target: &Target) -> Result<Answer, Error> {
    let prepared = prepare(app, call, caller, target).await?;
    let dear = prepared.parameters.limit.skip >= DEAR_SKIP || prepared.root != Form::Page;
    let lane = if dear { Lane::Dear } else { Lane::Short };
    let address = target.address.clone();
    let job = Job { app: app.clone(), call: Arc::clone(call), prepared: Arc::clone(&prepared), me: caller.id };
    let read = move |connection: &Connection| job.run(connection, &address);
    let (body, outcome) = app.state.store.read(&call.workspace, lane, read).await??;
    let mut answer = finish(&prepared.parameters, body);
    answer.rows = outcome.rows;
    Ok(answer)
}

/// What of a request can be kept for the next one like it.
#[derive(Debug)]
pub struct Prepared {
    parameters: V2Parameters,
    plan: Plan,
    root: Form,
}

async fn prepare(app: &App, call: &Call, caller: &Account, target: &Target) -> Result<Arc<Prepared>, Error> {
    if let Some(acid) = call.parameters.text("acid") {
        super::context::stored(app, call, acid)?;
    }
    let fields = custom_fields(app, call).await?;
    let part = target.id.map(|id| id.to_string()).unwrap_or_default();
    let key = plan_key(call, '2', target.entity, &part, caller.sees_all(), &fields);
    if let Some(known) = key.as_ref().and_then(|key| app.state.v2_plans.get(key)) {
        return Ok(known);
    }
    let parameters = V2Parameters::parse(call)?;
    let selection = select(app, call, caller, target.entity, target.id, &parameters, false).await?;
    let catalog = &app.state.model.catalog;
    let (plan, root) = match &selection {
        Selection::Page(query) => (sql::plan(catalog, query), Form::Page),
        Selection::Array(query) => (sql::plan(catalog, query), Form::Array),
        Selection::Value(output) => (sql::plan_value(catalog, output), Form::Value),
    };
    let prepared = Arc::new(Prepared { parameters, plan, root });
    if let Some(key) = key {
        app.state.v2_plans.put(key, Arc::clone(&prepared));
    }
    Ok(prepared)
}

/// Binds a request for rows of an entity.
///
/// # Errors
/// Whatever is wrong with its expressions.
pub async fn select(
    app: &App,
    call: &Call,
    caller: &Account,
    entity: EntityId,
    id: Option<i64>,
    parameters: &V2Parameters,
    stream: bool,
) -> Result<Selection, Error> {
    let fields = custom_fields(app, call).await?;
    let context = match &parameters.acid {
        Some(acid) => super::context::stored(app, call, acid)?,
        None => None,
    };
    let scene =
        Scene { model: &app.state.model, custom_fields: &fields, caller: caller.caller(), zone: call.workspace.zone() };
    let select = Select {
        entity,
        id,
        filter: parameters.filter.as_ref(),
        board: parameters.board.as_ref(),
        words: &parameters.words,
        select: parameters.select.as_ref(),
        result: parameters.result.as_ref(),
        order: &parameters.order,
        limit: parameters.limit,
        context: context.as_ref().map(|c| (c.projects.as_slice(), c.teams.as_slice())),
        stream,
    };
    Ok(query::select(scene, &select)?)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Array,
    Value,
}

/// Everything a reader thread needs to write the answer.
struct Job {
    app: App,
    call: Arc<Call>,
    prepared: Arc<Prepared>,
    me: i64,
}

impl Job {
    fn run(&self, connection: &Connection, address: &str) -> Result<(Vec<u8>, Outcome), StoreError> {
        let (zone, base) = (self.call.workspace.zone(), self.call.base.as_str());
        let out = Vec::with_capacity(4096);
        let mut writer = JsonWriter::new(out, &JsonStyle::V2, self.prepared.parameters.notation, zone, base);
        let (now, today) = times(&self.call);
        let request = Request { now, today, me: self.me, rest: &|_| String::new() };
        let links = |more: bool| self.links(address, more);
        let root = match self.prepared.root {
            Form::Page => Root::Page { name: None, form: ListForm::Envelope, links: &links },
            Form::Array => Root::Page { name: None, form: ListForm::Plain, links: &|_| Links::default() },
            Form::Value => Root::One,
        };
        let outcome =
            store::run(connection, &self.prepared.plan, &self.app.state.definitions, &request, &root, &mut writer)?;
        Ok((writer.finish(), outcome))
    }

    /// An empty page says nothing of what follows: a link to itself would be followed for ever.
    fn links(&self, address: &str, more: bool) -> Links {
        let Some(take) = self.prepared.plan.limit.take.filter(|take| *take > 0).map(u64::from) else {
            return Links::default();
        };
        let skip = self.prepared.plan.limit.skip;
        Links {
            prev: (skip > 0).then(|| self.prepared.parameters.page(address, skip.saturating_sub(take))),
            next: more.then(|| self.prepared.parameters.page(address, skip.saturating_add(take))),
        }
    }
}

fn finish(parameters: &V2Parameters, body: Vec<u8>) -> Answer {
    let body = if parameters.prettify { pretty(&body) } else { body };
    match &parameters.callback {
        Some(callback) => Answer::new(200, "application/javascript", jsonp(callback, &body, false)),
        None => Answer::new(200, "application/json", body),
    }
}
