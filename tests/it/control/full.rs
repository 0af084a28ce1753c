//! What is refused because there is too much of it: bodies, workspaces, texts that come back in errors.

use axum::http::Method;
use serde_json::json;

use super::Server;
use crate::world::Answer;

const FORM: [(&str, &str); 2] =
    [("Content-Type", "multipart/form-data; boundary=frontier"), ("Accept", "application/json")];

fn upload(server: &Server, size: usize) -> Answer {
    let form = format!(
        "--frontier\r\nContent-Disposition: form-data; name=generalId\r\n\r\n31\r\n--frontier\r\n\
         Content-Disposition: form-data; name=file; filename=large.bin\r\n\r\n{}\r\n--frontier--\r\n",
        "x".repeat(size)
    );
    server.0.send(Method::POST, "/UploadFile.ashx", &FORM, form.into_bytes())
}

fn is_page(answer: &Answer, title: &str) {
    assert!(answer.content_type.starts_with("text/html"), "{}", answer.content_type);
    assert!(answer.text().contains(&format!("<title>{title}")), "{}", answer.text());
}

#[test]
fn a_body_too_large_for_an_upload_is_refused_with_a_page() {
    let server = Server::with(|c| c.limits.body = 1000);
    let refused = upload(&server, 1000);
    assert_eq!(refused.status, 413);
    is_page(&refused, "The request body is larger than 1000 bytes.");
}

#[test]
fn a_full_workspace_names_its_limit() {
    const LIMIT: u64 = 8 * 1024 * 1024;
    let server = Server::with(|c| c.limits.workspace_bytes = LIMIT);
    let refused = (0..20).map(|_| upload(&server, 1024 * 1024)).find(|a| a.status != 200).expect("a full workspace");
    assert_eq!(refused.status, 413, "{}", refused.text());
    is_page(&refused, &format!("The workspace is full: it may hold {LIMIT} bytes (--max-workspace-bytes)."));
    let large = json!({"Name": "x", "Description": "x".repeat(2 * 1024 * 1024)}).to_string();
    server.refused("POST", "/api/v1/UserStories/31", &large, 413, "The workspace is full: it may hold 8388608 bytes");
    server.json("POST", "/_tpmock/reset", "", 200);
    assert_eq!(upload(&server, 1024).status, 200);
}

/// What a client sent comes back in the refusal, but not megabytes of it three times over.
#[test]
fn refusals_stay_short_however_long_a_value_is() {
    let server = Server::new();
    let long = "d".repeat(1024 * 1024);
    for body in [
        json!({"Id": long, "Name": "x"}),
        json!({"Name": "x", "Project": {"Id": long}}),
        json!({"Name": "x", "Project": {"Id": 7}, "Effort": long}),
        json!({"Name": "x", "Project": {"Id": 7}, "CustomFields": [{"Name": long, "Value": 1}]}),
        json!({"Name": "x", "Project": {"Id": 7}, "CustomFields": [{"Name": "Risk", "Value": long}]}),
    ] {
        let (status, answer) = server.send("POST", "/api/v1/UserStories", &body.to_string());
        assert!(status == 400 && answer.len() < 10_000, "{status}: {} bytes", answer.len());
    }
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let filter = format!("format=json&where=id == {}", "9".repeat(30_000));
    for target in ["/api/v1/UserStories", "/api/v2/UserStory", "/storage/v1/boards"] {
        let answer = server.0.send(Method::GET, target, &form, filter.clone().into_bytes());
        assert!(answer.status == 400 && answer.body.len() < 10_000, "{target}: {} bytes", answer.body.len());
    }
    let (status, answer) = server.send("POST", "/api/v1/UserStories", &format!("<UserStory Name=\"&{long};\"/>"));
    assert!(status == 400 && answer.len() < 10_000, "{status}: {} bytes", answer.len());
}
