//! Two JSON values → their differences.
//!
//! Member order is free; numbers are compared by value (`8.0000` is `8`). In a string, placeholders work; the whole
//! string `"{{any}}"` stands for any value.

use serde_json::Value;

use super::case::Strictness;
use super::pattern::{self, Captures};

/// Compares a body with what a case expects; every difference is one line.
pub fn differences(expected: &str, actual: &str, strictness: Strictness, captures: &mut Captures) -> Vec<String> {
    let expected: Value = match serde_json::from_str(expected) {
        Ok(value) => value,
        Err(error) => return vec![format!("the expected body is not JSON: {error}")],
    };
    let actual: Value = match serde_json::from_str(actual) {
        Ok(value) => value,
        Err(error) => return vec![format!("the answer is not JSON: {error}")],
    };
    let mut found = Vec::new();
    value(&expected, &actual, "$", strictness, captures, &mut found);
    found
}

fn value(
    expected: &Value,
    actual: &Value,
    path: &str,
    strictness: Strictness,
    captures: &mut Captures,
    found: &mut Vec<String>,
) {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(given)) => {
            for (key, inner) in wanted {
                match given.get(key) {
                    Some(other) => value(inner, other, &format!("{path}.{key}"), strictness, captures, found),
                    None => found.push(format!("{path}.{key}: missing, expected {inner}")),
                }
            }
            if !strictness.subset {
                for (key, other) in given.iter().filter(|(key, _)| !wanted.contains_key(*key)) {
                    found.push(format!("{path}.{key}: not expected, got {other}"));
                }
            }
        }
        (Value::Array(wanted), Value::Array(given)) => {
            if wanted.len() != given.len() {
                found.push(format!("{path}: expected {} items, got {}", wanted.len(), given.len()));
            } else if strictness.any_order {
                unordered(wanted, given, path, strictness, captures, found);
            } else {
                for (at, (inner, other)) in wanted.iter().zip(given).enumerate() {
                    value(inner, other, &format!("{path}[{at}]"), strictness, captures, found);
                }
            }
        }
        (Value::String(wanted), _) if pattern::has_placeholder(wanted) => {
            let text = actual.as_str().map_or_else(|| actual.to_string(), str::to_string);
            if !pattern::matches(wanted, &text, captures) {
                found.push(format!("{path}: expected {expected}, got {actual}"));
            }
        }
        (Value::Number(wanted), Value::Number(given)) => {
            if wanted.as_f64() != given.as_f64() {
                found.push(format!("{path}: expected {expected}, got {actual}"));
            }
        }
        _ if expected == actual => {}
        _ => found.push(format!("{path}: expected {expected}, got {actual}")),
    }
}

/// Every expected item must find an actual one of its own.
fn unordered(
    wanted: &[Value],
    given: &[Value],
    path: &str,
    strictness: Strictness,
    captures: &mut Captures,
    found: &mut Vec<String>,
) {
    let mut left: Vec<&Value> = given.iter().collect();
    for (at, inner) in wanted.iter().enumerate() {
        let place = left.iter().position(|other| {
            let mut differences = Vec::new();
            value(inner, other, path, strictness, captures, &mut differences);
            differences.is_empty()
        });
        match place {
            Some(place) => {
                left.remove(place);
            }
            None => found.push(format!("{path}[{at}]: no item like {inner}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: Strictness = Strictness { subset: false, any_order: false };
    const SUBSET: Strictness = Strictness { subset: true, any_order: false };

    fn count(expected: &str, actual: &str, strictness: Strictness) -> usize {
        differences(expected, actual, strictness, &mut Captures::new()).len()
    }

    #[test]
    fn member_order_and_number_layout_are_free() {
        assert_eq!(count(r#"{"a":8,"b":null}"#, r#"{"b":null,"a":8.0000}"#, EXACT), 0);
    }

    #[test]
    fn exact_refuses_more_members_and_subset_takes_them() {
        assert_eq!(count(r#"{"a":1}"#, r#"{"a":1,"b":2}"#, EXACT), 1);
        assert_eq!(count(r#"{"a":1}"#, r#"{"a":1,"b":2}"#, SUBSET), 0);
    }

    #[test]
    fn lists_have_the_same_length_even_in_a_subset() {
        assert_eq!(count(r#"[{"a":1}]"#, r#"[{"a":1},{"a":2}]"#, SUBSET), 1);
    }

    #[test]
    fn order_any_looks_for_a_partner() {
        let any = Strictness { subset: true, any_order: true };
        assert_eq!(count(r#"[{"a":1},{"a":2}]"#, r#"[{"a":2},{"a":1,"b":0}]"#, any), 0);
        assert_eq!(count(r#"[{"a":1},{"a":1}]"#, r#"[{"a":2},{"a":1}]"#, any), 1);
    }

    #[test]
    fn a_placeholder_takes_any_value() {
        assert_eq!(count(r#"{"a":"{{any}}"}"#, r#"{"a":{"x":1}}"#, EXACT), 0);
        assert_eq!(count(r#"{"a":"x{{any}}"}"#, r#"{"a":"y"}"#, EXACT), 1);
    }

    #[test]
    fn escaped_slashes_are_equal_after_parsing() {
        assert_eq!(count(r#"{"d":"/Date(1+0000)/"}"#, r#"{"d":"\/Date(1+0000)\/"}"#, EXACT), 0);
    }
}
