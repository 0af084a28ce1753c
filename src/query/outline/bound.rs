//! Bound trees, with the names of the catalog in place of ids and with the type of every value.

use super::tree::Outline;
use crate::catalog::Catalog;
use crate::query::bind::Selection;
use crate::query::ir::{Expr, Output, Path, Query, Rows, Source, Step};
use crate::value::Value;

/// A query of API v1.
pub fn query(catalog: &Catalog, query: &Query) -> Outline {
    Printer { catalog }.query(query)
}

/// A query of API v2.
pub fn selection(catalog: &Catalog, selection: &Selection) -> Outline {
    let printer = Printer { catalog };
    match selection {
        Selection::Page(query) => printer.query(query).named("page of"),
        Selection::Array(query) => printer.query(query).named("array of"),
        Selection::Value(output) => printer.output(output).named("value"),
    }
}

struct Printer<'a> {
    catalog: &'a Catalog,
}

impl Printer<'_> {
    fn query(&self, query: &Query) -> Outline {
        let mut outline = self.rows(&query.rows);
        outline.parts.push(self.output(&query.output).named("each"));
        outline
    }

    fn rows(&self, rows: &Rows) -> Outline {
        let name = match &rows.source {
            Source::All => format!("{} #{}", self.catalog.entity(rows.entity).name, rows.scope),
            Source::WithDeleted => format!("{} with deleted #{}", self.catalog.entity(rows.entity).name, rows.scope),
            Source::Available { user, set } => format!("{set} of {} #{}", self.path(user, ""), rows.scope),
            Source::Collection { owner, collection } => {
                format!("{} #{}", self.path(owner, &self.catalog.member(*collection).name), rows.scope)
            }
        };
        let mut parts: Vec<Outline> = rows.filter.iter().map(|test| self.expr(test).named("where")).collect();
        let down = |descending: bool| if descending { "down by" } else { "up by" };
        parts.extend(rows.order.iter().map(|order| self.expr(&order.key).named(down(order.descending))));
        if rows.distinct {
            parts.push(Outline::leaf("distinct"));
        }
        if let Some(take) = rows.limit.take.filter(|take| *take < u32::MAX) {
            parts.push(Outline::leaf(format!("take {take} skip {}", rows.limit.skip)));
        }
        Outline::of(name, parts)
    }

    /// A walk from the row of a scope: `#0.Project.Name`.
    fn path(&self, path: &Path, last: &str) -> String {
        let steps = path.steps.iter().map(|step| match step {
            Step::Reference(member) => self.catalog.member(*member).name.clone(),
            Step::Cast(entity) => format!("as<{}>", self.catalog.entity(*entity).name),
        });
        let words = std::iter::once(format!("#{}", path.scope)).chain(steps);
        words.chain((!last.is_empty()).then(|| last.to_owned())).collect::<Vec<_>>().join(".")
    }

    fn expr(&self, expr: &Expr) -> Outline {
        let all = |list: &[Expr]| list.iter().map(|e| self.expr(e)).collect::<Vec<_>>();
        let mut outline = match expr {
            Expr::Value(value, _) => Outline::leaf(literal(value)),
            Expr::Parameter(parameter) => Outline::leaf(format!("{parameter:?}")),
            Expr::Column { path, member, .. } => Outline::leaf(self.path(path, &self.catalog.member(*member).name)),
            Expr::Key(path) => Outline::leaf(self.path(path, "Id")),
            Expr::Custom { path, name, .. } => Outline::leaf(self.path(path, &format!("[{name}]"))),
            Expr::Call { function, args, .. } => Outline::of(format!("{function:?}"), all(args)),
            Expr::And(terms) => Outline::of("And", all(terms)),
            Expr::Or(terms) => Outline::of("Or", all(terms)),
            Expr::Not(operand) => Outline::of("Not", vec![self.expr(operand)]),
            Expr::In { operand, items } => Outline::of("In", vec![self.expr(operand), Outline::of("list", all(items))]),
            Expr::Conditional { test, then, otherwise, .. } => {
                let parts = [("if", test), ("then", then), ("else", otherwise)];
                Outline::of("Choice", parts.into_iter().map(|(word, part)| self.expr(part).named(word)).collect())
            }
            Expr::InSet { key, set } => Outline::of(format!("among the caller's {set}"), vec![self.expr(key)]),
            Expr::Fold(fold) => {
                let (name, of) = fold.by.parts();
                let of = of.map(|e| self.expr(e).named("of"));
                Outline::of(name, of.into_iter().chain([self.rows(&fold.rows).named("over")]).collect())
            }
        };
        outline.kind = Some(expr.ty().clr_name());
        outline
    }

    fn output(&self, output: &Output) -> Outline {
        let members = |list: &[(crate::event::Name, Output)]| {
            list.iter().map(|(name, output)| self.output(output).named(&format!("{}:", name.text()))).collect()
        };
        match output {
            Output::Scalar(expr) => self.expr(expr),
            Output::Entity { presence, resource, members: list } => {
                let at = presence.as_ref().map(|path| format!(" at {}", self.path(path, ""))).unwrap_or_default();
                Outline::of(format!("{}{at}", resource.text()), members(list))
            }
            Output::Object { presence, members: list } => {
                let test = presence.iter().map(|test| self.expr(test).named("if"));
                Outline::of("object", test.chain::<Vec<Outline>>(members(list)).collect())
            }
            Output::Array(items) => Outline::of("array", items.iter().map(|item| self.output(item)).collect()),
            Output::Parts { list, .. } => self.expr(list).named("items of"),
            Output::List { query, .. } => self.query(query).named("list of"),
            Output::First(query) => self.query(query).named("first of"),
            Output::CustomFields { path, .. } => Outline::leaf(format!("custom fields of {}", self.path(path, ""))),
            Output::Embedded { path, member, .. } => Outline::leaf(self.path(path, &self.catalog.member(*member).name)),
        }
    }
}

/// A value as a person writes it, texts in quotes.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Text(text) => format!("{text:?}"),
    }
}
