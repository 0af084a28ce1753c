//! What is known of a database's commits without asking SQLite: how many there were, and whether more are coming.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long nobody must have written for a database to be quiet.
const QUIET: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Commits {
    /// Goes up before a commit and after it.
    count: AtomicU64,
    writing: AtomicBool,
    born: Instant,
    /// When the last write ended, in milliseconds after `born`.
    last: AtomicU64,
}

impl Default for Commits {
    fn default() -> Self {
        Self {
            count: AtomicU64::new(0),
            writing: AtomicBool::new(false),
            born: Instant::now(),
            last: AtomicU64::new(0),
        }
    }
}

impl Commits {
    /// Runs what makes changes visible to those who begin to read.
    pub(super) fn around<T>(&self, commit: impl FnOnce() -> T) -> T {
        self.count.fetch_add(1, Ordering::SeqCst);
        let done = commit();
        self.count.fetch_add(1, Ordering::SeqCst);
        done
    }

    /// Stands for what is committed; nothing while a commit is under way.
    pub(super) fn settled(&self) -> Option<u64> {
        let count = self.count.load(Ordering::SeqCst);
        count.is_multiple_of(2).then_some(count)
    }

    pub(super) fn write_begins(&self) {
        self.writing.store(true, Ordering::SeqCst);
    }

    pub(super) fn write_ended(&self) {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
        self.writing.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_writing(&self) -> bool {
        self.writing.load(Ordering::SeqCst)
    }

    /// Whether nobody writes, nor did a moment ago.
    pub(super) fn is_quiet(&self, now: Instant) -> bool {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        !self.is_writing() && now.saturating_duration_since(self.born) > last + QUIET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_shows_while_it_is_under_way_and_after() {
        let commits = Commits::default();
        let before = commits.settled();
        assert!(before.is_some());
        commits.around(|| assert_eq!(commits.settled(), None));
        assert!(commits.settled().is_some() && commits.settled() != before);
    }

    #[test]
    fn it_is_quiet_some_time_after_a_write() {
        let commits = Commits::default();
        let later = Instant::now() + Duration::from_secs(60);
        assert!(commits.is_quiet(later) && !commits.is_quiet(Instant::now()));
        commits.write_begins();
        assert!(!commits.is_quiet(later));
        commits.write_ended();
        assert!(commits.is_quiet(later) && !commits.is_quiet(Instant::now()));
    }
}
