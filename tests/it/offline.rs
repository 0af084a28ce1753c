//! No connection leaves the machine: the program runs where there is no network but loopback, and nothing it did
//! asked for a route.
//!
//! Needs a kernel that lets this user make a network namespace (root in CI); it fails where there is none.

use std::process::Command;

/// Drives a server through both versions of the API, a write, a stream, a tunnel and the control interface.
const DRIVE: &str = r#"
    set -e
    ask() { curl -gsS --fail -u "$TP_LOGIN:$TP_PASSWORD" "$@" >> answers; }
    local=${HTTPS_PROXY}
    ask "$local/api/v1/UserStories?take=2&format=json"
    ask "$local/api/v2/UserStories?take=2"
    ask -d '{"Name":"offline","Project":{"Id":10145}}' -H 'Content-Type: application/json' "$local/api/v1/Bugs?format=json"
    ask "$local/svc/tp-apiv2-streaming-service/stream/Bug"
    ask "$local/w/other/api/v1/Bugs?take=1"
    ask "https://acme.tpondemand.com/api/v1/Bugs?take=1"
    ask -X POST "$local/_tpmock/reset"
    ask "$local/_tpmock/export"
"#;

#[test]
fn nothing_leaves_the_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!(
        "set -e; ip link set lo up; test -z \"$(ip route; ip -6 route show default)\"\n\
         \"{program}\" exec --proxy --tls-dir tls -- sh -c '{drive}'\n\
         echo outside; cat /proc/net/snmp /proc/net/snmp6",
        program = env!("CARGO_BIN_EXE_tpmock"),
        drive = DRIVE.replace('\'', r"'\''"),
    );
    let output = Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", &script])
        .current_dir(folder.path())
        .env_remove("PORT")
        .output()
        .expect("unshare, of util-linux");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "where no network can be taken away, nothing is proved: {out}{err}");
    assert!(err.contains("6 requests, 0 refused, 0 failed"), "{err}");
    for (protocol, counter) in [("Ip:", "OutNoRoutes"), ("Udp:", "OutDatagrams"), ("Tcp:", "AttemptFails")] {
        assert_eq!(value(&out, protocol, counter), Some(0), "{protocol} {counter}\n{out}");
    }
    for counter in ["Ip6OutNoRoutes", "Udp6OutDatagrams"] {
        let line = out.lines().find_map(|line| line.strip_prefix(counter));
        assert_eq!(line.map(str::trim), Some("0"), "{counter}\n{out}");
    }
}

/// A counter of `/proc/net/snmp`, where names stand in one line and numbers in the next.
fn value(text: &str, protocol: &str, counter: &str) -> Option<u64> {
    let mut lines = text.lines().filter(|line| line.starts_with(protocol));
    let at = lines.next()?.split_whitespace().position(|name| name == counter)?;
    lines.next()?.split_whitespace().nth(at)?.parse().ok()
}
