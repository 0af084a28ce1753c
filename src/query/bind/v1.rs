//! A v1 read: `where` with literals that take the type of their field, sorting, partial response.

use super::bound::{At, Bound, Typed};
use super::include::{Chosen, Inner, Place, entity_output, limit};
use super::{Binder, Dialect, Result};
use crate::catalog::{Collection, CollectionLink, EntityId, FieldRole, Member, MemberId, MemberKind};
use crate::query::ast::{self, BinaryOp, Inclusion, Literal, Node, Span, UnaryOp};
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Expr, Fold, FoldBy, Limit, Order, Parameter, Path, Query, Rows, Source, Step};
use crate::query::model::Scene;
use crate::value::{Value, ValueType};

/// A v1 request for one entity, a collection or an inner collection, parsed but not understood.
#[derive(Debug)]
pub struct Read<'q> {
    pub entity: EntityId,
    /// The collection of an owner, for an inner collection.
    pub within: Option<(MemberId, i64)>,
    /// One entity instead of a page.
    pub id: Option<i64>,
    /// One entity, whose id is known when the plan runs.
    pub any_id: bool,
    pub include: Option<&'q [Inclusion]>,
    pub exclude: Option<&'q [Inclusion]>,
    pub append: &'q [Inclusion],
    pub filter: Option<&'q ast::Expr>,
    /// A path, and whether it sorts downwards.
    pub order: Option<(&'q ast::Expr, bool)>,
    pub limit: Limit,
    pub inner_take: u32,
    pub inner_skip: u64,
    /// Keys of projects and teams the answer is narrowed to.
    pub context: Option<(&'q [i64], &'q [i64])>,
}

impl Read<'_> {
    /// A page of an entity with nothing asked for in particular.
    pub fn page(entity: EntityId) -> Self {
        Self {
            entity,
            within: None,
            id: None,
            any_id: false,
            include: None,
            exclude: None,
            append: &[],
            filter: None,
            order: None,
            limit: Limit::default(),
            inner_take: 0,
            inner_skip: 0,
            context: None,
        }
    }
}

/// Binds a v1 read.
///
/// # Errors
/// Unknown members, wrong types, a collection where none may stand.
pub fn read(scene: Scene<'_>, read: &Read<'_>) -> Result<Query> {
    let binder = Binder::new(scene, Dialect::V1);
    let (mut rows, at) = binder.rows(read.entity, Source::All);
    if let Some((collection, owner)) = read.within {
        rows.filter.push(binder.within(&at, collection, owner));
    }
    if let Some(id) = read.id {
        rows.filter.push(equal(Expr::Key(at.path.clone()), Expr::int(id)));
    }
    if read.any_id {
        rows.filter.push(equal(Expr::Key(at.path.clone()), Expr::Parameter(Parameter::Id)));
    }
    if let Some((projects, teams)) = read.context {
        rows.filter.extend(binder.in_context(&at, projects, teams));
    }
    // an address that names one entity leaves nothing to filter
    if let Some(filter) = read.filter.filter(|_| read.id.is_none() && !read.any_id) {
        binder.conjunction(filter, &at, &mut rows.filter).map_err(|e| e.within("where"))?;
    }
    if read.id.is_none() && !read.any_id {
        rows.order = match read.order {
            Some((path, descending)) => binder
                .sort(path, descending, &at)
                .map_err(|e| e.within(if descending { "orderByDesc" } else { "orderBy" }))?,
            None => binder.default_order(&at),
        };
        rows.limit = limit(read.limit.take, read.limit.skip);
    }
    let chosen = match (read.include, read.exclude) {
        (Some(list), _) => Chosen::Only(list),
        (None, Some(list)) => Chosen::Except(list),
        (None, None) => Chosen::Default,
    };
    let inner = Inner { take: read.inner_take, skip: read.inner_skip };
    let members = binder.members(&at, chosen, read.append, Place::Root, inner).map_err(|e| e.within("include"))?;
    let resource = &binder.catalog().entity(read.entity).name;
    Ok(Query { rows, output: entity_output(resource, members, None) })
}

/// A value inside an object that is kept within its owner.
fn object_leaf(members: &[(String, Bound)], rest: &[&str], span: Span, test: Test<'_>) -> Result<Expr> {
    let [name] = rest else { return Err(Error::parameters(span)) };
    match members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, Bound::Scalar(typed))) => test(Leaf::Value(typed.clone(), FieldRole::Plain)),
        _ => Err(Error::parameters(span)),
    }
}

fn equal(a: Expr, b: Expr) -> Expr {
    Expr::call(Function::Equal, vec![a, b], ValueType::Bool)
}

/// What a test is made of once the path is walked.
type Test<'t> = &'t dyn Fn(Leaf<'_>) -> Result<Expr>;

enum Leaf<'l> {
    Value(Typed, FieldRole),
    Reference(&'l At),
}

impl Binder<'_> {
    /// Rows that belong to a collection of the owner with this id.
    fn within(&self, at: &At, collection: MemberId, owner: i64) -> Expr {
        let holder = self.catalog().member(collection);
        let scope = self.next_scope();
        let path = Path::root(scope);
        let source = Source::Collection { owner: path.clone(), collection };
        let inner = self.next_scope();
        let same = equal(Expr::Key(Path::root(inner)), Expr::Key(at.path.clone()));
        let rows = Rows {
            scope: inner,
            entity: at.entity,
            source,
            filter: vec![same],
            order: Vec::new(),
            limit: Limit::default(),
            distinct: false,
        };
        let is_in = Expr::Fold(Box::new(Fold { rows, by: FoldBy::Exists, ty: ValueType::Bool }));
        let owner_rows = Rows {
            scope,
            entity: holder.id.entity,
            source: Source::All,
            filter: vec![equal(Expr::Key(path), Expr::int(owner)), is_in],
            order: Vec::new(),
            limit: Limit::default(),
            distinct: false,
        };
        Expr::Fold(Box::new(Fold { rows: owner_rows, by: FoldBy::Exists, ty: ValueType::Bool }))
    }

    /// Narrows to projects and teams, where the entity has a project or a team.
    pub fn in_context(&self, at: &At, projects: &[i64], teams: &[i64]) -> Option<Expr> {
        let entity = self.catalog().entity(at.entity);
        let mut ways = Vec::new();
        for rule in &entity.visible {
            if let crate::catalog::Rule::InSet { set, path } = rule {
                let keys = if set == "projects" { projects } else { teams };
                let key = match entity.member(path).map(|m| (&m.kind, m.id)) {
                    Some((MemberKind::Reference(_), id)) => Expr::Key(at.path.then(Step::Reference(id))),
                    Some((MemberKind::Field(_), _)) => Expr::Key(at.path.clone()),
                    _ => continue,
                };
                ways.push(Expr::In { operand: Box::new(key), items: keys.iter().map(|k| Expr::int(*k)).collect() });
            }
        }
        (!ways.is_empty()).then_some(Expr::Or(ways))
    }

    fn conjunction(&self, filter: &ast::Expr, at: &At, terms: &mut Vec<Expr>) -> Result<()> {
        if let Node::Binary { op: BinaryOp::And, left, right } = &filter.node {
            self.conjunction(left, at, terms)?;
            return self.conjunction(right, at, terms);
        }
        terms.extend(self.predicate(filter, at)?);
        Ok(())
    }

    /// One term; `None` where the real service accepts it and applies nothing.
    fn predicate(&self, term: &ast::Expr, at: &At) -> Result<Option<Expr>> {
        let refused = || Error::parameters(term.span);
        match &term.node {
            Node::Binary { op, left, right } => {
                let literal = signed(right).ok_or_else(refused)?;
                self.walk(left, at, &|leaf| self.compare(*op, leaf, &literal, term.span))
            }
            Node::In { operand, items } => self.walk(operand, at, &|leaf| {
                let Leaf::Value(typed, _) = leaf else { return Err(refused()) };
                let items: Option<Vec<Expr>> =
                    items.iter().map(|item| self.literal(&signed(item)?, typed.ty)).collect();
                let items = items.ok_or_else(refused)?;
                Ok(Expr::In { operand: Box::new(typed.expr), items })
            }),
            Node::Call { target: Some(target), name, args } if name.eq_ignore_ascii_case("contains") => {
                self.walk(target, at, &|leaf| contains(leaf, args, term.span))
            }
            Node::Unary { op: UnaryOp::Not, operand } => {
                let inner = self.predicate(operand, at)?;
                // a value that is null contains nothing
                Ok(inner.map(|test| {
                    let known = Expr::call(Function::Coalesce, vec![test, no()], ValueType::Bool);
                    Expr::Not(Box::new(known))
                }))
            }
            _ => Err(refused()),
        }
    }

    /// Follows a path to a value or reference and tests it there. Some collections on the way mean "any".
    fn walk(&self, path: &ast::Expr, at: &At, test: Test<'_>) -> Result<Option<Expr>> {
        let mut names = Vec::new();
        spell(path, &mut names).ok_or_else(|| Error::parameters(path.span))?;
        self.step(&names, at, path.span, test)
    }

    fn step(&self, names: &[&str], at: &At, span: Span, test: Test<'_>) -> Result<Option<Expr>> {
        let entity = self.catalog().entity(at.entity);
        let Some((name, rest)) = names.split_first() else { return test(Leaf::Reference(at)).map(Some) };
        if let (Some(member), [field]) = (entity.custom_fields(), rest)
            && member.name.eq_ignore_ascii_case(name)
        {
            return self.custom_leaf(at, field, span, test).map(Some);
        }
        let Some(member) = entity.member(name).filter(|m| !m.hidden) else { return Err(Error::parameters(span)) };
        match &member.kind {
            MemberKind::Field(field) if rest.is_empty() => match self.known_member(at, member, span)? {
                Bound::Scalar(typed) => test(Leaf::Value(typed, field.role)).map(Some),
                _ => Err(Error::parameters(span)),
            },
            MemberKind::Field(_) => Err(Error::parameters(span)),
            MemberKind::Reference(_) => match self.known_member(at, member, span)? {
                Bound::Entity(to) => self.step(rest, &to, span, test),
                Bound::Object { members, .. } => object_leaf(&members, rest, span, test).map(Some),
                _ => Err(Error::parameters(span)),
            },
            MemberKind::Collection(collection) => self.any(at, member, collection, rest, span, test),
        }
    }

    fn any(
        &self,
        at: &At,
        member: &Member,
        collection: &Collection,
        rest: &[&str],
        span: Span,
        test: Test<'_>,
    ) -> Result<Option<Expr>> {
        let item = self.catalog().entity(collection.item);
        let known = rest.first().is_some_and(|name| item.member(name).is_some());
        if !known {
            return Err(Error::parameters(span));
        }
        if collection.filter_ignored {
            return Ok(None);
        }
        // only collections of many to many can be filtered on; the real service has them as exceptions
        if !matches!(collection.link, CollectionLink::Through { .. }) {
            return Err(Error::parameters(span));
        }
        let mut sequence = self.collection(at, member);
        let Bound::Entity(item) = sequence.item.as_ref().clone() else { return Err(Error::parameters(span)) };
        sequence.rows.filter.extend(self.step(rest, &item, span, test)?);
        Ok(Some(Expr::Fold(Box::new(Fold { rows: sequence.rows, by: FoldBy::Exists, ty: ValueType::Bool }))))
    }

    fn custom_leaf(&self, at: &At, name: &str, span: Span, test: Test<'_>) -> Result<Expr> {
        let Some(field) = self.scene.custom_field(at.entity, name).filter(|f| !f.calculated) else {
            return Err(Error::parameters(span));
        };
        let ty = super::member::custom_type(&field.field_type);
        let expr = Expr::Custom { path: at.path.clone(), name: field.name.clone(), ty };
        test(Leaf::Value(Typed { expr, ty, nullable: true }, FieldRole::Plain))
    }

    fn compare(&self, op: BinaryOp, leaf: Leaf<'_>, literal: &Literal, span: Span) -> Result<Expr> {
        let refused = || Error::parameters(span);
        let (typed, bare) = match leaf {
            Leaf::Value(typed, _) => (typed, false),
            Leaf::Reference(at) => {
                (Typed { expr: Expr::Key(at.path.clone()), ty: ValueType::Int, nullable: true }, true)
            }
        };
        let null = matches!(literal, Literal::Null)
            || (typed.ty == ValueType::Date && matches!(literal, Literal::Text(t) if t.eq_ignore_ascii_case("null")));
        let function = match op {
            BinaryOp::Eq if null => Function::IsNull,
            BinaryOp::Ne if null => Function::IsNotNull,
            _ if null => return Err(refused()),
            BinaryOp::Eq => Function::Equal,
            BinaryOp::Ne => Function::NotEqual,
            BinaryOp::Lt => Function::Less,
            BinaryOp::Le => Function::LessOrEqual,
            BinaryOp::Gt => Function::Greater,
            BinaryOp::Ge => Function::GreaterOrEqual,
            _ => return Err(refused()),
        };
        if null {
            return Ok(Expr::call(function, vec![typed.expr], ValueType::Bool));
        }
        // a reference itself is compared with null only
        if bare {
            return Err(refused());
        }
        let value = self.literal(literal, typed.ty).ok_or_else(refused)?;
        Ok(Expr::call(function, vec![typed.expr, value], ValueType::Bool))
    }

    /// The literal as a value of the field's type.
    fn literal(&self, literal: &Literal, ty: ValueType) -> Option<Expr> {
        let text = match literal {
            Literal::Null => return None,
            Literal::Bool(b) => b.to_string(),
            Literal::Integer(n) => n.to_string(),
            Literal::Real { value, .. } => value.to_string(),
            Literal::Text(text) => text.clone(),
            Literal::Char(c) => c.to_string(),
        };
        let word = text.trim();
        let value = match ty {
            ValueType::Text | ValueType::Link | ValueType::Char => Value::Text(text),
            ValueType::Bool => match word.to_ascii_lowercase().as_str() {
                "true" | "1" => Value::Bool(true),
                "false" | "0" => Value::Bool(false),
                _ => return None,
            },
            ValueType::Int | ValueType::Long => match word.parse::<i64>() {
                Ok(n) => Value::Int(n),
                Err(_) => Value::Real(word.parse::<f64>().ok().filter(|x| x.is_finite())?),
            },
            ValueType::Decimal | ValueType::Average | ValueType::Double => {
                Value::Real(word.parse::<f64>().ok().filter(|x| x.is_finite())?)
            }
            ValueType::Date => match word.to_ascii_lowercase().as_str() {
                "today" => return Some(Expr::Parameter(Parameter::Today)),
                "tomorrow" => {
                    let today = Expr::Parameter(Parameter::Today);
                    return Some(Expr::call(Function::AddDays, vec![today, Expr::int(1)], ValueType::Date));
                }
                _ => Value::Int(crate::date::parse_date(word, self.scene.zone)?),
            },
            ValueType::TimeSpan | ValueType::Null => return None,
        };
        Some(Expr::Value(value, ty))
    }

    fn sort(&self, path: &ast::Expr, descending: bool, at: &At) -> Result<Vec<Order>> {
        let refused = || Error::parameters(path.span);
        let mut names = Vec::new();
        spell(path, &mut names).ok_or_else(refused)?;
        let mut here = Bound::Entity(at.clone());
        for name in names {
            let Bound::Entity(at) = &here else { return Err(refused()) };
            let entity = self.catalog().entity(at.entity);
            let member = entity.member(name).filter(|m| !m.hidden && m.collection().is_none()).ok_or_else(refused)?;
            here = self.known_member(at, member, path.span)?;
        }
        let Bound::Scalar(typed) = here else { return Err(refused()) };
        let tie = Order { key: Expr::Key(at.path.clone()), descending };
        Ok(vec![Order { key: typed.expr, descending }, tie])
    }
}

/// The literal of a term, a minus sign taken into it.
fn signed(expr: &ast::Expr) -> Option<Literal> {
    match &expr.node {
        Node::Literal(literal) => Some(literal.clone()),
        Node::Unary { op: UnaryOp::Negate, operand } => match &operand.node {
            Node::Literal(Literal::Integer(n)) => Some(Literal::Text(format!("-{n}"))),
            Node::Literal(Literal::Real { value, single }) => Some(Literal::Real { value: -value, single: *single }),
            _ => None,
        },
        _ => None,
    }
}

fn contains(leaf: Leaf<'_>, args: &[ast::Expr], span: Span) -> Result<Expr> {
    let refused = || Error::parameters(span);
    let (Leaf::Value(typed, role), [ast::Expr { node: Node::Literal(literal), .. }]) = (leaf, args) else {
        return Err(refused());
    };
    let text = match literal {
        Literal::Text(text) => text.clone(),
        Literal::Char(c) => c.to_string(),
        Literal::Integer(n) => n.to_string(),
        _ => return Err(refused()),
    };
    if typed.ty != ValueType::Text {
        return Err(refused());
    }
    let (function, pattern) = match role {
        FieldRole::Tags => (Function::HasTag, text.trim_matches('\'').to_owned()),
        // clients write the tag wildcard on names too
        FieldRole::Plain | FieldRole::Rich => (Function::Contains, text.trim_matches('*').to_owned()),
    };
    Ok(Expr::call(function, vec![typed.expr, Expr::text(pattern)], ValueType::Bool))
}

fn no() -> Expr {
    Expr::Value(Value::Bool(false), ValueType::Bool)
}

/// The names of a path, outermost first.
fn spell<'q>(path: &'q ast::Expr, names: &mut Vec<&'q str>) -> Option<()> {
    match &path.node {
        Node::Name(name) => names.push(name),
        Node::Member { target, name } => {
            spell(target, names)?;
            names.push(name);
        }
        _ => return None,
    }
    Some(())
}
