//! The clock of a workspace over HTTP.

use serde_json::json;

use super::Server;

#[test]
fn a_clock_is_set_moved_and_frozen_by_workspace() {
    let server = Server::new();
    let clock = "/w/a/_tpmock/clock";
    assert_eq!(
        server.json("GET", clock, "", 200),
        json!({ "now": "2026-03-10T12:00:00Z", "frozen": true, "step": null })
    );
    let moved = server.json("PUT", clock, r#"{"advance":"3d 4h"}"#, 200);
    assert_eq!(moved["now"], "2026-03-13T16:00:00Z");
    let set = server.json("PUT", clock, r#"{"now":"2027-01-01T00:00:00Z","step":"1s per write"}"#, 200);
    assert_eq!((set["now"].as_str(), set["step"].as_str()), (Some("2027-01-01T00:00:00Z"), Some("1s per write")));
    assert_eq!(server.json("GET", "/_tpmock/clock", "", 200)["now"], "2026-03-10T12:00:00Z", "another workspace");
    server.write("/w/a", "x");
    assert_eq!(server.json("GET", clock, "", 200)["now"], "2027-01-01T00:00:01Z", "a write took a second");
    server.send("GET", "/w/a/api/v1/Projects", "");
    assert_eq!(server.json("GET", clock, "", 200)["now"], "2027-01-01T00:00:01Z", "a read took none");
    let running = server.json("PUT", clock, r#"{"frozen":false}"#, 200);
    assert_eq!(running["frozen"], false);
    let real = server.json("DELETE", clock, "", 200);
    assert!(
        real["now"].as_str() < Some("2027-01-01") && real["frozen"] == false
            || real["now"].as_str() > Some("2027-01-02"),
        "{real}"
    );
}

#[test]
fn what_is_no_time_is_refused() {
    let server = Server::new();
    for (body, sentence) in [
        (r#"{"now":"yesterday"}"#, "is no instant"),
        (r#"{"advance":"soon"}"#, "is no span of time"),
        (r#"{"frozen":"yes"}"#, "must be true or false"),
        (r#"{"freeze":true}"#, "is not known here"),
        ("[]", "must be a JSON object"),
    ] {
        server.refused("PUT", "/_tpmock/clock", body, 400, sentence);
    }
    assert_eq!(server.json("GET", "/_tpmock/clock", "", 200)["now"], "2026-03-10T12:00:00Z");
}
