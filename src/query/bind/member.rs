//! `target.name`: what a name means on an entity, a value, an object or a sequence.

use super::bound::{At, Bound, Sequence, Typed};
use super::{Binder, MAX_COMPUTED_DEPTH, Result};
use crate::catalog::{Member, MemberKind, Storage, nearest};
use crate::query::ast::Span;
use crate::query::error::Error;
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
                let found = members.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, b)| b.clone());
                match (found, presence) {
                    (Some(Bound::Scalar(typed)), Some(test)) => Ok(guarded(test, typed)),
                    (Some(bound), _) => Ok(bound),
                    (None, _) => Err(Error::no_property(name, "Object", span)),
                }
            }
            Bound::Scalar(_) | Bound::Sequence(_) | Bound::Static(_) | Bound::Values(_) => {
                match self.call(target, name, &[], span) {
                    Err(e) if e.token.starts_with("Method '{method}' does not exist") => {
                        Err(Error::no_property(name, &target.type_name(self.catalog()), span))
                    }
                    other => other,
                }
            }
        }
    }

    pub fn entity_member(&self, at: &At, name: &str, span: Span) -> Result<Bound> {
        let entity = self.catalog().entity(at.entity);
        if let Some(member) = entity.member(name).filter(|m| !m.hidden || self.depth.get() > 0) {
            return self.known_member(at, member, span);
        }
        if self.dialect == super::Dialect::V2
            && let Some(bound) = self.surrogate(at, name)
        {
            return Ok(bound);
        }
        let names = entity.members.iter().map(|m| m.name.as_str());
        Err(Error::no_property(name, &entity.name, span).hint(nearest(name, names)))
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
                Storage::Embedded(_) => Err(Error::not_emulated(&member.name, span)),
            },
            MemberKind::Collection(_) => Ok(Bound::Sequence(self.collection(at, member))),
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
        let inner = Binder {
            scene: self.scene,
            dialect: super::Dialect::V2,
            scopes: self.scopes.clone(),
            depth: self.depth.clone(),
        };
        let bound = inner.expr(expr, &Bound::Entity(at.clone()));
        self.scopes.set(inner.scopes.get());
        self.depth.set(depth);
        bound
    }

    /// Names that are no members: custom fields, the type's name.
    fn surrogate(&self, at: &At, name: &str) -> Option<Bound> {
        if let Some(field) = self.scene.custom_field(at.entity, name) {
            let ty = custom_type(&field.field_type);
            return Some(Bound::scalar(Expr::Custom { path: at.path.clone(), name: field.name.clone(), ty }, true));
        }
        let entity = self.catalog().entity(at.entity);
        if name.eq_ignore_ascii_case("CustomValues") && entity.custom_fields().is_some() {
            return Some(Bound::Values(at.clone()));
        }
        name.eq_ignore_ascii_case("ResourceType").then(|| Bound::scalar(Expr::text(entity.name.clone()), false))
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
