//! `include`, `exclude`, `append` and the default set of v1 → what an entity shows.

use super::bound::{At, Bound};
use super::{Binder, Result};
use crate::catalog::{Entity, Member, MemberKind, Storage};
use crate::event::{ListForm, Name};
use crate::query::ast::{Inclusion, Span};
use crate::query::error::Error;
use crate::query::ir::{Budget, Expr, Fold, FoldBy, Limit, Order, Output, Path, Query};
use crate::value::ValueType;

/// What may stand at the end of an aggregate.
const FUNCTIONS: [&str; 5] = ["Count", "Sum", "Avg", "Min", "Max"];

/// What of an entity is shown.
#[derive(Clone, Copy)]
pub(super) enum Chosen<'q> {
    Default,
    Only(&'q [Inclusion]),
    Except(&'q [Inclusion]),
}

/// Where in an answer an entity stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Reference,
    /// In a collection, where no further collection may follow.
    Item,
}

/// The page of every inner collection.
#[derive(Clone, Copy)]
pub(super) struct Inner {
    pub take: u32,
    pub skip: u64,
}

impl Binder<'_> {
    /// The members of an entity in the server's order: the list's order never matters.
    pub(super) fn members(
        &self,
        at: &At,
        chosen: Chosen<'_>,
        append: &[Inclusion],
        place: Place,
        inner: Inner,
    ) -> Result<Vec<(Name, Output)>> {
        let entity = self.catalog().entity(at.entity);
        let listed: &[Inclusion] = if let Chosen::Only(list) = chosen { list } else { &[] };
        self.check_names(entity, chosen, append)?;
        let dragged = dragged(entity, listed);
        let mut members = Vec::new();
        let mut collections = Vec::new();
        for member in &entity.members {
            let nested = listed.iter().find_map(|i| match i {
                Inclusion::Member { name, nested, span } if name.eq_ignore_ascii_case(&member.name) => {
                    Some((nested.as_deref(), *span))
                }
                _ => None,
            });
            let shown = match chosen {
                Chosen::Only(_) => member.name == "Id" || nested.is_some() || dragged.contains(&member.name.as_str()),
                Chosen::Default => by_default(member),
                Chosen::Except(list) => by_default(member) && (member.name == "Id" || !names(list, &member.name)),
            };
            if !shown || member.hidden {
                continue;
            }
            let (nested, span) = nested.unwrap_or_default();
            let target = if member.collection().is_some() { &mut collections } else { &mut members };
            target.push((member_name(member), self.output(at, member, nested, span, place, inner)?));
        }
        for inclusion in listed {
            members.extend(self.aggregate_in(at, inclusion)?);
        }
        for inclusion in append {
            match self.aggregate_in(at, inclusion).map_err(|e| e.within("append"))? {
                Some(member) => members.push(member),
                None => return Err(Error::parameters(Span::default()).within("append")),
            }
        }
        members.extend(collections);
        Ok(members)
    }

    fn check_names(&self, entity: &Entity, chosen: Chosen<'_>, append: &[Inclusion]) -> Result<()> {
        let (list, parameter): (&[Inclusion], _) = match chosen {
            Chosen::Only(list) => (list, "include"),
            Chosen::Except(list) => (list, "exclude"),
            Chosen::Default => (&[], "include"),
        };
        let named = list.iter().map(|i| (i, parameter)).chain(append.iter().map(|i| (i, "append")));
        for (inclusion, parameter) in named {
            if let Inclusion::Member { name, span, .. } = inclusion {
                let known = entity.member(name).is_some_and(|m| !m.hidden);
                if !known {
                    let names = entity.members.iter().filter(|m| !m.hidden).map(|m| m.name.as_str());
                    return Err(Error::no_include_field(name, &entity.name, *span).near(name, names).within(parameter));
                }
            }
        }
        Ok(())
    }

    fn aggregate_in(&self, at: &At, inclusion: &Inclusion) -> Result<Option<(Name, Output)>> {
        match inclusion {
            Inclusion::Member { .. } => Ok(None),
            Inclusion::Aggregate { collection, field, function, span } => {
                self.aggregate_of(at, collection, field.as_deref(), function, *span).map(Some)
            }
        }
    }

    fn output(
        &self,
        at: &At,
        member: &Member,
        nested: Option<&[Inclusion]>,
        span: Span,
        place: Place,
        inner: Inner,
    ) -> Result<Output> {
        match &member.kind {
            MemberKind::Field(_) if nested.is_some() => Err(Error::parameters(span)),
            MemberKind::Field(_) => match self.known_member(at, member, span)? {
                Bound::Scalar(typed) => Ok(Output::Scalar(typed.expr)),
                _ => Err(Error::parameters(span)),
            },
            MemberKind::Reference(reference) => {
                if let Storage::Embedded(_) = reference.storage {
                    return Ok(Output::Embedded { path: at.path.clone(), member: member.id, shape: reference.target });
                }
                let Bound::Entity(to) = self.known_member(at, member, span)? else {
                    return Err(Error::parameters(span));
                };
                let place = if place == Place::Item { Place::Item } else { Place::Reference };
                let members = match nested {
                    Some(list) => self.members(&to, Chosen::Only(list), &[], place, inner)?,
                    None => self.projection(&to, reference.projection.as_deref())?,
                };
                let resource = Name::new(&self.catalog().entity(reference.target).name);
                Ok(Output::Entity { presence: Some(to.path), resource, members })
            }
            MemberKind::Collection(_) if member_is_values(self, at, member) => {
                if place != Place::Root || nested.is_some() {
                    return Err(Error::parameters(span));
                }
                Ok(Output::CustomFields { path: at.path.clone(), entity: at.entity })
            }
            MemberKind::Collection(_) if place == Place::Item => Err(Error::parameters(span)),
            MemberKind::Collection(_) => self.list(at, member, nested, inner),
        }
    }

    fn list(&self, at: &At, member: &Member, nested: Option<&[Inclusion]>, inner: Inner) -> Result<Output> {
        let mut sequence = self.collection(at, member);
        let Bound::Entity(item) = sequence.item.as_ref() else { return Err(Error::parameters(Span::default())) };
        let entity = self.catalog().entity(item.entity);
        let members = match nested {
            Some(list) => self.members(item, Chosen::Only(list), &[], Place::Item, inner)?,
            None => self.projection(item, None)?,
        };
        sequence.rows.order = self.default_order(item);
        sequence.rows.limit = limit(Some(inner.take), inner.skip);
        let include = nested.map(|list| {
            let list: Vec<String> = list.iter().map(Inclusion::to_string).collect();
            format!("[{}]", list.join(","))
        });
        let output = Output::Entity { presence: None, resource: Name::new(&entity.name), members };
        let query = Box::new(Query { rows: sequence.rows, output });
        Ok(Output::List { form: ListForm::Envelope, query, budget: Budget::Page { take: inner.take, include } })
    }

    /// What a plain reference shows.
    pub fn projection(&self, at: &At, own: Option<&[String]>) -> Result<Vec<(Name, Output)>> {
        let entity = self.catalog().entity(at.entity);
        let mut members = Vec::new();
        for notation in own.unwrap_or(&entity.projection) {
            let (name, nested) = notation.split_once('[').map_or((notation.as_str(), None), |(n, r)| (n, Some(r)));
            let Some(member) = entity.member(name) else { continue };
            let nested: Option<Vec<Inclusion>> = nested.map(|list| {
                list.trim_end_matches(']')
                    .split(',')
                    .map(|n| Inclusion::Member { name: n.to_owned(), nested: None, span: Span::default() })
                    .collect()
            });
            let inner = Inner { take: 0, skip: 0 };
            let output = self.output(at, member, nested.as_deref(), Span::default(), Place::Reference, inner)?;
            members.push((member_name(member), output));
        }
        Ok(members)
    }

    /// The order of an unsorted collection.
    pub fn default_order(&self, at: &At) -> Vec<Order> {
        let entity = self.catalog().entity(at.entity);
        let descending = entity.sort.descending;
        let mut order = Vec::new();
        if entity.sort.member != "Id"
            && let Some(member) = entity.member(&entity.sort.member)
            && let Ok(Bound::Scalar(typed)) = self.known_member(at, member, Span::default())
        {
            order.push(Order { key: typed.expr, descending });
        }
        order.push(Order { key: Expr::Key(at.path.clone()), descending });
        order
    }

    /// `Tasks-Count`, `Tasks-Effort-Sum`.
    fn aggregate_of(
        &self,
        at: &At,
        collection: &str,
        field: Option<&str>,
        function: &str,
        span: Span,
    ) -> Result<(Name, Output)> {
        let entity = self.catalog().entity(at.entity);
        let member = entity.member(collection).filter(|m| m.collection().is_some() && !member_is_values(self, at, m));
        let Some(member) = member else {
            let names = entity.members.iter().filter(|m| m.collection().is_some()).map(|m| m.name.as_str());
            return Err(Error::no_include_field(collection, &entity.name, span).near(collection, names));
        };
        let sequence = self.collection(at, member);
        let canonical = FUNCTIONS.into_iter().find(|f| f.eq_ignore_ascii_case(function));
        let Some(function) = canonical else { return Err(Error::parameters(span).near(function, FUNCTIONS)) };
        let Some(field) = field else {
            if function != "Count" {
                return Err(Error::parameters(span));
            }
            let fold = Fold { rows: sequence.rows, by: FoldBy::Count, ty: ValueType::Int };
            return Ok((Name::new(&format!("{}-Count", member.name)), Output::Scalar(Expr::Fold(Box::new(fold)))));
        };
        let Bound::Entity(item) = sequence.item.as_ref() else { return Err(Error::parameters(span)) };
        let items = self.catalog().entity(item.entity);
        let Some(of) = items.member(field).filter(|m| m.field().is_some() && !m.hidden) else {
            let names = items.fields().map(|(m, _)| m.name.as_str());
            return Err(Error::no_include_field(field, &items.name, span).near(field, names));
        };
        let Bound::Scalar(value) = self.known_member(item, of, span)? else { return Err(Error::parameters(span)) };
        let number = value.ty.is_number();
        let (by, ty) = match function {
            "Sum" if number => (FoldBy::Sum(value.expr), value.ty),
            "Avg" if number => (FoldBy::Average(value.expr), super::sequence::average_type(value.ty)),
            "Min" if value.ty != ValueType::Bool => (FoldBy::Min(value.expr), value.ty),
            "Max" if value.ty != ValueType::Bool => (FoldBy::Max(value.expr), value.ty),
            _ => return Err(Error::parameters(span)),
        };
        let name = Name::new(&format!("{}-{}-{function}", member.name, of.name));
        Ok((name, Output::Scalar(Expr::Fold(Box::new(Fold { rows: sequence.rows, by, ty })))))
    }
}

/// Everything but computed extras and collections; custom fields are the one collection that comes along.
fn by_default(member: &Member) -> bool {
    match &member.kind {
        MemberKind::Collection(collection) => collection.link == crate::catalog::CollectionLink::Values,
        MemberKind::Field(_) | MemberKind::Reference(_) => !member.synthetic,
    }
}

fn names(list: &[Inclusion], wanted: &str) -> bool {
    list.iter().any(|i| matches!(i, Inclusion::Member { name, .. } if name.eq_ignore_ascii_case(wanted)))
}

/// The fields that listed ones bring along.
fn dragged<'e>(entity: &'e Entity, list: &[Inclusion]) -> Vec<&'e str> {
    let listed = list.iter().filter_map(|inclusion| match inclusion {
        Inclusion::Member { name, .. } => entity.member(name)?.field(),
        Inclusion::Aggregate { .. } => None,
    });
    listed.flat_map(|field| &field.drags).map(String::as_str).collect()
}

fn member_is_values(binder: &Binder<'_>, at: &At, member: &Member) -> bool {
    binder.catalog().entity(at.entity).custom_fields().is_some_and(|m| m.id == member.id)
}

fn member_name(member: &Member) -> Name {
    if matches!(member.name.as_str(), "Id" | "Name") { Name::attribute(&member.name) } else { Name::new(&member.name) }
}

/// A row of an entity as v1 shows it.
pub(super) fn entity_output(resource: &str, members: Vec<(Name, Output)>, presence: Option<Path>) -> Output {
    Output::Entity { presence, resource: Name::new(resource), members }
}

/// A limit of `take` rows after `skip`.
pub(super) fn limit(take: Option<u32>, skip: u64) -> Limit {
    Limit { take, skip }
}
