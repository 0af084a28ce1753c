//! The features that a parsed request uses: parameters, operators, functions.
//!
//! Names are followed through the catalog as far as that is needed to tell a function from a member; what an
//! expression means and whether it is right is not asked.

use super::features::{Feature, Features, Kind};
use crate::catalog::{Catalog, EntityId, MemberKind};
use crate::query::ast::{BinaryOp, Board, Expr, Inclusion, Literal, Node, Order, UnaryOp};

/// What a v1 request says in its lists and conditions.
#[derive(Debug, Default)]
pub struct V1Texts<'a> {
    pub lists: Vec<&'a [Inclusion]>,
    pub filter: Option<&'a Expr>,
}

/// What a v2 request says in its expressions.
#[derive(Debug, Default)]
pub struct V2Texts<'a> {
    pub filter: Option<&'a Expr>,
    pub board: Option<&'a Expr>,
    /// Plain words to search for.
    pub words: bool,
    pub select: Option<&'a Expr>,
    pub result: Option<&'a Expr>,
    pub order: &'a [Order],
}

/// Features of a v1 request, each once. `parameters` are its names in lower case.
pub fn v1_uses<'p>(
    features: &Features,
    parameters: impl Iterator<Item = &'p str>,
    texts: &V1Texts<'_>,
) -> Box<[Feature]> {
    let mut uses = Uses { features, found: Vec::new() };
    uses.parameters("v1", parameters);
    texts.lists.iter().for_each(|list| uses.list(list));
    if let Some(filter) = texts.filter {
        uses.condition(filter);
    }
    uses.all()
}

/// Features of a v2 request about an entity, each once. `parameters` are its names in lower case.
pub fn v2_uses<'p>(
    features: &Features,
    catalog: &Catalog,
    entity: EntityId,
    parameters: impl Iterator<Item = &'p str>,
    texts: &V2Texts<'_>,
) -> Box<[Feature]> {
    let mut uses = Uses { features, found: Vec::new() };
    uses.parameters("v2", parameters);
    if texts.words {
        uses.operator("filter", "plain words");
    }
    let it = Place::Entity(entity);
    let mut walk = Walk { uses, catalog, area: "v2" };
    for expr in texts.filter.into_iter().chain(texts.select).chain(texts.order.iter().map(|order| &order.key)) {
        walk.expr(expr, it);
    }
    if let Some(result) = texts.result {
        walk.expr(result, Place::Items(texts.select.is_none().then_some(entity)));
    }
    if let Some(board) = texts.board {
        walk.area = "filter";
        walk.expr(board, it);
    }
    walk.uses.all()
}

struct Uses<'f> {
    features: &'f Features,
    found: Vec<Feature>,
}

impl Uses<'_> {
    fn parameters<'p>(&mut self, area: &str, names: impl Iterator<Item = &'p str>) {
        for name in names {
            self.found.extend(self.features.word(Kind::Parameter, Some(area), name));
        }
    }

    fn operator(&mut self, area: &str, name: &str) {
        self.found.extend(self.features.word(Kind::Operator, Some(area), name));
    }

    /// Whether there is such a function.
    fn function(&mut self, area: Option<&str>, name: &str) -> bool {
        let found = self.features.word(Kind::Function, area, name);
        self.found.extend(found);
        found.is_some()
    }

    fn all(mut self) -> Box<[Feature]> {
        self.found.sort_unstable();
        self.found.dedup();
        self.found.into_boxed_slice()
    }

    /// `include`, `exclude` or `append`.
    fn list(&mut self, list: &[Inclusion]) {
        for inclusion in list {
            match inclusion {
                Inclusion::Member { nested: Some(nested), .. } => {
                    self.operator("v1", "nested list");
                    self.list(nested);
                }
                Inclusion::Member { nested: None, .. } => {}
                Inclusion::Aggregate { function, .. } => {
                    self.function(Some("aggregate of v1"), function);
                }
            }
        }
    }

    /// A condition of v1, where some operators are told by what they compare with.
    fn condition(&mut self, expr: &Expr) {
        let name = match &expr.node {
            Node::Binary { op: BinaryOp::And, left, right } => {
                self.condition(left);
                self.condition(right);
                "and"
            }
            Node::Binary { op, right, .. } => match (op, &right.node) {
                (BinaryOp::Eq, Node::Literal(Literal::Null)) => "is null",
                (BinaryOp::Ne, Node::Literal(Literal::Null)) => "is not null",
                (BinaryOp::Eq, _) => "eq",
                (BinaryOp::Ne, _) => "ne",
                (BinaryOp::Gt, _) => "gt",
                (BinaryOp::Ge, _) => "gte",
                (BinaryOp::Lt, _) => "lt",
                (BinaryOp::Le, _) => "lte",
                _ => return,
            },
            Node::In { .. } => "in",
            Node::Call { .. } => "contains",
            Node::Unary { .. } => "not contains",
            _ => return,
        };
        self.operator("v1", name);
    }
}

/// What an expression stands for, as far as names depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Entity(EntityId),
    /// A collection, of entities where it is known which.
    Items(Option<EntityId>),
    /// The custom values of an entity.
    Custom,
    Value,
}

struct Walk<'f> {
    uses: Uses<'f>,
    catalog: &'f Catalog,
    /// The language: its operators have an area of their own.
    area: &'static str,
}

impl Walk<'_> {
    /// Notes what an expression uses; what it stands for comes back.
    fn expr(&mut self, expr: &Expr, it: Place) -> Place {
        match &expr.node {
            Node::Literal(_) => Place::Value,
            Node::It => it,
            Node::Name(name) => self.name(name, it),
            Node::Member { target, name } => self.dotted(target, name, &[], it),
            Node::Call { target: Some(target), name, args } => self.dotted(target, name, args, it),
            Node::Call { target: None, name, args } => self.free(name, args, it),
            Node::Index { target, .. } => {
                self.operator("[\"index\"]");
                self.expr(target, it);
                Place::Value
            }
            Node::Cast { target, entity } => {
                self.operator(".as<Type>");
                self.expr(target, it);
                self.catalog.named(entity).map_or(Place::Value, |entity| Place::Entity(entity.id))
            }
            Node::Unary { op, operand } => {
                self.operator(if *op == UnaryOp::Not { "not" } else { "negation" });
                self.expr(operand, it)
            }
            Node::Binary { op, left, right } => {
                self.operator(op.symbol());
                self.parts([&**left, &**right], it)
            }
            Node::In { operand, items } => {
                self.operator("in");
                self.expr(operand, it);
                self.parts(items, it)
            }
            Node::Conditional { test, then, otherwise } => {
                self.operator("? :");
                self.expr(test, it);
                let place = self.expr(then, it);
                self.expr(otherwise, it);
                place
            }
            Node::Object(properties) => {
                self.operator("{object}");
                self.parts(properties.iter().map(|property| &property.value), it)
            }
            Node::Board(board) => self.board(board, it),
        }
    }

    fn parts<'e>(&mut self, parts: impl IntoIterator<Item = &'e Expr>, it: Place) -> Place {
        for part in parts {
            self.expr(part, it);
        }
        Place::Value
    }

    fn operator(&mut self, name: &str) {
        self.uses.operator(self.area, name);
    }

    fn name(&mut self, name: &str, it: Place) -> Place {
        match it {
            Place::Entity(entity) => self.member(entity, name).unwrap_or_else(|| {
                self.uses.function(Some("condition"), name);
                Place::Value
            }),
            Place::Items(_) => self.method(it, name),
            Place::Custom | Place::Value => Place::Value,
        }
    }

    /// `IIF(…)`, `IFNONE(…)`, or a method of `it`.
    fn free(&mut self, name: &str, args: &[Expr], it: Place) -> Place {
        if self.uses.function(Some("condition"), name) {
            return self.parts(args, it);
        }
        let inner = inside(it);
        self.parts(args, inner);
        self.method(it, name)
    }

    fn dotted(&mut self, target: &Expr, name: &str, args: &[Expr], it: Place) -> Place {
        // a type of the CLR: Math.Round, DateTime.Now
        if let Node::Name(ty) = &target.node
            && self.uses.function(None, &format!("{ty}.{name}"))
        {
            return self.parts(args, it);
        }
        let place = self.expr(target, it);
        let inner = if let Place::Items(_) = place { inside(place) } else { it };
        self.parts(args, inner);
        match place {
            Place::Entity(entity) => {
                self.member(entity, name).filter(|_| args.is_empty()).unwrap_or_else(|| self.method(place, name))
            }
            Place::Custom => {
                self.uses.function(Some("custom values"), &format!("CustomValues.{name}"));
                Place::Value
            }
            Place::Items(_) | Place::Value => self.method(place, name),
        }
    }

    /// What a member of an entity stands for; `None` where it has no such member.
    fn member(&self, entity: EntityId, name: &str) -> Option<Place> {
        if name.eq_ignore_ascii_case("CustomValues") {
            return Some(Place::Custom);
        }
        Some(match &self.catalog.entity(entity).member(name)?.kind {
            MemberKind::Field(_) => Place::Value,
            MemberKind::Reference(reference) => Place::Entity(reference.target),
            MemberKind::Collection(collection) => Place::Items(Some(collection.item)),
        })
    }

    /// A method of a collection or a value, with brackets or without.
    fn method(&mut self, target: Place, name: &str) -> Place {
        let Place::Items(item) = target else {
            self.uses.function(None, name);
            return Place::Value;
        };
        self.uses.function(Some("collection"), name);
        match (name.to_ascii_lowercase().as_str(), item) {
            ("where" | "orderby" | "orderbydescending" | "distinct", _) => target,
            ("select", _) => Place::Items(None),
            ("first" | "firstordefault", Some(item)) => Place::Entity(item),
            _ => Place::Value,
        }
    }

    fn board(&mut self, board: &Board, it: Place) -> Place {
        let name = match board {
            Board::Me => "Me",
            Board::Today => "Today",
            Board::Current => "Current",
            Board::Past(_) => "Past",
            Board::Future(_) => "Future",
            Board::Duration { .. } => "7(days)",
            Board::Is { left, right, .. } => {
                self.parts([&**left, &**right], it);
                "is"
            }
            Board::Within { needle, field, .. } => {
                self.parts([&**needle, &**field], it);
                "in"
            }
        };
        self.operator(name);
        Place::Value
    }
}

/// What `it` is in the arguments of a collection's method.
fn inside(place: Place) -> Place {
    match place {
        Place::Items(Some(item)) => Place::Entity(item),
        Place::Items(None) => Place::Value,
        other => other,
    }
}
