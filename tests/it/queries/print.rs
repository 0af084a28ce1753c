//! Bound queries and plans as short text. Types are left out: what matters is which member meets which value.

use std::cell::Cell;

use tpmock::catalog::Catalog;
use tpmock::query::Selection;
use tpmock::query::ir::{Expr, Order, Output, Path, Query, Rows, Scope, Source, Step};
use tpmock::sql::{Param, Plan};
use tpmock::value::Value;

pub fn selection(catalog: &Catalog, selection: &Selection) -> String {
    let printer = Printer { catalog, scope: Cell::new(None) };
    match selection {
        Selection::Page(query) => printer.query(query),
        Selection::Array(query) => format!("array\n{}", printer.query(query)),
        Selection::Value(value) => printer.output(value, 0),
    }
}

/// The statements of a plan, children indented below their parent.
pub fn statements(plan: &Plan) -> String {
    fn add(plan: &Plan, depth: usize, lines: &mut Vec<String>) {
        lines.push(format!("{}{}", "  ".repeat(depth), plan.statement.text));
        for child in below(plan) {
            add(child, depth + 1, lines);
        }
    }
    let mut lines = Vec::new();
    add(plan, 0, &mut lines);
    lines.join("\n")
}

/// The plans of what its rows refer to and own.
fn below(plan: &Plan) -> impl Iterator<Item = &Plan> {
    plan.references.iter().map(|reference| &reference.plan).chain(&plan.children)
}

pub fn parameters(plan: &Plan) -> String {
    let one = |param: &Param| match param {
        Param::Value(v) => value(v),
        other => format!("{other:?}"),
    };
    let mut all: Vec<String> = plan.statement.params.iter().map(one).collect();
    all.extend(below(plan).map(parameters).filter(|p| !p.is_empty()));
    all.join(", ")
}

struct Printer<'a> {
    catalog: &'a Catalog,
    /// Row source whose rows are spoken of; paths from another one begin with a caret.
    scope: Cell<Option<Scope>>,
}

impl Printer<'_> {
    fn query(&self, query: &Query) -> String {
        let before = self.scope.replace(Some(query.rows.scope));
        let mut lines = self.rows(&query.rows);
        lines.push(self.output(&query.output, 0));
        self.scope.set(before);
        lines.join("\n")
    }

    fn rows(&self, rows: &Rows) -> Vec<String> {
        let mut lines: Vec<String> = rows.filter.iter().map(|e| format!("where {}", self.expr(e))).collect();
        lines.extend(rows.order.iter().map(|o| format!("order {}", self.order(o))));
        if rows.distinct {
            lines.push("distinct".into());
        }
        lines
    }

    fn order(&self, order: &Order) -> String {
        format!("{}{}", self.expr(&order.key), if order.descending { " desc" } else { "" })
    }

    fn source(&self, rows: &Rows) -> String {
        let base = match &rows.source {
            Source::All => self.catalog.entity(rows.entity).name.clone(),
            Source::WithDeleted => format!("{} with deleted", self.catalog.entity(rows.entity).name),
            Source::Available { user, set } => format!("{set} of {}", self.path(user, "")),
            Source::Collection { owner, collection } => self.path(owner, &self.catalog.member(*collection).name),
        };
        let before = self.scope.replace(Some(rows.scope));
        let lines = self.rows(rows);
        self.scope.set(before);
        std::iter::once(base).chain(lines).collect::<Vec<_>>().join(" ")
    }

    /// A walk from the row; steps are joined by dots.
    fn path(&self, path: &Path, last: &str) -> String {
        let steps = path.steps.iter().map(|step| match step {
            Step::Reference(member) => self.catalog.member(*member).name.clone(),
            Step::Cast(entity) => format!("as<{}>", self.catalog.entity(*entity).name),
        });
        let text = steps.chain((!last.is_empty()).then(|| last.to_owned())).collect::<Vec<_>>().join(".");
        if self.scope.get().is_some_and(|scope| scope != path.scope) { format!("^{text}") } else { text }
    }

    fn expr(&self, expr: &Expr) -> String {
        let all = |list: &[Expr]| list.iter().map(|e| self.expr(e)).collect::<Vec<_>>().join(", ");
        match expr {
            Expr::Value(v, _) => value(v),
            Expr::Parameter(parameter) => format!("{parameter:?}"),
            Expr::Column { path, member, .. } => self.path(path, &self.catalog.member(*member).name),
            Expr::Key(path) => self.path(path, "Id"),
            Expr::Custom { path, name, .. } => self.path(path, &format!("[{name}]")),
            Expr::Call { function, args, .. } => format!("{function:?}({})", all(args)),
            Expr::And(terms) => format!("And({})", all(terms)),
            Expr::Or(terms) => format!("Or({})", all(terms)),
            Expr::Not(operand) => format!("Not({})", self.expr(operand)),
            Expr::In { operand, items } => format!("In({}; {})", self.expr(operand), all(items)),
            Expr::Conditional { test, then, otherwise, .. } => {
                format!("If({}, {}, {})", self.expr(test), self.expr(then), self.expr(otherwise))
            }
            Expr::InSet { key, set } => format!("InSet({}, {set})", self.expr(key)),
            Expr::Fold(fold) => {
                let (name, of) = fold.by.parts();
                let before = self.scope.replace(Some(fold.rows.scope));
                let of = of.map(|e| format!("{} of ", self.expr(e))).unwrap_or_default();
                self.scope.set(before);
                format!("{name}({of}{})", self.source(&fold.rows))
            }
        }
    }

    fn item(&self, query: &Query, depth: usize) -> String {
        let before = self.scope.replace(Some(query.rows.scope));
        let text = self.output(&query.output, depth + 1);
        self.scope.set(before);
        text
    }

    fn output(&self, output: &Output, depth: usize) -> String {
        let members = |members: &[(tpmock::event::Name, Output)]| -> String {
            members
                .iter()
                .map(|(name, o)| format!("\n{}{}: {}", "  ".repeat(depth + 1), name.text(), self.output(o, depth + 1)))
                .collect()
        };
        match output {
            Output::Scalar(expr) => self.expr(expr),
            Output::Entity { presence, resource, members: list } => {
                let at = presence.as_ref().map(|p| format!(" {}", self.path(p, ""))).unwrap_or_default();
                format!("{}{at}{}", resource.text(), members(list))
            }
            Output::Object { presence, members: list } => {
                let test = presence.as_ref().map(|e| format!(" if {}", self.expr(e))).unwrap_or_default();
                format!("object{test}{}", members(list))
            }
            Output::List { form, query, .. } => {
                let item = self.item(query, depth);
                format!("list {form:?} of {}\n{}{item}", self.source(&query.rows), "  ".repeat(depth + 1))
            }
            Output::Parts { list, .. } => format!("items of {}", self.expr(list)),
            Output::Array(items) => items
                .iter()
                .map(|item| format!("\n{}{}", "  ".repeat(depth + 1), self.output(item, depth + 1)))
                .collect(),
            Output::First(query) => {
                let item = self.item(query, depth);
                format!("first of {}\n{}{item}", self.source(&query.rows), "  ".repeat(depth + 1))
            }
            Output::CustomFields { path, .. } => format!("custom fields {}", self.path(path, "")).trim_end().to_owned(),
            Output::Embedded { path, member, .. } => self.path(path, &self.catalog.member(*member).name),
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Real(x) => x.to_string(),
        Value::Text(text) => format!("'{text}'"),
    }
}
