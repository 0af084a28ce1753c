//! Bodies checked line by line instead of as a whole: `starts:`, `ends:`, `contains:`, `lacks:`, `count:`, `order:`,
//! `same:`, `empty:`.
//!
//! In: the expected body when its first line opens with one of these words. Out: the lines that do not hold.

use super::pattern::{self, Captures};

const WORDS: [&str; 8] = ["starts:", "ends:", "contains:", "lacks:", "count:", "order:", "same:", "empty:"];

/// Whether an expected body is a list of assertions.
pub fn is_list(body: &str) -> bool {
    body.lines().next().is_some_and(|line| WORDS.iter().any(|word| line.starts_with(word)))
}

/// Checks each assertion; `earlier` are the bodies of the exchanges before this one.
pub fn differences(list: &str, actual: &str, earlier: &[String], captures: &Captures) -> Vec<String> {
    let lines = list.lines().filter(|line| !line.trim().is_empty());
    lines.filter(|line| !holds(line, actual, earlier, captures)).map(|line| format!("does not hold: {line}")).collect()
}

fn holds(line: &str, actual: &str, earlier: &[String], captures: &Captures) -> bool {
    let Some((word, value)) = line.split_once(':') else { return false };
    let value = pattern::fill(value.strip_prefix(' ').unwrap_or(value), captures);
    match word {
        "starts" => actual.starts_with(&value),
        "ends" => actual.trim_end_matches(['\r', '\n']).ends_with(&value),
        "contains" => actual.contains(&value),
        "lacks" => !actual.contains(&value),
        "count" => {
            value.split_once(' ').is_some_and(|(number, text)| number.parse() == Ok(actual.matches(text).count()))
        }
        "order" => in_order(&value, actual),
        "same" => value
            .trim()
            .parse::<usize>()
            .is_ok_and(|number| number > 0 && earlier.get(number - 1).is_some_and(|body| body == actual)),
        "empty" => actual.is_empty(),
        _ => false,
    }
}

/// Texts separated by ` | ` stand one after the other in the body.
fn in_order(texts: &str, actual: &str) -> bool {
    let mut rest = actual;
    texts.split(" | ").all(|text| match rest.find(text) {
        Some(at) => {
            rest = &rest[at + text.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(list: &str, actual: &str) -> usize {
        differences(list, actual, &["first".to_string()], &Captures::new()).len()
    }

    #[test]
    fn every_word_is_checked() {
        assert_eq!(failing("starts: <a\nends: a>\ncontains: b\nlacks: z\ncount: 2 a\norder: a | b | a", "<a b a>"), 0);
        assert_eq!(failing("starts: a\nends: <\ncontains: z\nlacks: b\ncount: 1 a\norder: b | a | b", "<a b a>"), 6);
    }

    #[test]
    fn same_compares_with_an_earlier_body() {
        assert_eq!(failing("same: 1", "first"), 0);
        assert_eq!(failing("same: 1", "second"), 1);
        assert_eq!(failing("same: 2", "second"), 1);
    }

    #[test]
    fn a_body_that_is_no_list_is_left_alone() {
        assert!(!is_list("{\"starts\": 1}"));
        assert!(is_list("empty:"));
    }
}
