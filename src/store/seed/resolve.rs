//! References of a seed → ids: by id, by name, by login.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::file::Item;
use crate::catalog::{Catalog, Entity, EntityId, Member, Storage};
use crate::sql::KIND_COLUMN;

/// Members a reference may name its target by, in this order.
const NAMES: [&str; 4] = ["Name", "Login", "Email", "WordKey"];

pub(super) struct Resolver<'a> {
    catalog: &'a Catalog,
    items: &'a [Item<'a>],
    by_id: HashMap<(&'a str, i64), usize>,
    by_name: HashMap<(&'a str, &'static str, String), Vec<usize>>,
    /// By entity: whether its rows say which entity a row of a shared table is.
    kinds: Vec<bool>,
}

impl<'a> Resolver<'a> {
    pub fn new(catalog: &'a Catalog, items: &'a [Item<'a>]) -> Self {
        let mut by_id = HashMap::new();
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        for (i, item) in items.iter().enumerate() {
            let table = catalog.entity(item.entity).table.as_str();
            by_id.insert((table, item.id), i);
            for name in NAMES {
                if let Some(text) = item.members.get(name).and_then(Value::as_str) {
                    by_name.entry((table, name, text.to_lowercase())).or_default().push(i);
                }
            }
        }
        let kinds = catalog.entities().iter().map(|e| is_kind(catalog, e.id)).collect();
        Self { catalog, items, by_id, by_name, kinds }
    }

    pub fn item(&self, entity: EntityId, id: i64) -> Option<&'a Item<'a>> {
        self.by_id.get(&(self.catalog.entity(entity).table.as_str(), id)).map(|i| &self.items[*i])
    }

    /// The id a reference leads to, or what is wrong with it.
    pub fn reference(&self, holder: &Item<'_>, target: EntityId, value: &Value) -> Result<i64, String> {
        let Value::Object(members) = value else { return Err("a reference must be an object or null".into()) };
        if let Some(id) = members.get("Id").and_then(Value::as_i64) {
            return Ok(id);
        }
        let target = self.catalog.entity(target);
        let Some((name, text)) = NAMES.iter().find_map(|n| Some((*n, members.get(*n)?.as_str()?))) else {
            return Err("a reference needs an Id or a Name".into());
        };
        let none = Vec::new();
        let found = self.by_name.get(&(target.table.as_str(), name, text.to_lowercase())).unwrap_or(&none);
        let named = || found.iter().map(|i| &self.items[*i]).filter(|c| self.catalog.is_a(c.entity, target.id));
        // some items borrow from another type: a test case run has the priorities of its test case
        named()
            .filter(|c| self.agrees(holder, c, true))
            .min_by_key(|c| c.id)
            .or_else(|| named().filter(|c| self.agrees(holder, c, false)).min_by_key(|c| c.id))
            .map(|c| c.id)
            .ok_or_else(|| format!("there is no {} called '{text}' that fits", target.name))
    }

    /// Whether a candidate is meant for the holder: for its process, and with `typed` for its type.
    fn agrees(&self, holder: &Item<'_>, candidate: &Item<'_>, typed: bool) -> bool {
        let entity = self.catalog.entity(candidate.entity);
        let own = self.catalog.entity(holder.entity);
        let process = self.process(holder, own);
        entity.references().all(|(member, reference)| {
            // the kind of a shared table says what the candidate is, not whom it is for
            if entity.kinds.is_some() && column(member) == Some(KIND_COLUMN) {
                return true;
            }
            let Some(stated) = candidate.members.get(&member.name).and_then(|v| self.stated(v, reference.target))
            else {
                return true;
            };
            if self.kinds[usize::from(reference.target.0)] {
                return !typed || own.type_id.is_none_or(|id| id == stated);
            }
            match process {
                Some((target, id)) if target == reference.target => id == stated,
                _ => true,
            }
        })
    }

    /// The process of an item, by the path its entity names.
    fn process(&self, item: &Item<'_>, entity: &Entity) -> Option<(EntityId, i64)> {
        let mut at = item;
        let mut entity = entity;
        let mut found = None;
        for step in entity.process.as_ref()?.split('.') {
            let member = entity.member(step)?;
            let target = member.reference()?.target;
            let id = self.stated(at.members.get(&member.name)?, target)?;
            found = Some((target, id));
            entity = self.catalog.entity(target);
            at = match self.item(target, id) {
                Some(next) => next,
                None => return found,
            };
        }
        found
    }

    /// The id of a reference that needs no context to be resolved.
    fn stated(&self, value: &Value, target: EntityId) -> Option<i64> {
        let members: &Map<String, Value> = value.as_object()?;
        if let Some(id) = members.get("Id").and_then(Value::as_i64) {
            return Some(id);
        }
        let (name, text) = NAMES.iter().find_map(|n| Some((*n, members.get(*n)?.as_str()?)))?;
        let table = self.catalog.entity(target).table.as_str();
        let found = self.by_name.get(&(table, name, text.to_lowercase()))?;
        found.iter().map(|i| &self.items[*i]).find(|c| self.catalog.is_a(c.entity, target)).map(|c| c.id)
    }
}

/// Whether the rows of `entity` say which entity a row of a shared table is.
fn is_kind(catalog: &Catalog, entity: EntityId) -> bool {
    catalog
        .entities()
        .iter()
        .any(|e| e.kinds.is_some() && e.references().any(|(m, r)| r.target == entity && column(m) == Some(KIND_COLUMN)))
}

/// The column a stored reference is kept in.
pub(super) fn column(member: &Member) -> Option<&str> {
    match member.reference().map(|r| &r.storage) {
        Some(Storage::Column(column)) => Some(column),
        _ => None,
    }
}
