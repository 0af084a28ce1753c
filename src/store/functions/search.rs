//! `tp_contains`, `tp_starts`, `tp_ends`, `tp_index_of`: case never matters, as in the service's database.

use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::arg::{prepared, scalar, text};
use super::fold::Needle;

pub(super) fn register(db: &Connection) -> Result<()> {
    scalar(db, "tp_contains", 2, |ctx| search(ctx, Needle::is_in))?;
    scalar(db, "tp_starts", 2, |ctx| search(ctx, Needle::starts))?;
    scalar(db, "tp_ends", 2, |ctx| search(ctx, Needle::ends))?;
    scalar(db, "tp_index_of", 2, |ctx| search(ctx, |needle, hay| needle.position(hay).map_or(-1, |at| at as i64)))
}

/// The needle is folded once per statement where it is a constant.
fn search<T>(ctx: &mut Context<'_>, test: impl Fn(&Needle, &str) -> T) -> Result<Option<T>> {
    let Some(hay) = text(ctx, 0) else {
        return Ok(None);
    };
    let needle = prepared(ctx, 1, Needle::new)?;
    Ok(needle.as_ref().as_ref().map(|needle| test(needle, &hay)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn values() {
        check(
            "UTC",
            &[
                ("tp_contains('Shopping Cart', 'cart')", "1"),
                ("tp_contains('Shopping Cart', 'carts')", "0"),
                ("tp_contains('ÜBER', 'über')", "1"),
                ("tp_contains('a%b', '%')", "1"),
                ("tp_contains('abc', '')", "1"),
                ("tp_contains(null, 'a')", "null"),
                ("tp_contains('a', null)", "null"),
                ("tp_contains(1234, '23')", "1"),
                ("tp_starts('Hello', 'HE')", "1"),
                ("tp_starts('Hello', 'lo')", "0"),
                ("tp_ends('Hello', 'LO')", "1"),
                ("tp_ends('lo', 'Hello')", "0"),
                ("tp_index_of('Hello', 'L')", "2"),
                ("tp_index_of('Grüße', 'E')", "4"),
                ("tp_index_of('Hello', 'x')", "-1"),
                ("'ABC' = 'abc' collate fold", "1"),
                (
                    "(select group_concat(tp_contains(v, n)) from (select 'ab' v, 'A' n union all select 'ab', 'x'))",
                    "1,0",
                ),
            ],
        );
    }
}
