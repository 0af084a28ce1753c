//! Accounts made up by `tpmock seed generate`.

use std::path::Path;
use std::process::{Command, Output};

use tpmock::{Auth, Config, SeedSource};

use crate::world::World;

fn generate(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpmock"));
    command.args(["seed", "generate"]).args(arguments).env_remove("PORT").output().expect("the program runs")
}

fn open(seed: SeedSource, data: Option<&Path>) -> World {
    let clock = Some("2026-03-10T12:00:00Z".into());
    World::with(Config { seed, data: data.map(Into::into), auth: Auth::Open, clock, ..Config::default() })
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn equal_numbers_make_equal_accounts() {
    let (one, same, other) = (
        generate(&["--stories", "20"]),
        generate(&["--stories", "20"]),
        generate(&["--stories", "20", "--seed-number", "2"]),
    );
    assert!(one.status.success() && one.stdout == same.stdout && one.stdout != other.stdout);
    assert_eq!(String::from_utf8_lossy(&one.stderr), String::from_utf8_lossy(&same.stderr));
}

#[test]
fn a_seed_file_and_a_database_hold_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, data) = (folder.path().join("team.json"), folder.path().join("team.db"));
    let made = generate(&["--stories", "230", "--output", file.to_str().expect("a name")]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made = generate(&["--stories", "230", "--data", data.to_str().expect("a name")]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (from_file, from_data) = (open(SeedSource::File(file), None), open(SeedSource::Empty, Some(&data)));
    for read in [
        "/api/v2/UserStory?take=1000&select={id,name,description,tags,effort,effortToDo,entityState.name as st,priority.name as p,\
         feature.name as f,feature.epic.name as e,project.name as pr,project.program.name as m,team.name as t,teamIteration.name as i,release.name as r,\
         responsibleTeam.team.id as rt,risk,cost,tasks.count() as n,bugs.count() as b,tagObjects.select(name) as tg,owner.login as o}",
        "/api/v2/Task?take=1000&select={id,name,effort,timeSpent,entityState.name as st,userStory.id as s,assignedUser.select(login) as a}",
        "/api/v2/Bug?take=1000&select={id,name,severity.name as s,entityState.name as st}",
        "/api/v2/Time?take=1000&select={id,spent,user.login as u,assignable.name as a,role.name as r}",
        "/api/v2/User?take=1000&select={id,login,email,role.name as r,isActive}",
        "/api/v2/General?result=count",
        "/api/v2/RoleEffort?result=count",
    ] {
        let (a, b) = (from_file.get(read).ok(read), from_data.get(read).ok(read));
        let (a, b) = (a.expect("an answer").text(), b.expect("an answer").text());
        assert!(a == b, "{read}\n{}\n{}", &a[..a.len().min(400)], &b[..b.len().min(400)]);
    }
    let states = "/api/v2/UserStory?where=entityState.process.id!=project.process.id or entityState.entityType.name!='UserStory'&result=count";
    assert_eq!(from_file.get(states).text(), "0");
    let finished = from_file.get("/api/v2/UserStory?where=entityState.isFinal==true&result=count").text();
    let finished: u32 = finished.parse().expect("a count");
    assert!((60..230).contains(&finished), "{finished}");
    // what is written later gets ids of its own
    let created = from_data.send(
        "POST".parse().expect("a method"),
        "/api/v1/UserStories?format=json",
        &[("Content-Type", "application/json")],
        format!("{{\"Name\":\"later\",\"Project\":{{\"Id\":{}}}}}", first_project(&from_data)).into_bytes(),
    );
    assert_eq!(created.status, 201, "{}", created.text());
}

fn first_project(world: &World) -> i64 {
    world.items("/api/v1/Projects?take=1&format=json").expect("projects")[0]["Id"].as_i64().expect("an id")
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("there.db");
    std::fs::write(&there, "mine").expect("a file");
    let refused = generate(&["--stories", "1", "--data", there.to_str().expect("a name")]);
    assert_eq!(String::from_utf8_lossy(&refused.stderr), format!("tpmock: {} is there already\n", there.display()));
    assert_eq!(std::fs::read_to_string(&there).expect("a file"), "mine");
    for arguments in [&["--stories", "0"][..], &["--stories", "99999999999"], &["--stories", "x"], &[]] {
        assert!(!generate(arguments).status.success(), "{arguments:?}");
    }
    let refused = generate(&["--stories", "1", "--output", "/no/such/folder/file.json"]);
    assert!(
        String::from_utf8_lossy(&refused.stderr).starts_with("tpmock: /no/such/folder/file.json cannot be written: ")
    );
}
