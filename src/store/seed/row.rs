//! Items with resolved references → rows, column by column.

use std::collections::HashSet;

use super::Ground;
use super::date::seed_date;
use super::file::Item;
use super::links::{self, Links};
use super::members::{Json, Members};
use super::resolve::{Resolver, column};
use super::shape::{keeps_values, own_kind};
use crate::catalog::{Entity, EntityId, Field, MemberKind, Storage, nearest};
use crate::sql::{KIND_COLUMN, VALUES_COLUMN};
use crate::value::{Value, ValueType};

/// How a password begins that a seed holds in its stored form.
pub(super) const STORED: &str = "pbkdf2:";

/// A row ready to be inserted.
pub(super) struct Row<'c> {
    pub entity: EntityId,
    pub columns: Vec<(&'c str, Value)>,
}

/// Takes rows as they are made, so that a large seed never stands in memory as rows.
pub(super) type Take<'t, 'c> = dyn FnMut(&Row<'c>) -> rusqlite::Result<()> + 't;

/// Hands on the rows of all items; the links that nested collections make come back.
pub(super) fn rows<'c>(
    ground: &Ground<'c>,
    resolver: &Resolver<'_>,
    items: &[Item<'_>],
    problems: &mut Vec<String>,
    take: &mut Take<'_, 'c>,
) -> rusqlite::Result<Links<'c>> {
    let mut links = Links::default();
    let dates = date_fields(ground, items);
    let mut given: Vec<Option<&Json<'_>>> = Vec::new();
    let mut version = 0;
    for item in items {
        if problems.len() > super::MAX_PROBLEMS {
            break;
        }
        version += 1;
        let entity = ground.catalog.entity(item.entity);
        let mut columns = vec![("Id", Value::Int(item.id))];
        if let Some(kind) = own_kind(entity) {
            columns.push((KIND_COLUMN, Value::Int(kind)));
        }
        let keeps_values = keeps_values(ground.catalog, entity);
        given.clear();
        given.resize(entity.members.len(), None);
        for (name, value) in item.members.iter() {
            match entity.member(name) {
                Some(member) => given[usize::from(member.id.index)] = Some(value),
                None if keeps_values && name == VALUES_COLUMN => {}
                None => problems.extend(unknown_member(entity, item, name)),
            }
        }
        for (member, given) in entity.members.iter().zip(given.iter().copied()) {
            match &member.kind {
                MemberKind::Field(field) => {
                    if member.name == "Id" {
                        continue;
                    }
                    match (&field.storage, given) {
                        (Storage::Column(name), given) => match field_value(ground, item, entity, field, name, given) {
                            Ok(Value::Null) if given.is_none() && name == "EntityVersion" => {
                                columns.push((name.as_str(), Value::Int(version)))
                            }
                            Ok(Value::Null) if given.is_none() && (name == "CreateDate" || name == "ModifyDate") => {
                                columns.push((name.as_str(), Value::Int(ground.now)));
                            }
                            Ok(value) => columns.push((name.as_str(), value)),
                            Err(what) => problems.push(item.place.problem(&member.name, what)),
                        },
                        (Storage::Embedded(name), Some(given)) => {
                            columns.push((name.as_str(), Value::Text(given.to_string())))
                        }
                        (Storage::Embedded(_) | Storage::Computed(_), _) => {}
                    }
                }
                MemberKind::Reference(reference) => match (&reference.storage, given) {
                    (_, None | Some(Json::Null)) => {}
                    (Storage::Column(name), Some(_)) if name == KIND_COLUMN && entity.kinds.is_some() => {}
                    (Storage::Column(_), Some(value)) => match resolver.reference(item, reference.target, value) {
                        Ok(id) => columns.extend(column(member).map(|c| (c, Value::Int(id)))),
                        Err(what) => problems.push(item.place.problem(&member.name, what)),
                    },
                    (Storage::Embedded(name), Some(value)) => {
                        columns.push((name.as_str(), Value::Text(value.to_string())));
                    }
                    (Storage::Computed(_), Some(_)) => {}
                },
                MemberKind::Collection(_) => {
                    if let Some(given) = given {
                        if entity.custom_fields().is_some_and(|m| m.id == member.id) {
                            match custom_values(ground, resolver, &dates, given) {
                                Ok(text) => columns.push((VALUES_COLUMN, text)),
                                Err(what) => problems.push(item.place.problem(&member.name, what)),
                            }
                        } else {
                            links::nested(ground.catalog, resolver, item, member, given, &mut links, problems);
                        }
                    }
                }
            }
        }
        if let Some(given) = item.members.get(VALUES_COLUMN).filter(|_| keeps_values) {
            match custom_values(ground, resolver, &dates, given) {
                Ok(text) => columns.push((VALUES_COLUMN, text)),
                Err(what) => problems.push(item.place.problem(VALUES_COLUMN, what)),
            }
        }
        let row = Row { entity: item.entity, columns };
        links.note(&row);
        if problems.is_empty() {
            take(&row)?;
        }
    }
    Ok(links)
}

/// A sentence about a member that the entity does not have.
fn unknown_member(entity: &Entity, item: &Item<'_>, name: &str) -> Option<String> {
    // aggregates and links of a saved answer say nothing new
    let extra = matches!(name, "ResourceType" | "Id" | "FullName" | "Kind") || name.contains('-');
    if extra {
        return None;
    }
    let names = entity.members.iter().map(|m| m.name.as_str());
    let hint = nearest(name, names).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
    Some(item.place.problem(name, format!("{} has no such member{hint}", entity.name)))
}

fn field_value(
    ground: &Ground<'_>,
    item: &Item<'_>,
    entity: &Entity,
    field: &Field,
    column: &str,
    given: Option<&Json<'_>>,
) -> Result<Value, String> {
    let given = match given {
        // an empty value that is written down stays empty
        Some(Json::Null) if field.nullable || field.ty == ValueType::Date => return Ok(Value::Null),
        None | Some(Json::Null) => match &field.default {
            Some(default) => return Ok(default.clone()),
            None if field.nullable || field.ty == ValueType::Date => return Ok(Value::Null),
            None => {
                return Ok(match field.ty {
                    ValueType::Text | ValueType::Link => Value::Text(String::new()),
                    _ if column == "EntityVersion" => Value::Null,
                    _ => Value::Int(0),
                });
            }
        },
        Some(given) => given,
    };
    if entity.member(column).is_some_and(|m| m.hidden) && column == "Password" {
        let login = item.members.get("Login").and_then(Json::as_str).unwrap_or_default();
        return Ok(given.as_str().map_or(Value::Null, |p| match p.strip_prefix(STORED) {
            Some(stored) => Value::Text(stored.to_owned()),
            None => Value::Text((ground.hash)(login, p)),
        }));
    }
    let value = match (field.ty, given) {
        (ValueType::Bool, Json::Bool(b)) => Value::Bool(*b),
        (ValueType::Int | ValueType::Long | ValueType::TimeSpan, Json::Number(n)) => {
            n.as_i64().or_else(|| n.as_f64().map(|x| x as i64)).map_or(Value::Null, Value::Int)
        }
        (ValueType::Decimal | ValueType::Average | ValueType::Double, Json::Number(n)) => {
            n.as_f64().map_or(Value::Null, Value::Real)
        }
        (ValueType::Date, Json::Text(text)) => match seed_date(text, ground.zone, ground.now) {
            Some(at) => Value::Int(at),
            None => return Err(format!("'{text}' is no date")),
        },
        (ValueType::Text | ValueType::Link, Json::Text(text)) => {
            let fits = field.values.is_empty() || field.values.iter().any(|v| v.eq_ignore_ascii_case(text));
            if !fits {
                return Err(format!("'{text}' is none of {}", field.values.join(", ")));
            }
            Value::Text(text.clone().into_owned())
        }
        (ValueType::Text, other @ (Json::Number(_) | Json::Bool(_))) => Value::Text(other.to_string()),
        (ty, other) => return Err(format!("{other} is no {}", ty.clr_name())),
    };
    Ok(value)
}

/// `[{"Name":…,"Value":…}]` as the text of one object; dates become milliseconds.
fn custom_values(
    ground: &Ground<'_>,
    resolver: &Resolver<'_>,
    dates: &HashSet<&str>,
    given: &Json<'_>,
) -> Result<Value, String> {
    let Some(list) = given.items() else { return Err("must be an array of names and values".into()) };
    let mut values = Members::default();
    for field in list {
        let Some(name) = field.get("Name").and_then(Json::as_str) else {
            return Err("a custom field needs a Name".into());
        };
        let value = field.get("Value").cloned().unwrap_or(Json::Null);
        let is_date = field.get("Type").and_then(Json::as_str) == Some(DATE) || dates.contains(name);
        let value = match value {
            Json::Null => continue,
            Json::Text(text) if is_date => match seed_date(&text, ground.zone, ground.now) {
                Some(at) => Json::Number(at.into()),
                None => return Err(format!("'{text}' is no date")),
            },
            Json::Object(mut object) if object.get("Id").is_some() && object.get("Name").is_none() => {
                let kind = object.get("Kind").and_then(Json::as_str).and_then(|k| ground.catalog.named(k));
                let id = object.get("Id").and_then(Json::as_i64).unwrap_or_default();
                let known = kind.and_then(|k| resolver.item(k.id, id)).and_then(|i| i.members.get("Name")).cloned();
                object.insert("Name", known.unwrap_or(Json::Text("".into())));
                Json::Object(object)
            }
            other => other,
        };
        values.insert(name.to_owned(), value);
    }
    Ok(if values.is_empty() { Value::Null } else { Value::Text(Json::Object(values).to_string()) })
}

/// The type of custom fields that hold dates.
const DATE: &str = "Date";

/// Names of the custom fields that the seed configures to hold dates.
fn date_fields<'i>(ground: &Ground<'_>, items: &'i [Item<'_>]) -> HashSet<&'i str> {
    let Some(set) = ground.catalog.set("definitions") else { return HashSet::new() };
    let definitions = items.iter().filter(|item| item.entity == set.entity).map(|item| &item.members);
    let dates = definitions.filter(|members| members.get("FieldType").and_then(Json::as_str) == Some(DATE));
    dates.filter_map(|members| members.get("Name")?.as_str()).collect()
}
