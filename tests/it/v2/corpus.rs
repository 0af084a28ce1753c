//! Queries that real programs and the vendor's documentation send, run against the demo account.

use serde_json::Value;

use super::server::{demo, get};

const CORPUS: &str = include_str!("../../queries/corpus.jsonl");

#[test]
fn every_query_is_answered_or_refused_for_its_reason() {
    for line in CORPUS.lines() {
        let query: Value = serde_json::from_str(line).expect("a line of JSON");
        let entity = query["entity"].as_str().expect("an entity");
        let path = if entity.starts_with('/') { entity.to_owned() } else { format!("/api/v2/{entity}") };
        let parameters = query["params"].as_object().expect("parameters");
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(n, v)| (n.as_str(), v.as_str().unwrap_or_default())).collect();
        let (status, body) = get(demo(), &path, &parameters);
        if status != 200 {
            println!("{status} {entity} {parameters:?}\n    {}", body.chars().take(150).collect::<String>());
        }
    }
}
