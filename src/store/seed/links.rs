//! Rows behind collections of many to many: nested lists of a seed, and the tags that items name.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::file::Item;
use super::members::Json;
use super::resolve::{Resolver, column};
use super::row::{Row, Take};
use crate::catalog::{Catalog, CollectionLink, Entity, EntityId, FieldRole, Member};
use crate::value::Value;

/// One row of a link: entity, and the columns of its two ends.
struct Link<'c> {
    entity: EntityId,
    from: (&'c str, i64),
    to: (&'c str, i64),
}

/// Links as they are found, and those that the seed itself holds as rows.
#[derive(Default)]
pub(super) struct Links<'c> {
    found: Vec<Link<'c>>,
    seen: HashSet<(EntityId, &'c str, i64, i64)>,
}

/// Items of a nested collection, each a reference to a row of the seed.
pub(super) fn nested<'c>(
    catalog: &'c Catalog,
    resolver: &Resolver<'_>,
    item: &Item<'_>,
    member: &Member,
    given: &Json<'_>,
    links: &mut Links<'c>,
    problems: &mut Vec<String>,
) {
    let Some(collection) = member.collection() else { return };
    let Some(list) = given.items() else {
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
                    links.found.push(Link { entity: *link, from: (from, item.id), to: (to, id) });
                }
            }
            Err(what) => problems.push(item.place.problem(&member.name, what)),
        }
    }
}

fn end<'c>(link: &'c Entity, name: &str) -> Option<&'c str> {
    link.member(name).and_then(column)
}

impl<'c> Links<'c> {
    /// Remembers a row that is a link.
    pub fn note(&mut self, row: &Row<'c>) {
        let mut ends = row.columns.iter().filter(|(c, _)| c.ends_with("Id") && *c != "Id");
        if let (Some(a), Some(b), None) = (ends.next(), ends.next(), ends.next())
            && let (Value::Int(x), Value::Int(y)) = (&a.1, &b.1)
        {
            self.seen.insert((row.entity, a.0, *x, *y));
            self.seen.insert((row.entity, b.0, *y, *x));
        }
    }

    /// Links for the tags every item names, and rows for tags the seed does not list.
    pub fn tags(&mut self, catalog: &'c Catalog, items: &[Item<'_>], take: &mut Take<'_, 'c>) -> rusqlite::Result<()> {
        let mut known: HashMap<EntityId, (HashMap<String, i64>, i64)> = HashMap::new();
        for item in items {
            let entity = catalog.entity(item.entity);
            let Some((member, _)) = entity.fields().find(|(_, f)| f.role == FieldRole::Tags) else { continue };
            let Some(text) = item.members.get(&member.name).and_then(Json::as_str) else { continue };
            let Some((link, from, to, tag)) = tag_link(catalog, entity) else { continue };
            let (tags, last) = known.entry(tag).or_insert_with(|| {
                let own = items.iter().filter(|i| i.entity == tag);
                let last = own.clone().map(|i| i.id).max().unwrap_or(0);
                (own.filter_map(|i| Some((i.members.get("Name")?.as_str()?.to_lowercase(), i.id))).collect(), last)
            });
            for name in text.split(',').map(str::trim).filter(|n| !n.is_empty()) {
                let id = match tags.entry(name.to_lowercase()) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => {
                        *last += 1;
                        let columns = vec![("Id", Value::Int(*last)), ("Name", Value::Text(name.to_owned()))];
                        take(&Row { entity: tag, columns })?;
                        *new.insert(*last)
                    }
                };
                self.found.push(Link { entity: link, from: (from, item.id), to: (to, id) });
            }
        }
        Ok(())
    }

    /// Numbers the link rows, leaving out those the seed already holds.
    pub fn rows(mut self, catalog: &'c Catalog, items: &[Item<'_>], take: &mut Take<'_, 'c>) -> rusqlite::Result<()> {
        let mut next: HashMap<EntityId, i64> = HashMap::new();
        for link in self.found {
            if !self.seen.insert((link.entity, link.from.0, link.from.1, link.to.1)) {
                continue;
            }
            let id = next.entry(link.entity).or_insert_with(|| {
                let table = &catalog.entity(link.entity).table;
                let own = items.iter().filter(|i| &catalog.entity(i.entity).table == table);
                own.map(|i| i.id).max().unwrap_or(0)
            });
            *id += 1;
            let columns = vec![
                ("Id", Value::Int(*id)),
                (link.from.0, Value::Int(link.from.1)),
                (link.to.0, Value::Int(link.to.1)),
            ];
            take(&Row { entity: link.entity, columns })?;
        }
        Ok(())
    }
}

/// The link of the collection whose items are named like tags: two members and no more.
fn tag_link<'c>(catalog: &'c Catalog, entity: &Entity) -> Option<(EntityId, &'c str, &'c str, EntityId)> {
    entity.collections().find_map(|(_, collection)| {
        let CollectionLink::Through { link, from, to } = &collection.link else { return None };
        let item = catalog.entity(collection.item);
        let named_only = item.fields().count() == 2 && item.references().count() == 0 && item.member("Name").is_some();
        let through = catalog.entity(*link);
        named_only.then(|| Some((*link, end(through, from)?, end(through, to)?, item.id))).flatten()
    })
}
