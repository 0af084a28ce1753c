//! Rows behind collections of many to many: nested lists of a seed, and the tags that items name.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value as Json;

use super::file::Item;
use super::resolve::{Resolver, column};
use super::row::Row;
use crate::catalog::{Catalog, CollectionLink, Entity, EntityId, FieldRole, Member};
use crate::value::Value;

/// One row of a link: entity, and the columns of its two ends.
pub(super) struct Link {
    pub entity: EntityId,
    pub from: (String, i64),
    pub to: (String, i64),
}

/// Items of a nested collection, each a reference to a row of the seed.
pub(super) fn nested(
    catalog: &Catalog,
    resolver: &Resolver<'_>,
    item: &Item<'_>,
    member: &Member,
    given: &Json,
    links: &mut Vec<Link>,
    problems: &mut Vec<String>,
) {
    let Some(collection) = member.collection() else { return };
    let list = given.as_array().or_else(|| given.get("Items").and_then(Json::as_array));
    let Some(list) = list else {
        problems.push(item.place.problem(&member.name, "must be an array, or an object with Items"));
        return;
    };
    let CollectionLink::Through { link, from, to } = &collection.link else {
        // children with an id are rows already
        if list.iter().any(|child| child.get("Id").is_none()) {
            let items = &catalog.entity(collection.item).plural;
            problems.push(item.place.problem(&member.name, format!("write these as {items}, each with its owner")));
        }
        return;
    };
    let through = catalog.entity(*link);
    for value in list {
        match resolver.reference(item, collection.item, value) {
            Ok(id) => {
                if let (Some(from), Some(to)) = (end(through, from), end(through, to)) {
                    links.push(Link { entity: *link, from: (from, item.id), to: (to, id) });
                }
            }
            Err(what) => problems.push(item.place.problem(&member.name, what)),
        }
    }
}

fn end(link: &Entity, name: &str) -> Option<String> {
    link.member(name).and_then(column).map(str::to_owned)
}

/// Link rows for the tags every item names, and rows for tags the seed does not list.
pub(super) fn tags(catalog: &Catalog, items: &[Item<'_>], links: &mut Vec<Link>, rows: &mut Vec<Row>) {
    let mut known: HashMap<EntityId, BTreeMap<String, i64>> = HashMap::new();
    for item in items {
        let entity = catalog.entity(item.entity);
        let Some((member, _)) = entity.fields().find(|(_, f)| f.role == FieldRole::Tags) else { continue };
        let Some(text) = item.members.get(&member.name).and_then(Json::as_str) else { continue };
        let Some((link, from, to, tag)) = tag_link(catalog, entity) else { continue };
        let tags = known.entry(tag).or_insert_with(|| {
            let own = items.iter().filter(|i| i.entity == tag);
            own.filter_map(|i| Some((i.members.get("Name")?.as_str()?.to_lowercase(), i.id))).collect()
        });
        for name in text.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            let next = tags.values().max().copied().unwrap_or(0) + 1;
            let id = *tags.entry(name.to_lowercase()).or_insert_with(|| {
                let columns =
                    vec![("Id".to_owned(), Value::Int(next)), ("Name".to_owned(), Value::Text(name.to_owned()))];
                rows.push(Row { entity: tag, columns });
                next
            });
            links.push(Link { entity: link, from: (from.clone(), item.id), to: (to.clone(), id) });
        }
    }
}

/// The link of the collection whose items are named like tags: two members and no more.
fn tag_link(catalog: &Catalog, entity: &Entity) -> Option<(EntityId, String, String, EntityId)> {
    entity.collections().find_map(|(_, collection)| {
        let CollectionLink::Through { link, from, to } = &collection.link else { return None };
        let item = catalog.entity(collection.item);
        let named_only = item.fields().count() == 2 && item.references().count() == 0 && item.member("Name").is_some();
        let through = catalog.entity(*link);
        named_only.then(|| Some((*link, end(through, from)?, end(through, to)?, item.id))).flatten()
    })
}

/// Numbers the link rows, leaving out those the seed already holds.
pub(super) fn rows(catalog: &Catalog, items: &[Item<'_>], links: Vec<Link>, rows: &mut Vec<Row>) {
    let mut next: HashMap<EntityId, i64> = HashMap::new();
    let mut seen = std::collections::HashSet::new();
    for row in rows.iter() {
        let ends: Vec<&(String, Value)> = row.columns.iter().filter(|(c, _)| c.ends_with("Id") && c != "Id").collect();
        if let [a, b] = ends.as_slice()
            && let (Value::Int(x), Value::Int(y)) = (&a.1, &b.1)
        {
            seen.insert((row.entity, a.0.clone(), *x, *y));
            seen.insert((row.entity, b.0.clone(), *y, *x));
        }
    }
    for link in links {
        if !seen.insert((link.entity, link.from.0.clone(), link.from.1, link.to.1)) {
            continue;
        }
        let id = next.entry(link.entity).or_insert_with(|| {
            let table = &catalog.entity(link.entity).table;
            let own = items.iter().filter(|i| &catalog.entity(i.entity).table == table);
            own.map(|i| i.id).max().unwrap_or(0)
        });
        *id += 1;
        let columns = vec![
            ("Id".to_owned(), Value::Int(*id)),
            (link.from.0, Value::Int(link.from.1)),
            (link.to.0, Value::Int(link.to.1)),
        ];
        rows.push(Row { entity: link.entity, columns });
    }
}
