//! `tp_has_tag(tags, pattern)`: whether a list of tags, joined by commas, names a tag.
//!
//! The pattern is a whole tag, case-insensitive; a `*` at either end stands for any text.

use rusqlite::{Connection, Result};

use super::arg::{prepared, scalar, text};
use super::fold::Needle;

pub(super) fn register(db: &Connection) -> Result<()> {
    scalar(db, "tp_has_tag", 2, |ctx| {
        let Some(tags) = text(ctx, 0) else {
            return Ok(None);
        };
        let pattern = prepared(ctx, 1, Pattern::new)?;
        Ok(pattern.as_ref().as_ref().map(|pattern| tags.split(',').any(|tag| pattern.matches(tag.trim()))))
    })
}

struct Pattern {
    needle: Needle,
    open_start: bool,
    open_end: bool,
}

impl Pattern {
    fn new(text: &str) -> Self {
        let text = text.trim();
        let (text, open_start) = text.strip_prefix('*').map_or((text, false), |rest| (rest, true));
        let (text, open_end) = text.strip_suffix('*').map_or((text, false), |rest| (rest, true));
        Self { needle: Needle::new(text), open_start, open_end }
    }

    fn matches(&self, tag: &str) -> bool {
        // A list without tags is one empty text, which is no tag.
        !tag.is_empty()
            && match (self.open_start, self.open_end) {
                (false, false) => self.needle.equals(tag),
                (false, true) => self.needle.starts(tag),
                (true, false) => self.needle.ends(tag),
                (true, true) => self.needle.is_in(tag),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn values() {
        check(
            "UTC",
            &[
                ("tp_has_tag('rails, ruby', 'Ruby')", "1"),
                ("tp_has_tag('rails, ruby', 'rub')", "0"),
                ("tp_has_tag('rails, ruby', 'rub*')", "1"),
                ("tp_has_tag('rails, ruby', '*AIL*')", "1"),
                ("tp_has_tag('rails, ruby', '*ails')", "1"),
                ("tp_has_tag('two words,x', 'two words')", "1"),
                ("tp_has_tag('', '*')", "0"),
                ("tp_has_tag('a', '*')", "1"),
                ("tp_has_tag(null, 'a')", "null"),
            ],
        );
    }
}
