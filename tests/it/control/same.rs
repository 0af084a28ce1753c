//! The same seed, clock and requests give the same bytes: ids, identifiers, tokens, dates, order.

use axum::http::Method;

use super::Server;

const REQUESTS: [(&str, &str, &str); 18] = [
    ("GET", "/w/t/api/v1/Bugs?take=2&format=json", ""),
    ("POST", "/w/t/api/v1/Bugs?format=json", r#"{"Name":"x","Project":{"Id":11}}"#),
    ("POST", "/w/t/api/v1/Bugs/bulk?format=json", r#"[{"Name":"y","Project":{"Id":11}}]"#),
    ("POST", "/w/t/api/v1/Tasks?format=json", r#"{"Name":"x"}"#),
    ("GET", "/w/t/api/v1/nothing", ""),
    ("GET", "/w/t/api/v1/Authentication", ""),
    ("GET", "/w/t/api/v1/Context?format=json", ""),
    ("POST", "/w/t/storage/v1/a/b", r#"{"publicData":{"a":"b"}}"#),
    ("GET", "/w/t/api/v2/bug?select=%7Bid,createDate%7D&take=3", ""),
    ("GET", "/w/t/api/v1/BugHistories?take=3", ""),
    ("PUT", "/w/t/_tpmock/snapshots/one", ""),
    ("DELETE", "/w/t/api/v1/Bugs/1", ""),
    ("GET", "/w/t/_tpmock/diff?from=one", ""),
    ("POST", "/w/t/_tpmock/snapshots/one/restore", ""),
    ("GET", "/w/t/_tpmock/export", ""),
    ("POST", "/w/t/_tpmock/reset", ""),
    ("POST", "/w/t/api/v1/Bugs?format=json", r#"{"Name":"x","Project":{"Id":11}}"#),
    ("GET", "/w/t/_tpmock/export", ""),
];

fn answers() -> Vec<String> {
    let server = Server::new();
    let ask = |(method, target, body): &(&str, &str, &str)| {
        let method: Method = method.parse().expect("a method");
        let answer = server.0.send(method, target, &[("Accept", "application/json")], body.as_bytes().to_vec());
        format!("{} {:?}\n{}", answer.status, answer.headers, answer.text())
    };
    REQUESTS.iter().map(ask).collect()
}

#[test]
fn equal_requests_get_equal_bytes() {
    let (first, second) = (answers(), answers());
    for ((request, first), second) in REQUESTS.iter().zip(&first).zip(&second) {
        assert_eq!(first, second, "{request:?}");
    }
    let dated = first.iter().filter(|answer| answer.contains("Tue, 10 Mar 2026 12:00:00 GMT")).count();
    assert_eq!(dated, REQUESTS.len(), "even the date of an answer is the clock's");
}
