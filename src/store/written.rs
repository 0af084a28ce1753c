//! References that an answer holds already, by key: where the same one comes again, its bytes are copied.

use std::ops::Range;

/// Places kept of each reference: owners, states and projects of a page are few.
const KEPT: usize = 32;

/// By the number that the plan gives a reference.
#[derive(Debug, Default)]
pub(super) struct Written {
    places: Vec<Vec<Place>>,
}

/// Where the entity with a key stands; nowhere is an empty range.
#[derive(Debug, Clone, Default)]
struct Place {
    key: i64,
    marks: Range<usize>,
}

impl Written {
    pub(super) fn find(&self, reference: usize, key: i64) -> Option<Range<usize>> {
        let place = self.places.get(reference)?.get(slot(key))?;
        (place.key == key && !place.marks.is_empty()).then(|| place.marks.clone())
    }

    pub(super) fn note(&mut self, reference: usize, key: i64, marks: Range<usize>) {
        if self.places.len() <= reference {
            self.places.resize(reference + 1, Vec::new());
        }
        let places = &mut self.places[reference];
        if places.is_empty() {
            places.resize(KEPT, Place::default());
        }
        places[slot(key)] = Place { key, marks };
    }

    /// Bytes before some of the places have moved.
    pub(super) fn forget(&mut self) {
        self.places.clear();
    }
}

fn slot(key: i64) -> usize {
    key.rem_euclid(KEPT as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_of_two_keys_with_one_slot_is_kept() {
        let mut written = Written::default();
        written.note(2, 5, 10..20);
        assert_eq!(written.find(2, 5), Some(10..20));
        assert_eq!((written.find(1, 5), written.find(2, 5 + KEPT as i64)), (None, None));
        written.note(2, 5 + KEPT as i64, 30..40);
        assert_eq!(written.find(2, 5), None);
        written.forget();
        assert_eq!(written.find(2, 5 + KEPT as i64), None);
    }

    #[test]
    fn an_unused_slot_is_no_place_of_key_zero() {
        let mut written = Written::default();
        written.note(0, 1, 1..2);
        assert_eq!(written.find(0, 0), None);
    }
}
