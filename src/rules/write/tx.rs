//! One request's transaction as rules see it: rows in and out, the clock, the caller, and what is to be done later.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::history;
use super::refusal::Refusal;
use super::row::Row;
use crate::catalog::{Catalog, Entity, EntityId, EntityKind};
use crate::clock::{Millis, Zone};
use crate::event::Nowhere;
use crate::query::{self, Caller, Model, Read, Scene};
use crate::rules::accounts::Account;
use crate::sql::{self, Definitions, Fragment, KIND_COLUMN, Param, Plan, dml};
use crate::store::{self, Connection, StoreError};
use crate::value::Value;

pub type Result<T> = std::result::Result<T, Refusal>;

const DAY: Millis = 86_400_000;

/// Who writes, as the database knows them now.
#[derive(Debug, Clone)]
pub struct Who {
    pub id: i64,
    /// Administrators and the System user.
    pub sees_all: bool,
    pub system: bool,
    pub observer: bool,
    pub role: Option<i64>,
}

pub struct Tx<'a> {
    pub db: &'a Connection,
    pub model: &'a Model,
    pub definitions: &'a Definitions,
    pub who: Who,
    pub now: Millis,
    pub zone: &'a Zone,
    /// Items whose efforts and times are to be summed up before the answer is made.
    pub(super) sums: RefCell<BTreeSet<i64>>,
    /// Items whose open effort is recalculated after the answer was made.
    pub(super) later: RefCell<BTreeSet<i64>>,
    /// Role efforts whose remaining time is recalculated after the answer.
    pub(super) later_roles: RefCell<BTreeSet<i64>>,
    /// What sums items up and is to do so anew: level and id.
    pub(super) parents: RefCell<BTreeSet<(usize, i64)>>,
    plans: RefCell<BTreeMap<EntityId, Rc<Plan>>>,
    /// A custom rule moves an item: its workflow does not hold it.
    pub(super) any_transition: Cell<bool>,
    /// Accounts or custom fields changed: what is remembered about them is void.
    pub accounts_changed: Cell<bool>,
}

impl<'a> Tx<'a> {
    pub fn new(
        db: &'a Connection,
        model: &'a Model,
        definitions: &'a Definitions,
        caller: &Account,
        now: Millis,
        zone: &'a Zone,
    ) -> Result<Self> {
        let rows = store::select(
            db,
            r#"SELECT "IsObserver", "RoleId" FROM "GeneralUser" WHERE "Id" = ?"#,
            &[Value::Int(caller.id)],
        )?;
        let row = rows.first();
        let who = Who {
            id: caller.id,
            sees_all: caller.sees_all(),
            system: caller.kind == "SystemUser",
            observer: row.is_some_and(|r| r.first() == Some(&Value::Int(1))),
            role: row.and_then(|r| r.get(1)).and_then(|v| if let Value::Int(id) = v { Some(*id) } else { None }),
        };
        Ok(Self {
            db,
            model,
            definitions,
            who,
            now,
            zone,
            sums: RefCell::default(),
            later: RefCell::default(),
            later_roles: RefCell::default(),
            parents: RefCell::default(),
            plans: RefCell::default(),
            any_transition: Cell::new(false),
            accounts_changed: Cell::new(false),
        })
    }

    pub fn catalog(&self) -> &'a Catalog {
        &self.model.catalog
    }

    /// The entity of this name; names in `rules` are checked against the catalog by a test.
    pub fn entity(&self, name: &str) -> Result<&'a Entity> {
        self.catalog().named(name).ok_or_else(|| StoreError::Sql(format!("the catalog has no {name}")).into())
    }

    /// Midnight of the server's day.
    pub fn today(&self) -> Millis {
        self.midnight(self.now)
    }

    /// The midnight before an instant, on the server's wall.
    pub fn midnight(&self, at: Millis) -> Millis {
        self.zone.from_wall(self.zone.to_wall(at).div_euclid(DAY) * DAY)
    }

    pub fn query(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>> {
        Ok(store::select(self.db, sql, parameters)?)
    }

    /// The first column of all rows, as ids.
    pub fn ids(&self, sql: &str, parameters: &[Value]) -> Result<Vec<i64>> {
        let rows = self.query(sql, parameters)?;
        Ok(rows
            .into_iter()
            .filter_map(|r| if let Some(Value::Int(id)) = r.first() { Some(*id) } else { None })
            .collect())
    }

    pub fn id(&self, sql: &str, parameters: &[Value]) -> Result<Option<i64>> {
        Ok(self.ids(sql, parameters)?.first().copied())
    }

    pub fn rows(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        Ok(store::records(self.db, sql, parameters)?.into_iter().map(Row::new).collect())
    }

    pub fn run(&self, fragment: Fragment) -> Result<Vec<Vec<Value>>> {
        let (text, values) = parts(fragment);
        self.query(&text, &values)
    }

    /// The row of an entity or of one of its heirs, whoever may see it.
    pub fn row(&self, entity: &Entity, id: i64) -> Result<Option<Row>> {
        let table = self.table(entity);
        let (text, values) = parts(dml::select(table, id));
        let row = self.rows(&text, &values)?.into_iter().next();
        Ok(row.filter(|row| match &entity.kinds {
            Some(kinds) => row.int(KIND_COLUMN).is_some_and(|kind| kinds.contains(&kind)),
            None => true,
        }))
    }

    /// The table that keeps an entity's rows; a view's rows are those of its base.
    pub fn table(&self, entity: &'a Entity) -> &'a str {
        match (&entity.view, entity.ancestors.last()) {
            (Some(_), Some(base)) => &self.catalog().entity(*base).table,
            _ => &entity.table,
        }
    }

    /// What a row of a shared table is.
    pub fn concrete(&self, entity: &'a Entity, row: &Row) -> &'a Entity {
        let shared = entity.kinds.is_some() || entity.view.is_some();
        let kind = row.int(KIND_COLUMN).filter(|_| shared);
        kind.and_then(|kind| self.catalog().of_type(kind)).unwrap_or(entity)
    }

    /// Whether the caller sees a row that is there.
    pub fn sees(&self, entity: EntityId, id: i64) -> Result<bool> {
        let plan = self.plan(entity)?;
        let request = store::Request { now: self.now, today: self.today(), me: self.who.id, rest: &|_| String::new() };
        let found = store::run(self.db, &plan, self.definitions, &request, &store::Root::Id(id), &mut Nowhere);
        Ok(found.map_err(StoreError::from)?.rows > 0)
    }

    /// The plan that finds a row of an entity for the caller, made once for a request.
    fn plan(&self, entity: EntityId) -> Result<Rc<Plan>> {
        if let Some(known) = self.plans.borrow().get(&entity) {
            return Ok(Rc::clone(known));
        }
        let caller = Caller { id: self.who.id, sees_all: self.who.sees_all };
        let scene = Scene { model: self.model, custom_fields: &[], caller, zone: self.zone };
        let read = Read { any_id: true, include: Some(&[]), ..Read::page(entity) };
        let plan = Rc::new(sql::plan(self.catalog(), &query::read(scene, &read)?));
        self.plans.borrow_mut().insert(entity, Rc::clone(&plan));
        Ok(plan)
    }

    /// A new row with an id of its own. History, versions and rules are the business of the caller.
    pub fn insert(&self, entity: &Entity, row: &Row) -> Result<i64> {
        let id = match row.int("Id") {
            Some(id) => id,
            None => self.next_id(&entity.table)?,
        };
        let mut columns = vec![("Id".to_owned(), Value::Int(id))];
        columns.extend(row.columns().filter(|(c, _)| *c != "Id").map(|(c, v)| (c.clone(), v.clone())));
        self.run(dml::insert(&entity.table, columns))?;
        Ok(id)
    }

    /// The next id of a table, never given before, not even to a row that is gone.
    pub fn next_id(&self, table: &str) -> Result<i64> {
        self.next(table, &[(table, "Id")])
    }

    /// Remembers the largest id of a table before its row may go.
    pub fn hold_ids(&self, table: &str) -> Result<()> {
        self.run(dml::start(table, &[(table, "Id")])).map(drop)
    }

    /// The account-wide counter that every accepted write moves on.
    pub fn next_version(&self) -> Result<i64> {
        let versioned =
            |e: &&Entity| e.ancestors.is_empty() && e.kind != EntityKind::History && e.member(VERSION).is_some();
        if let Some(next) = self.moved_on(VERSION)? {
            return Ok(next);
        }
        let columns: Vec<(&str, &str)> =
            self.catalog().entities().iter().filter(versioned).map(|e| (e.table.as_str(), VERSION)).collect();
        self.next(VERSION, &columns)
    }

    /// The next value of a counter, which starts above what the columns hold.
    pub fn next(&self, counter: &str, columns: &[(&str, &str)]) -> Result<i64> {
        if let Some(next) = self.moved_on(counter)? {
            return Ok(next);
        }
        self.run(dml::start(counter, columns))?;
        self.moved_on(counter)?.ok_or_else(|| StoreError::Sql("a counter gave no number".into()).into())
    }

    fn moved_on(&self, counter: &str) -> Result<Option<i64>> {
        Ok(match self.run(dml::next(counter))?.first().map(Vec::as_slice) {
            Some([Value::Int(next)]) => Some(*next),
            _ => None,
        })
    }

    /// Whether a row of an entity or of one of its heirs is there.
    pub fn exists(&self, entity: &Entity, id: i64) -> Result<bool> {
        let kind = entity.kinds.as_ref().map(|_| KIND_COLUMN);
        let rows = self.run(dml::kind_of(self.table(self.catalog().entity(entity.id)), id, kind))?;
        Ok(match (rows.first().map(Vec::as_slice), &entity.kinds) {
            (Some([Value::Int(kind)]), Some(kinds)) => kinds.contains(kind),
            (row, kinds) => row.is_some() && kinds.is_none(),
        })
    }

    /// Changes some columns of a row as a consequence of another change: version and history follow.
    pub fn amend(&self, entity: &'a Entity, id: i64, columns: &[(&str, Value)]) -> Result<()> {
        let Some(old) = self.row(entity, id)? else { return Ok(()) };
        let entity = self.concrete(entity, &old);
        let mut new = old.clone();
        for (column, value) in columns {
            new.set(column, value.clone());
        }
        self.write(entity, id, &old, new)
    }

    /// Writes what differs between two states of a row.
    pub fn write(&self, entity: &'a Entity, id: i64, old: &Row, mut new: Row) -> Result<()> {
        if new.changes(old).is_empty() {
            return Ok(());
        }
        if entity.member(VERSION).is_some() {
            new.set(VERSION, self.next_version()?);
        }
        self.run(dml::update(&entity.table, id, new.changes(old)))?;
        history::record(self, entity, id, Some(old), &new)
    }

    /// Asks for the sums of an item to be made anew.
    pub fn sum_up(&self, item: Option<i64>) {
        self.sums.borrow_mut().extend(item);
    }
}

/// The column of the account-wide counter.
pub const VERSION: &str = "EntityVersion";

/// The text of a fragment and the values it binds; fragments of changes bind nothing else.
fn parts(fragment: Fragment) -> (String, Vec<Value>) {
    let value = |param| if let Param::Value(value) = param { value } else { Value::Null };
    (fragment.text, fragment.params.into_iter().map(value).collect())
}
