//! Custom field values: found by name among the fields of the item's type and process, converted by their type.
//!
//! Evidence: vendor's custom fields pages and converter; system fields, vendor's blog of 2017. Values stay as the
//! read path shows them: dates as milliseconds, addresses and entities as objects.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::change::{Change, is_a};
use super::refusal::{Message, Refusal};
use super::save::VALUES;
use super::settings;
use super::tx::{Result, Tx};
use crate::catalog::{Entity, EntityKind};
use crate::date::parse_date;
use crate::draft::Draft;
use crate::query::CustomField;
use crate::query::convert::{self, kind};
use crate::value::Value;

/// Puts the named values into the row; the others stay.
pub(super) fn assign(tx: &Tx<'_>, change: &mut Change<'_>, values: &[(String, Draft)]) -> Result<()> {
    let fields = configured(tx, change)?;
    let mut object: Map<String, Json> = serde_json::from_str(change.new.text(VALUES)).unwrap_or_default();
    for (name, draft) in values {
        let squeezed = squeeze(name);
        let Some(field) = fields.iter().find(|f| squeeze(&f.name) == squeezed) else {
            return Err(Refusal::invalid(
                "Custom field {fieldName} is not found for {entityKind}.",
                vec![("fieldName", name.clone()), ("entityKind", change.entity.name.clone())],
            ));
        };
        if field.calculated {
            continue;
        }
        if field.system && !tx.who.system {
            return Err(Refusal::invalid(
                "Value of system custom field {customFieldName} can be set only by System User or system activities (e.g. metrics).",
                vec![("customFieldName", field.name.clone())],
            ));
        }
        match converted(tx, field, draft)? {
            Json::Null => object.remove(&field.name),
            value => object.insert(field.name.clone(), value),
        };
    }
    let text = if object.is_empty() { Value::Null } else { Value::Text(Json::Object(object).to_string()) };
    change.new.set(VALUES, text);
    Ok(())
}

/// Rule: defaults of new items, and fields that must have a value.
pub(super) fn complete(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.entity.custom_fields().is_none() || !(change.is_new() || change.gives("CustomFields")) {
        return Ok(());
    }
    let fields = configured(tx, change)?;
    if fields.is_empty() {
        return Ok(());
    }
    let mut object: Map<String, Json> = serde_json::from_str(change.new.text(VALUES)).unwrap_or_default();
    let before = object.len();
    if change.is_new() {
        for field in fields.iter() {
            if let Some(default) = field.default.as_ref().filter(|_| !object.contains_key(&field.name)) {
                let value = converted(tx, field, &Draft::Text(default.clone())).unwrap_or(Json::Null);
                if !value.is_null() {
                    object.insert(field.name.clone(), value);
                }
            }
        }
        if object.len() > before {
            change.new.set(VALUES, Json::Object(object.clone()).to_string());
        }
    }
    // what was never asked for on creation stays open: the service demands it in its forms
    let cleared = |f: &&CustomField| f.required && change.gives("CustomFields") && !object.contains_key(&f.name);
    let missing: Vec<Message> = fields
        .iter()
        .filter(cleared)
        .map(|f| Message::new("{fieldName} should be specified.", vec![("fieldName", f.name.clone())]))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Invalid(missing)) }
}

/// The fields of the change's type and process.
fn configured(tx: &Tx<'_>, change: &Change<'_>) -> Result<Rc<Vec<CustomField>>> {
    match change.entity.type_id {
        Some(type_id) => settings::custom_fields(tx, type_id, process(tx, change)?),
        None => Ok(Rc::default()),
    }
}

/// The process of a row, by the path its entity names.
pub(super) fn process<'a>(tx: &Tx<'a>, change: &Change<'a>) -> Result<Option<i64>> {
    let Some(path) = &change.entity.process else { return Ok(None) };
    let mut steps = path.split('.');
    let Some((column, mut entity)) = steps.next().and_then(|step| step_of(tx, change.entity, step)) else {
        return Ok(None);
    };
    // a task has no project of its own yet, its story has
    let mut found = change.new.int(column);
    for step in steps {
        let (Some(id), Some((column, next))) = (found, step_of(tx, entity, step)) else { return Ok(None) };
        found = match next.name.as_str() {
            "Process" => settings::process_of(tx, entity, id, column)?,
            _ => tx.reference(entity, id, column)?,
        };
        entity = next;
    }
    Ok(found)
}

/// The column of a reference, and what it leads to.
fn step_of<'a>(tx: &Tx<'a>, entity: &'a Entity, step: &str) -> Option<(&'a str, &'a Entity)> {
    let member = entity.member(step)?;
    let target = tx.catalog().entity(member.reference()?.target);
    Some((super::save::reference_column(member)?, target))
}

fn squeeze(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn converted(tx: &Tx<'_>, field: &CustomField, draft: &Draft) -> Result<Json> {
    let text = match draft {
        Draft::Null => return Ok(Json::Null),
        Draft::Text(text) | Draft::Number(text) => Some(text.as_str()),
        Draft::Bool(true) => Some("true"),
        Draft::Bool(false) => Some("false"),
        Draft::List(_) | Draft::Object(_) => None,
    };
    if text.is_some_and(|t| t.trim().is_empty()) {
        return Ok(Json::Null);
    }
    let wrong = |expected: &str| mismatch(expected, draft);
    match field.field_type.as_str() {
        "CheckBox" => text.and_then(convert::boolean).map(Json::from).ok_or_else(|| wrong("Boolean")),
        "Number" | "Money" => match text.and_then(convert::number) {
            None => Err(wrong("Decimal")),
            Some(number) if number.is_finite() => Ok(Json::from(number)),
            Some(_) => Err(out_of_bounds(field, text.unwrap_or_default())),
        },
        "Date" => {
            let at = text.and_then(|t| parse_date(t, tx.zone)).ok_or_else(|| wrong("DateTime"))?;
            Ok(Json::from(tx.midnight(at)))
        }
        "DropDown" => option(field, text.ok_or_else(|| wrong("String"))?),
        "MultipleSelectionList" => {
            let parts = list(draft).ok_or_else(|| wrong("String"))?;
            let parts = parts.iter().map(|p| option(field, p)).collect::<Result<Vec<_>>>()?;
            let parts: Vec<&str> = parts.iter().filter_map(Json::as_str).collect();
            Ok(Json::from(parts.join(",")))
        }
        "URL" => address(draft, text),
        "Entity" => entity(tx, field, draft, text),
        "MultipleEntities" => entities(tx, field, draft),
        _ => text.map(Json::from).ok_or_else(|| wrong("String")),
    }
}

fn mismatch(expected: &str, draft: &Draft) -> Refusal {
    Refusal::invalid(
        "Invalid value type, expected {expected}, but got {actual}.",
        vec![("expected", expected.to_owned()), ("actual", kind(draft).to_owned())],
    )
}

/// The option of a list as it is configured.
fn option(field: &CustomField, text: &str) -> Result<Json> {
    let options: Vec<&str> =
        field.options.as_deref().unwrap_or_default().lines().map(str::trim).filter(|o| !o.is_empty()).collect();
    if options.is_empty() {
        return Ok(Json::from(text));
    }
    let known = options.iter().find(|o| o.to_lowercase() == text.trim().to_lowercase());
    known.map(|o| Json::from(*o)).ok_or_else(|| out_of_bounds(field, text))
}

fn out_of_bounds(field: &CustomField, text: &str) -> Refusal {
    let data = vec![("value", text.chars().take(100).collect()), ("fieldName", field.name.clone())];
    Refusal::invalid("Value {value} of field {fieldName} is out of bounds.", data)
}

fn list(draft: &Draft) -> Option<Vec<String>> {
    match draft {
        Draft::Text(text) | Draft::Number(text) => {
            Some(text.split(',').map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect())
        }
        Draft::List(items) => {
            items.iter().map(|i| if let Draft::Text(t) = i { Some(t.clone()) } else { None }).collect()
        }
        Draft::Null | Draft::Bool(_) | Draft::Object(_) => None,
    }
}

/// An object, or a label and an address on two lines. Without a label the address is its own.
fn address(draft: &Draft, text: Option<&str>) -> Result<Json> {
    let (url, label) = match (draft, text) {
        (Draft::Object(_), _) => {
            let member = |name: &str| match draft.member(name) {
                Some(Draft::Text(text)) => text.clone(),
                _ => String::new(),
            };
            (member("Url"), member("Label"))
        }
        (_, Some(text)) => match text.split_once('\n') {
            Some((label, url)) => (url.trim().to_owned(), label.trim().to_owned()),
            None => (text.trim().to_owned(), String::new()),
        },
        _ => {
            return Err(Refusal::invalid(
                "Invalid value type, expected '{firstExpected}' or '{anotherExpected}', but got '{actual}'.",
                vec![
                    ("firstExpected", "Object".to_owned()),
                    ("anotherExpected", "String".to_owned()),
                    ("actual", kind(draft).to_owned()),
                ],
            ));
        }
    };
    if url.is_empty() {
        return Ok(Json::Null);
    }
    let label = if label.is_empty() { url.clone() } else { label };
    Ok(serde_json::json!({"Url": url, "Label": label}))
}

/// `{"Id","Kind"}` or an id alone.
fn entity(tx: &Tx<'_>, field: &CustomField, draft: &Draft, text: Option<&str>) -> Result<Json> {
    let id = match draft {
        Draft::Object(_) => match draft.member("Id") {
            Some(Draft::Null) => return Ok(Json::Null),
            id => id.and_then(Draft::integer),
        },
        _ => text.and_then(|t| t.trim().parse().ok()),
    };
    let id: i64 = id.ok_or_else(|| mismatch("Int32", draft))?;
    let kind = match draft.member("Kind").or_else(|| draft.member("ResourceType")) {
        Some(Draft::Text(kind)) => Some(kind.clone()),
        _ => None,
    };
    let (kind, name) = named(tx, field, id, kind.as_deref())?;
    Ok(serde_json::json!({"Id": id, "Name": name, "Kind": kind}))
}

/// `"6387 userstory,3527 userstory"`.
fn entities(tx: &Tx<'_>, field: &CustomField, draft: &Draft) -> Result<Json> {
    let mut parts = Vec::new();
    for part in list(draft).ok_or_else(|| mismatch("String", draft))? {
        let (id, kind) = part.split_once(' ').unwrap_or((&part, ""));
        let id: i64 = id.parse().map_err(|_| mismatch("String", draft))?;
        let (kind, _) = named(tx, field, id, Some(kind.trim()).filter(|k| !k.is_empty()))?;
        parts.push(format!("{id} {}", kind.to_lowercase()));
    }
    Ok(if parts.is_empty() { Json::Null } else { Json::from(parts.join(",")) })
}

/// What somebody may mean by a kind: something with an address that is kept in rows.
fn can_be_meant(entity: &Entity) -> bool {
    entity.has_uri() && entity.view.is_none() && matches!(entity.kind, EntityKind::Resource | EntityKind::Base)
}

/// What an entity is and how it is called; it must be there, and of a type that the field is for.
fn named(tx: &Tx<'_>, field: &CustomField, id: i64, kind: Option<&str>) -> Result<(String, String)> {
    let unknown = || {
        let data = vec![
            ("fieldName", field.name.clone()),
            ("entityKind", kind.unwrap_or("General").to_owned()),
            ("entityId", id.to_string()),
        ];
        Refusal::invalid("Unable to update custom field {fieldName}. {entityKind} #{entityId} not found.", data)
    };
    let kinds: Vec<&str> = field.options.as_deref().unwrap_or_default().split_whitespace().collect();
    let candidates = match (kind, kinds.as_slice()) {
        (Some(kind), _) => vec![kind],
        (None, []) => vec!["General"],
        (None, kinds) => kinds.to_vec(),
    };
    let mut found = None;
    for entity in candidates.into_iter().filter_map(|kind| tx.catalog().named(kind).filter(|e| can_be_meant(e))) {
        if found.is_none() {
            found = tx.row(entity, id)?.map(|row| (tx.concrete(entity, &row), row));
        }
    }
    let is_one = |entity: &Entity| kinds.is_empty() || kinds.iter().any(|kind| is_a(tx, entity, kind));
    let (entity, row) = found.filter(|(entity, _)| is_one(entity)).ok_or_else(unknown)?;
    if !tx.who.sees_all && !tx.sees(entity.id, id)? {
        return Err(unknown());
    }
    let name = match row.text("Name") {
        "" => format!("{} {}", row.text("FirstName"), row.text("LastName")).trim().to_owned(),
        name => name.to_owned(),
    };
    Ok((entity.name.clone(), name))
}

/// What a history calls the custom fields whose values differ between two texts of values.
pub(super) fn changed(old: &str, new: &str) -> Vec<String> {
    if old == new {
        return Vec::new();
    }
    let read = |text: &str| serde_json::from_str::<Map<String, Json>>(text).unwrap_or_default();
    let (old, new) = (read(old), read(new));
    let value = |of: &Map<String, Json>, name: &str| of.get(name).filter(|v| !v.is_null()).cloned();
    let mut names: Vec<&String> = new.keys().chain(old.keys().filter(|name| !new.contains_key(*name))).collect();
    names.retain(|name| value(&old, name) != value(&new, name));
    names.into_iter().map(|name| format!("CustomField:{name}")).collect()
}
