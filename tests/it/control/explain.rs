//! A read taken apart, over HTTP and from the command line, and the place that a refusal points to.

use std::process::Command;

use serde_json::Value;

use super::Server;
use crate::v2::address;
use crate::world::World;

fn explained(path: &str, parameters: &[(&str, &str)]) -> Value {
    let target = address(&format!("/_tpmock/explain{path}"), parameters);
    World::small().get(&target).ok(&target).unwrap_or_else(|error| panic!("{error}")).json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn a_v2_read_shows_every_stage() {
    let select = "{id,tasks.select({id})}";
    let report = explained("/api/v2/UserStory", &[("where", "effort>5"), ("select", select), ("take", "2")]);
    assert_eq!(text(&report["caller"]), "admin");
    let test = &report["parsed"]["where"];
    assert_eq!((text(&test["label"]), text(&test["parts"][0]["label"])), (">", "name effort"));
    let filter = &report["bound"]["parts"][0];
    assert_eq!((text(&filter["label"]), text(&filter["type"])), ("where Greater", "Boolean"));
    assert_eq!((text(&filter["parts"][0]["label"]), text(&filter["parts"][0]["type"])), ("#0.Effort", "Decimal"));
    let statements = report["statements"].as_array().expect("statements");
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[1]["depth"], 1);
    assert_eq!(statements[0]["parameters"], serde_json::json!(["5", "3", "0"]));
    assert!(text(&statements[0]["sql"]).starts_with("SELECT "));
    let child = text(&statements[1]["plan"][0]["what"]);
    assert!(child.contains("USING INDEX General by UserStoryId"), "{child}");
    let stages: Vec<&String> = report["microseconds"].as_object().expect("stages").keys().collect();
    assert_eq!(stages, ["parse", "bind", "emit", "run", "again"]);
    assert!(report["rows"] == 2 && report["refusal"].is_null(), "{report}");
}

#[test]
fn what_several_references_show_alike_is_one_statement() {
    let report = explained("/api/v1/UserStories", &[("include", "[Owner,Creator,LastEditor,Project]")]);
    let statements = report["statements"].as_array().expect("statements");
    assert_eq!(statements.len(), 3, "stories, people and projects: {report}");
}

#[test]
fn the_default_sort_of_a_kind_needs_no_sorting() {
    for (path, index) in [
        ("Releases", "General of 2 by EntityTypeId, StartDate"),
        ("Users", "GeneralUser of 6 by EntityTypeId, LastName"),
    ] {
        let report = explained(&format!("/api/v1/{path}"), &[("include", "[Id]")]);
        let plan = &report["statements"][0]["plan"].to_string();
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}

#[test]
fn every_language_is_explained() {
    for (path, parameters, parameter, label) in [
        ("/api/v1/UserStories", vec![("where", "Effort gt 5"), ("take", "2")], "where", ">"),
        ("/api/v1/UserStories", vec![("include", "[Id,Tasks[Id]]")], "include", "list"),
        ("/api/v1/Bugs", vec![("orderByDesc", "Effort")], "orderBy", "order"),
        ("/api/v2/UserStories", vec![("filter", "?Team is None")], "filter", "is"),
        ("/api/v2/UserStories", vec![("filter", "print badge")], "filter", "words"),
        ("/api/v2/Bug", vec![("result", "count")], "result", "name count"),
        ("/api/v2/Bug", vec![("orderBy", "name desc,id")], "orderBy", "order"),
        ("/api/history/v2/UserStory", vec![("where", "id>0")], "where", ">"),
        ("/svc/tp-apiv2-streaming-service/stream/bug", vec![("select", "{name}")], "select", "object"),
    ] {
        let report = explained(path, &parameters);
        assert_eq!(text(&report["parsed"][parameter]["label"]), label, "{path} {report}");
        assert!(report["bound"].is_object() && report["refusal"].is_null(), "{path} {report}");
        assert!(!report["statements"].as_array().expect("statements").is_empty());
    }
    let one = World::small().items("/api/v1/Bugs?take=1&format=json").expect("a bug")[0]["Id"].clone();
    for path in [format!("/api/v1/Bugs/{one}"), format!("/api/v1/Bugs/{one}/Comments"), format!("/api/v2/Bug/{one}")] {
        assert!(explained(&path, &[])["refusal"].is_null(), "{path}");
    }
}

#[test]
fn a_refused_read_shows_the_place_and_what_was_made_before() {
    let report = explained("/api/v2/UserStory", &[("where", "feature.nam==\"x\"")]);
    assert!(report["parsed"]["where"].is_object() && report["bound"].is_null(), "{report}");
    let picture =
        "where=feature.nam==\"x\"\n              ^^^\nProperty 'nam' does not exist in 'Feature'. Did you mean Name?";
    assert_eq!(text(&report["refusal"]["picture"]), picture);
    assert_eq!(report["refusal"]["status"], 400);
    let report = explained("/api/v2/UserStory", &[("where", "(id")]);
    assert!(text(&report["refusal"]["picture"]).contains("\n         ^\n"), "{report}");
}

#[test]
fn what_is_no_read_is_not_explained() {
    let server = Server::new();
    server.refused("GET", "/_tpmock/explain/api/v2/Nonsense", "", 404, "Nonsense");
    for path in ["/_tpmock/explain", "/_tpmock/explain/info.ashx", "/_tpmock/explain/api/v1/Bugs/meta"] {
        assert_eq!(server.send("GET", path, "").0, 404, "{path}");
    }
    assert_eq!(server.send("POST", "/_tpmock/explain/api/v2/Bug", "").0, 405);
    let page = server.0.send(
        "GET".parse().expect("a method"),
        "/w/a/_tpmock/explain/api/v2/Bug",
        &[("Accept", "text/plain")],
        Vec::new(),
    );
    assert_eq!((page.status, page.content_type.as_str()), (200, "text/plain; charset=utf-8"));
    assert!(page.text().starts_with("/w/a/api/v2/Bug (as admin)\n\nbound\n"), "{}", page.text());
}

#[test]
fn refusals_say_their_place_in_a_header() {
    for (path, parameters, place) in [
        ("/api/v2/Bug", [("where", "endDat>Today"), ("take", "1")], "where 1-6 'endDat'; did you mean EndDate"),
        ("/api/v2/Bug", [("select", " {id,tims.count()}"), ("take", "1")], "select 5-8 'tims'; did you mean Times"),
        ("/api/v2/Bug", [("select", "{times.cont()}"), ("take", "1")], "select 8-11 'cont'; did you mean count?"),
        ("/api/v2/Bug", [("orderBy", "nam"), ("take", "1")], "orderBy 1-3 'nam'; did you mean Name?"),
        (
            "/api/v2/Bug",
            [("where", "name.Contain('x')"), ("take", "1")],
            "where 6-12 'Contain'; did you mean Contains?",
        ),
        ("/api/v2/Bug", [("where", "id=="), ("take", "1")], "where 5-5 ''"),
        ("/api/v2/Bug", [("filter", "?Nam is 'x'"), ("take", "1")], "filter 2-4 'Nam'; did you mean Name?"),
        ("/api/v2/Bug", [("result", "sum(efort)"), ("take", "1")], "result 5-9 'efort'; did you mean Effort?"),
        ("/api/v1/Bugs", [("where", "Nam eq 'x'"), ("take", "1")], "where 1-3 'Nam'"),
        ("/api/v1/Bugs", [("include", "[Id,Nam]"), ("take", "1")], "include 5-7 'Nam'; did you mean Name?"),
        ("/api/v1/Bugs", [("append", "[Time-Count]"), ("take", "1")], "append 2-5 'Time'; did you mean Times?"),
    ] {
        let answer = World::small().get(&address(path, &parameters));
        let header = answer.header("x-tpmock-place").unwrap_or_default();
        assert!(answer.status == 400 && header.starts_with(place), "{path} {parameters:?}: {header}");
    }
    let fine = World::small().get("/api/v2/Bug?where=id>0");
    assert!(fine.header("x-tpmock-place").is_none());
}

#[test]
fn the_command_needs_no_server() {
    let tpmock = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tpmock")).args(arguments).env_remove("PORT").output();
        let output = output.expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let read = "http://127.0.0.1:8080/api/v2/UserStory?where=effort > 5&select={id,name}";
    let (code, out, _) = tpmock(&["explain", "--seed", "small", read]);
    assert_eq!(code, Some(0), "{out}");
    for part in ["parsed\n", "bound\n", "statement 1\n", "  plan\n", "time\n", "SEARCH", "\n  where\n    >\n"] {
        assert!(out.contains(part) && !out.contains('\u{1b}'), "no {part} in {out}");
    }
    let (code, out, _) =
        tpmock(&["explain", "--seed", "small", "--json", "--login", "john", "api/v1/Bugs?where=Nam eq 1"]);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert!(code == Some(1) && report["refusal"]["status"] == 400 && report["caller"] == "john", "{out}");
    let (code, _, err) = tpmock(&["explain", "--seed", "small", "--login", "nobody", "/api/v2/Bug"]);
    assert_eq!((code, err.as_str()), (Some(1), "tpmock: nobody has the login 'nobody'\n"));
    let (code, _, err) = tpmock(&["explain", "--data", "/no/such/file", "/api/v2/Bug"]);
    assert_eq!((code, err.as_str()), (Some(1), "tpmock: there is no data file /no/such/file\n"));
}
