//! Workspaces over HTTP: listed, forked, dropped, limited, let go when idle.

use std::time::Duration;

use super::Server;

#[test]
fn a_workspace_is_made_listed_forked_and_dropped() {
    let server = Server::new();
    server.json("POST", "/_tpmock/workspaces/one", "", 201);
    server.write("/w/one", "x");
    server.json("POST", "/_tpmock/workspaces/two", r#"{"from":"one"}"#, 201);
    assert!(server.has("/w/two", "x"), "a fork holds what its origin held");
    server.write("/w/two", "y");
    assert!(!server.has("/w/one", "y"), "and goes its own way");
    let list = server.json("GET", "/_tpmock/workspaces", "", 200);
    let keys: Vec<&str> =
        list["workspaces"].as_array().expect("a list").iter().filter_map(|w| w["key"].as_str()).collect();
    assert_eq!(keys, ["default", "one", "two"]);
    assert!(list["workspaces"][1]["idle_seconds"].is_f64() && list["workspaces"][1]["bytes"].as_u64() > Some(0));
    assert_eq!(server.send("DELETE", "/_tpmock/workspaces/one", "").0, 204);
    assert_eq!(server.send("DELETE", "/_tpmock/workspaces/one", "").0, 404);
    assert_eq!(server.send("GET", "/_tpmock/workspaces/one", "").0, 404);
    assert!(!server.has("/w/one", "x"), "made anew on first touch");
}

#[test]
fn what_cannot_be_done_is_said() {
    let server = Server::with(|c| c.max_workspaces = 2);
    server.refused("POST", "/_tpmock/workspaces/a", r#"{"from":"nobody"}"#, 404, "neither a snapshot nor a workspace");
    server.refused("POST", "/_tpmock/workspaces/a", r#"{"fron":"x"}"#, 400, "did you mean 'from'");
    server.refused("POST", "/_tpmock/workspaces/default", "", 409, "already");
    server.refused("DELETE", "/_tpmock/workspaces/default", "", 409, "cannot be dropped");
    server.refused("POST", "/_tpmock/workspaces/a%20b", "", 400, "no workspace key");
    server.json("POST", "/_tpmock/workspaces/a", "", 201);
    server.refused("POST", "/_tpmock/workspaces/b", "", 503, "there are 2 workspaces already");
    assert_eq!(server.send("GET", "/w/b/api/v1/Projects", "").0, 503);
}

#[test]
fn a_workspace_has_no_more_bytes_than_it_may() {
    let server = Server::with(|c| c.limits.workspace_bytes = 3_000_000);
    let big = format!(r#"{{"publicData":{{"a":"{}"}}}}"#, "x".repeat(1_000_000));
    let answers: Vec<u16> =
        (0..6).map(|i| server.send("POST", &format!("/w/a/storage/v1/tests/{i}"), &big).0).collect();
    assert_eq!(answers.first(), Some(&200).or(Some(&201)), "{answers:?}");
    assert_eq!(answers.last(), Some(&413), "{answers:?}");
}

#[test]
fn idle_workspaces_make_room_for_new_ones() {
    let server = Server::with(|c| {
        c.max_workspaces = 2;
        c.workspace_idle = Some(Duration::from_millis(1));
    });
    for key in ["a", "b", "c"] {
        assert_eq!(server.send("GET", &format!("/w/{key}/api/v1/Projects"), "").0, 200, "{key}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn pages_of_other_sites_are_refused() {
    let server = Server::new();
    let send = |origin: &str| {
        let headers = [("Origin", origin)];
        server.0.send(axum::http::Method::POST, "/_tpmock/reset", &headers, Vec::new()).status
    };
    assert_eq!(send("http://evil.example"), 403);
    assert_eq!(send("http://tp.exam"), 403, "a part of the host is another host");
    assert_eq!(send("http://tp.example"), 200);
}
