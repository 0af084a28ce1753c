//! Expressions and selects → fragments. Joins are found while expressions are written and shared by equal paths.

use crate::catalog::{Catalog, EntityId, MemberKind, Storage};
use crate::query::function::Function;
use crate::query::ir::{Expr, Fold, FoldBy, Order, Path, Rows, Scope, Source, Step};
use crate::value::{Value, ValueType};

use super::collection;
use super::fragment::{Fragment, Param, qualified, quoted};
use super::functions;
use super::schema::{KIND_COLUMN, VALUES_COLUMN, with_deleted};

/// One SELECT under construction.
pub(super) struct Select {
    scope: Scope,
    table: String,
    alias: String,
    joins: Vec<(Path, String)>,
    join_text: Fragment,
}

pub(super) struct Emitter<'a> {
    pub catalog: &'a Catalog,
    /// Enclosing selects, the innermost last: a correlated select reaches the rows around it.
    stack: Vec<Select>,
    aliases: u32,
}

impl<'a> Emitter<'a> {
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, stack: Vec::new(), aliases: 0 }
    }

    pub fn open(&mut self, rows: &Rows) {
        let table = &self.catalog.entity(rows.entity).table;
        let table = quoted(&if rows.source == Source::WithDeleted { with_deleted(table) } else { table.clone() });
        self.begin(rows.scope, table);
    }

    /// A select whose rows are what `path` leads to.
    pub fn open_at(&mut self, path: &Path, entity: EntityId) {
        let table = quoted(&self.catalog.entity(entity).table);
        let select = self.begin(path.scope, table);
        select.joins.push((path.clone(), select.alias.clone()));
    }

    fn begin(&mut self, scope: Scope, table: String) -> &mut Select {
        let alias = self.alias("s");
        self.stack.push_mut(Select { scope, table, alias, joins: Vec::new(), join_text: Fragment::default() })
    }

    /// Ends the innermost select and gives its FROM items: the table and the joins.
    pub fn close(&mut self) -> (Fragment, String) {
        let Some(select) = self.stack.pop() else { return (Fragment::default(), String::new()) };
        let mut from = Fragment::sql(format!("{} {}", select.table, select.alias));
        from.push(select.join_text);
        (from, select.alias)
    }

    pub fn alias(&mut self, prefix: &str) -> String {
        self.aliases += 1;
        format!("{prefix}{}", self.aliases)
    }

    fn select_of(&self, scope: Scope) -> usize {
        self.stack.iter().rposition(|s| s.scope == scope).unwrap_or(0)
    }

    pub fn knows(&self, scope: Scope) -> bool {
        self.stack.iter().any(|s| s.scope == scope)
    }

    /// Alias of the row at `path`, joined on first use.
    pub fn row(&mut self, path: &Path) -> String {
        let at = self.select_of(path.scope);
        let Some(last) = path.steps.last() else { return self.stack[at].alias.clone() };
        if let Some((_, alias)) = self.stack[at].joins.iter().find(|(p, _)| p == path) {
            return alias.clone();
        }
        let (key, target, cast) = match last {
            Step::Reference(member) => {
                (self.key(path), self.catalog.member(*member).reference().map(|r| r.target), None)
            }
            Step::Cast(entity) => {
                let mut before = path.clone();
                before.steps.pop();
                (self.key(&before), Some(*entity), self.catalog.entity(*entity).kinds.clone())
            }
        };
        let alias = self.alias("j");
        let table = target.map(|t| self.catalog.entity(t).table.clone()).unwrap_or_default();
        let mut join = Fragment::sql(format!(" LEFT JOIN {} {alias} ON {alias}.\"Id\" = ", quoted(&table)));
        join.push(key);
        if let Some(kinds) = cast {
            join.push_sql(&format!(" AND {alias}.{}", kind_test(&kinds)));
        }
        let select = &mut self.stack[at];
        select.join_text.push(join);
        select.joins.push((path.clone(), alias.clone()));
        alias
    }

    /// The key of the entity at `path`; a stored reference needs no join.
    pub fn key(&mut self, path: &Path) -> Fragment {
        if !self.is_root(path)
            && let Some(Step::Reference(member)) = path.steps.last()
            && let MemberKind::Reference(reference) = &self.catalog.member(*member).kind
            && let Storage::Column(column) = &reference.storage
        {
            let mut before = path.clone();
            before.steps.pop();
            let row = self.row(&before);
            return Fragment::sql(qualified(&row, column));
        }
        let row = self.row(path);
        Fragment::sql(format!("{row}.\"Id\""))
    }

    fn is_root(&self, path: &Path) -> bool {
        let select = &self.stack[self.select_of(path.scope)];
        select.joins.iter().any(|(joined, alias)| joined == path && *alias == select.alias)
    }

    pub fn column(&mut self, path: &Path, column: &str) -> Fragment {
        let row = self.row(path);
        Fragment::sql(qualified(&row, column))
    }

    pub fn values_column(&mut self, path: &Path) -> Fragment {
        self.column(path, VALUES_COLUMN)
    }

    pub fn expr(&mut self, expr: &Expr) -> Fragment {
        match expr {
            Expr::Value(value, _) => Fragment::param(Param::Value(value.clone())),
            Expr::Parameter(parameter) => Fragment::param(Param::Run(*parameter)),
            Expr::Column { path, member, .. } => match &self.catalog.member(*member).kind {
                MemberKind::Field(field) => match &field.storage {
                    Storage::Column(name) | Storage::Embedded(name) => self.column(path, name),
                    Storage::Computed(_) => Fragment::sql("NULL"),
                },
                MemberKind::Reference(reference) => match &reference.storage {
                    Storage::Embedded(name) => self.column(path, name),
                    Storage::Column(_) | Storage::Computed(_) => Fragment::sql("NULL"),
                },
                MemberKind::Collection(_) => Fragment::sql("NULL"),
            },
            Expr::Key(path) => self.key(path),
            Expr::Custom { path, name, .. } => {
                let values = self.values_column(path);
                let name = Fragment::param(Param::Value(crate::value::Value::Text(name.clone())));
                Fragment::list("tp_custom(", [values, name], ", ", ")")
            }
            Expr::Call { function: Function::Concat, args, .. } => {
                let mut parts = Vec::new();
                self.joined(args, &mut parts);
                functions::call(Function::Concat, parts, &[])
            }
            Expr::Call { function, args, .. } => {
                let types: Vec<ValueType> = args.iter().map(Expr::ty).collect();
                let args = args.iter().map(|a| self.expr(a)).collect();
                functions::call(*function, args, &types)
            }
            Expr::And(terms) => self.chain(terms, " AND ", "1"),
            Expr::Or(terms) => self.chain(terms, " OR ", "0"),
            Expr::Not(operand) => Fragment::list("(NOT ", [self.expr(operand)], "", ")"),
            Expr::In { operand, items } => {
                let text = operand.ty() == ValueType::Text;
                let operand = self.expr(operand);
                if items.is_empty() {
                    return Fragment::sql("0");
                }
                let items: Vec<Fragment> = items.iter().map(|i| self.expr(i)).collect();
                let mut fragment =
                    Fragment::list("(", [operand], "", if text { " COLLATE \"FOLD\" IN " } else { " IN " });
                fragment.push(Fragment::list("(", items, ", ", "))"));
                fragment
            }
            Expr::Conditional { test, then, otherwise, .. } => {
                let mut fragment = Fragment::list("(CASE WHEN ", [self.expr(test)], "", " THEN ");
                fragment.push(self.expr(then)).push_sql(" ELSE ");
                let otherwise = self.expr(otherwise);
                fragment.push(otherwise).push_sql(" END)");
                fragment
            }
            Expr::InSet { key, set } => {
                let key = self.expr(key);
                Fragment::list("(", [key, collection::set(self.catalog, set)], " IN ", ")")
            }
            Expr::Fold(fold) => self.fold(fold),
        }
    }

    /// The parts of a text that is put together, null standing for nothing.
    fn joined(&mut self, args: &[Expr], parts: &mut Vec<Fragment>) {
        for arg in args {
            match arg {
                Expr::Call { function: Function::Concat, args, .. } => self.joined(args, parts),
                Expr::Value(Value::Text(_), _) => parts.push(self.expr(arg)),
                arg => parts.push(Fragment::list("IFNULL(", [self.expr(arg)], "", ", '')")),
            }
        }
    }

    fn chain(&mut self, terms: &[Expr], operator: &str, empty: &str) -> Fragment {
        match terms {
            [] => Fragment::sql(empty),
            [one] => self.expr(one),
            terms => {
                let terms: Vec<Fragment> = terms.iter().map(|t| self.expr(t)).collect();
                balanced(terms, operator)
            }
        }
    }

    fn fold(&mut self, fold: &Fold) -> Fragment {
        self.open(&fold.rows);
        let (what, limit) = match &fold.by {
            FoldBy::Count => (Fragment::sql("COUNT(*)"), ""),
            FoldBy::Exists => (Fragment::sql("1"), ""),
            FoldBy::Sum(e) => (self.aggregate("SUM", e, fold.rows.distinct), ""),
            FoldBy::Average(e) => (self.aggregate("AVG", e, fold.rows.distinct), ""),
            FoldBy::Min(e) => (self.aggregate("MIN", e, false), ""),
            FoldBy::Max(e) => (self.aggregate("MAX", e, false), ""),
            FoldBy::CountDistinct(e) => (self.aggregate("COUNT", e, true), ""),
            FoldBy::First(e) => (self.expr(e), " LIMIT 1"),
        };
        let test = self.filter(&fold.rows);
        let order = match &fold.by {
            FoldBy::First(_) => self.order(&fold.rows.order),
            _ => Fragment::default(),
        };
        let (from, _) = self.close();
        let open = if fold.by == FoldBy::Exists { "EXISTS (SELECT " } else { "(SELECT " };
        let mut select = Fragment::sql(open);
        select.push(what).push_sql(" FROM ").push(from).push(test).push(order).push_sql(limit).push_sql(")");
        select
    }

    fn aggregate(&mut self, name: &str, argument: &Expr, distinct: bool) -> Fragment {
        let argument = self.expr(argument);
        Fragment::list(&format!("{name}({}", if distinct { "DISTINCT " } else { "" }), [argument], "", ")")
    }

    /// ` WHERE …` of the innermost select: kind, link to the owner, filter.
    pub fn filter(&mut self, rows: &Rows) -> Fragment {
        let row = self.row(&Path::root(rows.scope));
        let mut terms = Vec::new();
        if let Some(kinds) = &self.catalog.entity(rows.entity).kinds {
            // Rows of many kinds in the order of their ids: the index of kinds would have them sorted first, all of them.
            let by_id = rows.order.first().is_some_and(|order| order.key == Expr::Key(Path::root(rows.scope)));
            let unindexed = if by_id && kinds.len() > 1 { "+" } else { "" };
            terms.push(Fragment::sql(format!("{unindexed}{row}.{}", kind_test(kinds))));
        }
        terms.extend(collection::link(self, rows, &row));
        terms.extend(rows.filter.iter().map(|e| self.expr(e)));
        if terms.is_empty() {
            return Fragment::default();
        }
        Fragment::list(" WHERE ", terms, " AND ", "")
    }

    /// ` ORDER BY …`, or nothing.
    pub fn order(&mut self, order: &[Order]) -> Fragment {
        if order.is_empty() {
            return Fragment::default();
        }
        let keys: Vec<Fragment> = order
            .iter()
            .map(|o| {
                let mut key = self.expr(&o.key);
                if o.key.ty() == ValueType::Text && !matches!(o.key, Expr::Column { .. }) {
                    key.push_sql(" COLLATE \"FOLD\"");
                }
                if o.descending {
                    key.push_sql(" DESC");
                }
                key
            })
            .collect();
        Fragment::list(" ORDER BY ", keys, ", ", "")
    }
}

/// `"EntityTypeId" = 4` or `IN (4, 5)`: ids of the catalog, written out so that an index serves them.
fn kind_test(kinds: &[i64]) -> String {
    match kinds {
        [one] => format!("{} = {one}", quoted(KIND_COLUMN)),
        many => {
            let list: Vec<String> = many.iter().map(i64::to_string).collect();
            format!("{} IN ({})", quoted(KIND_COLUMN), list.join(", "))
        }
    }
}

/// Terms joined as a balanced tree: SQLite limits the depth of a chain, and hundreds of terms are legal.
fn balanced(mut terms: Vec<Fragment>, operator: &str) -> Fragment {
    if terms.len() <= 2 {
        return Fragment::list("(", terms, operator, ")");
    }
    let right = terms.split_off(terms.len() / 2);
    Fragment::list("(", [balanced(terms, operator), balanced(right, operator)], operator, ")")
}
