//! One request's transaction as rules see it: rows in and out, the clock, the caller, and what is to be done later.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::history;
use super::refusal::Refusal;
use super::rollup;
use super::row::{Columns, Row};
use super::settings;
use crate::catalog::{Catalog, Entity, EntityId, EntityKind};
use crate::clock::{Millis, Zone};
use crate::event::Nowhere;
use crate::query::{self, Caller, Model, Read};
use crate::rules::accounts::Account;
use crate::sql::{self, Definitions, Fragment, KIND_COLUMN, Param, Plan, dml};
use crate::store::{self, Connection, Known, StoreError};
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

/// What a request's rules work on.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub db: &'a Connection,
    pub model: &'a Model,
    pub definitions: &'a Definitions,
    pub now: Millis,
    pub zone: &'a Zone,
}

pub struct Tx<'a> {
    pub db: &'a Connection,
    pub model: &'a Model,
    pub definitions: &'a Definitions,
    /// What the writer remembers from request to request.
    pub known: &'a Known,
    pub who: Who,
    pub now: Millis,
    pub zone: &'a Zone,
    /// Items whose efforts and times are to be summed up before the answer is made.
    pub(super) sums: RefCell<BTreeSet<i64>>,
    /// Items whose open effort is recalculated after the answer was made.
    pub(super) later: RefCell<BTreeSet<i64>>,
    /// Role efforts whose remaining time is recalculated after the answer.
    pub(super) later_roles: RefCell<BTreeSet<i64>>,
    /// What sums items up, and how its sums are to move.
    pub(super) parents: RefCell<rollup::Sums>,
    /// Items that a part left, perhaps the last one.
    pub(super) bereft: RefCell<BTreeSet<i64>>,
    /// Past states this request makes, by the item they are of.
    pub(super) pasts: RefCell<BTreeMap<(EntityId, i64), history::Past>>,
    /// States of items in the workflows of their teams, as they were before this request changed what they depend on.
    pub(super) team_states: RefCell<BTreeMap<i64, Value>>,
    /// Whether rows that were there before belong to rows that this request made.
    adopted: Cell<bool>,
    /// Rows that this request made.
    made: RefCell<BTreeSet<(EntityId, i64)>>,
    /// Items as this request left them.
    items: RefCell<BTreeMap<i64, Row>>,
    plans: RefCell<BTreeMap<EntityId, Rc<Plan>>>,
    /// A custom rule moves an item: its workflow does not hold it.
    pub(super) any_transition: Cell<bool>,
    /// Accounts or custom fields changed: what is remembered about them is void.
    pub accounts_changed: Cell<bool>,
}

impl<'a> Tx<'a> {
    pub fn new(scene: Scene<'a>, known: &'a Known, caller: &Account) -> Result<Self> {
        let who = known.answer("who", [caller.id, 0], || who(scene.db, caller))?;
        Ok(Self {
            db: scene.db,
            model: scene.model,
            definitions: scene.definitions,
            known,
            who: Who::clone(&who),
            now: scene.now,
            zone: scene.zone,
            sums: RefCell::default(),
            later: RefCell::default(),
            later_roles: RefCell::default(),
            parents: RefCell::default(),
            bereft: RefCell::default(),
            pasts: RefCell::default(),
            team_states: RefCell::default(),
            adopted: Cell::new(false),
            made: RefCell::default(),
            items: RefCell::default(),
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
        let values = self.query(sql, parameters)?;
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let columns: Rc<Columns> = Rc::new(store::columns(self.db, sql)?.into_iter().collect());
        Ok(values.into_iter().map(|values| Row::of(Rc::clone(&columns), values)).collect())
    }

    pub fn run(&self, fragment: Fragment) -> Result<Vec<Vec<Value>>> {
        let (text, values) = parts(fragment);
        self.query(&text, &values)
    }

    /// The row of an entity or of one of its heirs, whoever may see it.
    pub fn row(&self, entity: &Entity, id: i64) -> Result<Option<Row>> {
        let table = self.table(entity);
        let known = if table == ITEMS { self.items.borrow().get(&id).cloned() } else { None };
        let row = match known {
            Some(row) => Some(row),
            None => {
                let text = self.statement("select", entity, || dml::select(table))?;
                let found = self.query(&text, &[Value::Int(id)])?.pop();
                found.map(|values| Ok::<_, Refusal>(Row::of(self.columns(entity)?, values))).transpose()?
            }
        };
        Ok(row.filter(|row| match &entity.kinds {
            Some(kinds) => row.int(KIND_COLUMN).is_some_and(|kind| kinds.contains(&kind)),
            None => true,
        }))
    }

    /// Remembers an item as it was just written.
    pub(super) fn keep_item(&self, entity: &Entity, id: i64, row: &Row) {
        if entity.table == ITEMS {
            self.items.borrow_mut().insert(id, row.clone());
        }
    }

    /// Forgets items that were written past their rules.
    pub(super) fn forget_items(&self) {
        self.items.borrow_mut().clear();
    }

    /// One reference of a row.
    pub fn reference(&self, entity: &Entity, id: i64, column: &str) -> Result<Option<i64>> {
        self.id(&dml::value_of(&entity.table, column), &[Value::Int(id)])
    }

    /// The text of a statement about the rows of an entity, made once.
    fn statement(&self, what: &'static str, entity: &Entity, make: impl FnOnce() -> String) -> Result<Rc<String>> {
        self.known.answer(what, [entity.id.0.into(), 0], || Ok(make()))
    }

    /// The columns of an entity's table.
    pub fn columns(&self, entity: &Entity) -> Result<Rc<Columns>> {
        let ask = || {
            let text = dml::select(self.table(entity));
            Ok::<_, StoreError>(Rc::new(store::columns(self.db, &text)?.into_iter().collect::<Columns>()))
        };
        let columns = self.known.answer("columns", [family(entity).0.into(), 0], ask)?;
        Ok(Rc::clone(&columns))
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
        let shared = (entity.kinds.is_some() && entity.kind != EntityKind::History) || entity.view.is_some();
        let kind = row.int(KIND_COLUMN).filter(|_| shared);
        kind.and_then(|kind| self.catalog().of_type(kind)).unwrap_or(entity)
    }

    /// Whether the caller sees a row that is there.
    pub fn sees(&self, entity: EntityId, id: i64) -> Result<bool> {
        let plan = self.plan(entity)?;
        let request = store::Request { now: self.now, today: self.today(), me: self.who.id, rest: &|_| String::new() };
        let found = store::run(
            self.db,
            &mut store::Memory::default(),
            &plan,
            self.definitions,
            &request,
            &store::Root::Id(id),
            &mut Nowhere,
        );
        Ok(found.map_err(StoreError::from)?.rows > 0)
    }

    /// The plan that finds a row of an entity for the caller, made once for a request.
    fn plan(&self, entity: EntityId) -> Result<Rc<Plan>> {
        if let Some(known) = self.plans.borrow().get(&entity) {
            return Ok(Rc::clone(known));
        }
        let caller = Caller { id: self.who.id, sees_all: self.who.sees_all };
        let scene = query::Scene { model: self.model, custom_fields: &[], caller, zone: self.zone };
        let read = Read { any_id: true, include: Some(&[]), ..Read::page(entity) };
        let plan = Rc::new(sql::plan(self.catalog(), &query::read(scene, &read)?));
        self.plans.borrow_mut().insert(entity, Rc::clone(&plan));
        Ok(plan)
    }

    /// A new row with an id of its own. History, versions and rules are the business of the caller.
    pub fn insert(&self, entity: &Entity, row: &Row) -> Result<i64> {
        if settings::are(entity) || settings::lead_elsewhere(entity, !row.is_null(PROCESS)) {
            self.known.forget();
        }
        let (id, row) = match row.int("Id") {
            Some(id) => (id, Cow::Borrowed(row)),
            None => {
                let (id, mut row) = (self.next_id(&entity.table)?, row.clone());
                row.set("Id", id);
                (id, Cow::Owned(row))
            }
        };
        let columns = self.columns(entity)?;
        if row.has_columns(&columns) {
            let text = self.statement("insert", entity, || dml::insert_all(&entity.table, columns.len()))?;
            store::execute(self.db, &text, row.values())?;
        } else {
            self.run(dml::insert(&entity.table, row.filled()))?;
        }
        self.known.wrote_unshown();
        self.made.borrow_mut().insert((family(entity), id));
        Ok(id)
    }

    /// Whether rows of `part` may belong to a row of `whole`: to one that this request made, only rows it made or
    /// adopted.
    pub fn may_have(&self, whole: &Entity, id: i64, part: &Entity) -> bool {
        let (made, whole, part) = (self.made.borrow(), (family(whole), id), family(part));
        !made.contains(&whole)
            || self.adopted.get()
            || made.range((part, i64::MIN)..=(part, i64::MAX)).any(|row| *row != whole)
    }

    /// Whether this request made a row.
    pub fn made_here(&self, entity: &Entity, id: i64) -> bool {
        self.made.borrow().contains(&(family(entity), id))
    }

    /// New values for some columns of a row, and nothing else.
    pub fn update(&self, entity: &Entity, id: i64, columns: Vec<(Rc<str>, Value)>) -> Result<()> {
        if settings::are(entity) || settings::lead_elsewhere(entity, columns.iter().any(|(c, _)| &**c == PROCESS)) {
            self.known.forget();
        }
        let made = self.made.borrow();
        let is_made = |id: &Value| made.iter().any(|(_, made)| *id == Value::Int(*made));
        if !made.contains(&(family(entity), id)) && columns.iter().any(|(c, value)| c.ends_with("Id") && is_made(value))
        {
            self.adopted.set(true);
        }
        // what was made here, alone, nothing else refers to
        if made.len() == 1 && made.contains(&(family(entity), id)) {
            self.known.wrote_unshown();
        } else {
            self.known.wrote(columns.iter().map(|(column, _)| &**column));
        }
        let (text, values) = parts(dml::update(&entity.table, id, columns));
        store::execute(self.db, &text, &values)?;
        Ok(())
    }

    /// Takes a row away, and nothing else. Its id is not given again.
    pub fn delete(&self, entity: &Entity, id: i64) -> Result<()> {
        if settings::are(entity) || entity.member("Process").is_some() {
            self.known.forget();
        }
        if entity.table == ITEMS {
            self.items.borrow_mut().remove(&id);
        }
        self.run(dml::start(&entity.table, &[(&entity.table, "Id")]))?;
        self.run(dml::delete(&entity.table, id)).map(drop)
    }

    /// The next id of a table, never given before, not even to a row that is gone.
    pub fn next_id(&self, table: &str) -> Result<i64> {
        self.next(table, &[(table, "Id")])
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
        if let Some(next) = self.known.next(counter) {
            return Ok(Some(next));
        }
        let (text, values) = parts(dml::counter(counter));
        let Some(stored) = self.id(&text, &values)? else { return Ok(None) };
        self.known.load(counter, stored);
        Ok(self.known.next(counter))
    }

    /// Whether a row of an entity or of one of its heirs is there.
    pub fn exists(&self, entity: &Entity, id: i64) -> Result<bool> {
        let make = || {
            let kind = entity.kinds.as_ref().map(|_| KIND_COLUMN);
            dml::kind_of(self.table(self.catalog().entity(entity.id)), kind)
        };
        let rows = self.query(&self.statement("kind", entity, make)?, &[Value::Int(id)])?;
        Ok(match (rows.first().map(Vec::as_slice), &entity.kinds) {
            (Some([Value::Int(kind)]), Some(kinds)) => kinds.contains(kind),
            (row, kinds) => row.is_some() && kinds.is_none(),
        })
    }

    /// Changes some columns of a row as a consequence of another change: version and history follow.
    pub fn amend(&self, entity: &'a Entity, id: i64, columns: &[(&str, Value)]) -> Result<()> {
        match self.row(entity, id)? {
            Some(old) => self.amend_row(entity, id, &old, columns),
            None => Ok(()),
        }
    }

    /// The same where the row was just read.
    pub fn amend_row(&self, entity: &'a Entity, id: i64, old: &Row, columns: &[(&str, Value)]) -> Result<()> {
        let entity = self.concrete(entity, old);
        let mut new = old.clone();
        for (column, value) in columns {
            new.set(column, value.clone());
        }
        self.write(entity, id, old, new)
    }

    /// Writes what differs between two states of a row.
    pub fn write(&self, entity: &'a Entity, id: i64, old: &Row, mut new: Row) -> Result<()> {
        let mut changes = new.changes(old);
        if changes.is_empty() {
            return Ok(());
        }
        if entity.member(VERSION).is_some() {
            let version = self.next_version()?;
            new.set(VERSION, version);
            changes.retain(|(column, _)| &**column != VERSION);
            changes.push((VERSION.into(), version.into()));
        }
        self.update(entity, id, changes)?;
        self.keep_item(entity, id, &new);
        rollup::note(self, entity, Some(old), Some(&new))?;
        history::record(self, entity, id, Some(old), &new)
    }

    /// Asks for the sums of an item to be made anew.
    pub fn sum_up(&self, item: Option<i64>) {
        self.sums.borrow_mut().extend(item);
    }
}

/// The table of all items.
const ITEMS: &str = "General";

/// The column that says by which process a project works.
const PROCESS: &str = "ProcessId";

/// The entity whose table the rows of an entity stand in.
fn family(entity: &Entity) -> EntityId {
    *entity.ancestors.last().unwrap_or(&entity.id)
}

/// Rights of a caller as the database has them now.
fn who(db: &Connection, caller: &Account) -> Result<Who> {
    let sql = r#"SELECT "IsObserver", "RoleId" FROM "GeneralUser" WHERE "Id" = ?"#;
    let rows = store::select(db, sql, &[Value::Int(caller.id)])?;
    let row = rows.first();
    Ok(Who {
        id: caller.id,
        sees_all: caller.sees_all(),
        system: caller.kind == "SystemUser",
        observer: row.is_some_and(|r| r.first() == Some(&Value::Int(1))),
        role: row.and_then(|r| r.get(1)).and_then(|v| if let Value::Int(id) = v { Some(*id) } else { None }),
    })
}

/// The column of the account-wide counter.
pub const VERSION: &str = "EntityVersion";

/// The text of a fragment and the values it binds; fragments of changes bind nothing else.
fn parts(fragment: Fragment) -> (String, Vec<Value>) {
    let value = |param| if let Param::Value(value) = param { value } else { Value::Null };
    (fragment.text, fragment.params.into_iter().map(value).collect())
}
