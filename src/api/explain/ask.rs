//! Takes a read apart: the stages of API v1 and v2 one by one, each timed.

use std::sync::Arc;
use std::time::Instant;

use super::super::call::Call;
use super::super::error::Error;
use super::super::page::{self, Asked};
use super::super::v2_page::{Job, Target};
use super::super::v2_parameters::V2Parameters;
use super::super::{v1, v1_parameters::V1Parameters, v2};
use super::report::{Explained, Refusal, statements};
use crate::app::App;
use crate::event::{Links, ListForm};
use crate::query::outline::{self, Outline};
use crate::query::{Selection, ast};
use crate::rules::accounts::Account;
use crate::sql::{self, Plan};
use crate::store::{self, Lane, Reader, Request, Root, StoreError};
use crate::wire::{JsonStyle, JsonWriter, Notation};

/// # Errors
/// 404 for a path that is no read of the API, and the store's. What the read is refused for is part of the report.
pub async fn explain(app: &App, call: Call, caller: &Account) -> Result<Explained, Error> {
    let call = Arc::new(call);
    let read = Read::find(app, &call, caller).await?;
    let report = Explained {
        request: call.uri.path_and_query().map_or_else(String::new, |p| p.as_str().to_owned()),
        caller: caller.login.clone(),
        ..Explained::default()
    };
    let (state, me, workspace) = (app.clone(), caller.id, Arc::clone(&call.workspace));
    // on a thread of the store, whose stack holds deep expressions
    let job = move |reader: &Reader| {
        let mut stages = Stages { app: state, call, me, reader, report };
        if let Err(error) = stages.all(&read) {
            let picture =
                error.slip.as_ref().and_then(|slip| slip.place(&stages.call)).map(|p| p.picture(&error.message));
            stages.report.refusal = Some(Refusal { status: error.kind.status(), message: error.message, picture });
        }
        stages.report
    };
    Ok(app.state.store.read(&workspace, Lane::Dear, job).await?)
}

/// What is read.
enum Read {
    V1(Asked),
    V2 { job: Job, target: Target, stream: bool },
}

impl Read {
    async fn find(app: &App, call: &Arc<Call>, caller: &Account) -> Result<Self, Error> {
        let lower: Vec<String> = call.segments.iter().map(|s| s.to_ascii_lowercase()).collect();
        let segments: Vec<&str> = lower.iter().map(String::as_str).collect();
        if let ["api", "v1", name, rest @ ..] = segments.as_slice() {
            let (entity, target) = v1::read_target(app, call, caller, name, rest)?;
            return Ok(Self::V1(Asked::new(app, call, caller, entity, target).await?));
        }
        let (target, stream) = v2::target(app, call, &segments)?;
        Ok(Self::V2 { job: Job::new(app, call, caller, target.entity).await?, target, stream })
    }
}

struct Stages<'c> {
    app: App,
    call: Arc<Call>,
    me: i64,
    reader: &'c Reader,
    report: Explained,
}

impl Stages<'_> {
    fn all(&mut self, read: &Read) -> Result<(), Error> {
        match read {
            Read::V1(asked) => self.v1(asked),
            Read::V2 { job, target, stream } => self.v2(job, target, *stream),
        }
    }

    /// Runs a stage and notes its time, whether it succeeds or not.
    fn timed<T>(&mut self, stage: &'static str, work: impl FnOnce(&Self) -> T) -> T {
        let started = Instant::now();
        let made = work(self);
        self.report.stages.push((stage, started.elapsed()));
        made
    }

    fn v1(&mut self, asked: &Asked) -> Result<(), Error> {
        let parameters = self.timed("parse", |this| V1Parameters::parse(&this.call))?;
        self.parsed("where", parameters.filter.as_ref().map(outline::expression));
        self.parsed("include", parameters.include.as_deref().map(outline::inclusions));
        self.parsed("exclude", parameters.exclude.as_deref().map(outline::inclusions));
        self.parsed("append", some(&parameters.append).map(outline::inclusions));
        let order = parameters.order.as_ref().map(|(path, down)| ast::Order { key: path.clone(), descending: *down });
        self.parsed("orderBy", order.map(|key| outline::orders(&[key])));
        let query = self.timed("bind", |_| asked.bind(&parameters))?;
        let state = Arc::clone(&self.app.state);
        let catalog = &state.model.catalog;
        self.report.bound = Some(outline::query(catalog, &query));
        let plan = self.timed("emit", |_| sql::plan(catalog, &query));
        let none = |_: bool| Links::default();
        let root = match asked.id() {
            Some(id) => Root::Id(id),
            None => Root::Page { name: None, form: ListForm::Envelope, links: &none },
        };
        self.run(&plan, &root, &JsonStyle::V1, parameters.notation)
    }

    fn v2(&mut self, job: &Job, target: &Target, stream: bool) -> Result<(), Error> {
        let parse = if stream { V2Parameters::parse_stream } else { V2Parameters::parse };
        let parameters = self.timed("parse", |this| parse(&this.call))?;
        self.parsed("where", parameters.filter.as_ref().map(outline::expression));
        self.parsed("filter", parameters.board.as_ref().map(outline::expression));
        let words = some(&parameters.words).map(|words| words.iter().map(Outline::leaf).collect());
        self.parsed("filter", words.map(|words| Outline::of("words", words)));
        self.parsed("select", parameters.select.as_ref().map(outline::expression));
        self.parsed("result", parameters.result.as_ref().map(outline::expression));
        self.parsed("orderBy", some(&parameters.order).map(outline::orders));
        let selection = self.timed("bind", |_| job.select(target.id, &parameters, stream))?;
        self.report.bound = Some(outline::selection(&self.app.state.model.catalog, &selection));
        let plan = self.timed("emit", |_| job.plan(&selection));
        let none = |_: bool| Links::default();
        let root = match &selection {
            Selection::Page(_) => Root::Page { name: None, form: ListForm::Envelope, links: &none },
            Selection::Array(_) => Root::Page { name: None, form: ListForm::Plain, links: &none },
            Selection::Value(_) => Root::One,
        };
        self.run(&plan, &root, &JsonStyle::V2, parameters.notation)
    }

    fn parsed(&mut self, parameter: &'static str, outline: Option<Outline>) {
        self.report.parsed.extend(outline.map(|outline| (parameter, outline)));
    }

    /// The plan twice: with its statements made ready for the first time, then as a request like it finds them.
    fn run(&mut self, plan: &Plan, root: &Root<'_>, style: &JsonStyle, notation: Notation) -> Result<(), Error> {
        self.report.statements = statements(self.reader, plan)?;
        let (first, again) = ("run", "again");
        for stage in [first, again] {
            let (rows, bytes) = self.timed(stage, |this| this.answer(plan, root, style, notation))?;
            (self.report.rows, self.report.bytes) = (rows, bytes);
        }
        Ok(())
    }

    /// Rows and length of the answer.
    fn answer(
        &self,
        plan: &Plan,
        root: &Root<'_>,
        style: &JsonStyle,
        notation: Notation,
    ) -> Result<(usize, usize), StoreError> {
        let (now, today) = page::times(&self.call);
        let request = Request { now, today, me: self.me, rest: &|_| String::new() };
        let (zone, base) = (self.call.workspace.zone(), self.call.base.as_str());
        let mut writer = JsonWriter::new(Vec::new(), style, notation, zone, base);
        let (connection, mut memory) = self.reader.parts();
        let definitions = &self.app.state.definitions;
        let outcome = store::run(connection, &mut memory, plan, definitions, &request, root, &mut writer)?;
        Ok((outcome.rows, writer.finish().len()))
    }
}

/// A list that is not empty.
fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}
