//! Snapshots: taken, restored, kept as files, refused when they are no good.

use super::Server;

#[test]
fn a_snapshot_brings_everything_back() {
    let server = Server::new();
    server.write("", "before");
    server.json("PUT", "/_tpmock/snapshots/one", "", 201);
    server.write("", "after");
    let restored = server.json("POST", "/_tpmock/snapshots/one/restore", "", 200);
    assert_eq!(restored["workspace"], "default");
    assert!(server.has("", "before") && !server.has("", "after"));
    server.json("POST", "/w/x/_tpmock/snapshots/one/restore", "", 200);
    assert!(server.has("/w/x", "before"), "any workspace may have it");
    server.json("POST", "/_tpmock/workspaces/y", r#"{"from":"one"}"#, 201);
    assert!(server.has("/w/y", "before"), "and begin with it");
    let list = server.json("GET", "/_tpmock/snapshots", "", 200);
    assert_eq!(
        (list["snapshots"][0]["name"].as_str(), list["snapshots"].as_array().map(Vec::len)),
        (Some("one"), Some(1))
    );
    assert_eq!(server.send("DELETE", "/_tpmock/snapshots/one", "").0, 204);
    server.refused("POST", "/_tpmock/snapshots/one/restore", "", 404, "no snapshot called 'one'");
    server.refused("PUT", "/_tpmock/snapshots/.x", "", 400, "no name for a snapshot");
}

#[test]
fn a_reset_brings_the_beginning_back() {
    let server = Server::new();
    server.write("", "x");
    server.json("PUT", "/_tpmock/clock", r#"{"advance":"1d"}"#, 200);
    server.json("POST", "/_tpmock/reset", "", 200);
    assert!(!server.has("", "x"));
    assert_eq!(server.json("GET", "/_tpmock/clock", "", 200)["now"], "2026-03-10T12:00:00Z");
}

#[test]
fn snapshots_are_limited_in_number() {
    let server = Server::with(|c| c.limits.snapshots = 1);
    server.json("PUT", "/_tpmock/snapshots/a", "", 201);
    server.json("PUT", "/_tpmock/snapshots/a", "", 201);
    server.refused("PUT", "/_tpmock/snapshots/b", "", 409, "there are 1 snapshots already");
}

#[test]
fn a_snapshot_in_a_folder_outlives_the_server_and_a_bad_one_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Server::with(|c| c.snapshots = Some(folder.path().to_path_buf()));
    {
        let server = open();
        server.write("", "kept");
        server.json("PUT", "/_tpmock/snapshots/one", "", 201);
    }
    let server = open();
    assert!(!server.has("", "kept"));
    server.json("POST", "/_tpmock/snapshots/one/restore", "", 200);
    assert!(server.has("", "kept"));
    server.write("", "now");

    let file = folder.path().join("one.snapshot");
    let whole = std::fs::read(&file).expect("the file");
    let mut newer = whole.clone();
    newer[60..64].copy_from_slice(&999_i32.to_be_bytes());
    let mut broken = whole.clone();
    for byte in &mut broken[8192..40_000] {
        *byte = 0x5a;
    }
    for (name, bytes, sentence) in [
        ("newer", newer.as_slice(), "has schema version 999"),
        ("foreign", b"hello", "is no tpmock data file"),
        ("empty", b"", "is no tpmock data file"),
        ("broken", &broken, "cannot be used"),
        ("short", &whole[..whole.len() / 2], "cannot be used"),
    ] {
        std::fs::write(folder.path().join(format!("{name}.snapshot")), bytes).expect("a file");
        server.refused("POST", &format!("/_tpmock/snapshots/{name}/restore"), "", 409, sentence);
        server.refused("POST", "/_tpmock/workspaces/w", &format!(r#"{{"from":"{name}"}}"#), 409, sentence);
    }
    assert!(server.has("", "kept") && server.has("", "now"), "nothing changed");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|n| !n.ends_with(".snapshot"))
        .collect();
    assert!(left.is_empty(), "files left beside the snapshots: {left:?}");
}
