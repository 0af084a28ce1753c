//! Metrics, limits, and pages of other sites.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use axum::http::Method;
use tpmock::{Auth, Config, SeedSource};

use super::Server;

#[test]
fn metrics_count_what_was_answered() {
    let server = Server::new();
    server.send("GET", "/api/v1/Bugs?take=1", "");
    server.send("GET", "/api/v1/Bugs/999999", "");
    server.json("POST", "/_tpmock/faults", r#"{"times":1,"status":500}"#, 201);
    server.send("GET", "/api/v1/Bugs?take=1", "");
    let (status, text) = server.send("GET", "/_tpmock/metrics", "");
    assert_eq!(status, 200);
    for line in [
        r#"tpmock_requests_total{api="v1",method="GET",status="2xx"} 1"#,
        r#"tpmock_requests_total{api="v1",method="GET",status="4xx"} 1"#,
        r#"tpmock_requests_total{api="v1",method="GET",status="5xx"} 1"#,
        "tpmock_faults_total 1",
        "tpmock_workspaces 1",
        "tpmock_journal_entries 3",
        "tpmock_request_seconds_count 4",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
    assert!(text.lines().all(|l| l.starts_with('#') || l.rsplit(' ').next().is_some_and(|n| n.parse::<f64>().is_ok())));
}

#[test]
fn limits_are_said_in_the_vendors_envelope() {
    let server = Server::with(|c| {
        c.limits.body = 1000;
        c.limits.request_time = Duration::from_millis(50);
    });
    server.refused("POST", "/api/v1/Bugs", &"x".repeat(1001), 413, "larger than 1000 bytes");
    server.json("POST", "/_tpmock/faults", r#"{"delay":"10s"}"#, 201);
    server.refused("GET", "/api/v1/Bugs", "", 503, "took longer than 50ms");
}

/// Clients that announce a body and never send it would else keep all others out for ever.
#[test]
fn a_body_that_never_arrives_is_given_up() {
    let mut config = Config { seed: SeedSource::Empty, auth: Auth::Open, ..Config::default() };
    config.limits.connections = 2;
    config.limits.request_time = Duration::from_millis(200);
    let server = tpmock::Server::start(config).expect("a server");
    let address = server.url().trim_start_matches("http://").to_owned();
    let begin = |request: &str| {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    };
    let end = |mut stream: TcpStream| {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer, and the end of the connection");
        answer
    };
    let silent = "POST /UploadFile.ashx HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n-";
    let silent = [begin(silent), begin(silent)];
    let other = end(begin("GET /_tpmock/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
    for answer in silent.map(end) {
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("The request body did not arrive within 200ms."), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("connection: close"), "{answer}");
    }
}

#[test]
fn other_sites_may_read_only_where_the_settings_say_so() {
    let asked = [
        ("Origin", "http://a.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "x-y"),
    ];
    for (cors, wanted) in [(true, Some("http://a.example")), (false, None)] {
        let server = Server::with(|c| c.cors = cors);
        let allowed = |method: Method, target: &str, headers: &[(&str, &str)]| {
            let answer = server.0.send(method, target, headers, Vec::new());
            (answer.status, answer.header("access-control-allow-origin"))
        };
        assert_eq!(allowed(Method::GET, "/api/v1/Bugs?take=1", &asked[..1]).1.as_deref(), wanted);
        let preflight = allowed(Method::OPTIONS, "/api/v1/Bugs", &asked);
        assert_eq!((preflight.0 == 204, preflight.1.as_deref()), (cors, wanted));
        assert_eq!(allowed(Method::GET, "/_tpmock/health", &asked[..1]), (403, None));
        assert_eq!(allowed(Method::GET, "/api/v1/Bugs?take=1", &[]).1, None);
    }
}
