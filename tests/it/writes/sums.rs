//! Sums of parents beside rules that only the demo account has.

use serde_json::{Value, json};
use tpmock::SeedSource;

use super::post;
use crate::world::World;

/// A project of the demo, and the last states of its features and stories.
const PROJECT: i64 = 10_007;
const FEATURE_DONE: i64 = 57;
const STORY_DONE: i64 = 47;

#[test]
fn a_rule_that_closes_a_feature_with_its_last_story_leaves_its_sums_alone() {
    let world = World::open(SeedSource::Demo).expect("the demo");
    write(&world, "CustomRules/6", &json!({"IsEnabled": true}));
    let feature = write(&world, "Features", &json!({"Name": "n", "Project": {"Id": PROJECT}}));
    let roles = json!([{"Role": {"Id": 1}, "Effort": 4}]);
    let story = json!({"Name": "n", "Feature": {"Id": feature}, "RoleEfforts": roles});
    let story = write(&world, "UserStories", &story);
    write(&world, &format!("UserStories/{story}"), &json!({"EntityState": {"Id": STORY_DONE}}));
    let read = world.get(&format!("/api/v1/Features/{feature}?format=json")).json();
    assert_eq!(read["EntityState"]["Id"], FEATURE_DONE);
    let sums = ["Effort", "EffortCompleted", "EffortToDo", "Progress"].map(|member| read[member].as_f64());
    assert_eq!(sums, [4.0, 4.0, 0.0, 1.0].map(Some));
}

/// The id of what was written.
fn write(world: &World, path: &str, body: &Value) -> i64 {
    let (status, answer) = post(world, &format!("/api/v1/{path}"), body);
    assert!(status < 300, "{path}: {answer}");
    answer["Id"].as_i64().expect("an id")
}
