//! The writer of a database: one thread while there is something to write, many requests in one commit.
//!
//! Jobs wait in a bounded queue. The thread takes what has gathered and commits it together.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::commit::{Job, Outcome, Task, commit_together};
use super::database::Database;
use super::error::StoreError;
use super::known::Known;
use super::shelf::Shelf;
use super::template::Template;

/// Jobs that may wait for one writer.
const QUEUE: usize = 1024;
/// Jobs in one commit: bounds how long the first of them waits.
const BATCH: usize = 256;
/// How long a writer without work keeps its thread and connection.
const IDLE: Duration = Duration::from_secs(3);
/// The same where many workspaces write at once, which would cost a thread and a connection each.
const IDLE_CROWDED: Duration = Duration::from_millis(20);
/// Writers from which on it is crowded.
const CROWD: usize = 32;

/// What the writers of a store share.
pub(super) struct Writers {
    /// Threads that live.
    alive: AtomicUsize,
    shelf: Arc<Shelf>,
}

impl Writers {
    pub(super) fn new(shelf: &Arc<Shelf>) -> Self {
        Self { alive: AtomicUsize::new(0), shelf: Arc::clone(shelf) }
    }
}

#[derive(Default)]
pub(super) struct WriterQueue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    items: VecDeque<Item>,
    running: bool,
    /// The thread waits for something to do: waking it costs a call of the system, whether it sleeps or not.
    waiting: bool,
    closed: bool,
    thread: Option<JoinHandle<()>>,
}

enum Item {
    Job(Box<dyn Job>),
    /// Replace the whole content; stands alone, outside any batch.
    Replace {
        template: Arc<Template>,
        generation: u64,
        reply: oneshot::Sender<Result<(), StoreError>>,
    },
}

impl std::fmt::Debug for WriterQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriterQueue").finish_non_exhaustive()
    }
}

/// Queues `work`; the receiver yields once it is committed.
pub(super) fn submit<T, E>(
    database: &Arc<Database>,
    writers: &Arc<Writers>,
    work: impl Fn(&Connection, &Known) -> Result<T, E> + Send + 'static,
) -> Result<oneshot::Receiver<Outcome<T, E>>, StoreError>
where
    T: Send + 'static,
    E: Send + 'static,
{
    let (reply, receiver) = oneshot::channel();
    enqueue(database, writers, Item::Job(Box::new(Task::new(work, reply))))?;
    Ok(receiver)
}

/// Queues the replacement of everything the database holds by what the template holds.
pub(super) fn replace(
    database: &Arc<Database>,
    writers: &Arc<Writers>,
    template: Arc<Template>,
    generation: u64,
) -> Result<oneshot::Receiver<Result<(), StoreError>>, StoreError> {
    let (reply, receiver) = oneshot::channel();
    enqueue(database, writers, Item::Replace { template, generation, reply })?;
    Ok(receiver)
}

fn enqueue(database: &Arc<Database>, writers: &Arc<Writers>, item: Item) -> Result<(), StoreError> {
    let queue = &database.writer;
    let mut state = queue.lock();
    if state.closed {
        return Err(StoreError::Aborted);
    }
    if state.items.len() >= QUEUE {
        return Err(StoreError::Busy);
    }
    state.items.push_back(item);
    if state.running {
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        if waiting {
            queue.wake.notify_one();
        }
        return Ok(());
    }
    let writer = Writer { database: Arc::clone(database), writers: Arc::clone(writers) };
    match std::thread::Builder::new().name("tpmock-write".to_owned()).spawn(move || writer.run()) {
        Ok(thread) => {
            state.running = true;
            state.thread = Some(thread);
            Ok(())
        }
        Err(_) => {
            state.items.pop_back();
            Err(StoreError::Busy)
        }
    }
}

impl WriterQueue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an idle writer notice that its database was retired.
    pub(super) fn nudge(&self) {
        self.wake.notify_one();
    }

    /// Takes no more jobs, lets those in the queue finish and waits for that.
    pub(super) fn close(&self) {
        let thread = {
            let mut state = self.lock();
            state.closed = true;
            state.thread.take()
        };
        self.wake.notify_one();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    /// What has gathered, or `None` when the writer is to end. Replacements come alone.
    fn next_batch(&self, database: &Database, writers: &Writers) -> Option<Vec<Item>> {
        let mut state = self.lock();
        while state.items.is_empty() {
            if state.closed || database.is_retired() {
                state.running = false;
                return None;
            }
            let patience = if writers.alive.load(Ordering::Relaxed) > CROWD { IDLE_CROWDED } else { IDLE };
            state.waiting = true;
            let (woken, timeout) = self.wake.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.waiting = false;
            if timeout.timed_out() && state.items.is_empty() {
                state.running = false;
                return None;
            }
        }
        let is_job = |item: &Item| matches!(item, Item::Job(_));
        let count = state.items.iter().take(BATCH).take_while(|item| is_job(item)).count().max(1);
        Some(state.items.drain(..count).collect())
    }
}

struct Writer {
    database: Arc<Database>,
    writers: Arc<Writers>,
}

impl Writer {
    fn run(&self) {
        self.writers.alive.fetch_add(1, Ordering::Relaxed);
        let mut desk = None;
        while let Some(batch) = self.database.writer.next_batch(&self.database, &self.writers) {
            self.database.commits.write_begins();
            self.writers.shelf.release(&self.database);
            self.serve(batch, &mut desk);
            self.database.commits.write_ended();
        }
        drop(desk);
        self.writers.alive.fetch_sub(1, Ordering::Relaxed);
    }

    fn serve(&self, batch: Vec<Item>, desk: &mut Option<(Connection, Known)>) {
        let open = || Ok((self.database.open_writer()?, Known::default()));
        let (db, known) = match desk.take().map_or_else(open, Ok) {
            Ok(opened) => desk.insert(opened),
            Err(error) => return refuse(batch, &error),
        };
        let mut jobs = Vec::with_capacity(batch.len());
        for item in batch {
            match item {
                Item::Job(job) => jobs.push(job),
                Item::Replace { template, generation, reply } => {
                    let replaced = self.database.commits.around(|| template.restore_into(db));
                    known.reset();
                    if replaced.is_ok() {
                        self.database.set_generation(generation);
                    }
                    let _ = reply.send(replaced);
                }
            }
        }
        if !jobs.is_empty() && !commit_together(db, known, &self.database.commits, jobs) {
            *desk = None;
        }
    }
}

fn refuse(batch: Vec<Item>, error: &StoreError) {
    for item in batch {
        match item {
            Item::Job(job) => job.answer(Err(error.clone())),
            Item::Replace { reply, .. } => drop(reply.send(Err(error.clone()))),
        }
    }
}
