//! Every collection of every resource can be included, counted, and read at its own address.

use tpmock::catalog::{CollectionLink, Entity};

use super::resources;
use crate::world::{World, report};

/// Names of collections that hold entities. Custom field values are part of their owner and have no address.
fn collections(entity: &Entity) -> impl Iterator<Item = &str> {
    entity.collections().filter(|(m, c)| !m.hidden && c.link != CollectionLink::Values).map(|(m, _)| m.name.as_str())
}

#[test]
fn every_collection_can_be_included_and_counted() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        for name in collections(entity) {
            for form in [name.to_owned(), format!("{name}[Id]"), format!("{name}-Count")] {
                let address = format!("/api/v1/{}?take=2&format=json&include=[{form}]", entity.plural);
                complaints.extend(world.get(&address).ok(&address).err());
            }
        }
        if let Some(values) = entity.custom_fields() {
            let address = format!("/api/v1/{}?take=2&format=json&include=[{}]", entity.plural, values.name);
            complaints.extend(world.get(&address).ok(&address).err());
        }
    }
    report("collections that cannot be included", &complaints);
}

/// The count, the included list and the list at its own address tell the same.
#[test]
fn every_collection_has_an_address_and_a_count_that_fits() {
    let world = World::demo();
    let mut complaints = Vec::new();
    let mut rows = 0;
    for entity in resources(&world.catalog) {
        let path = format!("/api/v1/{}", entity.plural);
        for name in collections(entity) {
            let ask = format!("{path}?take=2&format=json&include=[Id]&append=[{name}-Count]");
            let items = match world.items(&ask) {
                Ok(items) => items,
                Err(complaint) => {
                    complaints.push(complaint);
                    continue;
                }
            };
            for item in items {
                let address = format!("{path}/{}/{name}?take=1000&include=[Id]&format=json", item["Id"]);
                match world.items(&address) {
                    Ok(inner) => {
                        rows += inner.len();
                        if item[format!("{name}-Count")] != inner.len() {
                            complaints.push(format!("{address}: {} rows, counted in {item}", inner.len()));
                        }
                    }
                    Err(complaint) => complaints.push(complaint),
                }
            }
        }
    }
    report("collections without an address", &complaints);
    assert!(rows > 500, "only {rows} rows in collections");
}

#[test]
fn inner_items_are_the_same_however_many_fit() {
    let world = World::small();
    let inner = |take: usize| {
        let include = "include=[Id,Tasks[Id,Owner,EntityState,Project]]";
        let path = format!("/api/v1/UserStories?format=json&take=1000&{include}&innerTake={take}");
        let stories = world.items(&path).expect("stories");
        stories.into_iter().map(|story| story["Tasks"]["Items"].as_array().cloned().unwrap_or_default())
    };
    let all: Vec<_> = inner(1000).collect();
    assert!(all.iter().any(|tasks| tasks.len() > 1));
    for take in 1..12 {
        for (some, all) in inner(take).zip(&all) {
            assert_eq!(some, all[..some.len()], "of {take} in all");
        }
    }
}
