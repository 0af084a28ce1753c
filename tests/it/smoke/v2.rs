//! The same walk in API v2: every member can be selected, filtered and ordered by, every collection counted.

use tpmock::catalog::{CollectionLink, Entity, Member, Storage};
use tpmock::value::ValueType;

use super::resources;
use crate::world::{World, report};

/// The name as v2 writes it.
fn camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_lowercase().to_string() + chars.as_str()).unwrap_or_default()
}

fn shown(entity: &Entity) -> impl Iterator<Item = &Member> {
    entity.members.iter().filter(|m| !m.hidden && m.collection().is_none())
}

/// Objects kept inside their owner are no rows: v2 does not reach into them.
fn is_embedded(member: &Member) -> bool {
    member.reference().is_some_and(|r| matches!(r.storage, Storage::Embedded(_)))
        || member.field().is_some_and(|f| matches!(f.storage, Storage::Embedded(_)))
}

#[test]
fn every_member_can_be_selected() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let names: Vec<String> = shown(entity).filter(|m| !is_embedded(m)).map(|m| camel(&m.name)).collect();
        let ask = |names: &[String]| format!("/api/v2/{}?take=3&select={{{}}}", entity.plural, names.join(","));
        complaints.extend(together(world, &names, ask));
    }
    report("members that cannot be selected", &complaints);
}

#[test]
fn every_value_can_be_filtered_by() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let tests: Vec<String> = shown(entity).filter(|m| !is_embedded(m)).flat_map(tests).collect();
        let ask = |tests: &[String]| format!("/api/v2/{}?take=1&where={}", entity.plural, tests.join(" and "));
        complaints.extend(together(world, &tests, ask));
    }
    report("values that cannot be filtered by", &complaints);
}

fn tests(member: &Member) -> Vec<String> {
    let name = camel(&member.name);
    let Some(field) = member.field() else { return vec![format!("({name}.id==1)"), format!("({name}!=null)")] };
    let literal = match field.ty {
        ValueType::Bool => "true",
        ValueType::Date => "DateTime.Parse(\"2026-03-01\")",
        ValueType::Text | ValueType::Link => "\"x\"",
        _ => "1",
    };
    vec![format!("({name}=={literal})"), format!("({name}!=null)")]
}

#[test]
fn every_value_can_be_ordered_by() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let orders = ["asc", "desc"].into_iter().cycle();
        let fields = entity.fields().filter(|(m, _)| !m.hidden && !is_embedded(m));
        let orders: Vec<String> = fields.zip(orders).map(|((m, _), d)| format!("{} {d}", camel(&m.name))).collect();
        let ask = |orders: &[String]| format!("/api/v2/{}?take=1&orderBy={}", entity.plural, orders.join(","));
        complaints.extend(together(world, &orders, ask));
    }
    report("values that cannot be ordered by", &complaints);
}

#[test]
fn every_collection_can_be_counted_and_selected() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let holds_rows = |link: &CollectionLink| !matches!(link, CollectionLink::Values | CollectionLink::Inline);
        let names = entity.collections().filter(|(m, c)| !m.hidden && holds_rows(&c.link)).map(|(m, _)| camel(&m.name));
        let parts: Vec<String> =
            names.enumerate().map(|(i, n)| format!("a{i}:{n}.count(),b{i}:{n}.select({{id}})")).collect();
        let ask = |parts: &[String]| format!("/api/v2/{}?take=2&select={{id,{}}}", entity.plural, parts.join(","));
        complaints.extend(together(world, &parts, ask));
    }
    report("collections that cannot be counted", &complaints);
}

/// One request for all; where it fails, one request each tells which is to blame.
fn together(world: &World, parts: &[String], ask: impl Fn(&[String]) -> String) -> Vec<String> {
    if parts.is_empty() || world.get(&ask(parts)).status == 200 {
        return Vec::new();
    }
    let alone = parts.iter().map(|part| ask(std::slice::from_ref(part)));
    let mut complaints: Vec<String> = alone.filter_map(|address| world.get(&address).ok(&address).err()).collect();
    if complaints.is_empty() {
        let address = ask(parts);
        complaints.extend(world.get(&address).ok(&address).err());
    }
    complaints
}
