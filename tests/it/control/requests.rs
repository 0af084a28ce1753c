//! The request journal: what was asked, verified, waited for, exported; never a credential.

use axum::http::Method;
use serde_json::{Value, json};

use super::Server;

fn urls(answer: &Value) -> Vec<&str> {
    answer["requests"].as_array().expect("requests").iter().filter_map(|r| r["url"].as_str()).collect()
}

#[test]
fn a_call_is_seen_right_after_it_by_its_workspace_alone() {
    let server = Server::new();
    server.send("GET", "/w/a/api/v1/Bugs?take=1&format=json", "");
    server.send("GET", "/w/b/api/v1/Bugs/999999", "");
    let seen = server.json("GET", "/w/a/_tpmock/requests", "", 200);
    assert_eq!(urls(&seen), ["/w/a/api/v1/Bugs?take=1&format=json"]);
    let entry = &seen["requests"][0];
    assert_eq!(
        (entry["method"].as_str(), entry["status"].as_u64(), entry["entity"].as_str()),
        (Some("GET"), Some(200), Some("Bug"))
    );
    assert_eq!(entry["rows"], 1);
    assert!(entry["answer"]["body"]["text"].as_str().is_some_and(|t| t.contains("ResourceType")), "{entry}");
    assert_eq!(entry["answer"]["headers"]["content-type"], "application/json");
    assert_eq!(urls(&server.json("GET", "/_tpmock/requests?workspace=*", "", 200)).len(), 2);
    assert_eq!(urls(&server.json("GET", "/_tpmock/requests", "", 200)).len(), 0);
    let one = server.json("GET", "/_tpmock/requests/2", "", 200);
    assert_eq!(one["workspace"], "b");
    server.refused("GET", "/_tpmock/requests/77", "", 404, "is not remembered");
}

#[test]
fn filters_narrow_and_a_cursor_goes_on() {
    let server = Server::new();
    for target in ["/api/v1/Bugs?take=1", "/api/v1/Bugs/999999", "/api/v1/Tasks", "/api/v1/Nothing"] {
        server.send("GET", target, "");
    }
    server.send("POST", "/storage/v1/g/k", r#"{"publicData":{"needle":"1"}}"#);
    let count =
        |filter: &str| server.json("GET", &format!("/_tpmock/requests/count?{filter}"), "", 200)["count"].as_u64();
    for (filter, wanted) in [
        ("", 5),
        ("entity=Bug", 2),
        ("path=/api/v1/bugs", 2),
        ("path=/api/v1/bugs/", 1),
        ("status=404", 2),
        ("status=2xx", 3),
        ("method=post", 1),
        ("contains=needle", 1),
        ("contains=take", 1),
        ("entity=Bug&status=404", 1),
        ("after=4", 1),
        ("fault=true", 0),
    ] {
        assert_eq!(count(filter), Some(wanted), "{filter}");
    }
    let first = server.json("GET", "/_tpmock/requests?limit=2", "", 200);
    assert_eq!((urls(&first).len(), &first["next"]), (2, &json!(2)));
    let rest = server.json("GET", "/_tpmock/requests?after=2", "", 200);
    assert_eq!((urls(&rest).len(), &rest["next"]), (3, &json!(5)));
    server.refused("GET", "/_tpmock/requests?status=x", "", 400, "'x' is no status");
    server.refused("GET", "/_tpmock/requests?after=x", "", 400, "must be a whole number");
    assert_eq!(server.send("DELETE", "/_tpmock/requests?entity=Bug", "").0, 204);
    assert_eq!(count(""), Some(3));
    assert_eq!(server.send("DELETE", "/_tpmock/requests", "").0, 204);
    assert_eq!(count(""), Some(0));
}

#[test]
fn calls_are_verified_by_number() {
    let server = Server::new();
    server.send("GET", "/api/v1/Bugs", "");
    server.send("GET", "/api/v1/Bugs", "");
    let verify = |body: &str, status: u16| server.json("POST", "/_tpmock/requests/verify", body, status);
    assert_eq!(verify(r#"{"entity":"Bug","times":2}"#, 200), json!({ "verified": true, "count": 2 }));
    verify(r#"{"path":"/api/v1/Bugs"}"#, 200);
    verify(r#"{"path":"/api/v1/Tasks","times":0}"#, 200);
    verify(r#"{"method":"GET","at_least":1,"at_most":2}"#, 200);
    let failed = verify(r#"{"method":"GET","entity":"Bug","times":3}"#, 422);
    assert_eq!(failed["message"], "expected exactly 3 call(s) of GET of Bug, saw 2");
    assert_eq!(failed["latest"].as_array().map(Vec::len), Some(2));
    server.refused("POST", "/_tpmock/requests/verify", r#"{"time":3}"#, 400, "did you mean 'times'");
    server.refused("POST", "/_tpmock/requests/verify", r#"{"times":3,"at_least":1}"#, 400, "either");
}

#[test]
fn waiting_ends_with_the_call_or_with_the_time() {
    let config = tpmock::Config { seed: tpmock::SeedSource::Small, auth: tpmock::Auth::Open, ..Default::default() };
    let router = tpmock::App::new(config).expect("a server").router();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let get = |target: &'static str| {
        use http_body_util::BodyExt;
        use tower::ServiceExt;
        let request = axum::http::Request::get(target)
            .header("Host", "tp.example")
            .body(axum::body::Body::empty())
            .expect("a request");
        let router = router.clone();
        async move {
            let answer = router.oneshot(request).await.expect("an answer").into_body().collect().await.expect("a body");
            serde_json::from_slice::<Value>(&answer.to_bytes()).unwrap_or_default()
        }
    };
    runtime.block_on(async {
        let started = std::time::Instant::now();
        let waiting = tokio::spawn(get("/_tpmock/requests?entity=Bug&count=2&wait=30s"));
        for _ in 0..2 {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            get("/api/v1/Bugs").await;
        }
        let seen = waiting.await.expect("an answer");
        assert_eq!(urls(&seen).len(), 2);
        let over = get("/_tpmock/requests?entity=Task&wait=50ms").await;
        assert_eq!(urls(&over).len(), 0);
        assert!(started.elapsed().as_secs() < 10);
    });
}

#[test]
fn credentials_are_nowhere_to_be_seen() {
    let server = Server::new();
    let headers = [
        ("Authorization", "Basic c2VjcmV0OnNlY3JldA=="),
        ("Cookie", "TpSession=s3cret"),
        ("Accept", "application/json"),
    ];
    let target = "/api/v1/Authentication?access_token=s3cret&token=s3cret";
    let answer = server.0.send(Method::GET, target, &headers, Vec::new());
    let token = answer.json()["Token"].as_str().expect("a token").to_owned();
    let login = br#"{"username":"admin","Password":"s3cret"}"#.to_vec();
    server.0.send(Method::POST, "/api/login/validate", &headers, login);
    server.0.send(Method::POST, "/api/login/validate", &headers, b"Password=s3cret&x=1".to_vec());
    for view in ["/_tpmock/requests", "/_tpmock/requests.har", "/_tpmock/requests/1"] {
        let (status, text) = server.send("GET", view, "");
        assert_eq!(status, 200);
        for secret in ["s3cret", "c2VjcmV0", token.as_str()] {
            assert!(!text.contains(secret), "{view} shows {secret}: {text}");
        }
        assert!(text.contains("Basic [redacted]"), "{view}");
    }
}

#[test]
fn an_archive_has_the_fields_that_readers_need() {
    let server = Server::new();
    server.send("GET", "/w/a/api/v1/Bugs?take=1&format=json", "");
    server.send("POST", "/w/a/storage/v1/g/k", r#"{"publicData":{"a":"b"}}"#);
    let har = server.json("GET", "/w/a/_tpmock/requests.har", "", 200);
    assert_eq!(har["log"]["version"], "1.2");
    let first = &har["log"]["entries"][0];
    assert_eq!(first["request"]["url"], "http://tp.example/w/a/api/v1/Bugs?take=1&format=json");
    assert_eq!(first["request"]["queryString"][0], json!({ "name": "take", "value": "1" }));
    assert_eq!(first["response"]["content"]["mimeType"], "application/json");
    assert!(first["startedDateTime"].as_str().is_some_and(|t| t.ends_with('Z')));
    assert_eq!(har["log"]["entries"][1]["request"]["postData"]["text"], r#"{"publicData":{"a":"b"}}"#);
}

#[test]
fn a_journal_of_no_bytes_remembers_nothing() {
    let server = Server::with(|c| c.limits.journal_bytes = 0);
    server.send("GET", "/api/v1/Bugs", "");
    assert_eq!(urls(&server.json("GET", "/_tpmock/requests?workspace=*", "", 200)).len(), 0);
}
