//! Roll-ups: the efforts of items count into what they are planned in, level by level.
//!
//! A sum is made over all parts the first time, which heals a seed that left it out; from then on it moves by what a
//! row adds or takes, however many others there are. Which items count into what is that of the demo data.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::history;
use super::row::Row;
use super::tx::{Result, Tx};
use crate::catalog::Entity;
use crate::value::Value;

pub(super) const EFFORTS: [&str; 3] = ["Effort", "EffortCompleted", "EffortToDo"];

/// What sums items up.
struct Parent {
    entity: &'static str,
    /// The items' column that leads here.
    column: &'static str,
    parts: &'static [&'static str],
}

const WORK: &[&str] = &["UserStory", "Bug", "Request"];

/// From the lowest level to the highest.
const PARENTS: &[Parent] = &[
    Parent { entity: "Feature", column: "FeatureId", parts: &["UserStory"] },
    Parent { entity: "Epic", column: "EpicId", parts: &["Feature"] },
    Parent { entity: "PortfolioEpic", column: "PortfolioEpicId", parts: &["Epic"] },
    Parent { entity: "Release", column: "ReleaseId", parts: WORK },
    Parent { entity: "Iteration", column: "IterationId", parts: WORK },
    Parent { entity: "TeamIteration", column: "TeamIterationId", parts: WORK },
    Parent { entity: "Project", column: "ProjectId", parts: WORK },
];

/// Place of a parent in [`PARENTS`], and its id.
pub(super) type Place = (usize, i64);

/// What is to be done to a sum.
pub(super) enum Pending {
    By([f64; 3]),
    Anew,
}

/// What the requests of a commit leave.
type Left = RefCell<Sums>;

/// How the sums of parents are to move.
pub(super) type Sums = BTreeMap<Place, Pending>;

/// Less than any effort that can be written down.
const NOTHING: f64 = 1e-9;

/// Notes what a row adds to its parents, or takes from them.
pub(super) fn note(tx: &Tx<'_>, entity: &Entity, old: Option<&Row>, new: Option<&Row>) {
    for (row, sign) in [(old, -1.0), (new, 1.0)] {
        let Some(row) = row else { continue };
        let efforts = EFFORTS.map(|column| sign * row.real(column));
        if efforts == [0.0; 3] {
            continue;
        }
        for (level, parent) in PARENTS.iter().enumerate() {
            if parent.parts.contains(&entity.name.as_str())
                && let Some(id) = row.int(parent.column)
            {
                add(tx, (level, id), efforts);
            }
        }
    }
}

fn add(tx: &Tx<'_>, place: Place, efforts: [f64; 3]) {
    let mut parents = tx.parents.borrow_mut();
    if let Pending::By(sums) = parents.entry(place).or_insert(Pending::By([0.0; 3])) {
        for (sum, effort) in sums.iter_mut().zip(efforts) {
            *sum += effort;
        }
    }
}

/// Notes that a row came back with sums of another time.
pub(super) fn note_restored(tx: &Tx<'_>, entity: &Entity, id: i64) {
    if let Some(level) = PARENTS.iter().position(|parent| parent.entity == entity.name) {
        tx.parents.borrow_mut().insert((level, id), Pending::Anew);
    }
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
        match (left.entry(place).or_insert(Pending::By([0.0; 3])), pending) {
            (Pending::By(sums), Pending::By(efforts)) => {
                sums.iter_mut().zip(efforts).for_each(|(sum, effort)| *sum += effort);
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
    if let Pending::By(sums) = pending
        && sums.iter().all(|sum| sum.abs() < NOTHING)
    {
        return Ok(());
    }
    let entity = tx.entity(parent.entity)?;
    let Some(row) = tx.row(entity, id)? else { return Ok(()) };
    let sums = match pending {
        Pending::By(sums) if is_summed(tx, id)? => {
            let [effort, done, open] = EFFORTS.map(|column| row.real(column));
            [effort + sums[0], done + sums[1], open + sums[2]]
        }
        Pending::By(_) | Pending::Anew => total(tx, parent, id)?,
    };
    let [effort, done, open] = sums.map(rounded);
    let columns = [
        (EFFORTS[0], effort.into()),
        (EFFORTS[1], done.into()),
        (EFFORTS[2], open.into()),
        ("Progress", progress(effort, done).into()),
    ];
    tx.amend_row(entity, id, &row, &columns)
}

/// The sums over all parts. From now on they only move.
fn total(tx: &Tx<'_>, parent: &Parent, id: i64) -> Result<[f64; 3]> {
    let kinds: Vec<String> =
        parent.parts.iter().filter_map(|p| tx.entity(p).ok()?.type_id).map(|id| id.to_string()).collect();
    let sql = format!(
        r#"SELECT TOTAL("Effort") AS "Effort", TOTAL("EffortCompleted") AS "EffortCompleted", TOTAL("EffortToDo") AS "EffortToDo"
           FROM "General" WHERE "{}" = ? AND "EntityTypeId" IN ({})"#,
        parent.column,
        kinds.join(", ")
    );
    let sums = tx.rows(&sql, &[Value::Int(id)])?.into_iter().next().unwrap_or_default();
    tx.query(r#"INSERT OR IGNORE INTO "Sequence" VALUES (?, 0)"#, &[mark(id)])?;
    Ok(EFFORTS.map(|column| sums.real(column)))
}

fn is_summed(tx: &Tx<'_>, id: i64) -> Result<bool> {
    Ok(tx.id(r#"SELECT "Value" FROM "Sequence" WHERE "Name" = ?"#, &[mark(id)])?.is_some())
}

/// Stands among the counters where the sums of an item were made here.
fn mark(id: i64) -> Value {
    format!("Sums of {id}").into()
}

/// What moved a thousand times is as exact as what was summed up once.
fn rounded(sum: f64) -> f64 {
    (sum * 1e6).round() / 1e6
}

/// Four digits, as the service rounds.
pub(super) fn progress(effort: f64, done: f64) -> f64 {
    if effort > 0.0 { (done / effort * 10_000.0).round() / 10_000.0 } else { 0.0 }
}
