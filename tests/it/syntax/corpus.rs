//! Queries that real programs and the vendor's documentation send: all parse, apart from the known slips.

use serde_json::Value;
use tpmock::syntax::v2::{parse_expression, parse_ordering, parse_select};

const CORPUS: &str = include_str!("../../queries/corpus.jsonl");

/// Values that are no expressions: conditions of another language, a stray bracket.
const SLIPS: [&str; 3] = ["description is null", "description is not null", "effort desc,name)"];

#[test]
fn every_query_parses_and_prints() {
    let mut seen = 0;
    for line in CORPUS.lines() {
        let query: Value = serde_json::from_str(line).expect("a line of JSON");
        let parameters = query["params"].as_object().expect("parameters");
        for (name, value) in parameters {
            let text = value.as_str().expect("a text").trim();
            if !text.is_empty() && parameter(&name.to_lowercase(), text) {
                seen += 1;
            }
        }
    }
    assert!(seen > 350, "{seen}");
}

/// Whether the parameter is an expression of API v2.
fn parameter(name: &str, text: &str) -> bool {
    let parse = match name {
        "where" | "result" => parse_expression,
        "select" => parse_select,
        "orderby" | "orderbydesc" => {
            assert_eq!(parse_ordering(text).is_err(), SLIPS.contains(&text), "{text}");
            return true;
        }
        _ => return false,
    };
    match parse(text) {
        Ok(tree) => {
            let printed = tree.to_string();
            let again = parse(&printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
            assert_eq!(again.to_string(), printed, "{text}");
        }
        Err(error) => assert!(SLIPS.contains(&text), "{text}: {error}"),
    }
    true
}
