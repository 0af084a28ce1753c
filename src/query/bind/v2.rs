//! A v2 read: `where` and `filter`, `select` and `result`, `orderBy`, page.

use super::bound::{At, Bound, Sequence};
use super::output::output_name;
use super::{Binder, Dialect, Result};
use crate::catalog::{EntityId, EntityKind};
use crate::event::Name;
use crate::query::ast::{self, Node};
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Expr, Limit, Order, Output, Query, Rows, Source};
use crate::query::model::Scene;
use crate::value::ValueType;

/// A v2 request, parsed but not understood.
#[derive(Debug)]
pub struct Select<'q> {
    pub entity: EntityId,
    /// One entity instead of a page.
    pub id: Option<i64>,
    pub filter: Option<&'q ast::Expr>,
    /// The condition of a board filter.
    pub board: Option<&'q ast::Expr>,
    /// Words to search for.
    pub words: &'q [String],
    pub select: Option<&'q ast::Expr>,
    pub result: Option<&'q ast::Expr>,
    pub order: &'q [ast::Order],
    pub limit: Limit,
    /// Keys of projects and teams the answer is narrowed to.
    pub context: Option<(&'q [i64], &'q [i64])>,
    /// Whether deleted users are among the rows.
    pub deleted: bool,
    /// Rows upwards by id, each with its id as `__id`.
    pub stream: bool,
}

/// What a v2 request asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// A page of rows.
    Page(Query),
    /// All rows as a bare array.
    Array(Query),
    /// One value made from all rows.
    Value(Output),
}

impl Select<'_> {
    /// Everything of an entity, in reference form.
    pub fn all(entity: EntityId) -> Self {
        Self {
            entity,
            id: None,
            filter: None,
            board: None,
            words: &[],
            select: None,
            result: None,
            order: &[],
            limit: Limit::default(),
            context: None,
            deleted: false,
            stream: false,
        }
    }
}

/// Binds a v2 read.
///
/// # Errors
/// Unknown members, wrong types, what the real service fails on, what is not emulated.
pub fn select(scene: Scene<'_>, read: &Select<'_>) -> Result<Selection> {
    let binder = Binder::new(scene, Dialect::V2);
    let (mut rows, at) = binder.rows(read.entity, binder.source(read));
    let it = Bound::Entity(at.clone());
    if let Some(id) = read.id {
        let key = vec![Expr::Key(at.path.clone()), Expr::int(id)];
        rows.filter.push(Expr::call(Function::Equal, key, ValueType::Bool));
    }
    rows.filter.extend(binder.not_deleted(&at, read.deleted)?);
    if let Some((projects, teams)) = read.context {
        rows.filter.extend(binder.in_context(&at, projects, teams));
    }
    if let Some(filter) = read.filter {
        terms(binder.condition(filter, &it).map_err(|e| e.within("where"))?, &mut rows.filter);
    }
    if let Some(board) = read.board {
        terms(binder.board_condition(board, &it).map_err(|e| e.within("filter"))?, &mut rows.filter);
    }
    rows.filter.extend(binder.words(read.words, &at)?);
    rows.order = binder.root_order(read, &at).map_err(|e| e.within("orderBy"))?;
    let item = match read.select {
        Some(select) => binder.expr(select, &it).map_err(|e| e.within("select"))?,
        None => it,
    };
    let span = read.select.map(|s| s.span).unwrap_or_default();
    if read.stream {
        rows.limit = binder.stream_limit(&rows);
        let output = binder.streamed(&at, &item, span).map_err(|e| e.within("select"))?;
        return Ok(Selection::Page(Query { rows, output }));
    }
    let Some(result) = read.result else {
        rows.limit = if read.id.is_some() { Limit::default() } else { read.limit };
        let output = binder.shown(&item, span).map_err(|e| e.within("select"))?;
        return Ok(Selection::Page(Query { rows, output }));
    };
    let name = binder.catalog().entity(read.entity).plural.clone();
    let sequence = Sequence { rows, item: Box::new(item), name, touched: true };
    let of_result = |e: Error| e.within("result");
    match binder.expr(result, &Bound::Sequence(sequence)).map_err(of_result)? {
        Bound::Sequence(Sequence { rows, item, .. }) => {
            let output = binder.shown(&item, result.span).map_err(of_result)?;
            Ok(Selection::Array(Query { rows, output }))
        }
        value => binder.shown(&value, result.span).map(Selection::Value).map_err(of_result),
    }
}

impl Binder<'_> {
    /// Where the rows come from: deleted projects are kept elsewhere.
    fn source(&self, read: &Select<'_>) -> Source {
        let set = self.catalog().set("projects");
        let project = set.and_then(|set| self.catalog().entity(set.entity).member(&set.key)?.reference());
        let is_project = project.is_some_and(|project| project.target == read.entity);
        if read.deleted && is_project { Source::WithDeleted } else { Source::All }
    }

    /// Users that were deleted keep their row and are not listed.
    fn not_deleted(&self, at: &At, deleted: bool) -> Result<Option<Expr>> {
        let entity = self.catalog().entity(at.entity);
        let date = entity.member("DeleteDate").filter(|_| !deleted && entity.kind != EntityKind::History);
        let Some(date) = date else { return Ok(None) };
        match self.known_member(at, date, ast::Span::default())? {
            Bound::Scalar(typed) => Ok(Some(Expr::call(Function::IsNull, vec![typed.expr], ValueType::Bool))),
            _ => Ok(None),
        }
    }

    fn root_order(&self, read: &Select<'_>, at: &At) -> Result<Vec<Order>> {
        let key = Expr::Key(at.path.clone());
        if read.stream {
            return Ok(vec![Order { key, descending: false }]);
        }
        let it = Bound::Entity(at.clone());
        let mut order = Vec::new();
        for key in read.order {
            if self.has_aggregate(&key.key, &it) {
                // the real service accepts it and cannot run it
                return Err(self.fails(&key.key.to_string(), key.key.span));
            }
        }
        order.extend(self.orders(read.order, &it)?);
        if order.is_empty() {
            order.extend(self.own_order(at));
        }
        if !order.iter().any(|o| o.key == key) {
            order.push(Order { key, descending: true });
        }
        Ok(order)
    }

    /// The default order of the few entities that are not shown newest first.
    fn own_order(&self, at: &At) -> Option<Order> {
        let sort = self.catalog().entity(at.entity).order.as_ref()?;
        match self.entity_member(at, &sort.member, ast::Span::default()) {
            Ok(Bound::Scalar(typed)) => Some(Order { key: typed.expr, descending: sort.descending }),
            _ => None,
        }
    }

    /// Whether a key counts or sums a collection.
    fn has_aggregate(&self, expr: &ast::Expr, it: &Bound) -> bool {
        match &expr.node {
            Node::Member { target, name } | Node::Call { target: Some(target), name, .. } => {
                super::infer::is_aggregate(name) && matches!(self.expr(target, it), Ok(Bound::Sequence(_)))
            }
            Node::Unary { operand, .. } => self.has_aggregate(operand, it),
            Node::Binary { left, right, .. } => self.has_aggregate(left, it) || self.has_aggregate(right, it),
            _ => false,
        }
    }

    /// All rows of one kind come in the order of their keys by themselves. Others get a limit that is never reached:
    /// then keys are picked and sorted first, and whole rows are made one by one.
    fn stream_limit(&self, rows: &Rows) -> Limit {
        let kinds = self.catalog().entity(rows.entity).kinds.as_ref();
        let sorted = rows.filter.is_empty() && kinds.is_none_or(|kinds| kinds.len() == 1);
        if sorted { Limit::default() } else { Limit { take: Some(u32::MAX), skip: 0 } }
    }

    /// An item of a stream: an object that begins with the key of its row.
    fn streamed(&self, at: &At, item: &Bound, span: ast::Span) -> Result<Output> {
        let id = (Name::new("__id"), Output::Scalar(Expr::Key(at.path.clone())));
        let (presence, members) = match self.shown(item, span)? {
            Output::Object { presence, members } => (presence, members),
            Output::Entity { presence: None, resource, members } => {
                let kind = Output::Scalar(Expr::text(resource.text()));
                let members = std::iter::once((output_name("ResourceType"), kind)).chain(members).collect();
                (None, members)
            }
            _ => return Err(Error::expected("object", span)),
        };
        Ok(Output::Object { presence, members: std::iter::once(id).chain(members).collect() })
    }
}

/// A conjunction as its terms.
fn terms(expr: Expr, into: &mut Vec<Expr>) {
    match expr {
        Expr::And(terms) => into.extend(terms),
        other => into.push(other),
    }
}
