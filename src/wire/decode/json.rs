//! A lenient JSON reader: names may lack quotes, quotes may be single, a comma may trail. Numbers keep their spelling.

use std::iter::Peekable;
use std::str::CharIndices;

use super::{Budget, DecodeError, shortened};
use crate::draft::Draft;

/// Reads a whole body; nothing but blanks may follow its value.
pub fn decode(text: &str) -> Result<Draft, DecodeError> {
    let mut reader = Reader { text, rest: text.char_indices().peekable(), budget: Budget::default() };
    let draft = reader.value(0)?;
    match reader.next_visible() {
        None => Ok(draft),
        Some(_) => Err(reader.unexpected("the end of the body")),
    }
}

struct Reader<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
    budget: Budget,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Draft, DecodeError> {
        let first = self.next_visible();
        let position = self.position();
        self.budget.spend(depth, position)?;
        match first {
            Some('{') => self.object(depth),
            Some('[') => self.list(depth),
            Some(quote @ ('"' | '\'')) => self.string(quote).map(Draft::Text),
            Some(c) if c == '-' || c == '.' || c.is_ascii_digit() => self.number(),
            Some(c) if is_name(c) => self.literal(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Draft, DecodeError> {
        self.rest.next();
        let mut members = Vec::new();
        loop {
            let name = match self.next_visible() {
                Some('}') => break,
                Some(quote @ ('"' | '\'')) => self.string(quote)?,
                Some(c) if is_name(c) => self.run(is_name).to_owned(),
                _ => return Err(self.unexpected("a name or '}'")),
            };
            if self.next_visible() != Some(':') {
                return Err(self.unexpected("':'"));
            }
            self.rest.next();
            members.push((name, self.value(depth + 1)?));
            self.comma('}')?;
        }
        self.rest.next();
        Ok(Draft::Object(members))
    }

    fn list(&mut self, depth: usize) -> Result<Draft, DecodeError> {
        self.rest.next();
        let mut items = Vec::new();
        while self.next_visible() != Some(']') {
            items.push(self.value(depth + 1)?);
            self.comma(']')?;
        }
        self.rest.next();
        Ok(Draft::List(items))
    }

    /// Skips the comma behind an element; the end of the whole may stand there too.
    fn comma(&mut self, end: char) -> Result<(), DecodeError> {
        match self.next_visible() {
            Some(',') => {
                self.rest.next();
                Ok(())
            }
            Some(c) if c == end => Ok(()),
            _ => Err(self.unexpected(if end == '}' { "',' or '}'" } else { "',' or ']'" })),
        }
    }

    fn literal(&mut self) -> Result<Draft, DecodeError> {
        let position = self.position();
        match self.run(is_name) {
            "null" | "undefined" => Ok(Draft::Null),
            "true" => Ok(Draft::Bool(true)),
            "false" => Ok(Draft::Bool(false)),
            word => Err(DecodeError::new(format!("Unexpected word '{}'", shortened(word)), position)),
        }
    }

    fn number(&mut self) -> Result<Draft, DecodeError> {
        let position = self.position();
        let text = self.run(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'));
        if is_number(text) {
            Ok(Draft::Number(text.to_owned()))
        } else {
            Err(DecodeError::new(format!("Invalid number '{}'", shortened(text)), position))
        }
    }

    /// Line breaks may stand in a string as they are.
    fn string(&mut self, quote: char) -> Result<String, DecodeError> {
        let start = self.position();
        self.rest.next();
        let mut text = String::new();
        while let Some((position, c)) = self.rest.next() {
            match c {
                '\\' => text.push(self.escape(position)?),
                c if c == quote => return Ok(text),
                c => text.push(c),
            }
        }
        Err(DecodeError::new("Unterminated string", start))
    }

    fn escape(&mut self, position: usize) -> Result<char, DecodeError> {
        Ok(match self.rest.next() {
            Some((_, 'n')) => '\n',
            Some((_, 'r')) => '\r',
            Some((_, 't')) => '\t',
            Some((_, 'b')) => '\u{8}',
            Some((_, 'f')) => '\u{C}',
            Some((_, 'u')) => self.unicode(position)?,
            Some((_, c @ ('"' | '\'' | '\\' | '/'))) => c,
            _ => return Err(DecodeError::new("Bad escape in a string", position)),
        })
    }

    /// The four digits behind `\u`, with the second half of a pair; halves on their own become U+FFFD.
    fn unicode(&mut self, position: usize) -> Result<char, DecodeError> {
        let first = self.hex(position)?;
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.rest.clone();
        if self.rest.next().is_some_and(|(_, c)| c == '\\') && self.rest.next().is_some_and(|(_, c)| c == 'u') {
            let second = self.hex(position)?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        self.rest = before;
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self, position: usize) -> Result<u32, DecodeError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.rest.next().and_then(|(_, c)| c.to_digit(16));
            code = code * 16 + digit.ok_or_else(|| DecodeError::new("Bad escape in a string", position))?;
        }
        Ok(code)
    }

    /// Skips blanks and comments and shows what follows.
    fn next_visible(&mut self) -> Option<char> {
        loop {
            while self.rest.next_if(|&(_, c)| c.is_whitespace()).is_some() {}
            let next = self.rest.peek().map(|&(_, c)| c);
            if next != Some('/') || !self.comment() {
                return next;
            }
        }
    }

    /// Skips a comment; false where the slash begins none.
    fn comment(&mut self) -> bool {
        let rest = &self.text[self.position()..];
        let length = if rest.starts_with("//") {
            rest.find('\n')
        } else if let Some(behind) = rest.strip_prefix("/*") {
            behind.find("*/").map(|at| at + 4)
        } else {
            return false;
        };
        let end = self.position() + length.unwrap_or(rest.len());
        while self.rest.next_if(|&(position, _)| position < end).is_some() {}
        true
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let start = self.position();
        while self.rest.next_if(|&(_, c)| belongs(c)).is_some() {}
        let end = self.position();
        &self.text[start..end]
    }

    fn position(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |&(position, _)| position)
    }

    fn unexpected(&mut self, expected: &str) -> DecodeError {
        let position = self.position();
        let found = self.rest.peek().map_or_else(|| "the end of the body".to_owned(), |(_, c)| format!("'{c}'"));
        DecodeError::new(format!("Expected {expected} but found {found}"), position)
    }
}

/// What a name without quotes is made of, as in JavaScript.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | '.')
}

/// The number grammar of JSON, taken loosely: zeros may lead, a digit may be missing on one side of the point.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (unsigned, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction) && digits(exponent) && !exponent.is_empty() && whole.len() + fraction.len() > 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{MAX_DEPTH, MAX_VALUES};
    use super::*;

    fn text(text: &str) -> Draft {
        Draft::Text(text.to_owned())
    }

    fn number(text: &str) -> Draft {
        Draft::Number(text.to_owned())
    }

    fn object<const N: usize>(members: [(&str, Draft); N]) -> Draft {
        Draft::Object(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
    }

    // source: docs and vendor clients (unquoted names, single quotes, trailing commas); assumed: comments and a missing
    // zero, as the parser of the service's time reads them
    #[test]
    fn lenient_spellings() {
        for (body, expected) in [
            ("{Name:\"x\",Project:{ID:2}}", object([("Name", text("x")), ("Project", object([("ID", number("2"))]))])),
            ("{'Assignable':{'Id':3}}", object([("Assignable", object([("Id", number("3"))]))])),
            ("{\"Name\":\"x\",}", object([("Name", text("x"))])),
            ("[1, 2 , ]", Draft::List(vec![number("1"), number("2")])),
            ("{a:'it\\'s \"q\"', b : undefined}", object([("a", text("it's \"q\"")), ("b", Draft::Null)])),
            ("/* a */ {a: // b\n .5 /**/}", object([("a", number(".5"))])),
            ("{Tasks-Count:1, 1:true}", object([("Tasks-Count", number("1")), ("1", Draft::Bool(true))])),
        ] {
            assert_eq!(decode(body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn names_repeat_and_keep_their_case() {
        let draft = decode("{a:1,A:2,a:3}").unwrap();
        assert_eq!(draft, object([("a", number("1")), ("A", number("2")), ("a", number("3"))]));
    }

    #[test]
    fn numbers_keep_their_spelling() {
        for spelling in ["0", "-1.50", "1e5", "1.0E-3", "007", "12345678901234567890.000", "1."] {
            assert_eq!(decode(spelling), Ok(number(spelling)));
        }
    }

    // source: recorded 2013 (dates sent with escaped slashes)
    #[test]
    fn strings_are_unescaped() {
        assert_eq!(
            decode(r#""\/Date(1)\/ \u00e9\n\ud83d\ude00 \ud83dx""#),
            Ok(text("/Date(1)/ é\n\u{1F600} \u{FFFD}x"))
        );
        assert_eq!(decode("\"a\nb\""), Ok(text("a\nb")));
        assert_eq!(decode(r#""\ud83d\u0041""#), Ok(text("\u{FFFD}A")));
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (body, message, position) in [
            ("", "Expected a value but found the end of the body", 0),
            ("{\"a\":}", "Expected a value but found '}'", 5),
            ("{a 1}", "Expected ':' but found '1'", 3),
            ("{a:1 b:2}", "Expected ',' or '}' but found 'b'", 5),
            ("[1 2]", "Expected ',' or ']' but found '2'", 3),
            ("{} x", "Expected the end of the body but found 'x'", 3),
            ("{a:'x}", "Unterminated string", 3),
            ("\"\\x\"", "Bad escape in a string", 1),
            ("\"\\u12g4\"", "Bad escape in a string", 1),
            ("[True]", "Unexpected word 'True'", 1),
            ("-", "Invalid number '-'", 0),
            ("1e", "Invalid number '1e'", 0),
            ("// x", "Expected a value but found the end of the body", 4),
            ("{a: /* x", "Expected a value but found the end of the body", 8),
            ("/ x", "Expected a value but found '/'", 0),
        ] {
            assert_eq!(decode(body), Err(DecodeError::new(message, position)), "{body}");
        }
    }

    #[test]
    fn depth_and_length_have_ends() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(decode(&nested(MAX_DEPTH)).is_ok());
        assert!(decode(&nested(MAX_DEPTH + 2)).unwrap_err().message.contains("deeper"));
        assert!(decode(&"[".repeat(1_000_000)).is_err());
        assert!(decode(&format!("[{}]", "1,".repeat(MAX_VALUES - 1))).is_ok());
        assert!(decode(&format!("[{}]", "1,".repeat(MAX_VALUES))).unwrap_err().message.contains("more than"));
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6).prop_map(|m| m.into_iter().collect()),
            ]
        })
    }

    fn draft(value: &serde_json::Value) -> Draft {
        match value {
            serde_json::Value::Null => Draft::Null,
            serde_json::Value::Bool(value) => Draft::Bool(*value),
            serde_json::Value::Number(value) => Draft::Number(value.to_string()),
            serde_json::Value::String(value) => text(value),
            serde_json::Value::Array(items) => Draft::List(items.iter().map(draft).collect()),
            serde_json::Value::Object(members) => {
                Draft::Object(members.iter().map(|(name, value)| (name.clone(), draft(value))).collect())
            }
        }
    }

    proptest! {
        #[test]
        fn strict_json_is_read(value in json()) {
            prop_assert_eq!(decode(&value.to_string()), Ok(draft(&value)));
            prop_assert_eq!(decode(&serde_json::to_string_pretty(&value).unwrap()), Ok(draft(&value)));
        }

        #[test]
        fn never_panics(body in "[\\[\\]{}:,'\"\\\\ua-f0-9 .é-]{0,60}") {
            let _ = decode(&body);
        }
    }
}
