//! The text of seed files → items, each with the place it came from.

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::beside::is_beside;
use super::members::{Json, Members};
use crate::catalog::{Catalog, EntityId, EntityKind, View, nearest};

/// The ids there can be: those of the service have 32 bits.
const IDS: RangeInclusive<i64> = 1..=i32::MAX as i64;

/// A seed with the name that messages give it.
#[derive(Debug, Clone, Copy)]
pub struct SeedFile<'a> {
    pub name: &'a str,
    pub text: &'a str,
}

/// One entity of a seed as it is written.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub entity: EntityId,
    pub id: i64,
    pub members: Members<'a>,
    pub place: Place<'a>,
}

/// Where an item stands. Lines are counted only for items with something to complain about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub file: SeedFile<'a>,
    pub text: &'a str,
}

impl Place<'_> {
    /// A sentence about a field of the item.
    pub fn problem(&self, field: &str, what: impl fmt::Display) -> String {
        let at = self.text.find(&format!("\"{field}\"")).unwrap_or(0);
        let line = line_of(self.file.text, &self.text[at..]);
        format!("{}:{line}: {field}: {what}", self.file.name)
    }
}

/// What files hold.
pub(super) struct Content<'a> {
    pub items: Vec<Item<'a>>,
    /// Rows of tables that the catalog does not describe.
    pub beside: Vec<(String, Vec<Map<String, Value>>)>,
}

/// All items of all files; ids that a file leaves out are given after the largest one.
pub(super) fn read<'a>(catalog: &Catalog, files: &[SeedFile<'a>], problems: &mut Vec<String>) -> Content<'a> {
    let mut items: Vec<Item<'a>> = Vec::new();
    let mut beside = Vec::new();
    let mut known: HashMap<(&str, i64), usize> = HashMap::new();
    for file in files {
        let sections = match serde_json::from_str::<Sections<'_>>(file.text) {
            Ok(sections) => sections.0,
            Err(e) => {
                problems.push(format!("{}:{}: {}", file.name, e.line(), e));
                continue;
            }
        };
        for (name, raw) in sections {
            let line = || line_of(file.text, raw.get());
            if is_beside(&name) {
                match serde_json::from_str(raw.get()) {
                    Ok(rows) => beside.push((name, rows)),
                    Err(e) => problems.push(format!("{}:{}: {name}: {e}", file.name, line())),
                }
                continue;
            }
            let entity = catalog.named(&name).filter(|e| !matches!(e.kind, EntityKind::Embedded | EntityKind::Context));
            // what follows from other rows is not stored
            if entity.is_some_and(|e| matches!(e.view, Some(View::Share { .. }))) {
                continue;
            }
            let Some(entity) = entity.filter(|e| e.view.is_none()) else {
                let names = catalog.entities().iter().filter(|e| e.has_uri()).map(|e| e.plural.as_str());
                let hint = nearest(&name, names).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
                problems.push(format!("{}:{}: {name}: there is no such collection{hint}", file.name, line()));
                continue;
            };
            let rows = match rows(raw) {
                Ok(rows) => rows,
                Err(what) => {
                    problems.push(format!("{}:{}: {name}: {what}", file.name, line()));
                    continue;
                }
            };
            for row in rows {
                let place = Place { file: *file, text: row.get() };
                let members: Members<'a> = match serde_json::from_str(row.get()) {
                    Ok(members) => members,
                    Err(_) => {
                        problems.push(place.problem(&name, "an item must be an object"));
                        continue;
                    }
                };
                // a base lists rows of its heirs; the item says which
                let of = members.get("ResourceType").and_then(Json::as_str).and_then(|t| catalog.named(t));
                let entity = of.filter(|e| catalog.is_a(e.id, entity.id)).unwrap_or(entity);
                let id = members.get("Id").and_then(Json::as_i64).filter(|id| IDS.contains(id)).unwrap_or(0);
                if let Some(bad) = members.get("Id").filter(|_| id == 0) {
                    problems.push(place.problem("Id", format!("{bad} is no id")));
                }
                let key = (entity.table.as_str(), id);
                let item = Item { entity: entity.id, id, members, place };
                match known.get(&key).copied().filter(|_| id > 0) {
                    Some(at) if items[at].place.file.name == file.name => {
                        problems.push(item.place.problem("Id", format!("{id} is used twice")));
                    }
                    Some(at) => items[at] = item,
                    None => {
                        known.insert(key, items.len());
                        items.push(item);
                    }
                }
            }
        }
    }
    number(catalog, &mut items);
    Content { items, beside }
}

/// Gives ids to items without one.
pub(super) fn number(catalog: &Catalog, items: &mut [Item<'_>]) {
    let mut largest: HashMap<&str, i64> = HashMap::new();
    for item in items.iter() {
        let table = &catalog.entity(item.entity).table;
        let last = largest.entry(table).or_default();
        *last = (*last).max(item.id);
    }
    for item in items.iter_mut().filter(|i| i.id == 0) {
        let last = largest.entry(&catalog.entity(item.entity).table).or_default();
        *last += 1;
        item.id = *last;
    }
}

/// The rows of a section: an array, or the envelope of a saved answer.
fn rows(raw: &RawValue) -> Result<Vec<&RawValue>, String> {
    if raw.get().starts_with('[') {
        return serde_json::from_str(raw.get()).map_err(|e| e.to_string());
    }
    #[derive(serde::Deserialize)]
    struct Envelope<'a> {
        #[serde(rename = "Items", borrow)]
        items: Vec<&'a RawValue>,
    }
    serde_json::from_str::<Envelope<'_>>(raw.get())
        .map(|e| e.items)
        .map_err(|_| "must be an array, or an object with Items".into())
}

/// The line on which `part`, a piece of `text`, begins.
fn line_of(text: &str, part: &str) -> usize {
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len());
    text.as_bytes()[..offset].iter().filter(|b| **b == b'\n').count() + 1
}

/// The top level of a seed, in the order of the file.
struct Sections<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Sections<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = Sections<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of collections")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut sections = Vec::new();
                while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
                    sections.push(entry);
                }
                Ok(Sections(sections))
            }
        }
        deserializer.deserialize_map(Top)
    }
}
