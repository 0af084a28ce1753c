//! Following `Next` to the end gives the unpaged list, and `Prev` leads back.

use serde_json::Value;

use super::resources;
use super::xml::Node;
use crate::world::{World, report};

/// More pages than any of these lists has.
const MOST_PAGES: usize = 200;

#[test]
fn pages_add_up_to_the_list() {
    let world = World::small();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let path = format!("/api/v1/{}", entity.plural);
        for (take, query) in [(3, ""), (7, ""), (25, ""), (7, "&orderByDesc=Id"), (2, "&where=Id gt 1&include=[Id]")] {
            let all = match world.items(&format!("{path}?take=1000&format=json{query}")) {
                Ok(all) => all,
                Err(complaint) => {
                    complaints.push(complaint);
                    continue;
                }
            };
            match follow(world, &format!("{path}?take={take}&format=json{query}"), take) {
                Ok(paged) if paged == all => {}
                Ok(paged) => complaints.push(format!(
                    "{path}?take={take}{query}: pages of {take} have {} rows, the list {}, or in another order",
                    paged.len(),
                    all.len()
                )),
                Err(complaint) => complaints.push(complaint),
            }
        }
    }
    report("lists whose pages do not add up", &complaints);
}

#[test]
fn pages_of_one_row_add_up_in_any_order() {
    let world = World::small();
    let mut complaints = Vec::new();
    for (plural, query) in [
        ("Bugs", "&orderBy=Severity.Importance"),
        ("Bugs", "&orderByDesc=CreateDate&include=[Id,Name,EntityState]"),
        ("UserStories", "&orderBy=Effort&where=(Name contains 'a')"),
        ("Assignables", "&orderBy=Name&include=[Id,Name]"),
        ("Generals", "&orderByDesc=NumericPriority&include=[Id]"),
        // references of a page repeat, those of a page of one row do not
        ("Assignables", ""),
        ("UserStories", "&include=[Id,Owner,Project[Name,Owner,Process],EntityState,Feature[Owner,Project]]"),
    ] {
        let path = format!("/api/v1/{plural}");
        let all = world.items(&format!("{path}?take=1000&format=json{query}"));
        let paged = follow(world, &format!("{path}?take=1&format=json{query}"), 1);
        match (all, paged) {
            (Ok(all), Ok(paged)) if all == paged && !all.is_empty() => {}
            (Ok(all), Ok(paged)) => complaints.push(format!("{path}{query}: {} and {} rows", all.len(), paged.len())),
            (Err(complaint), _) | (_, Err(complaint)) => complaints.push(complaint),
        }
    }
    report("lists whose pages do not add up", &complaints);
}

/// Rows of all pages, from `Next` to `Next`; each page but the last is full, and all but the first lead back.
fn follow(world: &World, address: &str, take: usize) -> Result<Vec<Value>, String> {
    let mut rows = Vec::new();
    let mut next = Some(address.to_owned());
    for page in 0..MOST_PAGES {
        let Some(at) = next.take() else { return Ok(rows) };
        let mut answer = world.get(&at).ok(&at)?.json();
        next = answer["Next"].as_str().map(str::to_owned);
        let Value::Array(mut items) = answer["Items"].take() else { return Err(format!("{at}: no Items")) };
        if answer.get("Prev").is_some() != (page > 0) {
            return Err(format!("{at}: Prev on page {page}: {}", answer["Prev"]));
        }
        if next.is_some() && items.len() != take {
            return Err(format!("{at}: {} rows and yet a next page", items.len()));
        }
        rows.append(&mut items);
    }
    Err(format!("{address}: no end after {MOST_PAGES} pages"))
}

/// In XML the links are attributes of the list.
#[test]
fn pages_in_xml_add_up() {
    let world = World::small();
    let mut ids = Vec::new();
    let mut next = Some("/api/v1/UserStories?take=4&include=[Id]".to_owned());
    while let Some(at) = next.take() {
        assert!(ids.len() < MOST_PAGES, "no end");
        let page = Node::parse(&world.get(&at).ok(&at).expect("a page").text()).expect("XML");
        next = page.attribute("Next").map(str::to_owned);
        ids.extend(page.children.iter().filter_map(|row| row.attribute("Id")?.parse::<i64>().ok()));
    }
    let all = world.items("/api/v1/UserStories?take=1000&include=[Id]&format=json").expect("the list");
    let all: Vec<i64> = all.iter().filter_map(|item| item["Id"].as_i64()).collect();
    assert_eq!(ids, all);
}

/// The rest of an inner collection is found the same way.
#[test]
fn inner_collections_page_too() {
    let world = World::small();
    let mut checked = 0;
    for item in world.items("/api/v1/Projects?format=json&include=[Bugs[Id]]&innerTake=3").expect("projects") {
        let mut ids: Vec<Value> = item["Bugs"]["Items"].as_array().cloned().unwrap_or_default();
        if let Some(next) = item["Bugs"]["Next"].as_str() {
            ids.extend(follow_from(world, next).expect("the rest"));
            checked += 1;
        }
        let own = format!("/api/v1/Projects/{}/Bugs?take=1000&include=[Id]&format=json", item["Id"]);
        assert_eq!(ids, world.items(&own).expect("the collection"), "{own}");
    }
    assert!(checked > 0, "no project has bugs enough");
}

fn follow_from(world: &World, address: &str) -> Result<Vec<Value>, String> {
    let mut rows = Vec::new();
    let mut next = Some(address.to_owned());
    while let Some(at) = next.take() {
        let mut answer = world.get(&at).ok(&at)?.json();
        next = answer["Next"].as_str().map(str::to_owned);
        if let Value::Array(mut items) = answer["Items"].take() {
            rows.append(&mut items);
        }
        if rows.len() > 1000 {
            return Err(format!("{address}: no end"));
        }
    }
    Ok(rows)
}
