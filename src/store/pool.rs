//! Reader threads shared by all workspaces: jobs in, results out.
//!
//! The queue is bounded; a full one is an error, not a wait. Each job runs inside one read transaction, so everything
//! it reads is of one moment. A job that panics costs its thread only the connection it used.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::database::Database;
use super::error::StoreError;
use super::reader::Reader;
use super::shelf::Shelf;

/// How often an idle thread looks for connections to close.
const SWEEP: Duration = Duration::from_secs(5);

/// Runs with a connection, or with the reason why there is none.
type Work = Box<dyn FnOnce(Result<&Reader, StoreError>) + Send>;

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
    shelf: Arc<Shelf>,
    state: Mutex<State>,
    /// One bell per thread, so that a job can wake the one that rested least.
    bells: Vec<Condvar>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    /// What was handed to each thread.
    seats: Vec<Option<Job>>,
    /// Threads that wait, the latest last: its caches are the warmest.
    idle: Vec<usize>,
    closed: bool,
}

impl Pool {
    pub(super) fn new(name: &'static str, threads: usize, queue_limit: usize, shelf: &Arc<Shelf>) -> Self {
        let shared = Shared {
            name,
            queue_limit,
            shelf: Arc::clone(shelf),
            state: Mutex::default(),
            bells: (0..threads).map(|_| Condvar::new()).collect(),
        };
        Self { shared: Arc::new(shared), threads: Mutex::default() }
    }

    /// Queues `work`; the receiver yields its result, or nothing if it panicked.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        database: Arc<Database>,
        work: impl FnOnce(&Reader) -> T + Send + 'static,
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
        if let Some(seat) = state.idle.pop() {
            state.seats[seat] = Some(job);
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
                state.seats.push(None);
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

    /// Ends the threads; jobs that still wait are dropped.
    pub(super) fn close(&self) {
        let waiting = {
            let mut state = self.shared.lock();
            state.closed = true;
            let handed: Vec<_> = state.seats.iter_mut().filter_map(Option::take).collect();
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

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, seat: usize) {
        while let Some(job) = self.next_job(seat) {
            serve(job, &self.shelf);
        }
    }

    fn next_job(&self, seat: usize) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.seats[seat].take() {
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
                state.idle.push(seat);
            }
            let bell = &self.bells[seat];
            if self.shelf.is_empty() {
                state = bell.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (woken, timeout) = bell.wait_timeout(state, SWEEP).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() {
                drop(state);
                self.shelf.sweep();
                state = self.lock();
            }
        }
    }
}

fn serve(job: Job, shelf: &Shelf) {
    let Job { database, work } = job;
    let db = match shelf.take(&database).map_or_else(|| database.open_reader(), Ok) {
        Ok(db) => db,
        Err(error) => return work(Err(error)),
    };
    if let Err(error) = db.enter() {
        return work(Err(error));
    }
    // A connection that a panic passed through is not used again.
    match catch_unwind(AssertUnwindSafe(|| work(Ok(&db)))) {
        Ok(()) => shelf.put_back(database, db),
        Err(_) => tracing::error!("a read panicked"),
    }
}

/// Runs `work` on this thread.
pub(super) fn serve_here<T>(
    database: Arc<Database>,
    db: Reader,
    shelf: &Shelf,
    work: impl FnOnce(&Reader) -> T,
) -> Result<T, StoreError> {
    db.enter()?;
    let result = catch_unwind(AssertUnwindSafe(|| work(&db)));
    let Ok(result) = result else {
        tracing::error!("a read panicked");
        return Err(StoreError::Aborted);
    };
    shelf.put_back(database, db);
    Ok(result)
}
