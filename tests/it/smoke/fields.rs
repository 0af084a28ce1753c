//! Every member of every resource can be included and excluded; every value can be filtered and ordered by.

use tpmock::catalog::{Entity, Member, MemberKind, Storage};
use tpmock::value::ValueType;

use super::resources;
use crate::world::{World, report};

/// Values and references that an answer may show.
fn shown(entity: &Entity) -> impl Iterator<Item = &Member> {
    entity.members.iter().filter(|m| !m.hidden && m.collection().is_none())
}

#[test]
fn every_member_can_be_included() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let path = format!("/api/v1/{}", entity.plural);
        let names: Vec<&str> = shown(entity).map(|m| m.name.as_str()).collect();
        let ask = |names: &[&str]| format!("{path}?take=3&format=json&include=[{}]", names.join(","));
        complaints.extend(together(world, &names, ask));
        let ask = |names: &[&str]| format!("{path}?take=3&format=json&exclude=[{}]", names.join(","));
        complaints.extend(together(world, &names, ask));
        // what is asked for is there, in the rows that exist
        for item in world.items(&ask_all(&path, &names)).unwrap_or_default().iter().take(1) {
            let missing = names.iter().filter(|name| item.get(**name).is_none());
            complaints.extend(missing.map(|name| format!("{path}: {name} was asked for and is not there")));
        }
    }
    report("members that cannot be included", &complaints);
}

fn ask_all(path: &str, names: &[&str]) -> String {
    format!("{path}?take=1&format=json&include=[{}]", names.join(","))
}

#[test]
fn every_value_can_be_filtered_by() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let path = format!("/api/v1/{}", entity.plural);
        let tests: Vec<String> = shown(entity).flat_map(tests).collect();
        let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
        let ask = |tests: &[&str]| format!("{path}?take=1&format=json&include=[Id]&where={}", tests.join(" and "));
        complaints.extend(together(world, &tests, ask));
    }
    report("values that cannot be filtered by", &complaints);
}

/// Conditions on one member; a reference is tested by its id and for being empty. An object kept inside its owner
/// is no row: conditions on it are not emulated, and say so.
fn tests(member: &Member) -> Vec<String> {
    let name = &member.name;
    if member.reference().is_some_and(|r| matches!(r.storage, Storage::Embedded(_))) {
        return Vec::new();
    }
    let MemberKind::Field(field) = &member.kind else {
        return vec![format!("({name}.Id eq 1)"), format!("({name} is null)"), format!("({name} is not null)")];
    };
    let literal = match field.ty {
        ValueType::Bool => "'true'",
        ValueType::Date => "'2026-03-01'",
        ValueType::Text | ValueType::Link => "'x'",
        _ => "1",
    };
    let mut tests = vec![format!("({name} eq {literal})"), format!("({name} is not null)")];
    match field.ty {
        ValueType::Bool => tests.push(format!("({name} ne {literal})")),
        ValueType::Text => tests.push(format!("({name} contains 'x')")),
        // an address is no text to search in
        ValueType::Link => {}
        _ => tests.push(format!("({name} lte {literal})")),
    }
    tests
}

#[test]
fn every_value_can_be_ordered_by() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        // a direction is the same for all, so every other value goes down
        let orders = ["orderBy", "orderByDesc"].into_iter().cycle();
        for ((member, _), order) in entity.fields().filter(|(m, _)| !m.hidden).zip(orders) {
            let address = format!("/api/v1/{}?take=1&format=json&include=[Id]&{order}={}", entity.plural, member.name);
            complaints.extend(world.get(&address).ok(&address).err());
        }
    }
    report("values that cannot be ordered by", &complaints);
}

/// One request for all; where it fails, one request each tells which is to blame.
fn together(world: &World, parts: &[&str], ask: impl Fn(&[&str]) -> String) -> Vec<String> {
    if parts.is_empty() || world.get(&ask(parts)).status == 200 {
        return Vec::new();
    }
    let mut complaints: Vec<String> = Vec::new();
    for part in parts {
        let address = ask(&[part]);
        complaints.extend(world.get(&address).ok(&address).err());
    }
    if complaints.is_empty() {
        let address = ask(parts);
        complaints.extend(world.get(&address).ok(&address).err());
    }
    complaints
}
