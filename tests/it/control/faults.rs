//! Faults: who meets them, what they look like, what the plan tells afterwards.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::json;

use super::Server;

fn plan(server: &Server, rule: &str) {
    server.json("POST", "/_tpmock/faults", rule, 201);
}

#[test]
fn a_status_comes_in_the_vendors_envelope_to_the_call_that_is_meant() {
    let server = Server::new();
    plan(&server, r#"{"entity":"Bug","method":"GET","nth":2,"status":500,"message":"Out of order"}"#);
    let get = |target: &str| server.send("GET", target, "");
    assert_eq!((get("/api/v1/Tasks").0, get("/api/v1/Bugs").0), (200, 200));
    let (status, body) = get("/api/v1/Bugs");
    assert_eq!(status, 500);
    assert!(body.contains(r#""Status":"InternalServerError""#) && body.contains("Out of order"), "{body}");
    assert_eq!(get("/api/v1/Bugs").0, 200);
    assert_eq!(get("/w/other/api/v1/Bugs").0, 200, "another workspace has no part in it");
    let faults = server.json("GET", "/_tpmock/faults", "", 200);
    let rule = &faults["faults"][0];
    assert_eq!((&rule["matched"], &rule["consumed"], &faults["unused"]), (&json!(3), &json!(1), &json!(0)));
    let seen = server.json("GET", "/_tpmock/requests?fault=true", "", 200);
    assert_eq!(seen["requests"][0]["fault"], "rule 1: status 500");
    assert_eq!(server.send("DELETE", "/_tpmock/faults/1", "").0, 204);
    assert_eq!(server.send("DELETE", "/_tpmock/faults/1", "").0, 404);
}

#[test]
fn faults_end_when_they_are_dropped_or_used_up() {
    let server = Server::new();
    plan(&server, r#"[{"times":1,"status":503},{"path":"/api/v1/Never","status":404}]"#);
    assert_eq!(server.send("GET", "/api/v1/Bugs", "").0, 503);
    assert_eq!(server.send("GET", "/api/v1/Bugs", "").0, 200);
    assert_eq!(server.json("GET", "/_tpmock/faults", "", 200)["unused"], 1);
    plan(&server, r#"{"expired":true,"workspace":"*"}"#);
    assert_eq!(server.send("GET", "/w/any/api/v1/Bugs", "").0, 401);
    server.json("POST", "/_tpmock/reset", "", 200);
    assert_eq!(server.send("GET", "/w/any/api/v1/Bugs", "").0, 401, "a reset is of one workspace");
    assert_eq!(server.send("DELETE", "/_tpmock/faults?workspace=*", "").0, 204);
    assert_eq!(server.send("GET", "/w/any/api/v1/Bugs", "").0, 200);
}

#[test]
fn a_limit_refuses_and_notes_who_does_not_wait() {
    let server = Server::new();
    plan(&server, r#"{"limit":{"calls":2,"per":"30s"}}"#);
    let call = || {
        let headers = [("User-Agent", "impatient/1.0")];
        server.0.send(Method::GET, "/api/v1/Bugs", &headers, Vec::new()).status
    };
    assert_eq!([call(), call(), call(), call(), call()], [200, 200, 429, 429, 429]);
    let ignored = &server.json("GET", "/_tpmock/faults", "", 200)["faults"][0]["ignored_retry_after"][0];
    assert_eq!((&ignored["client"], &ignored["calls"]), (&json!("impatient/1.0"), &json!(2)));
    let last = &server.json("GET", "/_tpmock/requests?status=429", "", 200)["requests"][0];
    assert!(last["answer"]["headers"]["retry-after"].as_str().is_some_and(|s| s == "30" || s == "29"), "{last}");
}

#[test]
fn an_answer_is_late_or_malformed() {
    let server = Server::new();
    plan(&server, r#"{"entity":"Bug","delay":{"min":"60ms","max":"80ms"}}"#);
    plan(&server, r#"{"entity":"Task","malformed":true}"#);
    let started = Instant::now();
    assert_eq!(server.send("GET", "/api/v1/Bugs", "").0, 200);
    assert!(started.elapsed() >= Duration::from_millis(60));
    let (status, body) = server.send("GET", "/api/v1/Tasks?format=json", "");
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&body).is_err(), "{body}");
}

#[test]
fn chance_follows_its_seed() {
    let run = |seed: u64| {
        let server = Server::new();
        plan(&server, &format!(r#"{{"probability":0.5,"seed":{seed},"status":500}}"#));
        (0..20).map(|_| server.send("GET", "/api/v1/Terms?take=1", "").0).collect::<Vec<_>>()
    };
    let first = run(1);
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn what_is_no_fault_is_refused() {
    let server = Server::new();
    for (rule, sentence) in [
        ("{}", "must say what goes wrong"),
        (r#"{"status":200}"#, "400 to 599"),
        (r#"{"status":500,"cut":true}"#, "does one thing"),
        (r#"{"satus":500}"#, "did you mean 'status'"),
        (r#"{"status":500,"probability":2}"#, "between 0 and 1"),
        (r#"{"status":500,"nth":0}"#, "the first is 1"),
        (r#"{"delay":"9h"}"#, "60s at most"),
        (r#"{"slow":{}}"#, "bytes_per_second"),
        (r#"{"message":"x"}"#, "go with 'status'"),
        ("[1]", "A rule is an object"),
        ("nonsense", "must be JSON"),
    ] {
        server.refused("POST", "/_tpmock/faults", rule, 400, sentence);
    }
    assert_eq!(server.json("GET", "/_tpmock/faults", "", 200)["faults"], json!([]));
}

/// What a client gets to read from a socket, and how long that took.
fn over_a_socket(rule: &str) -> (String, Duration) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("port");
    let config = tpmock::Config {
        seed: tpmock::SeedSource::Empty,
        auth: tpmock::Auth::Open,
        port: 0,
        port_file: Some(file.clone()),
        ..Default::default()
    };
    let app = tpmock::App::new(config).expect("a server");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = runtime.spawn(tpmock::serve(app, async {
        let _ = stopped.await;
    }));
    let port = (0..200)
        .find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            std::fs::read_to_string(&file).ok().filter(|p| !p.is_empty())
        })
        .expect("a port");
    let talk = |request: &str| {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("a connection");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let length = rule.len();
    let made = talk(&format!(
        "POST /_tpmock/faults HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{rule}"
    ));
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let started = Instant::now();
    let answer = talk("GET /api/v1/Terms?take=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let took = started.elapsed();
    drop(stop);
    runtime.block_on(serving).expect("served").expect("no error");
    (answer, took)
}

#[test]
fn a_connection_is_cut_before_or_within_an_answer() {
    assert_eq!(over_a_socket(r#"{"path":"/api","cut":true}"#).0, "");
    let (answer, _) = over_a_socket(r#"{"path":"/api","cut":{"after":10}}"#);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let length: usize = head
        .lines()
        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
        .and_then(|l| l.parse().ok())
        .expect("a length");
    assert!(body.len() == 10 && length > 10, "{length}\n{answer}");
}

#[test]
fn a_slow_body_takes_its_time_and_is_whole() {
    let (answer, took) = over_a_socket(r#"{"path":"/api","slow":{"bytes_per_second":2000}}"#);
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    let wanted = Duration::from_secs_f64(body.len() as f64 / 2000.0 * 0.8);
    assert!(took >= wanted && body.trim_end().ends_with('>'), "{took:?} for {}: {answer}", body.len());
}
