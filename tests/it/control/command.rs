//! The program's commands, run as programs.

use std::process::{Command, Output};

use serde_json::Value;
use tpmock::{Config, SeedSource, Server};

fn tpmock(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpmock"));
    command.args(arguments).env_remove("PORT").output().expect("the program runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn exec_runs_a_command_beside_a_server_and_hands_its_code_on() {
    let script = r#"test -n "$TP_URL" && test "$TP_LOGIN:$TP_PASSWORD" = admin:admin && test -n "$TP_TOKEN" && echo "$TP_URL" && exit 7"#;
    let output = tpmock(&["exec", "--seed", "small", "--", "sh", "-c", script]);
    assert_eq!(output.status.code(), Some(7), "{}", err(&output));
    assert!(out(&output).starts_with("http://127.0.0.1:"));
    assert_eq!(
        err(&output),
        "tpmock: 0 requests, 0 refused, 0 failed; 0 features used, 0 only assumed, 0 not emulated; \
         the command ended with 7\n"
    );
    let output = tpmock(&["exec", "--seed", "small", "--", "sh", "-c", "kill -9 $$"]);
    assert_eq!(output.status.code(), Some(137));
    let output = tpmock(&["exec", "--", "no-such-program"]);
    assert!(output.status.code() == Some(1) && err(&output).contains("does not start"), "{}", err(&output));
}

#[test]
fn exec_counts_what_the_command_asked() {
    let probe = env!("CARGO_BIN_EXE_tpmock");
    let script = format!(r#""{probe}" healthcheck --port "${{TP_URL##*:}}" && "{probe}" env --url "$TP_URL""#);
    let output = tpmock(&["exec", "--seed", "small", "--", "sh", "-c", &script]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("export TP_URL='http://127.0.0.1:"), "{}", out(&output));
    assert!(out(&output).contains("export TP_PASSWORD='admin'"));
}

#[test]
fn exec_tells_what_the_command_used_that_is_not_certain() {
    let ask = |path: &str| format!(r#"curl -s -o "$OUT" "$TP_URL{path}";"#);
    let script = ask("/api/v1/Plugins/x") + &ask("/api/v2/bug?select=%7Bx:DateTime.MaxValue%7D");
    let script = format!("OUT=/dev/null; {script}");
    let output = tpmock(&["exec", "--seed", "small", "--auth", "open", "--", "sh", "-c", &script]);
    let said = err(&output);
    for wanted in ["2 requests, 0 refused, 0 failed;", "1 only assumed (function DateTime", "1 not emulated (plugins);"]
    {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

#[test]
fn a_running_server_is_steered() {
    let server = Server::start(Config { seed: SeedSource::Small, ..Config::default() }).expect("a server");
    let ask = |arguments: &[&str]| {
        let output = tpmock(&[arguments, &["--url", server.url(), "--workspace", "w"]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", err(&output));
        out(&output)
    };
    assert!(ask(&["snapshot", "take", "one"]).starts_with("snapshot one holds "));
    let list: Value = serde_json::from_str(&ask(&["snapshot", "list", "--json"])).expect("JSON");
    assert_eq!(list["snapshots"][0]["name"], "one");
    assert_eq!(ask(&["snapshot", "restore", "one"]), "workspace w holds snapshot one\n");
    assert_eq!(ask(&["reset"]), "workspace w is at its beginning\n");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seed.json");
    let name = file.to_str().expect("a name");
    ask(&["export", name]);
    assert_eq!(ask(&["import", name]), format!("workspace w holds {name}\n"));
    assert_eq!(ask(&["export"]), std::fs::read_to_string(&file).expect("the seed"));
    assert_eq!(ask(&["snapshot", "delete", "one"]), "snapshot one is gone\n");

    let output = tpmock(&["snapshot", "restore", "one", "--url", server.url()]);
    assert_eq!(err(&output), "tpmock: there is no snapshot called 'one'\n");
    let output = tpmock(&["reset", "--url", "http://127.0.0.1:9"]);
    assert!(output.status.code() == Some(1) && err(&output).contains("nobody answers"), "{}", err(&output));
}

#[test]
fn a_seed_is_checked_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).expect("a file");
        file.to_str().expect("a name").to_owned()
    };
    let sound = write("sound.json", r#"{"Projects":[{"Id":7,"Name":"Seven"}]}"#);
    let broken = write("broken.json", "{\n\"Projcts\":[]}");
    assert_eq!(tpmock(&["seed", "check", &sound]).status.code(), Some(0));
    let output = tpmock(&["seed", "check", &broken]);
    assert!(output.status.code() == Some(1) && err(&output).contains("broken.json:2: Projcts"), "{}", err(&output));
    let verdict: Value = serde_json::from_str(&out(&tpmock(&["seed", "check", &broken, "--json"]))).expect("JSON");
    assert!(verdict["sound"] == false && verdict["problems"].as_array().map(Vec::len) == Some(1), "{verdict}");
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = out(&tpmock(&["completions", shell]));
        for word in ["exec", "healthcheck", "snapshot", "restore"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
}
