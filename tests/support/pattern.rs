//! Expected text with placeholders: `{{any}}`, `{{guid}}`, `{{new:name}}`, `{{name}}`.
//!
//! In: a pattern, an actual text and the values captured so far. Out: whether they agree, and new captures.
//! `{{any}}` stands for any run of characters, `{{guid}}` for a GUID, `{{new:name}}` captures on first use and
//! must be equal afterwards; `{{name}}` is the captured value, in requests as well.

use std::collections::HashMap;

/// Values captured by `{{new:name}}` in one case file.
pub type Captures = HashMap<String, String>;

#[derive(Debug)]
enum Part<'a> {
    Text(&'a str),
    Any,
    Guid,
    New(&'a str),
}

/// True when the whole of `actual` agrees with `pattern`; captures are kept only then.
pub fn matches(pattern: &str, actual: &str, captures: &mut Captures) -> bool {
    let known = fill(pattern, captures);
    let parts = split(&known);
    let mut fresh = captures.clone();
    if step(&parts, actual, &mut fresh) {
        *captures = fresh;
        true
    } else {
        false
    }
}

/// Whether a text has any placeholder in it.
pub fn has_placeholder(text: &str) -> bool {
    text.contains("{{")
}

/// Replaces the placeholders whose values are known.
pub fn fill(text: &str, captures: &Captures) -> String {
    let mut filled = text.to_string();
    for (name, value) in captures {
        filled = filled.replace(&format!("{{{{new:{name}}}}}"), value);
        filled = filled.replace(&format!("{{{{{name}}}}}"), value);
    }
    filled
}

fn split(pattern: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else { break };
        let name = &rest[start + 2..start + length];
        let part = match name {
            "any" => Part::Any,
            "guid" => Part::Guid,
            _ => match name.strip_prefix("new:") {
                Some(new) => Part::New(new),
                None => Part::Text(&rest[start..start + length + 2]),
            },
        };
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        parts.push(part);
        rest = &rest[start + length + 2..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

fn step(parts: &[Part<'_>], actual: &str, captures: &mut Captures) -> bool {
    let Some((first, rest)) = parts.split_first() else { return actual.is_empty() };
    match first {
        Part::Text(text) => actual.strip_prefix(text).is_some_and(|tail| step(rest, tail, captures)),
        Part::Guid => actual.get(..36).is_some_and(is_guid) && step(rest, &actual[36..], captures),
        Part::Any => ends(actual, 0).any(|end| step(rest, &actual[end..], captures)),
        Part::New(name) => ends(actual, 1).any(|end| {
            let before = captures.insert((*name).to_string(), actual[..end].to_string());
            let found =
                before.as_deref().is_none_or(|value| value == &actual[..end]) && step(rest, &actual[end..], captures);
            if !found {
                match before {
                    Some(value) => captures.insert((*name).to_string(), value),
                    None => captures.remove(*name),
                };
            }
            found
        }),
    }
}

/// The places where a run of at least `least` bytes may end, shortest first.
fn ends(text: &str, least: usize) -> impl Iterator<Item = usize> + '_ {
    (least..=text.len()).filter(|end| text.is_char_boundary(*end))
}

fn is_guid(text: &str) -> bool {
    text.char_indices().all(|(at, c)| match at {
        8 | 13 | 18 | 23 => c == '-',
        _ => c.is_ascii_hexdigit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agrees(pattern: &str, actual: &str) -> bool {
        matches(pattern, actual, &mut Captures::new())
    }

    #[test]
    fn text_without_placeholders_must_be_equal() {
        assert!(agrees("abc", "abc"));
        assert!(!agrees("abc", "abcd"));
        assert!(!agrees("abc", "ab"));
    }

    #[test]
    fn any_is_any_run_of_characters() {
        assert!(agrees("a{{any}}z", "az"));
        assert!(agrees("a{{any}}z", "a-ü-z-z"));
        assert!(!agrees("a{{any}}z", "a-"));
    }

    #[test]
    fn guid_is_a_guid() {
        assert!(agrees("{{guid}}", "00000000-0000-4000-8000-00000000000a"));
        assert!(!agrees("{{guid}}", "00000000-0000-4000-8000-00000000000"));
    }

    #[test]
    fn a_capture_is_kept_and_must_be_equal_later() {
        let mut captures = Captures::new();
        assert!(matches("id={{new:task}};", "id=42;", &mut captures));
        assert_eq!(fill("/Tasks/{{task}}", &captures), "/Tasks/42");
        assert!(!matches("{{new:task}}", "43", &mut captures));
        assert!(matches("{{new:task}}", "42", &mut captures));
    }

    #[test]
    fn an_unknown_name_is_plain_text() {
        assert!(agrees("{{x}}", "{{x}}"));
    }
}
