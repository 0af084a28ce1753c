//! What the emulator says about itself, what a suite used of it, and what a strict one refuses.

use serde_json::Value;
use tpmock::coverage::Source;

use super::Server;

/// A function that only a guess stands behind; the test below proves that there is one, whichever it is.
fn guess(report: &Value) -> String {
    let functions = report["functions"].as_array().expect("functions").iter();
    let assumed = functions.filter(|f| f["best"] == Source::Assumed.word() && f["emulated"] == true);
    let names = assumed.filter_map(|f| f["name"].as_str()).filter(|name| name.starts_with("DateTime."));
    names.map(str::to_owned).next().expect("a date nobody told us about")
}

fn find<'r>(report: &'r Value, part: &str, area: &str, name: &str) -> &'r Value {
    let rows = report[part].as_array().unwrap_or_else(|| panic!("no {part}"));
    rows.iter().find(|r| r["area"] == area && r["name"] == name).unwrap_or_else(|| panic!("no {part} {area} {name}"))
}

#[test]
fn everything_is_listed_with_its_evidence() {
    let server = Server::new();
    let report = server.json("GET", "/_tpmock/coverage", "", 200);
    let eq = find(&report, "operators", "v1", "eq");
    assert_eq!((&eq["emulated"], &eq["best"]), (&true.into(), &"recorded".into()), "cases add to what is documented");
    assert!(eq["evidence"].as_array().is_some_and(|all| all.contains(&"docs".into())), "{eq}");
    assert_eq!(find(&report, "resources", "create", "Bug")["emulated"], true);
    assert_eq!(find(&report, "resources", "update", "BugHistory")["emulated"], false);
    assert_eq!(find(&report, "routes", "v1", "plugins")["emulated"], false);
    assert_eq!(find(&report, "functions", "Math", "Math.Round")["emulated"], true);
    assert_eq!(find(&report, "parameters", "v2", "select")["best"], "recorded");
    let counts: u64 = report["by_best_evidence"].as_object().expect("counts").values().filter_map(Value::as_u64).sum();
    assert_eq!(report["features"].as_u64(), Some(counts), "each feature is counted once");
}

#[test]
fn people_get_a_page_that_needs_nothing_else() {
    let server = Server::new();
    server.send("GET", "/api/v1/Bugs?take=1", "");
    let (status, page) = server.send("GET", "/_tpmock/coverage.html", "");
    assert_eq!(status, 200);
    for wanted in ["<h2 id=\"function\">Functions</h2>", ">eq</span>", "prefers-color-scheme: dark", "features used"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    for foreign in ["<script", "src=", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let answer =
        server.0.send(axum::http::Method::GET, "/_tpmock/coverage", &[("Accept", "text/html,*/*")], Vec::new());
    assert_eq!(answer.text(), page, "a browser gets the page at either address");
}

#[test]
fn what_was_used_is_told_by_workspace() {
    let server = Server::new();
    server.send(
        "GET",
        "/w/a/api/v1/Bugs?take=1&where=Name%20contains%20'a'&include=[Id,Project[Name],Comments-Count]",
        "",
    );
    server.send(
        "GET",
        "/w/a/api/v1/Bugs?take=1&where=Name%20contains%20'a'&include=[Id,Project[Name],Comments-Count]",
        "",
    );
    server.send("GET", "/w/b/api/v2/bug?select=%7Bn:Name.ToUpper(),t:Comments.Count%7D&filter=?Owner%20is%20Me", "");
    server.send("GET", "/w/b/api/v1/Plugins/x", "");
    server.send("GET", "/w/b/api/v1/Plugins/x", "");
    let used = |workspace: &str| server.json("GET", &format!("{workspace}/_tpmock/coverage/used"), "", 200);
    let wanted = [
        "function aggregate of v1 Count",
        "operator v1 contains",
        "operator v1 nested list",
        "parameter v1 include",
        "parameter v1 take",
        "parameter v1 where",
        "resource Bug read (v1)",
        "route v1 collection",
    ];
    let mut found: Vec<String> = serde_json::from_value(used("/w/a")["used"].clone()).expect("names");
    found.sort();
    assert_eq!(found, wanted);
    let b = used("/w/b");
    for wanted in ["function String ToUpper", "function collection Count", "operator filter is", "operator filter Me"] {
        assert!(b["used"].as_array().is_some_and(|all| all.contains(&wanted.into())), "{wanted}: {b}");
    }
    assert_eq!(b["not_emulated"], serde_json::json!({ "plugins": 2 }));
    assert!(used("/w/a")["not_emulated"].as_object().is_some_and(serde_json::Map::is_empty));
    let everywhere = server.json("GET", "/_tpmock/coverage/used?workspace=*", "", 200);
    assert_eq!(everywhere["not_emulated"]["plugins"], 2);
    assert_eq!(server.send("DELETE", "/w/b/_tpmock/coverage/used", "").0, 204);
    assert!(used("/w/b")["used"].as_array().is_some_and(Vec::is_empty));
    assert!(used("/w/a")["used"].as_array().is_some_and(|all| !all.is_empty()), "others are left alone");
}

#[test]
fn a_reset_does_not_forget_what_was_used() {
    let server = Server::new();
    server.send("GET", "/api/v1/Bugs", "");
    server.json("POST", "/_tpmock/reset", "", 200);
    let used = server.json("GET", "/_tpmock/coverage/used", "", 200);
    assert!(used["used"].as_array().is_some_and(|all| !all.is_empty()));
}

#[test]
fn a_strict_workspace_refuses_guesses() {
    let server = Server::new();
    let guess = guess(&server.json("GET", "/_tpmock/coverage", "", 200));
    let asking = |workspace: &str| format!("{workspace}/api/v2/bug?select=%7Bx:{guess}%7D&take=1");
    server.json("GET", &asking(""), "", 200);
    server.json("PUT", "/w/a/_tpmock/coverage/strict", r#"{"strict":true}"#, 200);
    let sentence = format!("What 'function DateTime {guess}' does is only assumed, and this workspace is strict.");
    server.refused("GET", &asking("/w/a"), "", 501, &sentence);
    server.refused("GET", &asking("/w/a"), "", 501, &sentence);
    server.json("GET", &asking("/w/b"), "", 200);
    server.json("GET", "/w/a/api/v2/bug?take=1&select=%7Bid,name%7D", "", 200);
    let used = server.json("GET", "/w/a/_tpmock/coverage/used", "", 200);
    assert!(used["assumed"].as_array().is_some_and(|all| !all.is_empty()), "{used}");
    server.json("DELETE", "/w/a/_tpmock/coverage/strict", "", 200);
    server.json("GET", &asking("/w/a"), "", 200);
    server.refused("PUT", "/w/a/_tpmock/coverage/strict", r#"{"strict":1}"#, 400, "'strict' must be true or false");
    server.refused("PUT", "/w/a/_tpmock/coverage/strict", "", 400, "'strict' must be true or false");
}

#[test]
fn a_strict_server_says_so_for_all_and_a_workspace_may_differ() {
    let server = Server::with(|c| c.strict = true);
    let guess = guess(&server.json("GET", "/_tpmock/coverage", "", 200));
    let asking =
        |workspace: &str| format!("{workspace}/svc/tp-apiv2-streaming-service/stream/bug?select=%7Bx:{guess}%7D");
    server.json("GET", &asking(""), "", 501);
    server.json("PUT", "/w/easy/_tpmock/coverage/strict", r#"{"strict":false}"#, 200);
    server.json("GET", &asking("/w/easy"), "", 200);
    server.json("GET", "/api/v1/Bugs?take=1&where=Name%20contains%20'a'&include=[Id,Name]&format=json", "", 200);
}
