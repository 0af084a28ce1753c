//! Case-insensitive comparison and search over Unicode text, quick where the text is ASCII.

use std::borrow::Cow;
use std::cmp::Ordering;

/// Orders by lower-cased characters.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a_bytes, b_bytes) = (a.as_bytes(), b.as_bytes());
    let shorter = a_bytes.len().min(b_bytes.len());
    for i in 0..shorter {
        let (x, y) = (a_bytes[i], b_bytes[i]);
        if !x.is_ascii() || !y.is_ascii() {
            // All before was ASCII, so `i` is a boundary in both.
            return lower_chars(&a[i..]).cmp(lower_chars(&b[i..]));
        }
        match x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase()) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
    a_bytes.len().cmp(&b_bytes.len())
}

fn lower_chars(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// Lower case character by character: no context rules, so that parts of a text fold like the text.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        }
    } else {
        Cow::Owned(lower_chars(text).collect())
    }
}

/// A text to look for, folded once.
pub(super) struct Needle {
    folded: String,
    ascii: bool,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let folded = fold(text).into_owned();
        Self { ascii: folded.is_ascii(), folded }
    }

    pub(super) fn is_in(&self, hay: &str) -> bool {
        if !hay.is_ascii() {
            return fold(hay).contains(&self.folded);
        }
        self.ascii && find_ascii(hay.as_bytes(), self.folded.as_bytes()).is_some()
    }

    pub(super) fn starts(&self, hay: &str) -> bool {
        if !hay.is_ascii() {
            return fold(hay).starts_with(&self.folded);
        }
        let (hay, needle) = (hay.as_bytes(), self.folded.as_bytes());
        self.ascii && hay.len() >= needle.len() && hay[..needle.len()].eq_ignore_ascii_case(needle)
    }

    pub(super) fn ends(&self, hay: &str) -> bool {
        if !hay.is_ascii() {
            return fold(hay).ends_with(&self.folded);
        }
        let (hay, needle) = (hay.as_bytes(), self.folded.as_bytes());
        self.ascii && hay.len() >= needle.len() && hay[hay.len() - needle.len()..].eq_ignore_ascii_case(needle)
    }

    pub(super) fn equals(&self, text: &str) -> bool {
        compare(text, &self.folded) == Ordering::Equal
    }

    /// Characters before the first occurrence.
    pub(super) fn position(&self, hay: &str) -> Option<usize> {
        if hay.is_ascii() {
            return if self.ascii { find_ascii(hay.as_bytes(), self.folded.as_bytes()) } else { None };
        }
        // One folded character per character keeps positions; the few letters that fold to two lose their mark.
        let folded: String = hay.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect();
        folded.find(&self.folded).map(|at| folded[..at].chars().count())
    }
}

fn find_ascii(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let Some((&first, rest)) = needle.split_first() else {
        return Some(0);
    };
    let last = hay.len().checked_sub(needle.len())?;
    let upper = first.to_ascii_uppercase();
    (0..=last)
        .find(|&at| (hay[at] == first || hay[at] == upper) && hay[at + 1..at + needle.len()].eq_ignore_ascii_case(rest))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Needle, compare, fold};

    #[test]
    fn order() {
        assert_eq!(compare("abc", "ABC"), Ordering::Equal);
        assert_eq!(compare("Ärger", "äRGER"), Ordering::Equal);
        assert_eq!(compare("a", "B"), Ordering::Less);
        assert_eq!(compare("ab", "a"), Ordering::Greater);
        assert_eq!(compare("Привет", "привет"), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn compare_is_compare_of_folded(a in any::<String>(), b in any::<String>()) {
            let expected = fold(&a).chars().cmp(fold(&b).chars());
            prop_assert_eq!(compare(&a, &b), expected);
        }

        #[test]
        fn search_is_search_in_folded(hay in "[aBcÄß ]{0,12}", needle in "[AbCä]{0,3}") {
            let sought = Needle::new(&needle);
            let (low, part) = (fold(&hay).into_owned(), fold(&needle).into_owned());
            prop_assert_eq!(sought.is_in(&hay), low.contains(&part));
            prop_assert_eq!(sought.starts(&hay), low.starts_with(&part));
            prop_assert_eq!(sought.ends(&hay), low.ends_with(&part));
            prop_assert_eq!(sought.position(&hay).is_some(), low.contains(&part));
        }
    }
}
