//! The ring itself: old entries go when new ones need their bytes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::entry::Entry;
use super::filter::Filter;

#[derive(Debug)]
pub struct Journal {
    limit: usize,
    ring: Mutex<Ring>,
    /// The number of the newest entry, for those who wait.
    newest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    last: u64,
    dropped: u64,
}

/// What a look at the journal found.
#[derive(Debug, Default)]
pub struct Found {
    pub entries: Vec<Arc<Entry>>,
    /// Where the next look may begin.
    pub last: u64,
    /// Entries that had to go since the server started.
    pub dropped: u64,
}

impl Journal {
    /// At most so many bytes; 0 remembers nothing.
    pub fn new(limit: usize) -> Self {
        Self { limit, ring: Mutex::default(), newest: watch::Sender::new(0) }
    }

    pub fn is_on(&self) -> bool {
        self.limit > 0
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, mut entry: Entry) {
        let size = entry.size();
        let mut ring = self.ring();
        ring.last += 1;
        entry.seq = ring.last;
        ring.bytes += size;
        ring.entries.push_back(Arc::new(entry));
        let mut gone = Vec::new();
        while ring.bytes > self.limit
            && let Some(oldest) = ring.entries.pop_front()
        {
            ring.bytes -= oldest.size();
            ring.dropped += 1;
            gone.push(oldest);
        }
        let last = ring.last;
        drop(ring);
        // Whoever subscribes later finds the entry in the ring.
        if self.newest.receiver_count() > 0 {
            self.newest.send_if_modified(|newest| {
                let newer = *newest < last;
                *newest = last.max(*newest);
                newer
            });
        }
    }

    /// Entries after a number that fit, oldest first, at most `limit`.
    pub fn find(&self, filter: &Filter, after: u64, limit: usize) -> Found {
        let ring = self.ring();
        let fits = ring.entries.iter().filter(|e| e.seq > after && filter.fits(e));
        let entries: Vec<_> = fits.take(limit).cloned().collect();
        let full = entries.len() == limit;
        let last = entries.last().filter(|_| full).map_or(ring.last, |e| e.seq);
        Found { entries, last, dropped: ring.dropped }
    }

    pub fn count(&self, filter: &Filter, after: u64) -> usize {
        self.ring().entries.iter().filter(|e| e.seq > after && filter.fits(e)).count()
    }

    /// Waits until as many entries fit, or until the time is over; how many fit comes back.
    pub async fn wait_for(&self, filter: &Filter, after: u64, count: usize, time: Duration) -> usize {
        let mut newest = self.newest.subscribe();
        let enough = async {
            loop {
                newest.borrow_and_update();
                let found = self.count(filter, after);
                if found >= count || newest.changed().await.is_err() {
                    return found;
                }
            }
        };
        match tokio::time::timeout(time, enough).await {
            Ok(found) => found,
            Err(_) => self.count(filter, after),
        }
    }

    /// Forgets what fits.
    pub fn clear(&self, filter: &Filter) {
        let mut ring = self.ring();
        ring.entries.retain(|e| !filter.fits(e));
        ring.bytes = ring.entries.iter().map(|e| e.size()).sum();
    }

    /// Entries and bytes that are held.
    pub fn size(&self) -> (usize, usize) {
        let ring = self.ring();
        (ring.entries.len(), ring.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Kept;
    use super::super::fields::Fields;
    use super::*;
    use axum::http::Method;

    fn entry(address: &str) -> Entry {
        Entry {
            seq: 0,
            workspace: "default".into(),
            at: 0,
            started: 0,
            ms: 0.0,
            method: Method::GET,
            address: address.into(),
            entity: None,
            headers: Fields::default(),
            body: Kept::default(),
            status: 200,
            answer_headers: Fields::default(),
            answer: Kept::default(),
            rows: 0,
            fault: None,
            not_emulated: None,
        }
    }

    #[test]
    fn the_ring_holds_no_more_bytes_than_it_may() {
        let journal = Journal::new(10_000);
        for i in 0..1000 {
            journal.push(entry(&format!("/{i}")));
        }
        let (count, bytes) = journal.size();
        assert!(bytes <= 10_000 && count > 10, "{count} {bytes}");
        let found = journal.find(&Filter::default(), 0, 1000);
        assert_eq!(found.entries.last().map(|e| e.seq), Some(1000));
        assert_eq!(found.dropped, 1000 - count as u64);
    }

    #[test]
    fn a_cursor_goes_on_where_a_full_page_ended() {
        let journal = Journal::new(1_000_000);
        for i in 0..5 {
            journal.push(entry(&format!("/{i}")));
        }
        let first = journal.find(&Filter::default(), 0, 3);
        assert_eq!((first.entries.len(), first.last), (3, 3));
        let second = journal.find(&Filter::default(), first.last, 3);
        assert_eq!((second.entries.len(), second.last), (2, 5));
    }
}
