//! Many writers at once: what one request sees and keeps does not depend on the others.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tpmock::SeedSource;

use super::JSON;
use crate::world::World;

const WRITERS: usize = 48;

#[test]
fn ids_versions_and_sums_hold_under_many_writers() {
    let world = World::open(SeedSource::Small).expect("the small account");
    let feature = json!({"Name": "sum", "Project": {"Id": 7}});
    let (status, feature) = super::post(&world, "/api/v1/Features", &feature);
    assert_eq!(status, 201, "{feature}");
    let story = |n: usize| {
        // every fourth request breaks a rule and must leave nothing
        let name = if n % 4 == 3 { json!("") } else { json!(format!("story {n}")) };
        json!({"Name": name, "Project": {"Id": 7}, "Feature": {"Id": feature["Id"]},
               "RoleEfforts": [{"Role": {"Id": 1}, "Effort": 1}]})
    };
    let requests: Vec<_> = (0..WRITERS).map(|n| ("/api/v1/UserStories".to_owned(), story(n).to_string())).collect();
    let answers = world.send_together(&requests, JSON);
    let made: Vec<Value> = answers
        .iter()
        .filter(|a| a.status == 201)
        .map(|a| serde_json::from_slice(&a.body).expect("a document"))
        .collect();
    assert_eq!(made.len(), WRITERS - WRITERS / 4);
    assert!(answers.iter().all(|a| matches!(a.status, 201 | 400)));
    let distinct = |name: &str| made.iter().map(|m| m[name].to_string()).collect::<BTreeSet<_>>().len();
    assert_eq!((distinct("Id"), distinct("EntityVersion")), (made.len(), made.len()));
    let feature = world.get(&format!("/api/v1/Features/{}?format=json", feature["Id"])).json();
    assert_eq!(feature["Effort"].as_f64(), Some(made.len() as f64));
}
