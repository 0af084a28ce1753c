//! Which rows a caller sees: what belongs to their projects and teams. Administrators see all.

use super::Binder;
use super::bound::At;
use crate::catalog::{Entity, Member, MemberKind, Rule};
use crate::query::function::Function;
use crate::query::ir::{Expr, Fold, FoldBy, Limit, Parameter, Path, Rows, Source, Step};
use crate::value::ValueType;

/// How many references away an item may be whose visibility decides (`Comment` → `General`).
const MAX_HOPS: u8 = 4;

impl Binder<'_> {
    /// The condition under which the caller sees the entity; `None` when always.
    pub fn visible(&self, at: &At) -> Option<Expr> {
        if self.scene.caller.sees_all {
            return None;
        }
        self.rule_test(self.catalog().entity(at.entity), &at.path, MAX_HOPS)
    }

    fn rule_test(&self, entity: &Entity, path: &Path, hops: u8) -> Option<Expr> {
        if entity.visible.is_empty() {
            return self.heirs_test(entity, path, hops);
        }
        if hops == 0 {
            return Some(never());
        }
        let mut ways = Vec::new();
        for rule in &entity.visible {
            match rule {
                Rule::Anyone => return None,
                Rule::Me(to) => {
                    let key = walk(self, entity, path, to).map_or_else(never, |(path, _)| Expr::Key(path));
                    let me = Expr::Parameter(Parameter::Me);
                    ways.push(Expr::call(Function::Equal, vec![key, me], ValueType::Bool));
                }
                Rule::Item(to) => {
                    let (path, item) = walk(self, entity, path, to)?;
                    ways.push(self.rule_test(item, &path, hops - 1)?);
                }
                Rule::InSet { set, path: to } => ways.push(self.set_test(entity, path, set, to)),
            }
        }
        Some(Expr::Or(ways))
    }

    fn set_test(&self, entity: &Entity, path: &Path, set: &str, to: &str) -> Expr {
        if let Some(member) = entity.member(to)
            && let MemberKind::Collection(collection) = &member.kind
        {
            let scope = self.next_scope();
            let key = Expr::InSet { key: Box::new(Expr::Key(Path::root(scope))), set: set.to_owned() };
            let rows = Rows {
                scope,
                entity: collection.item,
                source: Source::Collection { owner: path.clone(), collection: member.id },
                filter: vec![key],
                order: Vec::new(),
                limit: Limit::default(),
                distinct: false,
            };
            return Expr::Fold(Box::new(Fold { rows, by: FoldBy::Exists, ty: ValueType::Bool }));
        }
        let path = if to == "Id" { Some(path.clone()) } else { walk(self, entity, path, to).map(|(path, _)| path) };
        match path {
            Some(path) => Expr::InSet { key: Box::new(Expr::Key(path)), set: set.to_owned() },
            None => never(),
        }
    }

    /// A base without rules of its own: each heir's rule for the rows of that heir.
    fn heirs_test(&self, entity: &Entity, path: &Path, hops: u8) -> Option<Expr> {
        if entity.heirs.is_empty() || entity.kinds.is_none() {
            return None;
        }
        let mut ways = Vec::new();
        let mut restricted = false;
        for heir in entity.heirs.iter().map(|id| self.catalog().entity(*id)).filter(|e| e.view.is_none()) {
            let cast = path.then(Step::Cast(heir.id));
            let is_heir = Expr::call(Function::IsNotNull, vec![Expr::Key(cast.clone())], ValueType::Bool);
            match self.rule_test(heir, &cast, hops) {
                None => ways.push(is_heir),
                Some(test) => {
                    restricted = true;
                    ways.push(test);
                }
            }
        }
        restricted.then_some(Expr::Or(ways))
    }
}

fn never() -> Expr {
    Expr::Value(crate::value::Value::Bool(false), ValueType::Bool)
}

fn walk<'e>(binder: &'e Binder<'_>, entity: &'e Entity, path: &Path, to: &str) -> Option<(Path, &'e Entity)> {
    let (mut at, mut path) = (entity, path.clone());
    for step in to.split('.') {
        let member: &Member = at.member(step)?;
        path = path.then(Step::Reference(member.id));
        at = binder.catalog().entity(member.reference()?.target);
    }
    Some((path, at))
}
