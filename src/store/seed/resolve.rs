//! References of a seed → ids: by id, by name, by login.

use std::cell::RefCell;
use std::collections::HashMap;

use super::file::Item;
use super::members::{Json, Members};
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
    /// Names that were looked up: a large seed has thousands of items in some ten states.
    found: RefCell<HashMap<Lookup, Option<i64>>>,
}

/// All that decides what a name means: the entity of the holder and its process; the target, which member, the name.
type Lookup = (EntityId, Option<(EntityId, i64)>, EntityId, &'static str, String);

impl<'a> Resolver<'a> {
    pub fn new(catalog: &'a Catalog, items: &'a [Item<'a>]) -> Self {
        let mut by_id = HashMap::new();
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        for (i, item) in items.iter().enumerate() {
            let table = catalog.entity(item.entity).table.as_str();
            by_id.insert((table, item.id), i);
            for name in NAMES {
                if let Some(text) = item.members.get(name).and_then(Json::as_str) {
                    by_name.entry((table, name, text.to_lowercase())).or_default().push(i);
                }
            }
        }
        let kinds = catalog.entities().iter().map(|e| is_kind(catalog, e.id)).collect();
        Self { catalog, items, by_id, by_name, kinds, found: RefCell::default() }
    }

    pub fn item(&self, entity: EntityId, id: i64) -> Option<&'a Item<'a>> {
        self.by_id.get(&(self.catalog.entity(entity).table.as_str(), id)).map(|i| &self.items[*i])
    }

    /// The id a reference leads to, or what is wrong with it.
    pub fn reference(&self, holder: &Item<'_>, target: EntityId, value: &Json<'_>) -> Result<i64, String> {
        let Json::Object(members) = value else { return Err("a reference must be an object or null".into()) };
        if let Some(id) = members.get("Id").and_then(Json::as_i64) {
            return Ok(id);
        }
        let target = self.catalog.entity(target);
        let Some((name, text)) = NAMES.iter().find_map(|n| Some((*n, members.get(n)?.as_str()?))) else {
            return Err("a reference needs an Id or a Name".into());
        };
        let own = self.catalog.entity(holder.entity);
        let process = self.process(holder, own);
        let lookup = (own.id, process, target.id, name, text.to_lowercase());
        let known = self.found.borrow().get(&lookup).copied();
        let id = known.unwrap_or_else(|| {
            let id = self.named(own, process, target, &(target.table.as_str(), name, lookup.4.clone()));
            self.found.borrow_mut().insert(lookup, id);
            id
        });
        id.ok_or_else(|| format!("there is no {} called '{text}' that fits", target.name))
    }

    /// The id of what is called so and is meant for a holder of this entity and process.
    fn named(
        &self,
        own: &Entity,
        process: Option<(EntityId, i64)>,
        target: &Entity,
        name: &(&str, &'static str, String),
    ) -> Option<i64> {
        let found = self.by_name.get(name)?;
        let all = || found.iter().map(|i| &self.items[*i]).filter(|c| self.catalog.is_a(c.entity, target.id));
        // some items borrow from another type: a test case run has the priorities of its test case
        let typed = all().filter(|c| self.agrees(own, process, c, true)).map(|c| c.id).min();
        typed.or_else(|| all().filter(|c| self.agrees(own, process, c, false)).map(|c| c.id).min())
    }

    /// Whether a candidate is meant for the holder: for its process, and with `typed` for its type.
    fn agrees(&self, own: &Entity, process: Option<(EntityId, i64)>, candidate: &Item<'_>, typed: bool) -> bool {
        let entity = self.catalog.entity(candidate.entity);
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
    fn stated(&self, value: &Json<'_>, target: EntityId) -> Option<i64> {
        let members: &Members<'_> = value.as_object()?;
        if let Some(id) = members.get("Id").and_then(Json::as_i64) {
            return Some(id);
        }
        let (name, text) = NAMES.iter().find_map(|n| Some((*n, members.get(n)?.as_str()?)))?;
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
