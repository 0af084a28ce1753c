//! `tp_custom(json, name)`: the value of a custom field out of the object an entity keeps them in.
//!
//! Reads the text once from the left and builds nothing but the value. The object is our own writing, so it is
//! well-formed; anything else answers null.

use std::borrow::Cow;

use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::arg::{prepared, scalar, text};

pub(super) fn register(db: &Connection) -> Result<()> {
    scalar(db, "tp_custom", 2, |ctx| {
        let Some(json) = text(ctx, 0) else {
            return Ok(None);
        };
        let name = prepared(ctx, 1, simple)?;
        Ok(name.as_ref().as_ref().and_then(|name| find(&json, name)))
    })
}

/// Names are the same when they differ only in case and blanks.
fn simple(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn is_same(key: &str, simple: &str) -> bool {
    key.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).eq(simple.chars())
}

fn find(json: &str, name: &str) -> Option<Value> {
    let mut scanner = Scanner { text: json, at: 0 };
    scanner.expect(b'{')?;
    loop {
        scanner.skip_blanks();
        let key = scanner.string()?;
        scanner.expect(b':')?;
        if is_same(&key, name) {
            return scanner.value();
        }
        scanner.skip_value()?;
        scanner.expect(b',')?;
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The raw text between the quotes at the current place.
    fn raw_string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at - 1)
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let raw = self.raw_string()?;
        if raw.contains('\\') { unescape(raw).map(Cow::Owned) } else { Some(Cow::Borrowed(raw)) }
    }

    fn value(&mut self) -> Option<Value> {
        self.skip_blanks();
        if self.peek()? == b'"' {
            return self.string().map(|text| Value::Text(text.into_owned()));
        }
        Some(match self.skip_value()? {
            "null" => Value::Null,
            "true" => Value::Integer(1),
            "false" => Value::Integer(0),
            text if text.starts_with(['{', '[']) => Value::Text(text.to_owned()),
            number => match number.parse() {
                Ok(n) => Value::Integer(n),
                Err(_) => Value::Real(number.parse().ok()?),
            },
        })
    }

    /// Steps over a value of any kind; its text comes back.
    fn skip_value(&mut self) -> Option<&'a str> {
        self.skip_blanks();
        let start = self.at;
        let mut depth = 0;
        loop {
            match self.peek()? {
                b'"' => {
                    self.raw_string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b'}' | b']' if depth == 0 => break,
                _ => self.at += 1,
            }
        }
        self.text.get(start..self.at).map(str::trim_end)
    }
}

fn unescape(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match chars.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                let unit = hex(&mut chars)?;
                if (0xd800..0xdc00).contains(&unit) {
                    // The other half of a surrogate pair follows as an escape of its own.
                    (chars.next()? == '\\' && chars.next()? == 'u').then_some(())?;
                    let low = hex(&mut chars)?;
                    char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low.checked_sub(0xdc00)?)?
                } else {
                    char::from_u32(unit)?
                }
            }
            other => other,
        });
    }
    Some(out)
}

fn hex(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit * 16 + chars.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};
    use rusqlite::types::Value;

    use super::super::testing::check;
    use super::{find, simple};

    #[test]
    fn values() {
        let json = r#"'{"Risk":"High", "Budget" : 12.5,"N":7,"On":true,"Off":false,"None":null,"List":["a","}"],"Url":{"u":"x,y"},"Q\"k":"a\"b\u00e4\ud83d\ude00\n","Last":"z"}'"#;
        let at = |name: &str| format!("tp_custom({json}, '{name}')");
        let cases = [
            ("risk", "High"),
            ("BUDGET", "12.5"),
            ("b u d get", "12.5"),
            ("N", "7"),
            ("on", "1"),
            ("off", "0"),
            ("none", "null"),
            ("list", r#"["a","}"]"#),
            ("url", r#"{"u":"x,y"}"#),
            ("q\"k", "a\"bä😀\n"),
            ("last", "z"),
            ("missing", "null"),
        ]
        .map(|(name, value)| (at(name), value));
        let cases: Vec<_> = cases.iter().map(|(sql, value)| (sql.as_str(), *value)).collect();
        check("UTC", &cases);
        check(
            "UTC",
            &[
                ("tp_custom(null, 'a')", "null"),
                ("tp_custom('', 'a')", "null"),
                ("tp_custom('{}', 'a')", "null"),
                ("tp_custom('{\"a\":', 'a')", "null"),
                ("tp_custom('{\"a\\', 'a')", "null"),
                ("tp_custom('{\"a\":1}', null)", "null"),
            ],
        );
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_found(before in any::<String>(), text in any::<String>(), n in any::<i64>()) {
            let json = serde_json::json!({ "#": { before.clone(): [before] }, "The Text": text, "n": n }).to_string();
            prop_assert_eq!(find(&json, &simple("thetext")), Some(Value::Text(text)));
            prop_assert_eq!(find(&json, "n"), Some(Value::Integer(n)));
        }

        #[test]
        fn nothing_panics(json in any::<String>()) {
            let _ = find(&json, "a");
            let _ = find(&format!("{{\"a\":{json}"), "a");
        }
    }
}
