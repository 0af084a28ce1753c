//! Group commit: many jobs, one transaction.
//!
//! Answers leave only after the commit. A failing job takes nothing of its neighbours along; a failing commit fails
//! them all. Savepoints cost more than what most jobs do, so jobs run without them first. Only where a job fails after
//! it wrote is the transaction given up and run again, with a savepoint for each job.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::commits::Commits;
use super::error::StoreError;
use super::known::Known;

/// What a write answers once it is committed: the job's own result.
pub(super) type Outcome<T, E> = Result<Result<T, E>, StoreError>;

/// A closure with the way back to whoever waits for it.
pub(super) trait Job: Send {
    /// Runs inside the transaction, perhaps again in another one; says whether to keep what it did.
    fn run(&mut self, db: &Connection, known: &Known) -> bool;
    /// Hands the result out, or why there is none.
    fn answer(self: Box<Self>, fate: Result<(), StoreError>);
}

pub(super) struct Task<F, T, E> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Outcome<T, E>>,
}

impl<F, T, E> Task<F, T, E> {
    pub(super) fn new(work: F, reply: oneshot::Sender<Outcome<T, E>>) -> Self {
        Self { work, result: None, reply }
    }
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: Fn(&Connection, &Known) -> Result<T, E> + Send,
    T: Send,
    E: Send,
{
    fn run(&mut self, db: &Connection, known: &Known) -> bool {
        self.result = catch_unwind(AssertUnwindSafe(|| (self.work)(db, known))).ok();
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, fate: Result<(), StoreError>) {
        let outcome = match (fate, self.result) {
            // What a job refused stays refused, whatever became of its neighbours.
            (_, Some(Err(refusal))) => Ok(Err(refusal)),
            (Ok(()), Some(Ok(value))) => Ok(Ok(value)),
            (Ok(()), None) => Err(StoreError::Aborted),
            (Err(error), _) => Err(error),
        };
        // Nobody to tell when the caller went away; the write stands all the same.
        let _ = self.reply.send(outcome);
    }
}

/// Runs the jobs in one transaction and answers them. False when the connection is no longer to be trusted.
pub(super) fn commit_together(db: &Connection, known: &Known, commits: &Commits, mut jobs: Vec<Box<dyn Job>>) -> bool {
    match transact(db, known, commits, &mut jobs) {
        Ok(Course::Spoiled) => {
            abandon(db, known);
            commit_apart(db, known, commits, jobs)
        }
        Ok(Course::Committed) => {
            answer(jobs, &Ok(()));
            true
        }
        Err(error) => {
            abandon(db, known);
            answer(jobs, &Err(error));
            false
        }
    }
}

enum Course {
    Committed,
    /// A job failed and left something behind that cannot be told from what the others did.
    Spoiled,
}

fn transact(
    db: &Connection,
    known: &Known,
    commits: &Commits,
    jobs: &mut [Box<dyn Job>],
) -> Result<Course, StoreError> {
    execute(db, "BEGIN IMMEDIATE")?;
    for job in jobs {
        let before = db.total_changes();
        let kept = job.run(db, known);
        known.job_ended(kept);
        if db.is_autocommit() || !kept && db.total_changes() != before {
            return Ok(Course::Spoiled);
        }
    }
    known.close(db)?;
    commits.around(|| execute(db, "COMMIT"))?;
    Ok(Course::Committed)
}

/// The same with a savepoint for each job.
fn commit_apart(db: &Connection, known: &Known, commits: &Commits, jobs: Vec<Box<dyn Job>>) -> bool {
    let mut healthy = true;
    let mut waiting = VecDeque::from(jobs);
    // More than one round only when a job broke the transaction: those behind it did not run yet.
    while !waiting.is_empty() {
        let mut done = Vec::with_capacity(waiting.len());
        let fate = transact_apart(db, known, commits, &mut waiting, &mut done);
        if fate.is_err() {
            healthy = false;
            abandon(db, known);
            if done.is_empty() {
                done.extend(waiting.drain(..));
            }
        }
        answer(done, &fate);
    }
    healthy
}

fn transact_apart(
    db: &Connection,
    known: &Known,
    commits: &Commits,
    waiting: &mut VecDeque<Box<dyn Job>>,
    done: &mut Vec<Box<dyn Job>>,
) -> Result<(), StoreError> {
    execute(db, "BEGIN IMMEDIATE")?;
    while let Some(mut job) = waiting.pop_front() {
        let kept = run_apart(db, known, job.as_mut());
        done.push(job);
        kept?;
    }
    known.close(db)?;
    commits.around(|| execute(db, "COMMIT"))
}

/// Runs one job in its savepoint. An error means the whole transaction is lost.
fn run_apart(db: &Connection, known: &Known, job: &mut dyn Job) -> Result<(), StoreError> {
    execute(db, "SAVEPOINT job")?;
    let keep = job.run(db, known);
    known.job_ended(keep);
    if db.is_autocommit() {
        // Some failures (disk full, I/O) make SQLite roll the whole transaction back by itself.
        return Err(StoreError::Aborted);
    }
    if !keep {
        execute(db, "ROLLBACK TO job")?;
    }
    execute(db, "RELEASE job")
}

/// Gives the transaction up, with what was remembered in it.
fn abandon(db: &Connection, known: &Known) {
    known.reset();
    if !db.is_autocommit() {
        let _ = execute(db, "ROLLBACK");
    }
}

fn answer(jobs: Vec<Box<dyn Job>>, fate: &Result<(), StoreError>) {
    for job in jobs {
        job.answer(fate.clone());
    }
}

fn execute(db: &Connection, sql: &str) -> Result<(), StoreError> {
    db.prepare_cached(sql)?.execute([])?;
    Ok(())
}
