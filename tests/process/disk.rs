//! A data file that cannot be written, and one that two processes want.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::client::{Client, made};
use super::server::{Server, text};

#[test]
fn a_full_disk_refuses_writes_and_loses_nothing() {
    let Some(disk) = Disk::mount() else {
        // a container without the right to mount: files that may not grow stand for the disk
        return a_file_that_may_not_grow();
    };
    let data = disk.path().join("account.db");
    let server = Server::on(&data);
    let kept = fill(&server.url, 507, "full");
    // reads go on, and so do writes when there is room again
    let client = Client::new(&server.url);
    assert!(kept.iter().all(|id| client.get(&format!("UserStories/{id}")).is_some_and(|(status, _)| status == 200)));
    server.kill();
    disk.grow();
    let server = Server::on(&data);
    let client = Client::new(&server.url);
    assert!(kept.iter().all(|id| client.get(&format!("UserStories/{id}")).is_some_and(|(status, _)| status == 200)));
    assert!(made(&client.post("UserStories", &json!({"Name": "again", "Project": {"Id": 7}}))).is_some());
}

fn a_file_that_may_not_grow() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("account.db");
    Server::on(&data).kill();
    let mut limited = Command::new("sh");
    // blocks of 512 bytes; a write beyond them fails instead of ending the process
    let program = env!("CARGO_BIN_EXE_tpmock");
    limited.args(["-c", r#"trap '' XFSZ; ulimit -f 24000; exec "$0" "$@""#, program]);
    let server = Server::run(limited, &["--data", text(&data)]).expect("a server");
    let kept = fill(&server.url, 500, "cannot be reached");
    let client = Client::new(&server.url);
    assert!(kept.iter().all(|id| client.get(&format!("UserStories/{id}")).is_some_and(|(status, _)| status == 200)));
}

/// Writes until the disk is full, which is said in a sentence; the ids of what was kept.
fn fill(url: &str, status: u16, sentence: &str) -> Vec<i64> {
    let client = Client::new(url);
    let large = "x".repeat(60_000);
    let mut kept = Vec::new();
    for n in 0..2000 {
        let body = json!({"Name": format!("story {n}"), "Project": {"Id": 7}, "Description": large});
        match client.post("UserStories", &body) {
            Some((201, story)) => kept.extend(story["Id"].as_i64()),
            Some((found, error)) => {
                assert_eq!(found, status, "{error}");
                let message = error["Message"].as_str().unwrap_or_default();
                assert!(message.contains(sentence), "{message}");
                assert!(!kept.is_empty());
                return kept;
            }
            None => panic!("the server went away"),
        }
    }
    panic!("the disk was never full")
}

#[test]
fn a_file_that_may_not_be_written_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("account.db");
    drop(Server::on(&data));
    // the administrator writes where nobody may, so the program runs as somebody else
    let program = folder.path().join("tpmock");
    fs::copy(env!("CARGO_BIN_EXE_tpmock"), &program).expect("a copy of the program");
    for (path, mode) in [(folder.path(), 0o777), (&program, 0o755), (&data, 0o444)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }
    let mut somebody = Command::new(&program);
    if is_root() {
        somebody.uid(65534).gid(65534);
    }
    // what a program that was killed left behind is gone before, so that only the refused start can leave something
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", data.display()));
    }
    let said = Server::run(somebody, &["--data", text(&data)]).err().expect("a refusal");
    assert!(said.contains("the data file cannot be written"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    let names = fs::read_dir(folder.path()).expect("the folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["account.db", "tpmock"], "a refused start leaves nothing");
}

#[test]
fn a_second_process_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("account.db");
    let first = Server::on(&data);
    let second = Server::run(Command::new(env!("CARGO_BIN_EXE_tpmock")), &["--data", text(&data)]);
    let said = second.err().expect("a refusal");
    let sentence = format!("the data file '{}' is in use by another process", data.display());
    assert!(said.contains(&sentence), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    let client = Client::new(&first.url);
    let story = made(&client.post("UserStories", &json!({"Name": "kept", "Project": {"Id": 7}}))).expect("a story");
    first.kill();
    let third = Server::on(&data);
    let found = Client::new(&third.url).get(&format!("UserStories/{story}"));
    assert!(found.is_some_and(|(status, _)| status == 200));
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// A small file system of its own.
struct Disk(TempDir);

impl Disk {
    /// Nothing where file systems may not be mounted.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = |options: &str, target: &Path| {
            let run = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(target).output();
            run.is_ok_and(|run| run.status.success())
        };
        (is_root() && mount("size=12m", folder.path())).then_some(Self(folder))
    }

    fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    fn grow(&self) {
        let remount = Command::new("mount").args(["-o", "remount,size=64m"]).arg(self.path()).status();
        assert!(remount.is_ok_and(|status| status.success()), "the file system grows");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server of a failed test may still have files open.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
