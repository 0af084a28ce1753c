//! Export, import and difference.

use serde_json::{Value, json};

use super::Server;
use tpmock::SeedSource;

#[test]
fn an_export_of_an_import_is_byte_identical() {
    for seed in [SeedSource::Demo, SeedSource::Small, SeedSource::Empty] {
        let server = Server::with(|c| c.seed = seed.clone());
        server.write("", "x");
        // a past state with the custom values of its time; there is no such story in the other seeds
        server.send("POST", "/api/v1/UserStories/31", r#"{"Name":"renamed"}"#);
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
    let (_, text) = server.send("GET", "/_tpmock/export", "");
    let mut seed: Value = serde_json::from_str(&text).expect("JSON");
    // nobody refers to this one, so that it may go
    seed["UserStories"].as_array_mut().expect("stories").insert(0, json!({ "Id": 99_998, "Name": "Lonely" }));
    server.json("POST", "/_tpmock/import", &seed.to_string(), 200);
    server.json("PUT", "/_tpmock/snapshots/before", "", 201);
    let stories = seed["UserStories"].as_array_mut().expect("stories");
    // a row that others refer to by its id alone cannot be left out
    let named = |story: &Value| text.replace(' ', "").contains(&format!("{{\"Id\":{}}}", story["Id"]));
    let free = stories.iter().position(|story| !named(story)).expect("a story that nobody mentions");
    let gone = stories.remove(free);
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

/// Sends a write in JSON; the answer must be a success.
fn write(server: &Server, target: &str, body: &str) -> Value {
    let headers = [("Accept", "application/json"), ("Content-Type", "application/json")];
    let answer = server.0.send(axum::http::Method::POST, target, &headers, body.as_bytes().to_vec());
    assert!(answer.status < 300, "{target}: {} {}", answer.status, answer.text());
    answer.json()
}

#[test]
fn what_a_write_changed_is_listed_and_nothing_else() {
    let server = Server::new();
    let stories = server.json("GET", "/api/v1/UserStories?take=1&format=json", "", 200);
    let id = stories["Items"][0]["Id"].as_i64().expect("a story");
    server.json("PUT", "/_tpmock/snapshots/before", "", 201);
    server.json("PUT", "/_tpmock/clock", r#"{"advance":"1h"}"#, 200);
    write(&server, &format!("/api/v1/UserStories/{id}"), r#"{"Name":"Renamed"}"#);
    let target = "/_tpmock/diff?from=before&only=UserStory";
    let changes = server.json("GET", target, "", 200);
    let fields = changes["updated"][0]["fields"].as_object().expect("fields");
    assert_eq!(fields["Name"]["to"], "Renamed");
    let own: Vec<&String> =
        fields.keys().filter(|f| !["ModifyDate", "EntityVersion", "LastEditor"].contains(&f.as_str())).collect();
    assert_eq!(own, ["Name"], "{changes}");
    assert_eq!((&changes["created"], &changes["deleted"]), (&json!([]), &json!([])));
}

#[test]
fn an_account_that_was_worked_in_survives_the_round_trip() {
    let server = Server::new();
    let story = write(
        &server,
        "/api/v1/UserStories",
        r#"{"Name":"New \"story\" ü","Project":{"Id":2},"Tags":"alpha, beta","Description":"<b>x</b>"}"#,
    );
    let id = story["Id"].as_i64().expect("an id");
    let task = write(&server, "/api/v1/Tasks", &format!(r#"{{"Name":"Task","UserStory":{{"Id":{id}}}}}"#));
    write(&server, "/api/v1/Comments", &format!(r#"{{"Description":"Said","General":{{"Id":{id}}}}}"#));
    write(&server, &format!("/api/v1/UserStories/{id}"), r#"{"Name":"Renamed","Tags":"beta, gamma"}"#);
    let gone = task["Id"].as_i64().expect("an id");
    assert_eq!(server.send("DELETE", &format!("/api/v1/Tasks/{gone}?format=json"), "").0, 200);
    server.json("PUT", "/_tpmock/snapshots/worked", "", 201);

    let (_, first) = server.send("GET", "/_tpmock/export", "");
    server.json("POST", "/w/copy/_tpmock/import", &first, 200);
    let (_, second) = server.send("GET", "/w/copy/_tpmock/export", "");
    if let Some((one, other)) = first.lines().zip(second.lines()).find(|(a, b)| a != b) {
        panic!("{one}\n{other}");
    }
    assert_eq!(first.len(), second.len());
    let next = |prefix: &str| {
        write(&server, &format!("{prefix}/api/v1/Bugs"), r#"{"Name":"B","Project":{"Id":2}}"#)["Id"].clone()
    };
    assert_eq!(next(""), next("/w/copy"), "ids go on alike");
}
