//! A saved answer of the API as a seed: what it only mentions becomes a row of its own.
//!
//! References show an id with a name, sometimes more; lists of children lie within their owner; custom fields come with
//! their type. Rows, children and field definitions are made from just that, unless the seed has them. A reference
//! that is an id and nothing else says nothing about its row, so the row has to be there.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::file::{Item, number};
use super::members::{Json, Members};
use crate::catalog::{Catalog, CollectionLink, Entity, EntityId, EntityKind, Member, MemberKind, Storage};
use crate::sql::KIND_COLUMN;

/// Something an item mentions.
struct Mention<'i, 't> {
    target: EntityId,
    id: i64,
    members: &'i Members<'t>,
    /// The reference of a child that leads back, for children that lie within their owner.
    owner: Option<&'i str>,
    /// Where it stands, for complaints.
    member: &'i Member,
}

/// Adds rows for all that the items mention and that no file holds.
pub(super) fn complete(catalog: &Catalog, items: &mut Vec<Item<'_>>, problems: &mut Vec<String>) {
    let key = |entity: EntityId, id: i64| (catalog.entity(entity).table.as_str(), id);
    let mut known: HashMap<(&str, i64), usize> =
        items.iter().enumerate().map(|(at, item)| (key(item.entity, item.id), at)).collect();
    let mut at = 0;
    while at < items.len() {
        let (mut made, mut renamed) = (Vec::new(), Vec::new());
        let item = &items[at];
        for mention in mentions(catalog, item) {
            match known.get(&key(mention.target, mention.id)) {
                Some(there) => renamed.extend(new_name(&mention, item, items, *there)),
                // a past state may mention what is gone by now
                None if mention.members.len() == 1 && catalog.entity(item.entity).kind == EntityKind::History => {}
                None if mention.members.len() == 1 && mention.owner.is_none() => {
                    let target = &catalog.entity(mention.target).name;
                    problems
                        .push(item.place.problem(&mention.member.name, format!("there is no {target} {}", mention.id)));
                }
                None => {
                    known.insert(key(mention.target, mention.id), items.len() + made.len());
                    made.push(row(catalog, item, &mention));
                }
            }
        }
        items.extend(made);
        for (there, name) in renamed {
            items[there].members.insert(NAME, name);
        }
        at += 1;
    }
    define_fields(catalog, items);
}

const NAME: &str = "Name";

/// The same id is called otherwise in the account that a saved answer comes from than in what every account has.
fn new_name<'t>(
    mention: &Mention<'_, 't>,
    item: &Item<'_>,
    items: &[Item<'_>],
    there: usize,
) -> Option<(usize, Json<'t>)> {
    let (name, own) = (mention.members.get(NAME)?, items[there].members.get(NAME)?.as_str()?);
    let given = name.as_str()?;
    let from_another_file = !std::ptr::eq(items[there].place.file.text, item.place.file.text);
    (from_another_file && !given.eq_ignore_ascii_case(own)).then(|| (there, name.clone()))
}

fn mentions<'i, 't>(catalog: &'i Catalog, item: &'i Item<'t>) -> Vec<Mention<'i, 't>> {
    let entity = catalog.entity(item.entity);
    let mut found = Vec::new();
    for member in &entity.members {
        let Some(given) = item.members.get(&member.name) else { continue };
        match &member.kind {
            MemberKind::Field(_) => {}
            MemberKind::Reference(reference) => {
                let stored = match &reference.storage {
                    Storage::Column(column) => column != KIND_COLUMN || entity.kinds.is_none(),
                    Storage::Computed(_) | Storage::Embedded(_) => false,
                };
                if stored {
                    found.extend(mention(catalog, reference.target, given, member, None));
                }
            }
            MemberKind::Collection(collection) => {
                let owner = match &collection.link {
                    CollectionLink::By(by) => Some(by.as_str()),
                    CollectionLink::Through { .. } => None,
                    CollectionLink::Values | CollectionLink::Inline => continue,
                };
                let rows = given.items().into_iter().flatten();
                found.extend(rows.filter_map(|row| mention(catalog, collection.item, row, member, owner)));
            }
        }
    }
    found
}

fn mention<'i, 't>(
    catalog: &Catalog,
    target: EntityId,
    value: &'i Json<'t>,
    member: &'i Member,
    owner: Option<&'i str>,
) -> Option<Mention<'i, 't>> {
    let members = value.as_object()?;
    let id = members.get("Id").and_then(Json::as_i64).filter(|id| *id > 0)?;
    let target = concrete(catalog, catalog.entity(target), members);
    (target.view.is_none()).then_some(Mention { target: target.id, id, members, owner, member })
}

/// What the row is: what it says of itself, or what stands in for the base.
fn concrete<'c>(catalog: &'c Catalog, target: &'c Entity, members: &Members<'_>) -> &'c Entity {
    let mut words = ["Kind", "ResourceType"].iter().filter_map(|name| catalog.named(members.get(name)?.as_str()?));
    let said = words.find(|e| catalog.is_a(e.id, target.id) && !e.is_base());
    said.or_else(|| target.stand_in.map(|id| catalog.entity(id))).unwrap_or(target)
}

fn row<'t>(catalog: &Catalog, holder: &Item<'t>, mention: &Mention<'_, 't>) -> Item<'t> {
    let entity = catalog.entity(mention.target);
    let mut members: Members<'t> =
        mention.members.iter().filter(|(name, _)| entity.member(name).is_some()).cloned().collect();
    if let Some(back) = mention.owner {
        members.insert(back.to_owned(), Json::reference(holder.id));
    }
    Item { entity: mention.target, id: mention.id, members, place: holder.place }
}

/// Definitions for custom fields that come with their type and that nobody defined.
fn define_fields(catalog: &Catalog, items: &mut Vec<Item<'_>>) {
    let Some(set) = catalog.set("definitions") else { return };
    let text = |members: &Members<'_>, name: &str| members.get(name).and_then(Json::as_str).map(str::to_owned);
    let of_type = |item: &Item<'_>| {
        let by_id = item.members.get(&set.key).and_then(|t| t.get("Id")).and_then(Json::as_i64);
        by_id.or_else(|| {
            let name = item.members.get(&set.key)?.get(NAME)?.as_str()?;
            catalog.named(name)?.type_id
        })
    };
    let own = items.iter().filter(|item| item.entity == set.entity);
    let mut known: HashSet<(i64, String)> =
        own.filter_map(|i| Some((of_type(i)?, i.members.get(NAME)?.as_str()?.to_owned()))).collect();
    let mut made = Vec::new();
    for item in items.iter() {
        let entity = catalog.entity(item.entity);
        let (Some(values), Some(kind)) = (entity.custom_fields(), entity.type_id) else { continue };
        let fields = item.members.get(&values.name).and_then(Json::items).into_iter().flatten();
        for field in fields.filter_map(Json::as_object) {
            let (Some(name), Some(field_type)) = (text(field, NAME), text(field, "Type")) else { continue };
            if known.insert((kind, name.clone())) {
                let mut members = Members::default();
                members.insert(NAME, Json::Text(Cow::Owned(name)));
                members.insert("FieldType", Json::Text(Cow::Owned(field_type)));
                members.insert(set.key.clone(), Json::reference(kind));
                made.push(Item { entity: set.entity, id: 0, members, place: item.place });
            }
        }
    }
    items.extend(made);
    number(catalog, items);
}
