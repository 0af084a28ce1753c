//! Draft + entity + catalog → [`Mutation`]: names in any case, values of the members' types, references by id.
//!
//! Knows no rows: whether an id exists, and what a custom field may hold, is found out when the mutation is applied.
//! Unknown members are ignored, as read-only ones are (seen in recordings of 2013 for the latter; the former assumed).

use super::convert;
use super::error::Error;
use crate::catalog::{
    Catalog, Collection, CollectionLink, Entity, EntityId, FieldRole, Member, MemberId, MemberKind, Reference, Storage,
};
use crate::clock::Zone;
use crate::draft::Draft;
use crate::query::ast::Span;
use crate::value::Value;

/// What a body asks to be done to one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Mutation {
    /// As addressed; may be a base of what the row is.
    pub entity: EntityId,
    /// Without one the entity is created.
    pub id: Option<i64>,
    pub set: Vec<Assignment>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    pub member: MemberId,
    pub to: To,
}

#[derive(Debug, Clone, PartialEq)]
pub enum To {
    Value(Value),
    Reference(Option<i64>),
    /// A reference without an id: what it refers to is created first.
    New(Box<Mutation>),
    /// Custom fields by name; `Null` clears.
    Custom(Vec<(String, Draft)>),
    /// Replaces all tags.
    Tags(Vec<String>),
    /// Adds to a collection: links, changes and creates.
    Rows(Vec<Mutation>),
    /// An object kept as text.
    Object(Option<Vec<(String, Value)>>),
}

/// Reads the body of one entity.
///
/// # Errors
/// A body that is no object, a value that does not fit its member.
pub fn mutate(catalog: &Catalog, zone: &Zone, entity: EntityId, draft: &Draft) -> Result<Mutation, Error> {
    let members = match draft {
        Draft::Object(members) => members.as_slice(),
        Draft::Text(text) if text.trim().is_empty() => &[],
        other => return Err(convert::mismatch(&catalog.entity(entity).name, other)),
    };
    let entity = catalog.entity(entity);
    let mut mutation = Mutation { entity: entity.id, id: None, set: Vec::new() };
    for (name, value) in members {
        if name.eq_ignore_ascii_case("Id") {
            mutation.id = id(value)?;
            continue;
        }
        let Some(member) = entity.member(name) else { continue };
        let Some((member, to)) = assignment(catalog, zone, entity, member, value)? else { continue };
        // a name may be repeated in another case, and Master is another name of Inbound: the last one wins
        mutation.set.retain(|a| a.member != member);
        mutation.set.push(Assignment { member, to });
    }
    Ok(mutation)
}

/// The id of a body or a reference; null stands for none.
fn id(draft: &Draft) -> Result<Option<i64>, Error> {
    match draft {
        Draft::Null => Ok(None),
        Draft::Text(text) if text.trim().is_empty() => Ok(None),
        Draft::Text(text) | Draft::Number(text) => match draft.integer() {
            None => Err(Error::new("Invalid id: {id}", vec![("id", text.clone())], Span::default())),
            id => Ok(id),
        },
        Draft::Bool(_) | Draft::List(_) | Draft::Object(_) => Err(convert::mismatch("Int32", draft)),
    }
}

fn assignment(
    catalog: &Catalog,
    zone: &Zone,
    entity: &Entity,
    member: &Member,
    draft: &Draft,
) -> Result<Option<(MemberId, To)>, Error> {
    let to = match &member.kind {
        MemberKind::Field(field) => match (&field.storage, field.role) {
            (Storage::Computed(_), _) => return Ok(None),
            (Storage::Embedded(_), _) => To::Object(object(catalog, member, draft)?),
            (Storage::Column(_), FieldRole::Tags) => To::Tags(tags(member, draft)?),
            (Storage::Column(_), FieldRole::Plain | FieldRole::Rich) => {
                To::Value(convert::value(zone, member, field, draft)?)
            }
        },
        MemberKind::Reference(reference) => match &reference.storage {
            Storage::Computed(other) => match entity.member(other) {
                // another name of the same reference
                Some(other) if other.reference().is_some() => {
                    return assignment(catalog, zone, entity, other, draft);
                }
                _ => return Ok(None),
            },
            Storage::Embedded(_) => To::Object(object(catalog, member, draft)?),
            Storage::Column(_) => refer(catalog, zone, member, reference, draft)?,
        },
        MemberKind::Collection(collection) => match &collection.link {
            CollectionLink::Values => To::Custom(custom(member, draft)?),
            CollectionLink::Inline => return Ok(None),
            CollectionLink::By(_) | CollectionLink::Through { .. } if !collection.can_add => return Ok(None),
            CollectionLink::By(_) | CollectionLink::Through { .. } => {
                To::Rows(rows(catalog, zone, member, collection, draft)?)
            }
        },
    };
    Ok(Some((member.id, to)))
}

fn refer(catalog: &Catalog, zone: &Zone, member: &Member, reference: &Reference, draft: &Draft) -> Result<To, Error> {
    match draft {
        Draft::Null => Ok(To::Reference(None)),
        Draft::Text(text) if text.trim().is_empty() => Ok(To::Reference(None)),
        Draft::Number(_) | Draft::Text(_) => Ok(To::Reference(id(draft)?)),
        Draft::Object(members) => match draft.member("Id") {
            Some(value) => Ok(To::Reference(id(value)?)),
            None if members.is_empty() => Ok(To::Reference(None)),
            None => Ok(To::New(Box::new(mutate(catalog, zone, reference.target, draft)?))),
        },
        Draft::Bool(_) | Draft::List(_) => Err(convert::mismatch(&member.name, draft)),
    }
}

fn rows(
    catalog: &Catalog,
    zone: &Zone,
    member: &Member,
    collection: &Collection,
    draft: &Draft,
) -> Result<Vec<Mutation>, Error> {
    let rows = draft.rows().ok_or_else(|| convert::mismatch(&member.name, draft))?;
    rows.into_iter().map(|row| mutate(catalog, zone, collection.item, row)).collect()
}

fn custom(member: &Member, draft: &Draft) -> Result<Vec<(String, Draft)>, Error> {
    let rows = draft.rows().ok_or_else(|| convert::mismatch(&member.name, draft))?;
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        if !matches!(row, Draft::Object(_)) {
            // the members of a single value, which stands where a list belongs, are no values
            return Err(match draft {
                Draft::Object(_) if draft.member("Items").is_none() => convert::mismatch("Array", draft),
                _ => convert::mismatch("Object", row),
            });
        }
        let Some(Draft::Text(name) | Draft::Number(name)) = row.member("Name") else {
            return Err(Error::new(
                "{fieldName} should be specified.",
                vec![("fieldName", "Name".to_owned())],
                Span::default(),
            ));
        };
        // a field that is only named is left as it is
        let Some(value) = row.member("Value") else { continue };
        values.push((name.clone(), value.clone()));
    }
    Ok(values)
}

/// Names parted by commas, or a list of names.
fn tags(member: &Member, draft: &Draft) -> Result<Vec<String>, Error> {
    let text = match draft {
        Draft::Null => String::new(),
        Draft::Text(text) | Draft::Number(text) => text.clone(),
        Draft::List(items) => {
            let names = items.iter().map(|item| match item {
                Draft::Text(text) | Draft::Number(text) => Ok(text.as_str()),
                other => Err(convert::mismatch(&member.name, other)),
            });
            names.collect::<Result<Vec<_>, _>>()?.join(",")
        }
        Draft::Bool(_) | Draft::Object(_) => return Err(convert::mismatch(&member.name, draft)),
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|t| !t.is_empty()) {
        if !tags.iter().any(|t| t.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag.to_owned());
        }
    }
    Ok(tags)
}

fn object(catalog: &Catalog, member: &Member, draft: &Draft) -> Result<Option<Vec<(String, Value)>>, Error> {
    let members = match draft {
        Draft::Object(members) => members,
        Draft::Null => return Ok(None),
        Draft::Text(text) if text.trim().is_empty() => return Ok(None),
        other => return Err(convert::mismatch(&member.name, other)),
    };
    let members = members.iter().filter_map(|(name, value)| {
        let value = match value {
            Draft::Null => Value::Null,
            Draft::Bool(b) => Value::Bool(*b),
            Draft::Number(text) => text.parse().map(Value::Real).unwrap_or(Value::Null),
            Draft::Text(text) => Value::Text(text.clone()),
            Draft::List(_) | Draft::Object(_) => return None,
        };
        // the shape says how its members are spelled
        let shape = member.reference().map(|r| catalog.entity(r.target));
        let name = match shape {
            Some(shape) => shape.member(name)?.name.clone(),
            None => name.clone(),
        };
        Some((name, value))
    });
    Ok(Some(members.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn read(entity: &str, draft: &Draft) -> Result<Mutation, Error> {
        let catalog = catalog::load(include_str!("../../fixtures/catalog.json")).expect("the catalog");
        let entity = catalog.named(entity).expect("an entity").id;
        mutate(&catalog, &Zone::utc(), entity, draft)
    }

    fn object(members: &[(&str, Draft)]) -> Draft {
        Draft::Object(members.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
    }

    fn text(text: &str) -> Draft {
        Draft::Text(text.into())
    }

    #[test]
    fn names_match_in_any_case_and_the_last_one_wins() {
        let mutation = read(
            "UserStory",
            &object(&[("ID", text("7")), ("name", text("a")), ("NAME", text("b")), ("x", text("y"))]),
        );
        let mutation = mutation.expect("a mutation");
        assert_eq!(mutation.id, Some(7));
        assert_eq!(mutation.set.iter().map(|a| &a.to).collect::<Vec<_>>(), [&To::Value(Value::Text("b".into()))]);
    }

    #[test]
    fn references_are_ids_nothing_or_new_entities() {
        let to = |draft: Draft| read("UserStory", &object(&[("Feature", draft)])).map(|m| m.set[0].to.clone());
        assert_eq!(to(object(&[("Id", text("3")), ("Name", text("x"))])), Ok(To::Reference(Some(3))));
        for nothing in [Draft::Null, text(" "), object(&[]), object(&[("Id", Draft::Null)])] {
            assert_eq!(to(nothing.clone()), Ok(To::Reference(None)), "{nothing:?}");
        }
        assert!(matches!(to(object(&[("Name", text("x"))])), Ok(To::New(_))));
        assert!(to(Draft::Bool(true)).is_err());
    }

    #[test]
    fn both_names_of_an_end_mean_the_same() {
        let ends = |a: &str, b: &str| {
            let id = |n: &str| object(&[("Id", Draft::Number(n.into()))]);
            read("Relation", &object(&[(a, id("1")), (b, id("2"))])).expect("a mutation")
        };
        assert_eq!(ends("Master", "Slave"), ends("Inbound", "Outbound"));
    }

    #[test]
    fn collections_come_as_lists_envelopes_or_elements() {
        let task = object(&[("Name", text("t"))]);
        let list = Draft::List(vec![task.clone(), task.clone()]);
        let forms = [list.clone(), object(&[("Items", list)]), object(&[("Task", task.clone()), ("Task", task)])];
        for form in forms {
            let mutation = read("UserStory", &object(&[("Tasks", form)])).expect("a mutation");
            assert!(matches!(&mutation.set[0].to, To::Rows(rows) if rows.len() == 2));
        }
        assert!(read("UserStory", &object(&[("Tasks", Draft::Number("7".into()))])).is_err());
    }
}
