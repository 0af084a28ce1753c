//! Roll-ups: the efforts of items count into what they are planned in, level by level; times count up to the epics.
//! Tasks only ask for the sums of their story, which are made with its roles.
//!
//! A sum is made over all parts the first time, which heals a seed that left it out; from then on it moves by what a
//! row adds or takes, however many others there are. Which items count into what is that of the demo data. That an item
//! with parts is worth what they are worth, whatever it is said to be worth itself, is assumed.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::history;
use super::row::Row;
use super::tx::{Result, Tx};
use super::{tasks, times};
use crate::catalog::Entity;
use crate::value::Value;

pub(super) const EFFORTS: [&str; 3] = ["Effort", "EffortCompleted", "EffortToDo"];

/// A value for each column of [`EFFORTS`].
pub(super) type Efforts = [f64; 3];

/// What counts into parents: efforts, then times.
const WORTH: [&str; 5] = ["Effort", "EffortCompleted", "EffortToDo", "TimeSpent", "TimeRemain"];

/// A value for each column of [`WORTH`].
pub(super) type Worth = [f64; 5];

/// What sums items up.
struct Parent {
    entity: &'static str,
    /// The items' column that leads here.
    column: &'static str,
    parts: &'static [&'static str],
    /// Itself an item: without parts it has efforts of its own, and it has times.
    is_item: bool,
}

const WORK: &[&str] = &["UserStory", "Bug", "Request"];

/// From the lowest level to the highest.
const PARENTS: &[Parent] = &[
    Parent { entity: "Feature", column: "FeatureId", parts: &["UserStory"], is_item: true },
    Parent { entity: "Epic", column: "EpicId", parts: &["Feature"], is_item: true },
    Parent { entity: "PortfolioEpic", column: "PortfolioEpicId", parts: &["Epic"], is_item: true },
    Parent { entity: "Release", column: "ReleaseId", parts: WORK, is_item: false },
    Parent { entity: "Iteration", column: "IterationId", parts: WORK, is_item: false },
    Parent { entity: "TeamIteration", column: "TeamIterationId", parts: WORK, is_item: false },
    Parent { entity: "Project", column: "ProjectId", parts: WORK, is_item: false },
];

/// Place of a parent in [`PARENTS`], and its id.
pub(super) type Place = (usize, i64);

/// What is to be done to a sum.
pub(super) enum Pending {
    By(Worth),
    Anew,
}

/// What the requests of a commit leave.
type Left = RefCell<Sums>;

/// How the sums of parents are to move.
pub(super) type Sums = BTreeMap<Place, Pending>;

/// Less than any effort that can be written down.
const NOTHING: f64 = 1e-9;

/// Notes what a row adds to its parents, or takes from them.
pub(super) fn note(tx: &Tx<'_>, entity: &Entity, old: Option<&Row>, new: Option<&Row>) -> Result<()> {
    if entity.name == "Task" {
        // a story is summed up with its roles
        return tasks::note(tx, old, new);
    }
    if !PARENTS.iter().any(|parent| parent.counts(entity)) {
        return Ok(());
    }
    let worth = |row: Option<&Row>| row.map_or([0.0; 5], |row| WORTH.map(|column| row.real(column)));
    let (before, after) = (worth(old), worth(new));
    for (level, parent) in PARENTS.iter().enumerate().filter(|(_, parent)| parent.counts(entity)) {
        let place = |row: Option<&Row>| row.and_then(|row| row.int(parent.column));
        let (from, to) = (place(old), place(new));
        let moves = parent.is_item && from != to;
        if let Some(from) = from.filter(|_| from != to && before != [0.0; 5]) {
            add(tx, (level, from), before.map(|part| -part));
        }
        if let Some(to) = to {
            let known = if from == Some(to) { before } else { [0.0; 5] };
            // a part that is worth nothing is a part nevertheless
            if moves || known != after {
                add(tx, (level, to), std::array::from_fn(|n| after[n] - known[n]));
            }
        }
        if moves {
            tx.bereft.borrow_mut().extend(from);
        }
    }
    Ok(())
}

fn add(tx: &Tx<'_>, place: Place, worth: Worth) {
    let mut parents = tx.parents.borrow_mut();
    if let Pending::By(sums) = parents.entry(place).or_insert(Pending::By([0.0; 5])) {
        for (sum, part) in sums.iter_mut().zip(worth) {
            *sum += part;
        }
    }
}

/// Notes that a row came back with sums of another time.
pub(super) fn note_restored(tx: &Tx<'_>, entity: &Entity, id: i64) -> Result<()> {
    make_anew(tx, entity, id);
    if is_summed(tx, id)?.get() {
        tx.bereft.borrow_mut().insert(id);
    }
    Ok(())
}

/// Asks for the sums of a parent to be made over all its parts.
pub(super) fn make_anew(tx: &Tx<'_>, entity: &Entity, id: i64) {
    if let Some(level) = PARENTS.iter().position(|parent| parent.entity == entity.name) {
        tx.parents.borrow_mut().insert((level, id), Pending::Anew);
    }
}

/// Whether an item is worth what its parts are worth.
pub(super) fn has_parts(tx: &Tx<'_>, entity: &Entity, id: i64) -> Result<bool> {
    let Some(parent) = PARENTS.iter().find(|parent| parent.is_item && parent.entity == entity.name) else {
        return Ok(false);
    };
    let sql = format!(r#"SELECT "Id" FROM "General" WHERE {} LIMIT 1"#, parent.condition(tx));
    Ok(tx.id(&sql, &[Value::Int(id)])?.is_some())
}

/// Leaves the sums to the end of the commit, where one change of a parent does for all requests in it. False where
/// there is nothing to leave.
pub fn leave(tx: &Tx<'_>) -> bool {
    let pending = std::mem::take(&mut *tx.parents.borrow_mut());
    if pending.is_empty() {
        return false;
    }
    let left = tx.known.left::<Left>();
    let mut left = left.borrow_mut();
    for (place, pending) in pending {
        match (left.entry(place).or_insert(Pending::By([0.0; 5])), pending) {
            (Pending::By(sums), Pending::By(worth)) => {
                sums.iter_mut().zip(worth).for_each(|(sum, part)| *sum += part);
            }
            (sums, Pending::Anew) => *sums = Pending::Anew,
            (Pending::Anew, Pending::By(_)) => {}
        }
    }
    true
}

/// Brings all sums up to date that were left. A level may note something of a higher one, never of one below it.
///
/// # Errors
/// The store's.
pub fn settle_left(tx: &Tx<'_>) -> Result<()> {
    *tx.parents.borrow_mut() = std::mem::take(&mut *tx.known.left::<Left>().borrow_mut());
    loop {
        let next = tx.parents.borrow_mut().pop_first();
        let Some(((level, id), pending)) = next else { return history::settle(tx) };
        apply(tx, &PARENTS[level], id, &pending)?;
    }
}

fn apply(tx: &Tx<'_>, parent: &Parent, id: i64, pending: &Pending) -> Result<()> {
    let nothing = |moves: &Worth| moves.iter().all(|by| by.abs() < NOTHING);
    if let Pending::By(moves) = pending
        && nothing(moves)
        && (!parent.is_item || is_summed(tx, id)?.get())
    {
        return Ok(());
    }
    let entity = tx.entity(parent.entity)?;
    let Some(row) = tx.row(entity, id)? else { return Ok(()) };
    let sums = match pending {
        Pending::By(moves) if is_summed(tx, id)?.get() => {
            let mut sums = WORTH.map(|column| row.real(column));
            sums.iter_mut().zip(moves).for_each(|(sum, by)| *sum += by);
            sums
        }
        Pending::By(_) | Pending::Anew => match total(tx, parent, id)? {
            Some(sums) => sums,
            None => return Ok(()),
        },
    };
    let sums = sums.map(rounded);
    let columns = WORTH.iter().zip(sums).take(if parent.is_item { WORTH.len() } else { EFFORTS.len() });
    let mut columns: Vec<(&str, Value)> = columns.map(|(column, sum)| (*column, sum.into())).collect();
    columns.push(("Progress", progress(sums[0], sums[1]).into()));
    tx.amend_row(entity, id, &row, &columns)
}

/// The sums over all parts. From now on they only move. Nothing for an item without parts: it is worth what it says.
fn total(tx: &Tx<'_>, parent: &Parent, id: i64) -> Result<Option<Worth>> {
    let (count, mut worth) = parts(tx, &parent.condition(tx), id)?;
    if parent.is_item && count == 0 {
        return Ok(None);
    }
    if parent.is_item {
        let recorded = times::recorded_times(tx, id)?;
        worth[EFFORTS.len()..].iter_mut().zip(recorded).for_each(|(sum, own)| *sum += own);
    }
    tx.query(r#"INSERT OR IGNORE INTO "Sequence" VALUES (?, 0)"#, &[mark(id)])?;
    is_summed(tx, id)?.set(true);
    Ok(Some(worth))
}

/// How many parts meet a condition with the bound id, and what they are worth together.
pub(super) fn parts(tx: &Tx<'_>, condition: &str, id: i64) -> Result<(i64, Worth)> {
    let columns = WORTH.map(|column| format!(r#"TOTAL("{column}") AS "{column}""#)).join(", ");
    let sql = format!(r#"SELECT COUNT(*) AS "Parts", {columns} FROM "General" WHERE {condition}"#);
    let sums = tx.rows(&sql, &[Value::Int(id)])?.into_iter().next().unwrap_or_default();
    Ok((sums.int("Parts").unwrap_or_default(), WORTH.map(|column| sums.real(column))))
}

/// The condition for items of some kinds whose column leads to the bound id.
pub(super) fn condition(tx: &Tx<'_>, column: &str, kinds: &[&str]) -> String {
    let kinds = kinds.iter().filter_map(|kind| tx.entity(kind).ok()?.type_id);
    let kinds: Vec<String> = kinds.map(|id| id.to_string()).collect();
    format!(r#""{column}" = ? AND "EntityTypeId" IN ({})"#, kinds.join(", "))
}

/// Whether the sums of a parent were made here.
fn is_summed(tx: &Tx<'_>, id: i64) -> Result<Rc<Cell<bool>>> {
    let marked = || tx.id(r#"SELECT "Value" FROM "Sequence" WHERE "Name" = ?"#, &[mark(id)]);
    tx.known.answer("sums", [id, 0], || Ok(Cell::new(marked()?.is_some())))
}

/// An item lost its last part: what it is worth is its own business again.
pub(super) fn give_up(tx: &Tx<'_>, id: i64) -> Result<()> {
    tx.query(r#"DELETE FROM "Sequence" WHERE "Name" = ?"#, &[mark(id)])?;
    // the request may yet be undone
    tx.known.forget();
    Ok(())
}

impl Parent {
    fn counts(&self, entity: &Entity) -> bool {
        self.parts.contains(&entity.name.as_str())
    }

    /// The condition for parts of the parent whose id is bound.
    fn condition(&self, tx: &Tx<'_>) -> String {
        condition(tx, self.column, self.parts)
    }
}

/// Stands among the counters where the sums of an item were made here.
fn mark(id: i64) -> Value {
    format!("Sums of {id}").into()
}

/// Six digits: what moved a thousand times is as exact as what was summed up once.
pub(super) fn rounded(sum: f64) -> f64 {
    (sum * 1e6).round() / 1e6
}

/// Four digits, as the service rounds.
pub(super) fn progress(effort: f64, done: f64) -> f64 {
    if effort > 0.0 { (done / effort * 10_000.0).round() / 10_000.0 } else { 0.0 }
}
