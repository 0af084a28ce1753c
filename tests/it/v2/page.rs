//! Pages of an account with more rows than fit into the largest page.

use std::io::Write;

use serde_json::{Value, json};
use tpmock::SeedSource;

use crate::world::World;

const ROWS: usize = 1_100;

fn world() -> World {
    let tags: Vec<Value> = (1..=ROWS).map(|id| json!({"Id": id, "Name": format!("tag {id:04}")})).collect();
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(json!({"Tags": tags}).to_string().as_bytes()).expect("a seed");
    World::open(SeedSource::File(file.path().to_path_buf())).expect("a server")
}

/// All items, page by page along `next`.
fn follow(world: &World, first: &str) -> (Vec<Value>, Vec<String>) {
    let (mut items, mut links) = (Vec::new(), Vec::new());
    let mut address = Some(first.to_owned());
    while let Some(here) = address {
        let page = world.get(&here).ok(&here).expect("a page").json();
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        address = page["next"].as_str().map(str::to_owned);
        links.extend(address.clone());
    }
    (items, links)
}

// source: clients ask for thousands and follow next; the cut is assumed from v1
#[test]
fn a_page_never_holds_more_than_a_thousand() {
    let world = world();
    let (items, links) = follow(&world, "/api/v2/Tag?select=id&take=5000");
    assert_eq!(links, ["http://tp.example/api/v2/Tag?select=id&take=1000&skip=1000"]);
    assert_eq!(items.len(), ROWS);
}

#[test]
fn pages_hold_every_row_once() {
    let world = world();
    for address in ["/api/v2/tags?select=id", "/api/v2/Tag?select=id&orderBy=name desc&take=7&where=(id>500)"] {
        let (items, _) = follow(&world, address);
        let mut ids: Vec<i64> = items.iter().filter_map(Value::as_i64).collect();
        ids.sort_unstable();
        let first = if address.contains("500") { 501 } else { 1 };
        assert_eq!(ids, (first..=ROWS as i64).collect::<Vec<_>>(), "{address}");
    }
}

// source: docs, v2 streaming (no limit on rows)
#[test]
fn a_stream_holds_every_row_in_order() {
    let answer = world().get("/svc/tp-apiv2-streaming-service/stream/tags?select={name}&take=5").json();
    let ids: Vec<i64> = answer["items"].as_array().expect("items").iter().filter_map(|i| i["__id"].as_i64()).collect();
    assert_eq!(ids, (1..=ROWS as i64).collect::<Vec<_>>());
}

// source: docs, v2 result (paging does not apply)
#[test]
fn a_result_is_made_from_all_rows() {
    let world = world();
    assert_eq!(world.get("/api/v2/Tag?result=count&take=10").text(), ROWS.to_string());
    let all = world.get("/api/v2/Tag?select=id&result=it&take=10").json();
    assert_eq!(all.as_array().map(Vec::len), Some(ROWS));
}
