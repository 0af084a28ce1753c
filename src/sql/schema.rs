//! Catalog → tables, views and indexes. One table for each family; heirs share their ancestor's.

use std::collections::{BTreeMap, BTreeSet};

use super::fragment::quoted;
use crate::catalog::{Catalog, Entity, EntityKind, MemberKind, Storage, View};
use crate::value::ValueType;

/// Says which entity a row of a shared table is: the id of its row in the entity types.
pub const KIND_COLUMN: &str = "EntityTypeId";

/// Custom field values of a row, as the text of one object.
pub const VALUES_COLUMN: &str = "CustomFields";

/// Bytes of files, by the id of the row that describes them.
pub const CONTENT_TABLE: &str = "FileContent";

/// What the catalog does not describe: bytes of files, and the documents of the RESTful storage.
const BESIDE: &str = r#"CREATE TABLE "FileContent" ("Id" INTEGER PRIMARY KEY, "Data" BLOB);
CREATE TABLE "StorageItem" ("Id" INTEGER PRIMARY KEY, "Group" TEXT COLLATE "FOLD", "Key" TEXT COLLATE "FOLD", "OwnerId" INTEGER, "Scope" TEXT, "PublicData" TEXT);
CREATE UNIQUE INDEX "StorageItem by Group, Key" ON "StorageItem" ("Group", "Key");
CREATE TABLE "StorageUserData" ("Id" INTEGER PRIMARY KEY, "ItemId" INTEGER, "UserId" INTEGER, "Data" TEXT);
CREATE UNIQUE INDEX "StorageUserData by ItemId, UserId" ON "StorageUserData" ("ItemId", "UserId");
"#;

/// Tables that the catalog does not describe and that belong to an account all the same.
pub const BESIDE_TABLES: &[&str] = &["FileContent", "StorageItem", "StorageUserData", "Sequence", "Trash"];

#[derive(Default)]
struct Table {
    columns: BTreeMap<String, &'static str>,
    order: Vec<String>,
    indexes: BTreeSet<Index>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Index {
    columns: Vec<String>,
    /// Only rows of this kind. It is a column all the same, or SQLite would rather sort.
    kind: Option<i64>,
}

impl Index {
    fn on(columns: impl Into<Vec<String>>) -> Self {
        Self { columns: columns.into(), kind: None }
    }

    fn script(&self, table: &str) -> String {
        let list: Vec<String> = self.columns.iter().map(|c| quoted(c)).collect();
        let (name, test) = match (self.kind, self.columns.as_slice()) {
            (Some(kind), _) => (format!(" of {kind}"), format!(" WHERE {} = {kind}", quoted(KIND_COLUMN))),
            (None, [one]) if one != KIND_COLUMN => (String::new(), format!(" WHERE {} IS NOT NULL", list[0])),
            (None, _) => Default::default(),
        };
        let name = quoted(&format!("{table}{name} by {}", self.columns.join(", ")));
        format!("CREATE INDEX {name} ON {} ({}){test};\n", quoted(table), list.join(", "))
    }
}

/// The whole schema as one script.
pub fn schema(catalog: &Catalog) -> String {
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for entity in catalog.entities() {
        if matches!(entity.kind, EntityKind::Embedded | EntityKind::Context) || entity.view.is_some() {
            continue;
        }
        let table = tables.entry(&entity.table).or_default();
        add_columns(catalog, entity, table);
        add_indexes(catalog, entity, table);
    }
    let mut script = String::new();
    for (name, table) in &tables {
        let columns: Vec<String> = table.order.iter().map(|c| format!("{} {}", quoted(c), table.columns[c])).collect();
        script.push_str(&format!("CREATE TABLE {} ({});\n", quoted(name), columns.join(", ")));
        // of two indexes that look as good SQLite takes the younger one, and every other says more than the kind
        let mut indexes: Vec<&Index> = table.indexes.iter().collect();
        indexes.sort_by_key(|index| index.columns != [KIND_COLUMN]);
        script.extend(indexes.into_iter().map(|index| index.script(name)));
    }
    script.push_str(BESIDE);
    for entity in catalog.entities() {
        if let Some(view) = &entity.view {
            script.push_str(&view_script(catalog, entity, view));
        }
    }
    script.push_str(SERVER_TABLES);
    if let Some(target) = projects(catalog)
        && let Some(table) = tables.get(target.table.as_str())
    {
        script.push_str(&deleted_script(target, table));
    }
    script
}

/// The entity whose deleted rows can be read.
fn projects(catalog: &Catalog) -> Option<&Entity> {
    let set = catalog.set("projects")?;
    let reference = catalog.entity(set.entity).member(&set.key)?.reference()?;
    Some(catalog.entity(reference.target))
}

/// The view of a table's rows with those that were deleted.
pub fn with_deleted(table: &str) -> String {
    format!("{table} with deleted")
}

/// Deleted rows are put together again from their values.
fn deleted_script(entity: &Entity, table: &Table) -> String {
    let list: Vec<String> = table.order.iter().map(|c| quoted(c)).collect();
    let value = |column: &String| {
        let collation = table.columns[column].strip_prefix("TEXT").unwrap_or_default();
        match column.as_str() {
            "Id" => "t.\"RootId\"".to_owned(),
            _ => format!("MAX(CASE WHEN t.\"Column\" = '{column}' THEN t.\"Value\" END){collation}"),
        }
    };
    let values: Vec<String> = table.order.iter().map(value).collect();
    format!(
        "CREATE VIEW {} AS SELECT {} FROM {} UNION ALL SELECT {} FROM \"Trash\" t \
         WHERE t.\"RootTable\" = '{name}' AND t.\"Table\" = '{name}' AND t.\"Row\" = t.\"RootId\" AND t.\"Gone\" \
         GROUP BY t.\"Batch\";\n",
        quoted(&with_deleted(&entity.table)),
        list.join(", "),
        quoted(&entity.table),
        values.join(", "),
        name = entity.table,
    )
}

/// What the server keeps for itself: the last id of each table, and deleted rows, one value a row.
const SERVER_TABLES: &str = "CREATE TABLE \"Sequence\" (\"Name\" TEXT, \"Value\" INTEGER);
CREATE UNIQUE INDEX \"Sequence by name\" ON \"Sequence\" (\"Name\");
CREATE TABLE \"Trash\" (\"Batch\" INTEGER, \"RootTable\" TEXT, \"RootId\" INTEGER, \"Table\" TEXT, \"Row\" INTEGER, \"Column\" TEXT, \"Value\", \"Gone\" INTEGER);
CREATE INDEX \"Trash by root\" ON \"Trash\" (\"RootTable\", \"RootId\");
";

fn add_columns(catalog: &Catalog, entity: &Entity, table: &mut Table) {
    let mut add = |name: &str, ty: &'static str| {
        if table.columns.insert(name.to_owned(), ty).is_none() {
            table.order.push(name.to_owned());
        }
    };
    add("Id", "INTEGER PRIMARY KEY");
    if entity.kinds.is_some() {
        add(KIND_COLUMN, "INTEGER");
    }
    for member in &entity.members {
        match &member.kind {
            MemberKind::Field(field) => match &field.storage {
                Storage::Column(column) if column == "Id" => {}
                Storage::Column(column) => add(column, column_type(field.ty)),
                Storage::Embedded(column) => add(column, "TEXT"),
                Storage::Computed(_) => {}
            },
            MemberKind::Reference(reference) => match &reference.storage {
                Storage::Column(column) => add(column, "INTEGER"),
                Storage::Embedded(column) => add(column, "TEXT"),
                Storage::Computed(_) => {}
            },
            MemberKind::Collection(_) => {}
        }
    }
    let source = entity.source.map(|id| catalog.entity(id));
    if entity.custom_fields().is_some() || source.is_some_and(|e| e.custom_fields().is_some()) {
        add(VALUES_COLUMN, "TEXT");
    }
}

fn column_type(ty: ValueType) -> &'static str {
    match ty {
        ValueType::Bool | ValueType::Int | ValueType::Long | ValueType::Date | ValueType::TimeSpan => "INTEGER",
        ValueType::Decimal | ValueType::Average | ValueType::Double => "REAL",
        ValueType::Text | ValueType::Link | ValueType::Char | ValueType::Null => "TEXT COLLATE \"FOLD\"",
    }
}

/// By which references past states are asked for. Every change writes one, so the others are not indexed.
const OF_THE_PAST: &[&str] = &["SourceEntityId", "ModifierId"];

/// One index for each stored reference, one for the kind, one for the default sort.
fn add_indexes(catalog: &Catalog, entity: &Entity, table: &mut Table) {
    if entity.kinds.is_some() {
        table.indexes.insert(Index::on([KIND_COLUMN.into()]));
    }
    let is_past = entity.kind == EntityKind::History;
    for (_, reference) in entity.references() {
        if let Storage::Column(column) = &reference.storage
            && column != KIND_COLUMN
            && (!is_past || OF_THE_PAST.contains(&column.as_str()))
            && catalog.entity(reference.target).kind != EntityKind::History
        {
            table.indexes.insert(Index::on([column.clone()]));
        }
    }
    if entity.sort.member == "Id" || is_past {
        return;
    }
    if let Some(Storage::Column(column)) =
        entity.member(&entity.sort.member).and_then(|m| m.field()).map(|f| &f.storage)
    {
        table.indexes.extend(match (&entity.kinds, column.as_str()) {
            (None, _) => vec![Index::on([column.clone()])],
            // by its name, a row of any kind is looked for
            (Some(_), "Name") => vec![Index::on([KIND_COLUMN.into(), column.clone()])],
            (Some(kinds), _) => {
                let columns = vec![KIND_COLUMN.to_owned(), column.clone()];
                let of = |kind: &i64| Index { columns: columns.clone(), kind: Some(*kind) };
                kinds.iter().map(of).collect()
            }
        });
    }
}

fn view_script(catalog: &Catalog, entity: &Entity, view: &View) -> String {
    let select = match view {
        View::Relation { through, to, far, far_as } => {
            related(catalog, entity, &catalog.entity(*through).table, [to, far, far_as])
        }
        View::Share { of, among, by, names } => {
            shared(entity, &catalog.entity(*of).table, &catalog.entity(*among).table, by, names)
        }
    };
    format!("CREATE VIEW {} AS {select};\n", quoted(&entity.table))
}

/// What a relation's rows lead to, with the relation's other end as a reference of its own.
fn related(catalog: &Catalog, entity: &Entity, through: &str, [to, far, far_as]: [&String; 3]) -> String {
    let base = entity.ancestors.last().map_or(entity, |id| catalog.entity(*id));
    let own = entity.references().filter(|(m, _)| m.owner == entity.id && m.name != *far_as);
    let own: Vec<String> = own
        .filter_map(|(_, r)| match &r.storage {
            Storage::Column(column) => Some(format!("r.{}", quoted(column))),
            Storage::Computed(_) | Storage::Embedded(_) => None,
        })
        .collect();
    let kinds: Vec<String> = entity
        .ancestors
        .first()
        .and_then(|id| catalog.entity(*id).kinds.clone())
        .unwrap_or_default()
        .iter()
        .map(i64::to_string)
        .collect();
    format!(
        "SELECT g.*, r.{} AS {}, {} FROM {} r JOIN {} g ON g.\"Id\" = r.{} WHERE g.{} IN ({})",
        quoted(&format!("{far}Id")),
        quoted(&format!("{far_as}Id")),
        own.join(", "),
        quoted(through),
        quoted(&base.table),
        quoted(&format!("{to}Id")),
        quoted(KIND_COLUMN),
        kinds.join(", "),
    )
}

/// Rows of `among`, each with its part of what the row of `of` with the same references holds.
fn shared(entity: &Entity, of: &str, among: &str, by: &[String], names: &BTreeMap<String, String>) -> String {
    let same = |a: &str, b: &str| -> String {
        let pairs = by.iter().map(|name| quoted(&format!("{name}Id")));
        pairs.map(|c| format!("{a}.{c} = {b}.{c}")).collect::<Vec<_>>().join(" AND ")
    };
    let among = quoted(among);
    let sharers = format!("(SELECT COUNT(*) FROM {among} o WHERE {})", same("o", "a"));
    let columns = entity.members.iter().filter_map(|member| match &member.kind {
        MemberKind::Field(_) if member.name == "Id" => Some("a.\"Id\"".to_owned()),
        MemberKind::Field(field) => match &field.storage {
            Storage::Column(column) => {
                let source = quoted(names.get(&member.name).unwrap_or(column));
                Some(format!("s.{source} / {sharers} AS {}", quoted(column)))
            }
            Storage::Computed(_) | Storage::Embedded(_) => None,
        },
        MemberKind::Reference(reference) => match &reference.storage {
            Storage::Column(column) => Some(format!("a.{}", quoted(column))),
            Storage::Computed(_) | Storage::Embedded(_) => None,
        },
        MemberKind::Collection(_) => None,
    });
    let columns = columns.collect::<Vec<_>>().join(", ");
    format!("SELECT {columns} FROM {among} a JOIN {} s ON {}", quoted(of), same("s", "a"))
}
