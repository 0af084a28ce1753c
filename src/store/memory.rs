//! What a connection remembers of answers it wrote: the text of references, which most rows share, and what custom
//! fields there are.
//!
//! All of it is good until somebody commits. Whether somebody did is told by a counter, not by SQLite: a look at the
//! counter before a transaction and one in it that say the same prove what the transaction sees.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use super::commits::Commits;
use super::custom::Definitions;

/// Texts kept at a time; a power of two.
const PLACES: usize = 1024;
/// Bytes of all texts together, beyond which all are forgotten.
const BYTES: usize = 128 * 1024;

/// The texts of references by what is shown of them and whose they are. The default remembers for one answer.
#[derive(Debug, Default)]
pub struct Memory {
    commits: Option<Arc<Commits>>,
    /// The count before the transaction began.
    began: Option<u64>,
    /// Whether it is proved that the transaction sees what `of` says.
    proved: bool,
    /// The count that the rest belongs to; nothing where it is of one answer.
    of: Option<u64>,
    /// Others say when to forget.
    kept: bool,
    places: Vec<Place>,
    texts: Vec<u8>,
    /// Statements whose rows the texts show.
    statements: Vec<String>,
    /// By entity type and process.
    definitions: HashMap<(i64, Option<i64>), Definitions>,
}

/// Where a text stands; nowhere is an empty range.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    shown: u64,
    key: i64,
    start: u32,
    end: u32,
}

impl Memory {
    pub(super) fn of(commits: Arc<Commits>) -> Self {
        Self { commits: Some(commits), ..Self::default() }
    }

    /// Remembers plain texts until it is told to forget: that of a writer, who knows what changes.
    pub(super) fn kept() -> Self {
        Self { kept: true, ..Self::default() }
    }

    /// To be called before a transaction begins.
    pub(super) fn begin(&mut self) {
        self.began = self.commits.as_ref().and_then(|commits| commits.settled());
        self.proved = false;
    }

    /// Whether a transaction that began now would see just what this one sees.
    pub(super) fn is_of_now(&self) -> bool {
        self.proved && self.of == self.commits.as_ref().and_then(|commits| commits.settled())
    }

    /// Forgets what the transaction does not see. To be called when it has read something, which fixes what it sees.
    pub(super) fn settle(&mut self) {
        if self.kept || self.proved {
            return;
        }
        // The look comes after the read for other cores too.
        fence(Ordering::SeqCst);
        let now = self.commits.as_ref().and_then(|commits| commits.settled());
        let of = now.filter(|_| now == self.began);
        if of.is_none() || of != self.of {
            self.forget();
            self.definitions.clear();
        }
        self.of = of;
        self.proved = of.is_some();
    }

    /// Whether a text may be kept; `plain` is one that changes with the rows it shows and no others.
    pub(super) fn takes(&self, plain: bool) -> bool {
        plain || !self.kept
    }

    /// The text of the entity with that key, where `shown` stands for what is shown of it and how.
    pub(super) fn find(&self, shown: u64, key: i64) -> Option<&[u8]> {
        let place = self.places.get(slot(shown, key))?;
        if (place.shown, place.key) != (shown, key) || place.start == place.end {
            return None;
        }
        self.texts.get(place.start as usize..place.end as usize)
    }

    /// Remembers the text of an entity, and the statement that found it.
    pub(super) fn note(&mut self, shown: u64, key: i64, text: &[u8], statement: &str) {
        if self.texts.len() + text.len() > BYTES {
            self.forget();
        }
        let (Ok(start), Ok(end)) = (u32::try_from(self.texts.len()), u32::try_from(self.texts.len() + text.len()))
        else {
            return;
        };
        if self.places.is_empty() {
            self.places.resize(PLACES, Place::default());
        }
        self.texts.extend_from_slice(text);
        self.places[slot(shown, key)] = Place { shown, key, start, end };
        // who is told when to forget asks what is shown
        if self.kept && !self.statements.iter().any(|known| known == statement) {
            self.statements.push(statement.to_owned());
        }
    }

    /// Whether a text may show a column of this name.
    pub(super) fn shows(&self, column: &str) -> bool {
        let name = format!("\"{column}\"");
        self.statements.iter().any(|statement| statement.contains(&name))
    }

    /// The custom fields of an entity type in a process.
    pub(super) fn definitions(&self, entity_type: i64, process: Option<i64>) -> Option<Definitions> {
        self.definitions.get(&(entity_type, process)).cloned()
    }

    pub(super) fn note_definitions(&mut self, entity_type: i64, process: Option<i64>, found: &Definitions) {
        // A new custom field is a new row, at which a writer forgets nothing.
        if !self.kept {
            self.definitions.insert((entity_type, process), Arc::clone(found));
        }
    }

    /// Forgets the texts.
    pub(super) fn forget(&mut self) {
        if !self.texts.is_empty() {
            self.places.fill(Place::default());
            self.texts.clear();
            self.statements.clear();
        }
    }
}

/// Neighbouring keys of one reference lie apart, and so do the same keys of different ones.
fn slot(shown: u64, key: i64) -> usize {
    let mixed = (shown ^ key.cast_unsigned()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - PLACES.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = r#"SELECT "Name" FROM "Project" WHERE "Id" = ?"#;

    fn read(memory: &mut Memory) -> Option<Vec<u8>> {
        memory.begin();
        memory.settle();
        memory.find(7, 1).map(<[u8]>::to_vec)
    }

    #[test]
    fn a_text_is_good_until_the_next_commit() {
        let commits = Arc::new(Commits::default());
        let mut memory = Memory::of(Arc::clone(&commits));
        assert_eq!(read(&mut memory), None);
        memory.note(7, 1, b"one", SQL);
        assert_eq!(read(&mut memory).as_deref(), Some(b"one".as_slice()));
        assert_eq!((memory.find(8, 1), memory.find(7, 2)), (None, None));
        commits.around(|| ());
        assert_eq!(read(&mut memory), None);
    }

    #[test]
    fn what_was_written_beside_a_commit_is_of_one_answer() {
        let commits = Arc::new(Commits::default());
        let mut memory = Memory::of(Arc::clone(&commits));
        memory.begin();
        commits.around(|| {
            memory.settle();
            memory.note(7, 1, b"before or after?", SQL);
            assert!(memory.find(7, 1).is_some());
            assert_eq!(read(&mut memory), None, "the commit is still under way");
        });
        memory.note(7, 1, b"before or after?", SQL);
        assert_eq!(read(&mut memory), None);
        memory.note(7, 1, b"after", SQL);
        assert_eq!(read(&mut memory).as_deref(), Some(b"after".as_slice()));
    }

    #[test]
    fn a_transaction_that_outlives_a_commit_keeps_its_texts_to_itself() {
        let commits = Arc::new(Commits::default());
        let mut memory = Memory::of(Arc::clone(&commits));
        memory.begin();
        memory.settle();
        assert!(memory.is_of_now());
        memory.note(7, 1, b"old", SQL);
        commits.around(|| assert!(!memory.is_of_now()));
        // a second answer in the same transaction, which still sees the old
        memory.settle();
        assert_eq!(memory.find(7, 1), Some(b"old".as_slice()));
        assert!(!memory.is_of_now());
        assert_eq!(read(&mut memory), None);
    }

    #[test]
    fn it_is_bounded() {
        let mut memory = Memory::default();
        for key in 0..10_000 {
            memory.note(7, key, &[b'x'; 100], SQL);
            assert!(memory.find(7, key).is_some() && memory.texts.len() <= BYTES);
        }
        memory.note(7, 1, &vec![b'x'; 2 * BYTES], SQL);
        memory.note(7, 2, b"y", SQL);
        assert!(memory.texts.len() <= BYTES);
    }
}
