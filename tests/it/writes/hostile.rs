//! Every member of every resource takes, or refuses with a client error, whatever may stand in a body.

use serde_json::{Value, json};
use tpmock::SeedSource;
use tpmock::catalog::EntityKind;

use super::post;
use crate::world::World;

/// What stands in no honest body.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(""),
        json!(-1),
        json!(9_223_372_036_854_775_807_i64),
        json!("it's \u{1F600} \\ % _ \" 0"),
        json!({}),
        json!({"Id": 1}),
        json!({"Id": -1}),
        json!({"Name": "odd"}),
        json!([{}, null, 7]),
        json!({"Items": [{"Name": "odd", "Items": 1}]}),
    ]
}

#[test]
fn no_value_of_any_member_breaks_the_server() {
    let world = World::open(SeedSource::Small).expect("the small account");
    let mut broken = Vec::new();
    let mut known = std::collections::HashSet::new();
    for entity in world.catalog.entities().iter().filter(|e| e.kind == EntityKind::Resource) {
        let base = format!("/api/v1/{}", entity.plural);
        let ids = world.items(&format!("{base}?take=1&include=[Id]&format=json")).unwrap_or_default();
        let id = ids.first().and_then(|row| row["Id"].as_i64()).unwrap_or(1);
        // what is inherited is tried once, what is read-only is passed over by all alike
        let own = entity.members.iter().filter(|m| !m.readonly && known.insert((m.owner, &m.name)));
        for member in own {
            for value in odd_values() {
                let body = json!({ member.name.as_str(): value });
                for path in [base.clone(), format!("{base}/{id}")] {
                    let (status, answer) = post(&world, &path, &body);
                    if !matches!(status, 200 | 201 | 400 | 403 | 404 | 405 | 501) {
                        broken.push(format!("{path} {body}: {status} {answer}"));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}:\n{}", broken.len(), broken[..broken.len().min(20)].join("\n"));
}

#[test]
fn everything_that_may_be_deleted_goes_or_is_refused() {
    let world = World::open(SeedSource::Small).expect("the small account");
    let mut broken = Vec::new();
    for entity in world.catalog.entities().iter().filter(|e| e.has_uri() && e.kind != EntityKind::Context) {
        let base = format!("/api/v1/{}", entity.plural);
        for row in world.items(&format!("{base}?take=20&include=[Id]&format=json")).unwrap_or_default() {
            let path = format!("{base}/{}", row["Id"]);
            let (status, answer) = super::write(&world, axum::http::Method::DELETE, &path, &Value::Null);
            if !matches!(status, 200 | 403 | 404 | 405 | 501) {
                broken.push(format!("{path}: {status} {answer}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}:\n{}", broken.len(), broken[..broken.len().min(20)].join("\n"));
}
