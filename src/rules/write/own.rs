//! What an item without role efforts is worth itself, beside the tasks that count into it.
//!
//! It shows the sum of both. A story whose tasks count keeps its own part in columns that nobody sees; where they are
//! empty, the own part is what the item shows without its tasks.

use super::rollup::{EFFORTS, Efforts, rounded};
use super::row::Row;

/// The own effort, and how much of it is done.
const OWN: [&str; 2] = ["OwnEffort", "OwnEffortCompleted"];

/// The own part of what an item shows, given what its tasks add.
pub(super) fn of(item: &Row, tasks: Efforts) -> Efforts {
    let shown = EFFORTS.map(|column| item.real(column));
    if is_kept(item) {
        balanced(item.real(OWN[0]), item.real(OWN[1]))
    } else if tasks == Efforts::default() {
        // what is to do may be behind
        shown
    } else {
        balanced((shown[0] - tasks[0]).max(0.0), shown[1] - tasks[1])
    }
}

/// Whether an item keeps its own part apart.
pub(super) fn is_kept(item: &Row) -> bool {
    !item.is_null(OWN[0])
}

/// Keeps the own part of an item. What it shows follows with its sums.
pub(super) fn keep(item: &mut Row, own: Efforts) {
    OWN.iter().zip(own).for_each(|(column, value)| item.set(column, value));
}

/// Lets an item show its own part and what its tasks add.
pub(super) fn show(item: &mut Row, own: Efforts, tasks: Efforts) {
    if tasks != Efforts::default() || is_kept(item) {
        keep(item, own);
    }
    for (n, column) in EFFORTS.into_iter().enumerate() {
        item.set(column, if tasks[n] == 0.0 { own[n] } else { rounded(own[n] + tasks[n]) });
    }
}

/// An effort of which no more is done than there is.
pub(super) fn balanced(effort: f64, done: f64) -> Efforts {
    let (effort, done) = (rounded(effort), rounded(done.min(effort).max(0.0)));
    [effort, done, rounded(effort - done)]
}
