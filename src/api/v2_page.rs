//! A v2 read: parameters → bound query → plan → bytes, all on a reader thread, whose stack holds deep expressions.

use std::sync::Arc;

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use super::page::{custom_fields, times};
use super::plan_key::plan_key;
use super::v2_parameters::V2Parameters;
use crate::app::App;
use crate::catalog::EntityId;
use crate::coverage::Feature;
use crate::event::{Links, ListForm, Sink};
use crate::query::{self, Caller, CustomField, Scene, Select, Selection};
use crate::rules::accounts::Account;
use crate::sql::{self, Plan};
use crate::store::{self, Lane, Outcome, Reader, Request, Root, StoreError};
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
pub async fn read(app: &App, call: &Arc<Call>, caller: &Account, target: Target) -> Result<Answer, Error> {
    let job = Job::new(app, call, caller, target.entity).await?;
    let skip = call.parameters.text("skip").and_then(|skip| skip.trim().parse().ok()).unwrap_or(0);
    let dear = skip >= DEAR_SKIP || call.parameters.text("result").is_some();
    let lane = if dear { Lane::Dear } else { Lane::Short };
    app.state.store.read(&call.workspace, lane, move |reader| job.answer(reader, &target)).await?
}

/// Everything a thread of the store needs to answer.
pub struct Job {
    app: App,
    pub call: Arc<Call>,
    fields: Arc<Vec<CustomField>>,
    caller: Caller,
    entity: EntityId,
}

impl Job {
    /// # Errors
    /// The store's, when it is asked for the account's custom fields.
    pub async fn new(app: &App, call: &Arc<Call>, caller: &Account, entity: EntityId) -> Result<Self, Error> {
        let fields = custom_fields(app, call).await?;
        Ok(Self { app: app.clone(), call: Arc::clone(call), fields, caller: caller.caller(), entity })
    }

    /// Binds the request; `stream` asks for all rows, each with its id in front.
    ///
    /// # Errors
    /// Whatever is wrong with its expressions.
    pub fn select(&self, id: Option<i64>, parameters: &V2Parameters, stream: bool) -> Result<Selection, Error> {
        let context = match &parameters.acid {
            Some(acid) => super::context::stored(&self.app, &self.call, acid)?,
            None => None,
        };
        let scene = Scene {
            model: &self.app.state.model,
            custom_fields: &self.fields,
            caller: self.caller,
            zone: self.call.workspace.zone(),
        };
        let select = Select {
            entity: self.entity,
            id,
            filter: parameters.filter.as_ref(),
            board: parameters.board.as_ref(),
            words: &parameters.words,
            select: parameters.select.as_ref(),
            result: parameters.result.as_ref(),
            order: &parameters.order,
            limit: parameters.limit,
            context: context.as_ref().map(|c| (c.projects.as_slice(), c.teams.as_slice())),
            deleted: parameters.deleted,
            stream,
        };
        Ok(query::select(scene, &select)?)
    }

    /// What the request uses, remembered for its workspace.
    ///
    /// # Errors
    /// A guess, where the workspace is strict.
    pub fn uses(&self, parameters: &V2Parameters) -> Result<Box<[Feature]>, Error> {
        let uses = super::uses::v2(&self.app, &self.call, self.entity, parameters);
        super::uses::note(&self.app, &self.call.workspace, &uses)?;
        Ok(uses)
    }

    pub fn plan(&self, selection: &Selection) -> Plan {
        let catalog = &self.app.state.model.catalog;
        match selection {
            Selection::Page(query) | Selection::Array(query) => sql::plan(catalog, query),
            Selection::Value(output) => sql::plan_value(catalog, output),
        }
    }

    /// # Errors
    /// What a conversion in the query fails on.
    pub fn run<S: Sink>(
        &self,
        reader: &Reader,
        plan: &Plan,
        root: &Root<'_>,
        sink: &mut S,
    ) -> Result<Outcome, StoreError> {
        let (now, today) = times(&self.call);
        let request = Request { now, today, me: self.caller.id, rest: &|_| String::new() };
        let (connection, mut memory) = reader.parts();
        Ok(store::run(connection, &mut memory, plan, &self.app.state.definitions, &request, root, sink)?)
    }

    fn answer(&self, reader: &Reader, target: &Target) -> Result<Answer, Error> {
        let Prepared { parameters, plan, root, .. } = &*self.prepare(target)?;
        let links = |more: bool| page_links(plan, parameters, &target.address, more);
        let root = match root {
            Form::Page => Root::Page { name: None, form: ListForm::Envelope, links: &links },
            Form::Array => Root::Page { name: None, form: ListForm::Plain, links: &|_| Links::default() },
            Form::Value => Root::One,
        };
        let (zone, base) = (self.call.workspace.zone(), self.call.base.as_str());
        let mut writer = JsonWriter::new(Vec::with_capacity(4096), &JsonStyle::V2, parameters.notation, zone, base);
        let outcome = self.run(reader, plan, &root, &mut writer)?;
        let mut answer = finish(parameters, writer.finish());
        answer.rows = outcome.rows;
        Ok(answer)
    }

    /// The plan of the request, from one like it where there was one.
    fn prepare(&self, target: &Target) -> Result<Arc<Prepared>, Error> {
        // an acid says different things to different workspaces
        let keyed = self.call.parameters.text("acid").is_none();
        let part = target.id.map(|id| id.to_string()).unwrap_or_default();
        let key =
            keyed.then(|| plan_key(&self.call, '2', self.entity, &part, self.caller.sees_all, &self.fields)).flatten();
        let plans = &self.app.state.v2_plans;
        if let Some(known) = key.as_ref().and_then(|key| plans.get(key)) {
            super::uses::note(&self.app, &self.call.workspace, &known.uses)?;
            return Ok(known);
        }
        let parameters = V2Parameters::parse(&self.call)?;
        let uses = self.uses(&parameters)?;
        let selection = self.select(target.id, &parameters, false)?;
        let root = match selection {
            Selection::Page(_) => Form::Page,
            Selection::Array(_) => Form::Array,
            Selection::Value(_) => Form::Value,
        };
        let prepared = Arc::new(Prepared { plan: self.plan(&selection), parameters, uses, root });
        if let Some(key) = key {
            plans.put(key, Arc::clone(&prepared));
        }
        Ok(prepared)
    }
}

/// What of a request can be kept for the next one like it.
#[derive(Debug)]
pub struct Prepared {
    parameters: V2Parameters,
    plan: Plan,
    uses: Box<[Feature]>,
    root: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Array,
    Value,
}

/// An empty page says nothing of what follows: a link to itself would be followed for ever.
fn page_links(plan: &Plan, parameters: &V2Parameters, address: &str, more: bool) -> Links {
    let Some(take) = plan.limit.take.filter(|take| *take > 0).map(u64::from) else { return Links::default() };
    let skip = plan.limit.skip;
    Links {
        prev: (skip > 0).then(|| parameters.page(address, skip.saturating_sub(take))),
        next: more.then(|| parameters.page(address, skip.saturating_add(take))),
    }
}

fn finish(parameters: &V2Parameters, body: Vec<u8>) -> Answer {
    let body = if parameters.prettify { pretty(&body) } else { body };
    match &parameters.callback {
        Some(callback) => Answer::new(200, "application/javascript", jsonp(callback, &body, false)),
        None => Answer::new(200, "application/json", body),
    }
}
