//! `target.name`: what a name means on an entity, a value, an object or a sequence.

use super::bound::{At, Bound, Sequence, Typed};
use super::{Binder, MAX_COMPUTED_DEPTH, Result};
use crate::catalog::{Entity, EntityId, Member, MemberKind, Storage};
use crate::query::ast::Span;
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Expr, Limit, Rows, Source, Step};
use crate::value::ValueType;

impl Binder<'_> {
    pub fn member(&self, target: &Bound, name: &str, span: Span) -> Result<Bound> {
        match target {
            Bound::Entity(at) => self.entity_member(at, name, span),
            Bound::First(sequence) => {
                let item = self.member(&sequence.item, name, span)?;
                Ok(rewrap(sequence, item))
            }
            Bound::Object { presence, members } => {
                let found = members.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
                self.spend(found.map_or(0, |(_, bound)| bound.size()), span)?;
                let found = found.map(|(_, bound)| bound.clone());
                match (found, presence) {
                    (Some(Bound::Scalar(typed)), Some(test)) => Ok(guarded(test, typed)),
                    (Some(bound), _) => Ok(bound),
                    (None, _) => {
                        let names = members.iter().map(|(n, _)| n.as_str());
                        Err(Error::no_property(name, "Object", span).near(name, names))
                    }
                }
            }
            Bound::Scalar(_)
            | Bound::Sequence(_)
            | Bound::Static(_)
            | Bound::Values(_)
            | Bound::Array(_)
            | Bound::Parts { .. } => match self.call(target, name, &[], span) {
                Err(e) if e.token.starts_with("Method '{method}' does not exist") => {
                    let error = Error::no_property(name, &target.type_name(self.catalog()), span);
                    Err(Error { hints: e.hints, ..error })
                }
                other => other,
            },
        }
    }

    pub fn entity_member(&self, at: &At, name: &str, span: Span) -> Result<Bound> {
        let entity = self.catalog().entity(at.entity);
        if let Some(member) = entity.member(name).filter(|m| !m.hidden || self.depth.get() > 0) {
            return self.known_member(at, member, span);
        }
        if self.dialect != super::Dialect::V1
            && let Some(bound) = self.surrogate(at, name, span)?
        {
            return Ok(bound);
        }
        if entity.absent.contains(&name.to_ascii_lowercase()) {
            return Err(Error::not_emulated(&format!("{}.{name}", entity.name), span));
        }
        let members = entity.members.iter().filter(|m| !m.hidden).map(|m| m.name.as_str());
        let names = members.chain(self.scene.custom_fields_of(at.entity).map(|f| f.name.as_str()));
        Err(Error::no_property(name, &entity.name, span).near(name, names))
    }

    pub fn known_member(&self, at: &At, member: &Member, span: Span) -> Result<Bound> {
        match &member.kind {
            MemberKind::Field(field) => match &field.storage {
                Storage::Column(_) if member.name == "Id" => {
                    Ok(Bound::scalar(Expr::Key(at.path.clone()), !at.path.steps.is_empty()))
                }
                Storage::Column(_) | Storage::Embedded(_) => {
                    let column = Expr::Column { path: at.path.clone(), member: member.id, ty: field.ty };
                    Ok(Bound::scalar(column, field.nullable || !at.path.steps.is_empty()))
                }
                Storage::Computed(text) => {
                    let bound = self.computed(at, text, span)?;
                    Ok(match bound {
                        Bound::Scalar(typed) if field.ty == ValueType::Link => {
                            Bound::Scalar(retype(typed, ValueType::Link))
                        }
                        // what the model says is never null is not, whatever it is computed from
                        Bound::Scalar(typed) if !field.nullable && typed.ty == ValueType::Bool => {
                            let no = Expr::Value(crate::value::Value::Bool(false), ValueType::Bool);
                            let args = vec![typed.expr, no];
                            Bound::scalar(
                                Expr::call(crate::query::function::Function::Coalesce, args, ValueType::Bool),
                                false,
                            )
                        }
                        other => other,
                    })
                }
            },
            MemberKind::Reference(reference) => match &reference.storage {
                Storage::Computed(text) => self.computed(at, text, span),
                Storage::Column(_) => {
                    let path = at.path.then(Step::Reference(member.id));
                    Ok(Bound::Entity(At { path, entity: reference.target }))
                }
                Storage::Embedded(_) => Ok(self.embedded(at, member, reference.target)),
            },
            MemberKind::Collection(_) => Ok(Bound::Sequence(self.collection(at, member))),
        }
    }

    /// An object kept as text: its members as they are found in it.
    fn embedded(&self, at: &At, member: &Member, shape: EntityId) -> Bound {
        let text = || Expr::Column { path: at.path.clone(), member: member.id, ty: ValueType::Text };
        let part = |name: &str, ty: ValueType| {
            Bound::scalar(Expr::call(Function::ObjectMember, vec![text(), Expr::text(name)], ty), true)
        };
        Bound::Object {
            presence: Some(Expr::call(Function::IsNotNull, vec![text()], ValueType::Bool)),
            members: self
                .catalog()
                .entity(shape)
                .fields()
                .map(|(m, f)| (m.name.clone(), part(&m.name, f.ty)))
                .collect(),
        }
    }

    /// The items of a collection that the caller may see.
    pub fn collection(&self, at: &At, member: &Member) -> Sequence {
        let item = member.collection().map_or(at.entity, |c| c.item);
        let source = Source::Collection { owner: at.path.clone(), collection: member.id };
        let (rows, at) = self.rows(item, source);
        Sequence { rows, item: Box::new(Bound::Entity(at)), name: member.name.clone(), touched: false }
    }

    /// Visible rows of an entity, and the place of a row.
    pub fn rows(&self, entity: crate::catalog::EntityId, source: Source) -> (Rows, At) {
        let scope = self.next_scope();
        let at = At { path: crate::query::ir::Path::root(scope), entity };
        let filter = self.visible(&at).into_iter().collect();
        let rows = Rows { scope, entity, source, filter, order: Vec::new(), limit: Limit::default(), distinct: false };
        (rows, at)
    }

    fn computed(&self, at: &At, text: &str, span: Span) -> Result<Bound> {
        let depth = self.depth.get();
        let Some(expr) = self.scene.model.computed(text).filter(|_| depth < MAX_COMPUTED_DEPTH) else {
            return Err(Error::not_emulated(text, span));
        };
        self.depth.set(depth + 1);
        let bound = self.speaking(super::Dialect::V2, |binder| binder.expr(&expr, &Bound::Entity(at.clone())));
        self.depth.set(depth);
        bound
    }

    /// Names that are no members: custom fields, the type's name, ends of a relation by their type.
    fn surrogate(&self, at: &At, name: &str, span: Span) -> Result<Option<Bound>> {
        if let Some(field) = self.scene.custom_field(at.entity, name) {
            return Ok(Some(self.custom(at, &field.name, &field.field_type)));
        }
        let entity = self.catalog().entity(at.entity);
        if name.eq_ignore_ascii_case("CustomValues") && entity.custom_fields().is_some() {
            return Ok(Some(Bound::Values(at.clone())));
        }
        if name.eq_ignore_ascii_case("ResourceType") {
            return Ok(Some(self.resource_type(at)));
        }
        if let Some(text) = entity.derived.get(&name.to_ascii_lowercase()) {
            return self.computed(at, text, span).map(Some);
        }
        let alias = entity.aliases.get(&name.to_ascii_lowercase()).and_then(|real| entity.member(real));
        if let Some(member) = alias {
            return self.known_member(at, member, span).map(Some);
        }
        if let Some(member) = self.inherited_below(entity, name) {
            return self.known_member(at, member, span).map(Some);
        }
        let Some((member, heir)) = self.accessor(entity, name) else { return Ok(None) };
        match self.known_member(at, member, span)? {
            Bound::Entity(end) => {
                let path = end.path.then(Step::Cast(heir.id));
                Ok(Some(Bound::Entity(At { path, entity: heir.id })))
            }
            other => Ok(Some(other)),
        }
    }

    /// A reference that only heirs of a base have; their rows share a table, so it is null for all others.
    /// Source: a client that selects `Feature` of `Assignables`.
    pub fn inherited_below(&self, entity: &Entity, name: &str) -> Option<&Member> {
        let catalog = self.catalog();
        entity.heirs.iter().map(|id| catalog.entity(*id)).filter(|e| e.view.is_none()).find_map(|heir| {
            let own =
                heir.member(name).filter(|m| m.reference().is_some_and(|r| matches!(r.storage, Storage::Column(_))));
            own.or_else(|| self.inherited_below(catalog.entity(heir.id), name))
        })
    }

    /// `MasterFeature`: the reference `Master` where it leads to a `Feature`.
    pub fn accessor(&self, entity: &'_ Entity, name: &str) -> Option<(&Member, &Entity)> {
        let catalog = self.catalog();
        catalog.entity(entity.id).references().find_map(|(member, reference)| {
            let (start, rest) = name.split_at_checked(member.name.len())?;
            let heir = catalog.named(rest).filter(|_| start.eq_ignore_ascii_case(&member.name))?;
            let narrower = heir.id != reference.target && catalog.is_a(heir.id, reference.target);
            narrower.then_some((member, heir))
        })
    }

    /// The value of a custom field; links and entities are objects.
    pub fn custom(&self, at: &At, name: &str, field_type: &str) -> Bound {
        let value = |ty| Expr::Custom { path: at.path.clone(), name: name.to_owned(), ty };
        let part = |key: &str, ty| {
            let args = vec![value(ValueType::Text), Expr::text(key)];
            Bound::scalar(Expr::call(Function::ObjectMember, args, ty), true)
        };
        let members: &[(&str, &str, ValueType)] = match field_type {
            "URL" => &[("label", "Label", ValueType::Text), ("uri", "Url", ValueType::Text)],
            "Entity" => {
                &[("id", "Id", ValueType::Int), ("name", "Name", ValueType::Text), ("kind", "Kind", ValueType::Text)]
            }
            _ => return Bound::scalar(value(custom_type(field_type)), true),
        };
        Bound::Object {
            presence: Some(Expr::call(Function::IsNotNull, vec![value(ValueType::Text)], ValueType::Bool)),
            members: members.iter().map(|(name, key, ty)| ((*name).to_owned(), part(key, *ty))).collect(),
        }
    }
}

/// The type that values of a custom field have in expressions.
pub(super) fn custom_type(field_type: &str) -> ValueType {
    match field_type {
        "Number" | "Money" => ValueType::Decimal,
        "CheckBox" => ValueType::Bool,
        "Date" => ValueType::Date,
        _ => ValueType::Text,
    }
}

/// What follows a first item happens to that item.
pub(super) fn rewrap(sequence: &Sequence, item: Bound) -> Bound {
    let first = Sequence { item: Box::new(item), ..sequence.clone() };
    match *first.item {
        Bound::Scalar(ref typed) => {
            let fold = crate::query::ir::Fold {
                rows: first.rows.clone(),
                by: crate::query::ir::FoldBy::First(typed.expr.clone()),
                ty: typed.ty,
            };
            Bound::Scalar(Typed { expr: Expr::Fold(Box::new(fold)), ty: typed.ty, nullable: true })
        }
        _ => Bound::First(Box::new(first)),
    }
}

fn guarded(test: &Expr, typed: Typed) -> Bound {
    let expr = Expr::Conditional {
        test: Box::new(test.clone()),
        then: Box::new(typed.expr),
        otherwise: Box::new(Expr::null()),
        ty: typed.ty,
    };
    Bound::Scalar(Typed { expr, ty: typed.ty, nullable: true })
}

/// The same value under another type, which SQL does not see.
pub(super) fn retype(typed: Typed, ty: ValueType) -> Typed {
    let expr = match typed.expr {
        Expr::Call { function, args, .. } => Expr::Call { function, args, ty },
        Expr::Column { path, member, .. } => Expr::Column { path, member, ty },
        other => other,
    };
    Typed { expr, ty, nullable: typed.nullable }
}
