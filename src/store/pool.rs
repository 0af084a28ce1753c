//! Reader threads shared by all workspaces: jobs in, results out, connections kept warm by thread.
//!
//! The queue is bounded; a full one is an error, not a wait. Each job runs inside one read transaction, so everything
//! it reads is of one moment. A job that panics costs its thread only the connection it used.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::database::Database;
use super::error::StoreError;
use super::warm::WarmConnections;

/// How often an idle thread looks for connections to close.
const SWEEP: Duration = Duration::from_secs(5);

/// Runs with a connection, or with the reason why there is none.
type Work = Box<dyn FnOnce(Result<&Connection, StoreError>) + Send>;

struct Job {
    database: Arc<Database>,
    work: Work,
}

/// A fixed number of threads, started when first needed, and their one queue.
pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    name: &'static str,
    queue_limit: usize,
    state: Mutex<State>,
    /// One bell per thread, so that a job can wake the thread that knows its database.
    bells: Vec<Condvar>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    seats: Vec<Seat>,
    /// Threads that wait, the latest last: its caches are the warmest.
    idle: Vec<usize>,
    closed: bool,
}

/// What the others see of a thread.
#[derive(Default)]
struct Seat {
    job: Option<Job>,
    /// Databases it has open connections to.
    known: Vec<u64>,
    sweep: bool,
}

impl Pool {
    pub(super) fn new(name: &'static str, threads: usize, queue_limit: usize) -> Self {
        let shared = Shared {
            name,
            queue_limit,
            state: Mutex::default(),
            bells: (0..threads).map(|_| Condvar::new()).collect(),
        };
        Self { shared: Arc::new(shared), threads: Mutex::default() }
    }

    /// Queues `work`; the receiver yields its result, or nothing if it panicked.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        database: Arc<Database>,
        work: impl FnOnce(&Connection) -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let (reply, receiver) = oneshot::channel();
        let work: Work = Box::new(move |db| {
            // A caller that went away while this waited wants no answer.
            if !reply.is_closed() {
                let _ = reply.send(db.map(work));
            }
        });
        self.push(Job { database, work })?;
        Ok(receiver)
    }

    fn push(&self, job: Job) -> Result<(), StoreError> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err(StoreError::Aborted);
        }
        if let Some(seat) = state.take_idle(job.database.id()) {
            state.seats[seat].job = Some(job);
            drop(state);
            self.shared.bells[seat].notify_one();
            return Ok(());
        }
        if state.queue.len() >= self.shared.queue_limit {
            return Err(StoreError::Busy);
        }
        state.queue.push_back(job);
        if state.seats.len() < self.shared.bells.len() {
            self.start_thread(&mut state)?;
        }
        Ok(())
    }

    fn start_thread(&self, state: &mut State) -> Result<(), StoreError> {
        let seat = state.seats.len();
        let shared = Arc::clone(&self.shared);
        let name = format!("tpmock-{}-{seat}", self.shared.name);
        match std::thread::Builder::new().name(name).stack_size(super::STACK).spawn(move || shared.run(seat)) {
            Ok(thread) => {
                state.seats.push(Seat::default());
                self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
                Ok(())
            }
            // The threads there are will get to it.
            Err(_) if seat > 0 => Ok(()),
            Err(_) => {
                state.queue.pop_back();
                Err(StoreError::Busy)
            }
        }
    }

    /// Makes idle threads close their connections to retired databases now.
    pub(super) fn sweep(&self) {
        let mut state = self.shared.lock();
        let State { idle, seats, .. } = &mut *state;
        for &seat in idle.iter() {
            seats[seat].sweep = true;
            self.shared.bells[seat].notify_one();
        }
    }

    /// Ends the threads; jobs that still wait are dropped.
    pub(super) fn close(&self) {
        let waiting = {
            let mut state = self.shared.lock();
            state.closed = true;
            let handed: Vec<_> = state.seats.iter_mut().filter_map(|seat| seat.job.take()).collect();
            (std::mem::take(&mut state.queue), handed)
        };
        drop(waiting);
        for bell in &self.shared.bells {
            bell.notify_one();
        }
        for thread in std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)) {
            let _ = thread.join();
        }
    }
}

impl State {
    /// The idle thread that should serve a database: one that knows it, else the warmest.
    fn take_idle(&mut self, database: u64) -> Option<usize> {
        let knows = |&seat: &usize| self.seats[seat].known.contains(&database);
        let at = self.idle.iter().rposition(knows).or_else(|| self.idle.len().checked_sub(1))?;
        Some(self.idle.remove(at))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, seat: usize) {
        let mut warm = WarmConnections::default();
        while let Some(job) = self.next_job(seat, &mut warm) {
            serve(job, &mut warm);
        }
    }

    fn next_job(&self, seat: usize, warm: &mut WarmConnections) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.seats[seat].job.take() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            if let Some(job) = state.queue.pop_front() {
                state.idle.retain(|&other| other != seat);
                return Some(job);
            }
            if !state.idle.contains(&seat) {
                warm.list_into(&mut state.seats[seat].known);
                state.idle.push(seat);
            }
            let bell = &self.bells[seat];
            let timed_out;
            (state, timed_out) = if warm.is_empty() {
                (bell.wait(state).unwrap_or_else(PoisonError::into_inner), false)
            } else {
                let (state, timeout) = bell.wait_timeout(state, SWEEP).unwrap_or_else(PoisonError::into_inner);
                (state, timeout.timed_out())
            };
            if std::mem::take(&mut state.seats[seat].sweep) || timed_out {
                drop(state);
                warm.sweep();
                state = self.lock();
                warm.list_into(&mut state.seats[seat].known);
            }
        }
    }
}

fn serve(job: Job, warm: &mut WarmConnections) {
    let Job { database, work } = job;
    let db = match warm.take(&database) {
        Ok(db) => db,
        Err(error) => return work(Err(error)),
    };
    let read = || {
        if let Err(error) = execute(&db, "BEGIN") {
            work(Err(error));
            return false;
        }
        work(Ok(&db));
        execute(&db, "COMMIT").is_ok()
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(true) => warm.put_back(database, db),
        // A connection that a panic or an error passed through is not used again.
        Ok(false) => {}
        Err(_) => tracing::error!("a read panicked"),
    }
}

fn execute(db: &Connection, sql: &str) -> Result<(), StoreError> {
    db.prepare_cached(sql)?.execute([])?;
    Ok(())
}
