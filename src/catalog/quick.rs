//! Maps by names of our own: quick rather than safe from chosen keys, since no client puts a key in.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

#[derive(Clone, Default)]
pub struct QuickHasher(u64);

impl QuickHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        rest.iter().for_each(|byte| self.add((*byte).into()));
    }

    /// What follows a text.
    fn write_u8(&mut self, _: u8) {}

    /// A product is best mixed at its upper end, and maps look at the lower one.
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::QuickMap;

    #[test]
    fn names_are_found_that_differ_in_their_last_letter_only() {
        let names = ["", "Id", "EffortToDo", "EffortToDa", "CustomField1", "CustomField2", "a name longer than a word"];
        let map: QuickMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (*name, i)).collect();
        assert!(names.iter().enumerate().all(|(i, name)| map[name] == i));
        assert_eq!(map.get("effort"), None);
    }
}
