//! What a bound expression shows in an answer of v2: scalars, references in reference form, objects, lists.
//!
//! Output names are made here: the first letter of every name is lowered, nothing else about it changes.

use super::bound::{At, Bound, Sequence, Typed};
use super::{Binder, Result};
use crate::catalog::{CollectionLink, Entity, Storage};
use crate::event::{ListForm, Name};
use crate::query::ast::Span;
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Budget, Expr, Output, Query, Source};
use crate::value::{Value, ValueType};

impl Binder<'_> {
    pub fn shown(&self, bound: &Bound, span: Span) -> Result<Output> {
        Ok(match bound {
            Bound::Scalar(typed) => Output::Scalar(self.shown_scalar(typed)),
            Bound::Entity(at) => {
                let presence = (!at.path.steps.is_empty()).then(|| at.path.clone());
                let resource = Name::new(&self.catalog().entity(at.entity).name);
                Output::Entity { presence, resource, members: self.reference_form(at, false)? }
            }
            Bound::Sequence(sequence) => self.shown_list(sequence, span)?,
            Bound::First(sequence) => {
                let mut rows = self.in_order(sequence).rows;
                rows.limit.take = Some(1);
                Output::First(Box::new(Query { rows, output: self.shown(&sequence.item, span)? }))
            }
            Bound::Object { presence, members } => {
                let members = members.iter().map(|(name, bound)| Ok((output_name(name), self.shown(bound, span)?)));
                Output::Object { presence: presence.clone(), members: members.collect::<Result<_>>()? }
            }
            Bound::Array(items) => {
                Output::Array(items.iter().map(|item| self.shown(item, span)).collect::<Result<_>>()?)
            }
            Bound::Parts { list, item } => Output::Parts { list: list.clone(), item: *item },
            Bound::Values(at) => Output::Object {
                presence: (!at.path.steps.is_empty())
                    .then(|| Expr::call(Function::IsNotNull, vec![Expr::Key(at.path.clone())], ValueType::Bool)),
                members: vec![(Name::new("customFields"), self.custom_values(at))],
            },
            Bound::Static(_) => return Err(Error::expected("value", span)),
        })
    }

    /// A custom number leaves as a plain real number; what .NET calls a Boolean is never null.
    fn shown_scalar(&self, typed: &Typed) -> Expr {
        match &typed.expr {
            Expr::Custom { path, name, ty: ValueType::Decimal } => {
                let calculated = self.scene.custom_fields.iter().any(|f| f.calculated && f.name == *name);
                let ty = if calculated { ValueType::Decimal } else { ValueType::Double };
                Expr::Custom { path: path.clone(), name: name.clone(), ty }
            }
            expr if typed.ty == ValueType::Bool && !typed.nullable && !is_plain(expr) => {
                let no = Expr::Value(Value::Bool(false), ValueType::Bool);
                Expr::call(Function::Coalesce, vec![expr.clone(), no], ValueType::Bool)
            }
            expr => expr.clone(),
        }
    }

    fn custom_values(&self, at: &At) -> Output {
        Output::CustomFields { path: at.path.clone(), entity: at.entity }
    }

    /// A raw collection leaves in an envelope, a worked one as a plain array.
    fn shown_list(&self, sequence: &Sequence, span: Span) -> Result<Output> {
        if let Source::Collection { owner, collection } = &sequence.rows.source
            && let Some(described) = self.catalog().member(*collection).collection()
            && matches!(described.link, CollectionLink::Values | CollectionLink::Inline)
        {
            let at = At { path: owner.clone(), entity: collection.entity };
            return match described.link {
                CollectionLink::Values if !sequence.touched => Ok(self.custom_values(&at)),
                _ => Err(Error::not_emulated(&sequence.name, span)),
            };
        }
        let form = if sequence.touched { ListForm::Plain } else { ListForm::Envelope };
        let output = match sequence.item.as_ref() {
            Bound::Entity(at) if at.path.steps.is_empty() => {
                let resource = Name::new(&self.catalog().entity(at.entity).name);
                Output::Entity { presence: None, resource, members: self.reference_form(at, true)? }
            }
            item => self.shown(item, span)?,
        };
        let rows = self.in_order(sequence).rows;
        Ok(Output::List { form, query: Box::new(Query { rows, output }), budget: Budget::None })
    }

    /// What a reference shows: the values of the entity's projection. Items of a collection of a base say their kind.
    pub fn reference_form(&self, at: &At, item: bool) -> Result<Vec<(Name, Output)>> {
        let entity = self.catalog().entity(at.entity);
        let kind = (item && entity.is_base()).then_some(KIND);
        let names = kind.into_iter().chain(entity.projection.iter().map(String::as_str).filter(|n| *n != KIND));
        let mut members = Vec::new();
        for member in names.filter_map(|name| entity.member(name)).filter(|m| m.field().is_some()) {
            let bound = self.known_member(at, member, Span::default())?;
            if let Bound::Scalar(typed) = &bound {
                members.push((output_name(&member.name), Output::Scalar(self.shown_scalar(typed))));
            }
        }
        Ok(members)
    }

    /// The name of the type a row really has, where rows of several types share an entity.
    pub fn resource_type(&self, at: &At) -> Bound {
        let entity = self.catalog().entity(at.entity);
        match self.concrete_type(at, entity) {
            Some(name) => Bound::Scalar(name),
            None => Bound::scalar(Expr::text(entity.name.clone()), false),
        }
    }

    fn concrete_type(&self, at: &At, entity: &Entity) -> Option<Typed> {
        if entity.heirs.is_empty() {
            return None;
        }
        let name = match entity.references().find(|(_, r)| r.storage == Storage::Column(TYPE_COLUMN.into())) {
            Some((kind, _)) => {
                let Bound::Entity(kind) = self.known_member(at, kind, Span::default()).ok()? else { return None };
                self.entity_member(&kind, "Name", Span::default()).ok()?
            }
            None => self.known_member(at, entity.member(KIND)?, Span::default()).ok()?,
        };
        match name {
            Bound::Scalar(typed) => Some(typed),
            _ => None,
        }
    }
}

/// The column that refers to the type of a row, where an entity has such a reference.
const TYPE_COLUMN: &str = "EntityTypeId";

/// The member of a base that says which heir a row is, where it has no such reference.
const KIND: &str = "Kind";

fn is_plain(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { .. } | Expr::Value(..) | Expr::Custom { .. })
}

pub(super) fn output_name(name: &str) -> Name {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) if first.is_uppercase() => Name::new(&first.to_lowercase().chain(chars).collect::<String>()),
        _ => Name::new(name),
    }
}
