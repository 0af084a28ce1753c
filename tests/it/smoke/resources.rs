//! Every resource answers its list, its first item and its description, in both formats.

use serde_json::Value;
use tpmock::catalog::EntityKind;

use super::resources;
use super::xml::Node;
use crate::world::{World, report};

#[test]
fn every_resource_of_the_small_account_answers() {
    let empty = answers(World::small());
    assert!(empty.len() < 60, "{} resources hold no row", empty.len());
}

#[test]
fn every_resource_of_the_demo_account_shows_an_item() {
    assert_eq!(answers(World::demo()), Vec::<String>::new(), "resources without a row");
}

/// Complains about answers that are none; names the resources that hold no row.
fn answers(world: &World) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut empty = Vec::new();
    for entity in resources(&world.catalog) {
        let path = format!("/api/v1/{}", entity.plural);
        for target in [format!("{path}?take=5"), format!("{path}/meta?")] {
            complaints.extend(both_formats(world, &target).err());
        }
        let first = world.items(&format!("{path}?take=1&include=[Id]&format=json"));
        match first.map(|items| items.first().map(|item| item["Id"].clone())) {
            Ok(Some(id)) => complaints.extend(both_formats(world, &format!("{path}/{id}?")).err()),
            // an account need not hold a row of everything; nobody's id is then as good as any
            Ok(None) => {
                empty.push(entity.name.clone());
                let status = world.get(&format!("{path}/7")).status;
                if status != 404 {
                    complaints.push(format!("{path}/7: {status} for an item nobody made"));
                }
            }
            Err(complaint) => complaints.push(complaint),
        }
    }
    report("resources that do not answer", &complaints);
    empty
}

/// 200 with a body of the right kind, well-formed.
fn both_formats(world: &World, target: &str) -> Result<(), String> {
    let separator = if target.ends_with('?') { "" } else { "&" };
    let json = format!("{target}{separator}format=json");
    let answer = world.get(&json).ok(&json)?;
    if !answer.content_type.starts_with("application/json") {
        return Err(format!("{json}: {}", answer.content_type));
    }
    serde_json::from_slice::<Value>(&answer.body).map_err(|error| format!("{json}: {error}"))?;
    let xml = format!("{target}{separator}format=xml");
    let answer = world.get(&xml).ok(&xml)?;
    if !answer.content_type.contains("/xml") {
        return Err(format!("{xml}: {}", answer.content_type));
    }
    Node::parse(&answer.text()).map(|_| ()).map_err(|error| format!("{xml}: {error}"))
}

/// The context is described in XML alone, whatever is asked for; its answer is the caller's own and no row.
#[test]
fn the_context_answers_and_is_described() {
    let world = World::small();
    for entity in world.catalog.entities().iter().filter(|e| e.kind == EntityKind::Context) {
        both_formats(world, &format!("/api/v1/{}?", entity.plural)).expect("the caller's context");
        for format in ["xml", "json"] {
            let target = format!("/api/v1/{}/meta?format={format}", entity.plural);
            let answer = world.get(&target).ok(&target).expect("a description");
            Node::parse(&answer.text()).expect("XML");
        }
    }
}

#[test]
fn the_index_lists_what_answers() {
    let world = World::small();
    // the document repeats one member name, so no map can hold it
    let listed = world.get("/api/v1/index/meta?format=json").ok("the index").expect("an index").text();
    let missing: Vec<String> = world
        .catalog
        .entities()
        .iter()
        .filter(|e| e.in_index && !listed.contains(&format!("/api/v1/{}/meta", e.plural)))
        .map(|e| e.name.clone())
        .collect();
    report("resources that the index lacks", &missing);
}
