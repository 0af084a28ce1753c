//! Export, import and difference.

use serde_json::{Value, json};

use super::Server;
use tpmock::SeedSource;

#[test]
fn an_export_of_an_import_is_byte_identical() {
    for seed in [SeedSource::Demo, SeedSource::Small, SeedSource::Empty] {
        let server = Server::with(|c| c.seed = seed.clone());
        server.write("", "x");
        let (_, first) = server.send("GET", "/_tpmock/export", "");
        assert!(first.starts_with("{\n  \""), "{first:.200}");
        server.json("POST", "/w/copy/_tpmock/import", &first, 200);
        let (_, second) = server.send("GET", "/w/copy/_tpmock/export", "");
        if let Some((one, other)) = first.lines().zip(second.lines()).find(|(a, b)| a != b) {
            panic!("{seed:?}\n{one}\n{other}");
        }
        assert_eq!(first.len(), second.len());
        let (_, page) = server.send("GET", "/api/v1/Generals?take=1000", "");
        let (_, copy) = server.send("GET", "/w/copy/api/v1/Generals?take=1000", "");
        assert_eq!(page, copy.replace("/w/copy/", "/"), "both answer alike");
        let changes = server.json("GET", "/w/copy/_tpmock/diff?from=default", "", 200);
        assert_eq!(changes, json!({ "created": [], "updated": [], "deleted": [] }));
    }
}

#[test]
fn a_password_still_fits_after_a_round_trip() {
    let server = Server::with(|c| c.auth = tpmock::Auth::Real);
    let (_, text) = server.send("GET", "/_tpmock/export", "");
    server.json("POST", "/w/copy/_tpmock/import", &text, 200);
    let get = |password: &str| {
        use base64::Engine;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("admin:{password}"));
        let headers = [("Authorization", format!("Basic {pair}"))];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        server.0.send(axum::http::Method::GET, "/w/copy/api/v1/Projects", &headers, Vec::new()).status
    };
    assert_eq!((get("admin"), get("wrong")), (200, 401));
}

#[test]
fn a_seed_with_mistakes_changes_nothing() {
    let server = Server::new();
    server.write("", "x");
    server.refused("POST", "/_tpmock/import", r#"{"Projcts":[]}"#, 400, "did you mean Projects?");
    server.refused("POST", "/_tpmock/import", "{", 400, "import:1:");
    assert!(server.has("", "x"));
    server.json("POST", "/_tpmock/import", r#"{"Projects":[{"Id":7,"Name":"Seven"}]}"#, 200);
    assert!(!server.has("", "x"));
    assert!(server.send("GET", "/api/v1/Projects/7", "").1.contains("Seven"));
}

#[test]
fn a_difference_names_each_field_that_changed() {
    let server = Server::new();
    server.json("PUT", "/_tpmock/snapshots/before", "", 201);
    let (_, text) = server.send("GET", "/_tpmock/export", "");
    let mut seed: Value = serde_json::from_str(&text).expect("JSON");
    let stories = seed["UserStories"].as_array_mut().expect("stories");
    let gone = stories.remove(0);
    let id = stories[0]["Id"].clone();
    let name = stories[0]["Name"].clone();
    stories[0]["Name"] = json!("Renamed");
    stories[0]["Effort"] = json!(77.5);
    seed["Projects"].as_array_mut().expect("projects").push(json!({ "Id": 99_999, "Name": "New" }));
    server.json("POST", "/_tpmock/import", &seed.to_string(), 200);

    let changes = server.json("GET", "/_tpmock/diff?from=before&only=UserStories,Project", "", 200);
    assert_eq!(changes["deleted"][0]["id"], gone["Id"]);
    assert_eq!(changes["created"][0]["id"], 99_999);
    assert_eq!(changes["created"][0]["item"]["Name"], "New");
    let update = &changes["updated"][0];
    assert_eq!((&update["entity"], &update["id"]), (&json!("UserStory"), &id));
    assert_eq!(update["fields"]["Name"], json!({ "from": name, "to": "Renamed" }));
    assert_eq!(update["fields"]["Effort"]["to"], 77.5);
    assert_eq!(update["fields"].as_object().map(serde_json::Map::len), Some(2), "{update}");
    let less = server.json("GET", "/_tpmock/diff?from=before&only=UserStory&ignore=Effort", "", 200);
    assert_eq!(less["updated"][0]["fields"].as_object().map(serde_json::Map::len), Some(1));
    server.refused("GET", "/_tpmock/diff?from=nothing", "", 404, "neither a snapshot nor a workspace");
    server.refused("GET", "/_tpmock/diff", "", 400, "'from' must name");
}
