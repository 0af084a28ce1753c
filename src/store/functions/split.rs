//! A text in parts, as the text of a JSON list: what stands for an array while a query runs.

use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::arg::{scalar, text};

pub(super) fn register(db: &Connection) -> Result<()> {
    scalar(db, "tp_split", 2, |ctx| Ok(text(ctx, 0).map(|all| split(ctx, &all))))?;
    scalar(db, "tp_safe_split", 2, |ctx| {
        let all = text(ctx, 0).filter(|all| !all.is_empty());
        Ok(all.map_or_else(|| "[]".to_owned(), |all| split(ctx, &all)))
    })
}

fn split(ctx: &Context<'_>, all: &str) -> String {
    let parts = match text(ctx, 1) {
        Some(separator) if !separator.is_empty() => all.split(&*separator).collect(),
        _ => vec![all],
    };
    serde_json::Value::from(parts).to_string()
}

#[cfg(test)]
mod tests {
    use crate::store::functions::testing::check;

    #[test]
    fn parts() {
        check(
            "UTC",
            &[
                ("tp_split('a,b,,c', ',')", r#"["a","b","","c"]"#),
                ("tp_split('', ',')", r#"[""]"#),
                ("tp_split(null, ',')", "null"),
                ("tp_safe_split('', ',')", "[]"),
                ("tp_safe_split(null, ',')", "[]"),
                ("tp_safe_split('1 2', ' ')", r#"["1","2"]"#),
                ("tp_safe_split(12, ',')", r#"["12"]"#),
            ],
        );
    }
}
