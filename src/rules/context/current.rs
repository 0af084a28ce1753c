//! The answer of `Context` in API v2: a bare object.
//!
//! Evidence: the vendor's web interface, which reads these members. What rows of the available lists have beside ids
//! and names is assumed.

use serde_json::{Map, Value as Json, json};

use super::narrow::Wish;
use super::read::{Description, Rows};
use crate::value::Value;

/// What was asked for, and all that the caller could have asked for.
pub fn current(selected: &Description, offered: &Description, acid: &str, wish: &Wish) -> Json {
    json!({
        "acid": acid,
        "isNoProjectIncluded": wish.shows_no_project(),
        "isNoTeamIncluded": wish.shows_no_team(),
        "selectedProjects": {"items": list(&selected.projects, project)},
        "selectedTeams": {"items": list(&selected.teams, named)},
        "processes": list(&selected.processes, |row| process(selected, row)),
        "availableProjects": list(&offered.projects, project),
        "availableTeams": list(&offered.teams, named),
        "availablePrograms": programs(&offered.projects),
        "availableProcesses": list(&offered.processes, named),
    })
}

fn list(rows: &Rows, item: impl Fn(&[Value]) -> Json) -> Json {
    rows.iter().map(|row| item(row)).collect()
}

fn named(row: &[Value]) -> Json {
    members(&["id", "name"], row)
}

fn project(row: &[Value]) -> Json {
    let mut project = members(&["id", "name"], row);
    for (name, at) in [("process", 2), ("program", 4)] {
        if row[at] != Value::Null {
            project[name] = named(&row[at..]);
        }
    }
    project
}

/// Programs of the projects, each once, by name as the projects are.
fn programs(projects: &Rows) -> Json {
    let mut programs: Vec<Json> = Vec::new();
    for row in projects.iter().filter(|row| row[4] != Value::Null) {
        let program = named(&row[4..]);
        if !programs.contains(&program) {
            programs.push(program);
        }
    }
    programs.into()
}

fn process(context: &Description, row: &[Value]) -> Json {
    let of = |rows: &Rows, names: &[&str]| {
        let own = rows.iter().filter(|other| other[0] == row[0]);
        json!({"items": own.map(|other| members(names, &other[1..])).collect::<Vec<_>>()})
    };
    let mut process = named(row);
    process["isDefault"] = Json::from(row[2] == Value::Int(1) || row[2] == Value::Bool(true));
    process["terms"] = of(&context.terms, &["wordKey", "value"]);
    process["practices"] = of(&context.practices, &["id", "name", "description"]);
    process["customFields"] =
        of(&context.custom_fields, &["id", "entityKind", "name", "entityFieldName", "value", "fieldType"]);
    process
}

/// Members of an object; those without a value are left out.
fn members(names: &[&str], row: &[Value]) -> Json {
    let pairs = names.iter().zip(row).filter(|(_, value)| **value != Value::Null);
    Json::Object(pairs.map(|(name, value)| ((*name).to_owned(), json(value))).collect::<Map<_, _>>())
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::from(*b),
        Value::Int(n) => Json::from(*n),
        Value::Real(x) => Json::from(*x),
        Value::Text(text) => Json::from(text.as_str()),
    }
}
