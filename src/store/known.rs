//! What a writer remembers from job to job: answers about settings, which hardly ever change, and counters.
//!
//! Lives beside the writer's connection and goes with it. Nobody else writes to the database, so nothing here is ever
//! out of date; what a job wrote that was undone is forgotten.

use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use rusqlite::Connection;

use super::error::StoreError;
use super::memory::Memory;
use crate::catalog::QuickMap;

/// A question and the ids it is about.
type Question = (&'static str, [i64; 2]);

/// More answers than this are no settings any more.
const MOST: usize = 10_000;

/// What is done once for all jobs of a commit.
type Closing = Box<dyn FnOnce(&Connection, &Known) -> Result<(), StoreError>>;

#[derive(Default)]
pub struct Known {
    answers: RefCell<QuickMap<Question, Rc<dyn Any>>>,
    /// Settings change: what is asked for until the job ends may yet be undone.
    unsettled: Cell<bool>,
    counters: RefCell<HashMap<String, Counter>>,
    /// What the jobs of this commit leave to its end.
    left: RefCell<Option<Rc<dyn Any>>>,
    closing: RefCell<Option<Closing>>,
    texts: RefCell<Texts>,
}

/// Texts of references, good until a row changes that one of them may show.
struct Texts {
    memory: Memory,
    /// Changes that the connection had made when the texts were last looked at.
    seen: u64,
    /// Changes since then that no text shows.
    unshown: u64,
}

impl Default for Texts {
    fn default() -> Self {
        Self { memory: Memory::kept(), seen: 0, unshown: 0 }
    }
}

struct Counter {
    value: i64,
    /// When the job began; missing where the job was the first to use it.
    before: Option<i64>,
    /// What the database has.
    stored: i64,
}

impl Known {
    /// The answer to a question, asked once.
    ///
    /// # Errors
    /// Those of asking.
    pub fn answer<T: 'static, E>(
        &self,
        what: &'static str,
        about: [i64; 2],
        ask: impl FnOnce() -> Result<T, E>,
    ) -> Result<Rc<T>, E> {
        if let Some(known) = self.answers.borrow().get(&(what, about))
            && let Ok(known) = Rc::clone(known).downcast()
        {
            return Ok(known);
        }
        let answer = Rc::new(ask()?);
        if !self.unsettled.get() {
            let mut answers = self.answers.borrow_mut();
            if answers.len() >= MOST {
                answers.clear();
            }
            answers.insert((what, about), Rc::clone(&answer) as Rc<dyn Any>);
        }
        Ok(answer)
    }

    /// Settings change: no answer holds any more.
    pub fn forget(&self) {
        self.answers.borrow_mut().clear();
        self.unsettled.set(true);
    }

    /// The texts of references that answers of this writer share. A change that nobody called unshown voids them.
    pub fn texts(&self, db: &Connection) -> RefMut<'_, Memory> {
        let mut texts = self.texts.borrow_mut();
        let changes = db.total_changes();
        if changes - texts.seen != texts.unshown {
            texts.memory.forget();
        }
        (texts.seen, texts.unshown) = (changes, 0);
        RefMut::map(texts, |texts| &mut texts.memory)
    }

    /// A row was written that no answer has shown as a reference.
    pub fn wrote_unshown(&self) {
        self.texts.borrow_mut().unshown += 1;
    }

    /// These columns of a row have new values.
    pub fn wrote<'a>(&self, mut columns: impl Iterator<Item = &'a str>) {
        let mut texts = self.texts.borrow_mut();
        if !columns.any(|column| texts.memory.shows(column)) {
            texts.unshown += 1;
        }
    }

    /// Moves a counter on; nothing comes back where it has not been loaded.
    pub fn next(&self, counter: &str) -> Option<i64> {
        let mut counters = self.counters.borrow_mut();
        let counter = counters.get_mut(counter)?;
        counter.value += 1;
        Some(counter.value)
    }

    /// Takes over a counter as the database has it.
    pub fn load(&self, counter: &str, stored: i64) {
        self.counters.borrow_mut().insert(counter.to_owned(), Counter { value: stored, before: None, stored });
    }

    /// What jobs leave to the end of the commit they share; to be added to when nothing can fail the job any more.
    pub fn left<T: Default + 'static>(&self) -> Rc<T> {
        let mut left = self.left.borrow_mut();
        if let Some(left) = &*left
            && let Ok(left) = Rc::clone(left).downcast()
        {
            return left;
        }
        let new = Rc::new(T::default());
        *left = Some(Rc::clone(&new) as Rc<dyn Any>);
        new
    }

    /// Sets what takes care of what was left, instead of what a job before this one set.
    pub fn close_with(&self, closing: impl FnOnce(&Connection, &Known) -> Result<(), StoreError> + 'static) {
        *self.closing.borrow_mut() = Some(Box::new(closing));
    }

    /// Before a commit: what was left is done, and the counters that moved are written down.
    pub(super) fn close(&self, db: &Connection) -> Result<(), StoreError> {
        if let Some(closing) = self.closing.take() {
            let done = catch_unwind(AssertUnwindSafe(|| closing(db, self)));
            done.unwrap_or(Err(StoreError::Aborted))?;
            self.left.take();
            self.job_ended(true);
        }
        self.store_counters(db)
    }

    /// After a job: what it asked and counted holds if it is kept.
    pub(super) fn job_ended(&self, kept: bool) {
        self.unsettled.set(false);
        let mut counters = self.counters.borrow_mut();
        if !kept {
            self.texts.borrow_mut().memory.forget();
            counters.retain(|_, counter| counter.before.is_some());
        }
        for counter in counters.values_mut() {
            counter.value = counter.before.filter(|_| !kept).unwrap_or(counter.value);
            counter.before = Some(counter.value);
        }
    }

    /// After a transaction that was lost.
    pub(super) fn reset(&self) {
        self.answers.borrow_mut().clear();
        self.counters.borrow_mut().clear();
        self.left.take();
        self.closing.take();
        self.texts.borrow_mut().memory.forget();
        self.unsettled.set(false);
    }

    fn store_counters(&self, db: &Connection) -> Result<(), StoreError> {
        for (name, counter) in self.counters.borrow_mut().iter_mut().filter(|(_, c)| c.value != c.stored) {
            db.prepare_cached(STORE_COUNTER)?.execute((counter.value, name))?;
            self.wrote_unshown();
            counter.stored = counter.value;
        }
        Ok(())
    }
}

const STORE_COUNTER: &str = r#"UPDATE "Sequence" SET "Value" = ?1 WHERE "Name" = ?2"#;

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("answers", &self.answers.borrow().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = r#"SELECT "Name" FROM "Project" WHERE "Id" = ?"#;

    #[test]
    fn what_an_undone_job_counted_and_asked_is_forgotten() {
        let known = Known::default();
        known.load("kept", 7);
        assert_eq!((known.next("kept"), known.next("other")), (Some(8), None));
        known.job_ended(true);
        known.load("undone", 1);
        assert_eq!((known.next("kept"), known.next("undone")), (Some(9), Some(2)));
        known.job_ended(false);
        assert_eq!((known.next("kept"), known.next("undone")), (Some(9), None));
    }

    #[test]
    fn answers_hold_until_settings_change_and_not_while_they_do() {
        let (known, asked) = (Known::default(), Cell::new(0));
        let ask = || {
            asked.set(asked.get() + 1);
            Ok::<_, StoreError>(asked.get())
        };
        let answer = || known.answer("n", [1, 0], ask).map(|n| *n);
        assert_eq!((answer(), answer()), (Ok(1), Ok(1)));
        known.forget();
        assert_eq!((answer(), answer()), (Ok(2), Ok(3)), "the job that changes settings may be undone");
        known.job_ended(false);
        assert_eq!((answer(), answer()), (Ok(4), Ok(4)));
    }

    #[test]
    fn texts_hold_until_something_else_is_written_than_what_nobody_saw() {
        let (db, known) = (Connection::open_in_memory().expect("memory"), Known::default());
        let find = || known.texts(&db).find(7, 1).is_some();
        let write = || db.execute_batch("INSERT INTO t VALUES (1)").expect("a row");
        db.execute_batch("CREATE TABLE t (x)").expect("a table");
        known.texts(&db).note(7, 1, b"text", SQL);
        write();
        known.wrote_unshown();
        assert!(find());
        write();
        known.wrote(["Effort"].into_iter());
        assert!(find());
        write();
        known.wrote(["Effort", "Name"].into_iter());
        assert!(!find());
        known.texts(&db).note(7, 1, b"text", SQL);
        write();
        assert!(!find());
        known.texts(&db).note(7, 1, b"text", SQL);
        known.job_ended(true);
        assert!(find());
        known.job_ended(false);
        assert!(!find());
    }
}
