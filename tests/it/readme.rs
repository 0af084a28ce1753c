//! The README tells the truth: its answers are those of the program, and it knows every flag.

use clap::CommandFactory;
use serde_json::Value;
use tpmock::cli::Cli;

use crate::world::{HOST, World};

const README: &str = include_str!("../../README.md");

/// Where the program listens for those who read along.
const SHOWN: &str = "http://127.0.0.1:8080";

#[test]
fn answers_are_real() {
    let mut lines = README.lines();
    let mut checked = 0;
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ curl ") else { continue };
        let address = command.split('\'').nth(1).expect("a quoted address");
        let expected = lines.next().expect("an answer").replace(SHOWN, HOST);
        let target = address.strip_prefix(SHOWN).expect("an address of ours");
        let answer = World::demo().get(target).ok(target).unwrap_or_else(|error| panic!("{error}"));
        let expected: Value = serde_json::from_str(&expected).expect("an answer in JSON");
        assert_eq!(answer.json(), expected, "{command}\n{}", answer.text().replace(HOST, SHOWN));
        checked += 1;
    }
    assert!(checked >= 3, "only {checked} answers in the README");
}

#[test]
fn every_flag_is_described() {
    let mut missing = Vec::new();
    for argument in Cli::command().get_arguments() {
        let Some(flag) = argument.get_long().filter(|f| !matches!(*f, "help" | "version")) else { continue };
        let variable = argument.get_env().map(|v| v.to_string_lossy().into_owned()).unwrap_or_default();
        let row = README.lines().find(|line| line.starts_with(&format!("| `--{flag}` |")));
        let default = argument.get_default_values().first().map(|v| v.to_string_lossy().into_owned());
        // sizes are told in MiB
        let told = |row: &str| {
            let plain = default.as_ref().filter(|d| d.len() <= 6 && *d != "false");
            plain.is_none_or(|d| row.contains(&format!("`{d}`")))
        };
        if !row.is_some_and(|row| row.contains(&format!("`{variable}`")) && told(row)) {
            missing.push(format!("--{flag} {variable} {default:?}"));
        }
    }
    assert!(missing.is_empty(), "not in the README: {}", missing.join(", "));
}

/// Runs the only example in a language as a suite, beside the program and in a folder of its own.
fn run_example(language: &str, file: &str, suite: &[&str]) {
    let example = README.split(&format!("```{language}\n")).nth(1).and_then(|rest| rest.split("```").next());
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(file), example.expect("an example")).expect("a file");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tpmock"))
        .args([&["exec", "--"], suite].concat())
        .current_dir(folder.path())
        .env_remove("PORT")
        .output()
        .expect("the program runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.contains("0 failed; "), "{out}{err}");
    assert!(README.contains(&format!("`tpmock exec -- {}`", suite.join(" "))), "the README says how to run it");
}

#[test]
fn the_suite_in_python_passes() {
    run_example("python", "test_stories.py", &["python3", "-m", "unittest"]);
}

#[test]
fn the_suite_in_javascript_passes() {
    run_example("js", "stories.test.mjs", &["node", "--test"]);
}

#[test]
fn the_message_of_a_broken_seed_is_real() {
    let seed = "{\"UserStories\":\n[\n{\"Id\": 1, \"Efort\": 3}]}";
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), seed).expect("a seed");
    let said = World::open(tpmock::SeedSource::File(file.path().into())).err().expect("refused");
    let said = said.replace(&file.path().display().to_string(), "team.json");
    assert!(README.contains(&format!("`{said}`")), "{said}");
}

#[test]
fn the_seed_is_one() {
    let seed = README.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a seed");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), seed).expect("a seed");
    let world = World::open(tpmock::SeedSource::File(file.path().into())).unwrap_or_else(|error| panic!("{error}"));
    let story = world.get("/api/v1/UserStories/10002?format=json").ok("the story").expect("a story").json();
    assert_eq!((&story["EntityState"]["Name"], &story["Tags"]), (&"Open".into(), &"money, web".into()));
    assert_eq!(story["CustomFields"][0]["Value"], "High");
}
