//! What a workspace, or a whole server, was seen to use, and whether it refuses guesses.
//!
//! Features are plain numbers here; what they stand for is in `coverage`.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Features that can be told apart.
pub const MOST: usize = 2048;

/// A set of features that only grows until it is cleared, and the word about strictness.
#[derive(Debug)]
pub struct Conduct {
    seen: [AtomicU64; MOST / 64],
    strict: AtomicU8,
}

/// What [`Conduct`] keeps of a word about strictness.
const UNSAID: u8 = 0;
const LENIENT: u8 = 1;
const STRICT: u8 = 2;

impl Default for Conduct {
    fn default() -> Self {
        Self { seen: std::array::from_fn(|_| AtomicU64::new(0)), strict: AtomicU8::new(UNSAID) }
    }
}

impl Conduct {
    /// Adds a feature. Most have been seen before, and cost a look.
    pub fn note(&self, feature: u16) {
        let (word, bit) = (usize::from(feature) / 64, 1_u64 << (feature % 64));
        if let Some(word) = self.seen.get(word)
            && word.load(Ordering::Relaxed) & bit == 0
        {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// All features seen so far, in order.
    pub fn seen(&self) -> Vec<u16> {
        let words = self.seen.iter().map(|word| word.load(Ordering::Relaxed));
        (0_u16..).step_by(64).zip(words).flat_map(|(first, word)| bits(word).map(move |bit| first + bit)).collect()
    }

    pub fn clear(&self) {
        self.seen.iter().for_each(|word| word.store(0, Ordering::Relaxed));
    }

    /// `None` follows whoever is asked next: a workspace its server.
    pub fn set_strict(&self, strict: Option<bool>) {
        let said = match strict {
            None => UNSAID,
            Some(false) => LENIENT,
            Some(true) => STRICT,
        };
        self.strict.store(said, Ordering::Relaxed);
    }

    pub fn strict(&self) -> Option<bool> {
        match self.strict.load(Ordering::Relaxed) {
            UNSAID => None,
            said => Some(said == STRICT),
        }
    }
}

fn bits(word: u64) -> impl Iterator<Item = u16> {
    (0_u16..64).filter(move |bit| word & (1 << bit) != 0)
}

#[cfg(test)]
mod tests {
    use super::{Conduct, MOST};

    #[test]
    fn what_was_noted_is_seen_until_it_is_cleared() {
        let conduct = Conduct::default();
        for feature in [0, 63, 64, 700, u16::MAX] {
            conduct.note(feature);
            conduct.note(feature);
        }
        assert_eq!(conduct.seen(), [0, 63, 64, 700], "a number beyond {MOST} is none of ours");
        conduct.clear();
        assert!(conduct.seen().is_empty());
    }

    #[test]
    fn strictness_may_be_left_unsaid() {
        let conduct = Conduct::default();
        assert_eq!(conduct.strict(), None);
        for said in [Some(true), Some(false), None] {
            conduct.set_strict(said);
            assert_eq!(conduct.strict(), said);
        }
    }
}
