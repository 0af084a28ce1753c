//! One answer against one expectation → differences.
//!
//! Status first, then the headers that are written, then the body in the way the directive or the content type says.

use super::case::{Compare, Exchange};
use super::client::Answer;
use super::pattern::{self, Captures};
use super::{assertion, json, xml};

/// Everything that is not as written.
pub fn differences(exchange: &Exchange, answer: &Answer, earlier: &[String], captures: &mut Captures) -> Vec<String> {
    let expected = &exchange.expected;
    let mut found = Vec::new();
    if expected.status != answer.status {
        found.push(format!("status: expected {}, got {}", expected.status, answer.status));
    }
    for (name, wanted) in &expected.headers {
        header(name, wanted, answer, captures, &mut found);
    }
    if !expected.body.is_empty() {
        found.extend(body(exchange, answer, earlier, captures));
    }
    found
}

fn header(name: &str, wanted: &str, answer: &Answer, captures: &mut Captures, found: &mut Vec<String>) {
    match (wanted, answer.header(name)) {
        ("{{none}}", None) => {}
        ("{{none}}", Some(given)) => found.push(format!("header {name}: not expected, got {given:?}")),
        (_, None) => found.push(format!("header {name}: missing, expected {wanted:?}")),
        (_, Some(given)) => {
            if !pattern::matches(wanted, given, captures) {
                found.push(format!("header {name}: expected {wanted:?}, got {given:?}"));
            }
        }
    }
}

fn body(exchange: &Exchange, answer: &Answer, earlier: &[String], captures: &mut Captures) -> Vec<String> {
    let expected = &exchange.expected.body;
    let strictness = exchange.settings.strictness;
    if assertion::is_list(expected) {
        return assertion::differences(expected, &answer.body, earlier, captures);
    }
    match exchange.settings.compare.unwrap_or_else(|| by_content_type(answer)) {
        Compare::Json => json::differences(expected, &answer.body, strictness, captures),
        Compare::Xml => xml::differences(expected, &answer.body, strictness, captures),
        Compare::Bytes => {
            let actual = answer.body.trim_end_matches('\n');
            if pattern::matches(expected, actual, captures) {
                return Vec::new();
            }
            vec![format!("bytes differ at {}", first_difference(expected, actual))]
        }
    }
}

fn by_content_type(answer: &Answer) -> Compare {
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.contains("json") {
        Compare::Json
    } else if kind.contains("xml") {
        Compare::Xml
    } else {
        Compare::Bytes
    }
}

fn first_difference(expected: &str, actual: &str) -> String {
    for (at, (wanted, given)) in expected.lines().zip(actual.lines()).enumerate() {
        if wanted != given && !pattern::has_placeholder(wanted) {
            return format!("line {}: expected {wanted:?}, got {given:?}", at + 1);
        }
    }
    format!("the end: expected {} lines, got {}", expected.lines().count(), actual.lines().count())
}

#[cfg(test)]
mod tests {
    use super::super::case;
    use super::*;

    fn check(text: &str, answer: &Answer) -> Vec<String> {
        let case = case::read(text).expect("a readable case");
        differences(&case.exchanges[0], answer, &[], &mut Captures::new())
    }

    fn answer(kind: &str, body: &str) -> Answer {
        Answer { status: 200, headers: vec![("content-type".into(), kind.into())], body: body.into() }
    }

    #[test]
    fn the_content_type_chooses_the_comparison() {
        let json = "# source: docs\n\nGET /a\n\nHTTP 200\n\n{ \"a\": 1 }\n";
        assert!(check(json, &answer("application/json", "{\"a\":1.0}")).is_empty());
        let xml = "# source: docs\n\nGET /a\n\nHTTP 200\n\n<a>\n</a>\n";
        assert!(check(xml, &answer("application/xml", "<a />")).len() <= 1);
    }

    #[test]
    fn bytes_are_bytes() {
        let text = "# source: docs\n# compare: bytes\n\nGET /a\n\nHTTP 200\n\n{\"a\":1}\n";
        assert!(check(text, &answer("application/json", "{\"a\":1}")).is_empty());
        assert_eq!(check(text, &answer("application/json", "{\"a\": 1}")).len(), 1);
    }

    #[test]
    fn headers_written_must_agree_and_none_must_be_absent() {
        let text = "# source: docs\n\nGET /a\n\nHTTP 200\nContent-Type: text/{{any}}\nLocation: {{none}}\n";
        assert!(check(text, &answer("text/xml", "")).is_empty());
        assert_eq!(check(text, &answer("application/json", "")).len(), 1);
    }

    #[test]
    fn the_status_is_always_compared() {
        let found = check("# source: docs\n\nGET /a\n\nHTTP 404\n", &answer("text/xml", ""));
        assert_eq!(found, ["status: expected 404, got 200"]);
    }
}
