//! Runs a plan: steps its rows and drives the events of the answer, straight from SQLite's row buffers.

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Row};

use super::custom;
use super::memory::Memory;
use crate::clock::Millis;
use crate::event::{Links, ListForm, Name, Sink};
use crate::query::ir::{Budget, Parameter};
use crate::sql::{Definitions, Fragment, Param, Plan, Reference, Shape};
use crate::value::{Scalar, Value, ValueType};

/// What a run gets from the request.
pub struct Request<'a> {
    pub now: Millis,
    /// Midnight of the server's day.
    pub today: Millis,
    pub me: i64,
    /// Link to the rest of an inner collection: plural and key of its owner, its name, the items' include, rows to skip.
    pub rest: &'a dyn Fn(&Rest<'_>) -> String,
}

/// The part of an inner collection that did not fit.
pub struct Rest<'a> {
    pub owner: &'a str,
    pub key: i64,
    pub collection: &'a str,
    pub include: Option<&'a str>,
    pub take: u32,
    pub skip: u64,
}

/// What the root of an answer is.
pub enum Root<'a> {
    /// A page of rows; the name is the element of XML.
    Page { name: Option<&'a Name>, form: ListForm, links: &'a dyn Fn(bool) -> Links },
    /// The first row alone.
    One,
    /// The first row of a plan that was made for any id.
    Id(i64),
}

/// Rows seen at the root, and whether more follow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    pub rows: usize,
    pub more: bool,
}

/// Runs `plan` into `sink`, with what is remembered of earlier answers. Nothing is written where one row is asked for
/// and there is none.
///
/// # Errors
/// SQLite's, among them what a conversion in the query fails on.
pub fn run<S: Sink>(
    connection: &Connection,
    memory: &mut Memory,
    plan: &Plan,
    definitions: &Definitions,
    request: &Request<'_>,
    root: &Root<'_>,
    sink: &mut S,
) -> rusqlite::Result<Outcome> {
    let mut runner = Runner { connection, memory, settled: false, definitions, request, sink };
    let mut open = runner.open(plan)?;
    match root {
        Root::Page { name, form, links } => {
            let expected = links(true);
            runner.sink.expect_links(&expected);
            runner.sink.list_start(*name, *form);
            let take = plan.limit.take.map(u64::from);
            let outcome = runner.rows(&mut open, 0, take, plan.limit.skip)?;
            runner.sink.list_end(&if outcome.more { expected } else { links(false) });
            Ok(outcome)
        }
        Root::One => runner.rows(&mut open, 0, Some(1), 0),
        Root::Id(id) => runner.rows(&mut open, *id, Some(1), 0),
    }
}

struct Runner<'a, S> {
    connection: &'a Connection,
    memory: &'a mut Memory,
    /// Whether the memory knows what this run sees.
    settled: bool,
    definitions: &'a Definitions,
    request: &'a Request<'a>,
    sink: &'a mut S,
}

/// A plan with its statement prepared; its children stand beside it so that they run while its rows are stepped.
struct Open<'c, 'p> {
    statement: CachedStatement<'c>,
    text: &'p Fragment,
    shape: &'p Shape,
    beside: Beside<'c, 'p>,
}

/// What the rows of a plan need beside themselves.
struct Beside<'c, 'p> {
    children: Vec<Child<'c, 'p>>,
    references: Vec<Referred<'c, 'p>>,
}

/// A reference, opened when a row comes whose text is not remembered.
struct Referred<'c, 'p> {
    reference: &'p Reference,
    open: Option<Open<'c, 'p>>,
}

struct Child<'c, 'p> {
    open: Open<'c, 'p>,
    skip: u64,
    /// What is left of the page's rows for this collection.
    budget: Option<u64>,
}

impl<'a, S: Sink> Runner<'a, S> {
    fn open<'p>(&self, plan: &'p Plan) -> rusqlite::Result<Open<'a, 'p>> {
        let children = plan.children.iter().map(|child| {
            let budget = child.limit.take.map(u64::from);
            Ok(Child { open: self.open(child)?, skip: child.limit.skip, budget })
        });
        let references = plan.references.iter().map(|reference| Referred { reference, open: None }).collect();
        Ok(Open {
            statement: self.connection.prepare_cached(&plan.statement.text)?,
            text: &plan.statement,
            shape: &plan.shape,
            beside: Beside { children: children.collect::<rusqlite::Result<_>>()?, references },
        })
    }

    /// Steps at most `take` rows, looking one row further.
    fn rows(&mut self, open: &mut Open<'a, '_>, owner: i64, take: Option<u64>, skip: u64) -> rusqlite::Result<Outcome> {
        let Open { statement, text, shape, beside } = open;
        for (i, param) in text.params.iter().enumerate() {
            self.bind(statement, i + 1, param, owner, take, skip)?;
        }
        let mut rows = statement.raw_query();
        let mut outcome = Outcome::default();
        while let Some(row) = rows.next()? {
            if !self.settled {
                self.memory.settle();
                self.settled = true;
            }
            if !self.sink.is_open() {
                break;
            }
            if take.is_some_and(|take| outcome.rows as u64 >= take) {
                outcome.more = true;
                break;
            }
            outcome.rows += 1;
            self.shape(shape, None, row, beside)?;
        }
        Ok(outcome)
    }

    fn bind(
        &self,
        statement: &mut CachedStatement<'_>,
        at: usize,
        param: &Param,
        owner: i64,
        take: Option<u64>,
        skip: u64,
    ) -> rusqlite::Result<()> {
        let rows = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        match param {
            Param::Value(Value::Null) => statement.raw_bind_parameter(at, rusqlite::types::Null),
            Param::Value(Value::Bool(b)) => statement.raw_bind_parameter(at, *b),
            Param::Value(Value::Int(n)) => statement.raw_bind_parameter(at, *n),
            Param::Value(Value::Real(x)) => statement.raw_bind_parameter(at, *x),
            Param::Value(Value::Text(text)) => statement.raw_bind_parameter(at, text.as_str()),
            Param::Run(Parameter::Now) => statement.raw_bind_parameter(at, self.request.now),
            Param::Run(Parameter::Today) => statement.raw_bind_parameter(at, self.request.today),
            Param::Run(Parameter::Me) => statement.raw_bind_parameter(at, self.request.me),
            Param::Run(Parameter::Id) => statement.raw_bind_parameter(at, owner),
            Param::Owner => statement.raw_bind_parameter(at, owner),
            Param::Take => statement.raw_bind_parameter(at, take.map_or(-1, |take| rows(take.saturating_add(1)))),
            Param::Skip => statement.raw_bind_parameter(at, rows(skip)),
        }
    }

    fn shape(
        &mut self,
        shape: &Shape,
        name: Option<&Name>,
        row: &Row<'_>,
        beside: &mut Beside<'a, '_>,
    ) -> rusqlite::Result<()> {
        match shape {
            Shape::Scalar { column, ty } => self.sink.scalar(name, scalar(row.get_ref(*column)?, *ty)),
            Shape::Entity { presence, resource, members } => {
                if is_absent(row, *presence)? {
                    self.sink.scalar(name, Scalar::Null);
                    return Ok(());
                }
                self.sink.entity_start(name, resource);
                self.members(members, row, beside)?;
                self.sink.entity_end();
            }
            Shape::Reference { key, reference, shown } => match row.get_ref(*key)? {
                ValueRef::Integer(key) if key != 0 => {
                    self.reference(name, &mut beside.references[*reference], *shown, key)?;
                }
                _ => self.sink.scalar(name, Scalar::Null),
            },
            Shape::Object { presence, members } => {
                if is_absent(row, *presence)? {
                    self.sink.scalar(name, Scalar::Null);
                    return Ok(());
                }
                self.sink.object_start(name);
                self.members(members, row, beside)?;
                self.sink.object_end();
            }
            Shape::List { form, owner, child, budget, path } => {
                let key = row.get::<_, Option<i64>>(*owner)?;
                self.list(name, *form, key, &mut beside.children[*child], budget, path)?;
            }
            Shape::Array(items) => {
                self.sink.list_start(name, ListForm::Plain);
                items.iter().try_for_each(|item| self.shape(item, None, row, beside))?;
                self.sink.list_end(&Links::default());
            }
            Shape::Parts { column, item } => custom::parts(row.get_ref(*column)?, *item, name, self.sink),
            Shape::First { owner, child } => {
                let key = row.get::<_, Option<i64>>(*owner)?;
                let child = &mut beside.children[*child];
                let found = match key {
                    Some(key) => self.first(name, &mut child.open, key)?,
                    None => false,
                };
                if !found {
                    self.sink.scalar(name, Scalar::Null);
                }
            }
            Shape::CustomFields { values, process, entity_type } => {
                let entity_type = row.get::<_, Option<i64>>(*entity_type)?.unwrap_or_default();
                let definitions = self.definitions(entity_type, row.get(*process)?)?;
                self.sink.custom_fields_start(name);
                custom::values(row.get_ref(*values)?, &definitions, self.sink);
                self.sink.custom_fields_end();
            }
            Shape::Embedded { column, resource, members } => {
                custom::embedded(row.get_ref(*column)?, name, resource, members, self.sink);
            }
        }
        Ok(())
    }

    fn members(
        &mut self,
        members: &[(Name, Shape)],
        row: &Row<'_>,
        beside: &mut Beside<'a, '_>,
    ) -> rusqlite::Result<()> {
        for (name, shape) in members {
            match shape {
                Shape::Scalar { column, ty } => self.sink.scalar(Some(name), scalar(row.get_ref(*column)?, *ty)),
                shape => self.shape(shape, Some(name), row, beside)?,
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        name: Option<&Name>,
        form: ListForm,
        key: Option<i64>,
        child: &mut Child<'a, '_>,
        budget: &Budget,
        path: &(String, String),
    ) -> rusqlite::Result<()> {
        self.sink.list_start(name, form);
        let mut links = Links::default();
        if let Some(key) = key {
            let outcome = self.rows(&mut child.open, key, child.budget, child.skip)?;
            if let (Budget::Page { take, include }, Some(left)) = (budget, &mut child.budget) {
                *left -= outcome.rows as u64;
                if outcome.more {
                    links.next = Some((self.request.rest)(&Rest {
                        owner: &path.0,
                        key,
                        collection: &path.1,
                        include: include.as_deref(),
                        take: *take,
                        skip: child.skip + outcome.rows as u64,
                    }));
                }
            }
        }
        self.sink.list_end(&links);
        Ok(())
    }

    fn reference(
        &mut self,
        name: Option<&Name>,
        referred: &mut Referred<'a, '_>,
        shown: Option<u64>,
        key: i64,
    ) -> rusqlite::Result<()> {
        let shown = shown.filter(|_| self.memory.takes(referred.reference.plain));
        let shown = shown.zip(self.sink.style()).map(|(shown, style)| shown ^ style);
        if let Some(text) = shown.and_then(|shown| self.memory.find(shown, key)) {
            self.sink.again(text);
            return Ok(());
        }
        let open = match &mut referred.open {
            Some(open) => open,
            closed => closed.insert(self.open(&referred.reference.plan)?),
        };
        let start = self.sink.mark();
        if !self.first(name, open, key)? {
            self.sink.scalar(name, Scalar::Null);
        } else if let Some((shown, text)) = shown.zip(self.sink.since(start)) {
            self.memory.note(shown, key, text, &open.text.text);
        }
        Ok(())
    }

    /// The first row of a child under `name`; false where there is none.
    fn first(&mut self, name: Option<&Name>, open: &mut Open<'a, '_>, owner: i64) -> rusqlite::Result<bool> {
        let Open { statement, text, shape, beside } = open;
        for (i, param) in text.params.iter().enumerate() {
            self.bind(statement, i + 1, param, owner, Some(1), 0)?;
        }
        let mut rows = statement.raw_query();
        match rows.next()? {
            Some(row) => self.shape(shape, name, row, beside).map(|()| true),
            None => Ok(false),
        }
    }

    fn definitions(&mut self, entity_type: i64, process: Option<i64>) -> rusqlite::Result<custom::Definitions> {
        if let Some(known) = self.memory.definitions(entity_type, process) {
            return Ok(known);
        }
        let mut statement = self.connection.prepare_cached(&self.definitions.sql)?;
        let rows = statement.query_map((entity_type, process), custom::definition)?;
        let found: custom::Definitions = rows.collect::<rusqlite::Result<_>>()?;
        self.memory.note_definitions(entity_type, process, &found);
        Ok(found)
    }
}

/// Whether the object is missing: its key is null, or its test is not true.
fn is_absent(row: &Row<'_>, presence: Option<usize>) -> rusqlite::Result<bool> {
    Ok(match presence {
        None => false,
        Some(column) => matches!(row.get_ref(column)?, ValueRef::Null | ValueRef::Integer(0)),
    })
}

/// A column as the type it was bound with.
pub(super) fn scalar(value: ValueRef<'_>, ty: ValueType) -> Scalar<'_> {
    match (value, ty) {
        (ValueRef::Null, _) => Scalar::Null,
        (ValueRef::Integer(n), ValueType::Bool) => Scalar::Bool(n != 0),
        (ValueRef::Integer(n), ValueType::Date) => Scalar::Date(n),
        (ValueRef::Integer(n), ValueType::TimeSpan) => Scalar::TimeSpan(n),
        (ValueRef::Integer(n), ValueType::Decimal) => Scalar::Decimal(n as f64),
        (ValueRef::Integer(n), ValueType::Average) => Scalar::Average(n as f64),
        (ValueRef::Integer(n), ValueType::Double) => Scalar::Double(n as f64),
        (ValueRef::Integer(n), _) => Scalar::Int(n),
        (ValueRef::Real(x), ValueType::Decimal) => Scalar::Decimal(x),
        (ValueRef::Real(x), ValueType::Average) => Scalar::Average(x),
        (ValueRef::Real(x), ValueType::Int | ValueType::Long) => Scalar::Int(x as i64),
        (ValueRef::Real(x), ValueType::Date) => Scalar::Date(x as i64),
        (ValueRef::Real(x), ValueType::TimeSpan) => Scalar::TimeSpan(x as i64),
        (ValueRef::Real(x), _) => Scalar::Double(x),
        (ValueRef::Text(text), ty) => match std::str::from_utf8(text) {
            Ok(text) if ty == ValueType::Link => Scalar::Link(text),
            Ok(text) => Scalar::Text(text),
            Err(_) => Scalar::Null,
        },
        (ValueRef::Blob(_), _) => Scalar::Null,
    }
}
