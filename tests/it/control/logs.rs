//! What a running program writes: one line a request, with an id, and never a secret.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The lines that a server wrote to standard error while it was asked.
fn lines(flags: &[&str], requests: &[(&str, &[(&str, &str)])]) -> Vec<String> {
    let mut server = Command::new(env!("CARGO_BIN_EXE_tpmock"))
        .args(["--port", "0", "--seed", "small", "--auth", "open"])
        .args(flags)
        .env_remove("PORT")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut banner = BufReader::new(server.stdout.take().expect("a banner")).lines();
    let ready = banner.find_map(|line| line.ok()?.strip_prefix("tpmock ready: ").map(str::to_owned)).expect("ready");
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    for (path, headers) in requests {
        let request =
            headers.iter().fold(agent.get(format!("{ready}{path}")), |r, (name, value)| r.header(*name, *value));
        request.call().expect("an answer");
    }
    server.kill().expect("the server ends");
    server.wait().expect("the server ends");
    let mut text = String::new();
    server.stderr.take().expect("lines").read_to_string(&mut text).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn each_request_is_a_line_of_json_with_its_id() {
    let path = "/api/v1/Bugs?take=1&access_token=c2VjcmV0LXRva2Vu";
    let found = lines(&[], &[(path, &[("X-Request-ID", "mine-7")]), ("/w/k/api/v1/Nothing", &[])]);
    let parsed: Vec<Value> = found.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let fields: Vec<&Value> =
        parsed.iter().filter(|l| l["target"] == "tpmock::request").map(|l| &l["fields"]).collect();
    assert_eq!((&fields[0]["id"], &fields[0]["path"]), (&"mine-7".into(), &"/api/v1/Bugs".into()));
    assert_eq!(
        (&fields[0]["status"], &fields[0]["rows"], &fields[0]["method"]),
        (&200.into(), &1.into(), &"GET".into())
    );
    assert_eq!((&fields[1]["status"], &fields[1]["workspace"]), (&404.into(), &"k".into()));
    assert_eq!(fields[1]["id"].as_str().map(str::len), Some(36), "an id of our own: {}", fields[1]);
    assert!(!found.concat().contains("c2VjcmV0"), "{found:?}");
}

#[test]
fn lines_have_no_colours_where_nobody_sees_them_and_may_be_turned_off() {
    let text = lines(&["--log-format", "text"], &[("/api/v1/Bugs?take=1", &[])]).join("\n");
    assert!(text.contains("GET /api/v1/Bugs 200") && !text.contains('\u{1b}'), "{text}");
    assert!(lines(&["--log", "off"], &[("/api/v1/Bugs?take=1", &[])]).is_empty());
}
