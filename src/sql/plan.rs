//! Bound query → plan: one statement for each select, and the shape of the answer over its columns.
//!
//! A collection becomes a child plan, run once for each row of its owner: with the database in the process that
//! is faster than one statement that aggregates JSON.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use crate::catalog::{Catalog, Entity, EntityId, MemberKind, Storage};
use crate::event::{ListForm, Name};
use crate::query::ir::{Budget, Expr, Limit, Output, Path, Query, Source, Step};
use crate::value::ValueType;

use super::emit::Emitter;
use super::fragment::{Fragment, Param, quoted};
use super::plain::is_plain;
use super::schema::KIND_COLUMN;

/// A statement and what to do with its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub statement: Fragment,
    pub shape: Shape,
    pub limit: Limit,
    /// Selects that run once for each row.
    pub children: Vec<Plan>,
    /// What is shown of what the rows refer to, each once whatever the number of names it is shown under.
    pub references: Vec<Reference>,
    /// Whether it finds one row by its key and reads nothing else but what that row refers to.
    pub point: bool,
}

/// The row that a reference leads to. Most rows refer to the same few, so it is read by itself, and its text is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Finds the row by the key of its owner.
    pub plan: Plan,
    /// Whether no other rows change the text than those it shows.
    pub plain: bool,
}

/// The answer of one row, by column.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Shape {
    Scalar {
        column: usize,
        ty: ValueType,
    },
    Entity {
        presence: Option<usize>,
        resource: Name,
        members: Vec<(Name, Shape)>,
    },
    /// What [`Plan::references`] has at `reference` shows of the key in a column.
    Reference {
        key: usize,
        reference: usize,
        /// Stands for what is shown of the row under this name: equal numbers, equal text. Nothing where the text is not
        /// to be kept.
        shown: Option<u64>,
    },
    Object {
        presence: Option<usize>,
        members: Vec<(Name, Shape)>,
    },
    Array(Vec<Shape>),
    /// A column with the text of a list.
    Parts {
        column: usize,
        item: ValueType,
    },
    /// `owner` is the column of the owner's key; `path` names owner and collection for links.
    List {
        form: ListForm,
        owner: usize,
        child: usize,
        budget: Budget,
        path: (String, String),
    },
    First {
        owner: usize,
        child: usize,
    },
    /// Columns with the values, the process and the entity type.
    CustomFields {
        values: usize,
        process: usize,
        entity_type: usize,
    },
    /// A column with the text of an object, and the members to show of it.
    Embedded {
        column: usize,
        resource: Name,
        members: Vec<(Name, ValueType)>,
    },
}

/// Plans a query over rows.
pub fn plan(catalog: &Catalog, query: &Query) -> Plan {
    let mut planner = Planner::new(catalog);
    planner.query(query)
}

/// Plans an answer that is one value made from whole sets.
pub fn plan_value(catalog: &Catalog, output: &Output) -> Plan {
    let mut planner = Planner::new(catalog);
    let shape = planner.shape(None, output);
    let statement = Fragment::list("SELECT ", planner.columns, ", ", "");
    let Planner { children, references, .. } = planner;
    Plan { statement, shape, limit: Limit::default(), children, references, point: false }
}

struct Planner<'a> {
    emitter: Emitter<'a>,
    columns: Vec<Fragment>,
    children: Vec<Plan>,
    references: Vec<Reference>,
    /// The reference whose members are being shaped.
    around: Option<Path>,
    /// Whether the rows are what a reference leads to.
    referred: bool,
}

impl<'a> Planner<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        let emitter = Emitter::new(catalog);
        let (columns, children, references) = Default::default();
        Self { emitter, columns, children, references, around: None, referred: false }
    }

    fn query(&mut self, query: &Query) -> Plan {
        let rows = &query.rows;
        let paged = rows.limit.take.is_some() || rows.limit.skip > 0;
        let entity = self.emitter.catalog.entity(rows.entity);
        // Rows of a view may repeat an id, so its keys cannot be picked first.
        let (statement, shape) = if paged && entity.view.is_none() && !rows.distinct {
            self.keys_first(query)
        } else {
            self.direct(query, paged)
        };
        let point = entity.view.is_none() && query.is_point();
        let (children, references) = (std::mem::take(&mut self.children), std::mem::take(&mut self.references));
        Plan { statement, shape, limit: rows.limit, children, references, point }
    }

    /// Picks the ids of the page, then joins only for those: skipped rows cost no joins.
    fn keys_first(&mut self, query: &Query) -> (Fragment, Shape) {
        let rows = &query.rows;
        self.emitter.open(rows);
        let filter = self.emitter.filter(rows);
        let order = self.emitter.order(&rows.order);
        let (from, alias) = self.emitter.close();
        let mut keys = Fragment::sql(format!("(SELECT {alias}.\"Id\" AS \"Key\" FROM "));
        keys.push(from).push(filter).push(order).push(limit()).push_sql(") k CROSS JOIN ");
        self.emitter.open(rows);
        let shape = self.shape(None, &query.output);
        let (from, alias) = self.emitter.close();
        let table_end = from.text.find(&format!(" {alias}")).map_or(0, |at| at + alias.len() + 1);
        let mut select = Fragment::list("SELECT ", std::mem::take(&mut self.columns), ", ", " FROM ");
        select.push(keys);
        select.push_sql(&from.text[..table_end]).push_sql(&format!(" ON {alias}.\"Id\" = k.\"Key\""));
        select.push(Fragment { text: from.text[table_end..].to_owned(), params: from.params });
        (select, shape)
    }

    fn direct(&mut self, query: &Query, paged: bool) -> (Fragment, Shape) {
        let rows = &query.rows;
        self.emitter.open(rows);
        let shape = self.shape(None, &query.output);
        let filter = self.emitter.filter(rows);
        // Equal rows become one, so only an order over what leaves can apply.
        let order: Vec<_> = rows.order.iter().filter(|o| !rows.distinct || is_output(query, &o.key)).cloned().collect();
        let order = self.emitter.order(&order);
        let (from, _) = self.emitter.close();
        let open = if rows.distinct { "SELECT DISTINCT " } else { "SELECT " };
        let mut select = Fragment::list(open, std::mem::take(&mut self.columns), ", ", " FROM ");
        select.push(from).push(filter).push(order);
        if paged {
            select.push(limit());
        }
        (select, shape)
    }

    fn shape(&mut self, name: Option<&Name>, output: &Output) -> Shape {
        match output {
            Output::Scalar(expr) => Shape::Scalar { column: self.expr(expr), ty: expr.ty() },
            Output::Entity { presence: None, resource, members } => {
                let members = self.members(members);
                Shape::Entity { presence: None, resource: resource.clone(), members }
            }
            Output::Entity { presence: Some(path), resource, members } => {
                let key = self.emitter.key(path);
                let key = self.add(key);
                if let Some(target) = self.apart(path, members) {
                    let reference = self.reference(path, target, resource, members);
                    let shown = shown(name, &reference);
                    let known = self.references.iter().position(|known| *known == reference);
                    let reference = known.unwrap_or_else(|| {
                        self.references.push(reference);
                        self.references.len() - 1
                    });
                    return Shape::Reference { key, reference, shown };
                }
                let presence = Some(key);
                let around = self.around.replace(path.clone());
                let members = self.members(members);
                self.around = around;
                Shape::Entity { presence, resource: resource.clone(), members }
            }
            Output::Object { presence, members } => {
                Shape::Object { presence: presence.as_ref().map(|e| self.expr(e)), members: self.members(members) }
            }
            Output::List { form, query, budget } => Shape::List {
                form: *form,
                owner: self.owner(query),
                child: self.child(query),
                budget: budget.clone(),
                path: self.path(query),
            },
            Output::Parts { list, item } => Shape::Parts { column: self.expr(list), item: *item },
            Output::Array(items) => Shape::Array(items.iter().map(|item| self.shape(None, item)).collect()),
            Output::First(query) => Shape::First { owner: self.owner(query), child: self.child(query) },
            Output::CustomFields { path, entity } => self.custom_fields(path, *entity),
            Output::Embedded { path, member, shape } => {
                let catalog = self.emitter.catalog;
                let described = catalog.entity(*shape);
                let storage = match &catalog.member(*member).kind {
                    MemberKind::Field(field) => &field.storage,
                    MemberKind::Reference(reference) => &reference.storage,
                    MemberKind::Collection(_) => return Shape::Scalar { column: 0, ty: ValueType::Null },
                };
                let column = match storage {
                    Storage::Embedded(name) | Storage::Column(name) => self.emitter.column(path, name),
                    Storage::Computed(_) => Fragment::sql("NULL"),
                };
                Shape::Embedded {
                    column: self.add(column),
                    resource: Name::new(&described.name),
                    members: described.fields().map(|(m, f)| (Name::new(&m.name), f.ty)).collect(),
                }
            }
        }
    }

    /// The entity at the end of `path`, if what is shown of it can be read by itself and is more than its key.
    fn apart(&self, path: &Path, members: &[(Name, Output)]) -> Option<EntityId> {
        let catalog = self.emitter.catalog;
        let Some(Step::Reference(member)) = path.steps.last() else { return None };
        let target = catalog.member(*member).reference()?.target;
        let is_key = |output: &Output| matches!(output, Output::Scalar(Expr::Key(key)) if key == path);
        let apart = !self.referred
            && self.around.is_none()
            && catalog.entity(target).view.is_none()
            && members.iter().all(|(_, member)| member.follows_from(path))
            && !members.iter().all(|(_, member)| is_key(member));
        apart.then_some(target)
    }

    fn reference(&self, path: &Path, target: EntityId, resource: &Name, members: &[(Name, Output)]) -> Reference {
        // A planner of its own calls its rows the same in every query, which lets queries share statement and text.
        let mut planner = Planner::new(self.emitter.catalog);
        planner.emitter.open_at(path, target);
        planner.referred = true;
        let shape = Shape::Entity { presence: None, resource: resource.clone(), members: planner.members(members) };
        let (from, alias) = planner.emitter.close();
        let mut statement = Fragment::list("SELECT ", planner.columns, ", ", " FROM ");
        statement.push(from).push_sql(&format!(" WHERE {alias}.\"Id\" = ")).push(Fragment::param(Param::Owner));
        let Planner { children, references, .. } = planner;
        let plan = Plan { statement, shape, limit: Limit::default(), children, references, point: true };
        Reference { plain: is_plain(&plan), plan }
    }

    fn members(&mut self, members: &[(Name, Output)]) -> Vec<(Name, Shape)> {
        members.iter().map(|(name, output)| (name.clone(), self.shape(Some(name), output))).collect()
    }

    /// A child runs by itself: it sees its owner's key as a parameter, not the owner's row.
    fn child(&mut self, query: &Query) -> usize {
        self.children.push(plan(self.emitter.catalog, query));
        self.children.len() - 1
    }

    /// Plural of the owner and name of the collection.
    fn path(&self, query: &Query) -> (String, String) {
        let catalog = self.emitter.catalog;
        match &query.rows.source {
            Source::Collection { collection, .. } => {
                let owner = catalog.entity(collection.entity).plural.clone();
                (owner, catalog.member(*collection).name.clone())
            }
            Source::All | Source::WithDeleted | Source::Available { .. } => Default::default(),
        }
    }

    fn owner(&mut self, query: &Query) -> usize {
        let key = match &query.rows.source {
            Source::Collection { owner, .. } | Source::Available { user: owner, .. } => self.emitter.key(owner),
            Source::All | Source::WithDeleted => Fragment::sql("0"),
        };
        self.add(key)
    }

    fn custom_fields(&mut self, path: &Path, entity: EntityId) -> Shape {
        let catalog = self.emitter.catalog;
        let holder = catalog.entity(entity);
        let values = self.emitter.values_column(path);
        let values = self.add(values);
        let process = match &holder.process {
            Some(to) => match walk(catalog, holder, path, to) {
                Some(path) => self.emitter.key(&path),
                None => Fragment::sql("NULL"),
            },
            None => Fragment::sql("NULL"),
        };
        let process = self.add(process);
        let entity_type = match (&holder.kinds, holder.type_id) {
            (Some(_), _) => self.emitter.column(path, KIND_COLUMN),
            (None, Some(id)) => Fragment::sql(id.to_string()),
            (None, None) => Fragment::sql("NULL"),
        };
        let entity_type = self.add(entity_type);
        Shape::CustomFields { values, process, entity_type }
    }

    /// What is computed of a reference is computed only where it leads somewhere.
    fn expr(&mut self, expr: &Expr) -> usize {
        let mut fragment = self.emitter.expr(expr);
        if let (Expr::Call { .. }, Some(path)) = (expr, &self.around) {
            let mut case = Fragment::list("(CASE WHEN ", [self.emitter.key(path)], "", " IS NOT NULL THEN ");
            case.push(fragment).push_sql(" END)");
            fragment = case;
        }
        self.add(fragment)
    }

    /// Column of the fragment; equal fragments without parameters share one.
    fn add(&mut self, fragment: Fragment) -> usize {
        let known = fragment.params.is_empty().then(|| self.columns.iter().position(|c| *c == fragment)).flatten();
        known.unwrap_or_else(|| {
            self.columns.push(fragment);
            self.columns.len() - 1
        })
    }
}

/// What stands for the text of a reference under its name, where the request has no part in it.
fn shown(name: Option<&Name>, reference: &Reference) -> Option<u64> {
    let Plan { statement, shape, .. } = &reference.plan;
    let fixed = !statement.params.iter().any(|param| matches!(param, Param::Run(_)));
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    fixed.then(|| hasher.hash_one((name, format!("{statement:?}"), shape)))
}

fn is_output(query: &Query, key: &Expr) -> bool {
    matches!(&query.output, Output::Scalar(expr) if expr == key)
}

fn limit() -> Fragment {
    Fragment::list(" LIMIT ", [Fragment::param(Param::Take), Fragment::param(Param::Skip)], " OFFSET ", "")
}

/// `path` extended by the references that `to` names, from `entity`.
fn walk(catalog: &Catalog, entity: &Entity, path: &Path, to: &str) -> Option<Path> {
    let (mut at, mut path) = (entity, path.clone());
    for step in to.split('.') {
        let member = at.member(step)?;
        path = path.then(Step::Reference(member.id));
        at = catalog.entity(member.reference()?.target);
    }
    Some(path)
}

/// How the custom fields configured for an entity type and a process are read: name and type, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Definitions {
    /// Parameters: entity type, process. Columns: name, field type.
    pub sql: String,
}

/// Statement over the entity that the catalog's custom field collections are defined by.
pub fn definitions(catalog: &Catalog) -> Definitions {
    let Some(set) = catalog.set("definitions") else { return Definitions { sql: "SELECT NULL, NULL WHERE 0".into() } };
    let entity = catalog.entity(set.entity);
    let column = |name: &str| match entity.member(name).map(|m| &m.kind) {
        Some(MemberKind::Reference(r)) => match &r.storage {
            Storage::Column(c) => quoted(c),
            Storage::Computed(_) | Storage::Embedded(_) => "NULL".into(),
        },
        _ => quoted(name),
    };
    Definitions {
        sql: format!(
            "SELECT \"Name\", \"FieldType\" FROM {} WHERE {} = ?1 AND ({process} IS NULL OR {process} = ?2) ORDER BY \"NumericPriority\" NULLS LAST, \"Id\"",
            quoted(&entity.table),
            column(&set.key),
            process = column(&set.user),
        ),
    }
}
