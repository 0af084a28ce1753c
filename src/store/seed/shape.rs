//! The catalog → which rows of which table make up a section of a seed, and what its columns are called there.

use std::collections::HashSet;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::{Map, Number, Value as Json};

use super::row::STORED;
use crate::catalog::{Catalog, Entity, EntityKind, Field, MemberKind, Storage};
use crate::clock::Zone;
use crate::date::{Notation, write_date};
use crate::sql::{KIND_COLUMN, VALUES_COLUMN};
use crate::store::StoreError;
use crate::value::ValueType;

/// The rows of one entity.
pub(super) struct Section {
    /// As seeds call the collection.
    pub plural: String,
    pub entity: String,
    sql: String,
    /// Table and condition.
    rows: String,
    members: Vec<Shown>,
}

struct Shown {
    name: String,
    how: How,
}

/// What a column's value looks like in a seed.
enum How {
    /// Type, and whether an empty value is written down as one.
    Field {
        ty: ValueType,
        nullable: bool,
        says_null: bool,
    },
    Password,
    Reference,
    Embedded,
    CustomFields,
}

/// What is needed to write values down.
pub(super) struct Pen {
    zone: Zone,
    /// Custom fields that hold dates.
    dates: HashSet<String>,
}

/// All sections, in the order of the catalog.
pub(super) fn sections(catalog: &Catalog) -> Vec<Section> {
    let stored = |e: &&Entity| {
        !matches!(e.kind, EntityKind::Embedded | EntityKind::Context | EntityKind::Base) && e.view.is_none()
    };
    let mut sections: Vec<Section> = Vec::new();
    for section in catalog.entities().iter().filter(stored).map(|entity| Section::of(catalog, entity)) {
        // views of the same rows, such as the short and the long history: the one that tells more
        match sections.iter_mut().find(|other| other.rows == section.rows) {
            Some(other) if other.members.len() < section.members.len() => *other = section,
            Some(_) => {}
            None => sections.push(section),
        }
    }
    sections
}

/// What the kind column of a shared table holds for rows of this entity and of no other.
pub(super) fn own_kind(entity: &Entity) -> Option<i64> {
    let kinds = entity.kinds.as_ref()?;
    entity.type_id.or(kinds.first().copied().filter(|_| kinds.len() == 1))
}

/// Whether past states hold custom field values though nobody can ask for them.
pub(super) fn keeps_values(catalog: &Catalog, entity: &Entity) -> bool {
    let source = entity.source.map(|id| catalog.entity(id));
    entity.custom_fields().is_none() && source.is_some_and(|e| e.custom_fields().is_some())
}

impl Section {
    fn of(catalog: &Catalog, entity: &Entity) -> Self {
        let mut columns = vec!["Id".to_owned()];
        let mut members = Vec::new();
        let mut add = |name: &str, column: &str, how: How| {
            let kind = column == KIND_COLUMN && own_kind(entity).is_some();
            if !kind && !columns.iter().any(|c| c == column) {
                columns.push(column.to_owned());
                members.push(Shown { name: name.to_owned(), how });
            }
        };
        for member in &entity.members {
            match &member.kind {
                MemberKind::Field(field) => match &field.storage {
                    Storage::Column(column) if member.hidden && column == "Password" => {
                        add(&member.name, column, How::Password);
                    }
                    Storage::Column(column) => add(&member.name, column, How::of(field, column)),
                    Storage::Embedded(column) => add(&member.name, column, How::Embedded),
                    Storage::Computed(_) => {}
                },
                MemberKind::Reference(reference) => match &reference.storage {
                    Storage::Column(column) => add(&member.name, column, How::Reference),
                    Storage::Embedded(column) => add(&member.name, column, How::Embedded),
                    Storage::Computed(_) => {}
                },
                MemberKind::Collection(_) => {}
            }
        }
        if let Some(member) = entity.custom_fields() {
            add(&member.name, VALUES_COLUMN, How::CustomFields);
        } else if keeps_values(catalog, entity) {
            add(VALUES_COLUMN, VALUES_COLUMN, How::CustomFields);
        }
        let list: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
        let kind = own_kind(entity).map(|id| format!(" WHERE \"{KIND_COLUMN}\" = {id}")).unwrap_or_default();
        let rows = format!("FROM \"{}\"{kind}", entity.table);
        let sql = format!("SELECT {} {rows} ORDER BY \"Id\"", list.join(","));
        Self { plural: entity.plural.clone(), entity: entity.name.clone(), sql, rows, members }
    }

    /// The statement over its rows: the id, then one column for each member.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// A row as an item of a seed.
    pub fn item(&self, row: &Row<'_>, pen: &Pen) -> Result<Map<String, Json>, StoreError> {
        let mut item = Map::new();
        item.insert("Id".to_owned(), Json::from(row.get::<_, i64>(0)?));
        for (i, member) in self.members.iter().enumerate() {
            if let Some(value) = member.how.value(row.get_ref(i + 1)?, pen) {
                item.insert(member.name.clone(), value);
            }
        }
        Ok(item)
    }
}

impl How {
    fn of(field: &Field, column: &str) -> Self {
        // what a seed leaves out, its reader fills in
        let filled = field.default.is_some() || matches!(column, "CreateDate" | "ModifyDate" | "EntityVersion");
        let nullable = field.nullable || field.ty == ValueType::Date;
        How::Field { ty: field.ty, nullable, says_null: filled && nullable }
    }

    /// `None`: the member is left out.
    fn value(&self, value: ValueRef<'_>, pen: &Pen) -> Option<Json> {
        match (self, value) {
            (How::Field { says_null: true, .. }, ValueRef::Null) => Some(Json::Null),
            (How::Field { nullable: false, ty, .. }, ValueRef::Null) => Some(match ty {
                ValueType::Bool => Json::from(false),
                ValueType::Text | ValueType::Link => Json::from(""),
                _ => Json::from(0),
            }),
            (_, ValueRef::Null | ValueRef::Blob(_)) => None,
            (How::Field { ty, .. }, value) => Some(pen.field(*ty, value)),
            (How::Password, value) => Some(Json::from(format!("{STORED}{}", text(value)))),
            (How::Reference, value) => {
                Some(Json::Object(Map::from_iter([("Id".to_owned(), pen.field(ValueType::Int, value))])))
            }
            (How::Embedded, value) => serde_json::from_str(&text(value)).ok(),
            (How::CustomFields, value) => pen.custom_fields(&text(value)),
        }
    }
}

impl Pen {
    pub fn new(connection: &Connection, catalog: &Catalog) -> Result<Self, StoreError> {
        let mut dates = HashSet::new();
        if let Some(set) = catalog.set("definitions") {
            let table = &catalog.entity(set.entity).table;
            let sql = format!("SELECT \"Name\" FROM \"{table}\" WHERE \"FieldType\" = 'Date'");
            let mut statement = connection.prepare(&sql)?;
            for name in statement.query_map([], |row| row.get::<_, String>(0))? {
                dates.insert(name?);
            }
        }
        // one zone for all, so that equal contents give equal bytes wherever they are
        Ok(Self { zone: Zone::utc(), dates })
    }

    fn field(&self, ty: ValueType, value: ValueRef<'_>) -> Json {
        match (ty, value) {
            (ValueType::Bool, ValueRef::Integer(n)) => Json::from(n != 0),
            (ValueType::Date, ValueRef::Integer(at)) => self.date(at),
            (_, ValueRef::Integer(n)) => Json::from(n),
            (_, ValueRef::Real(x)) => Number::from_f64(x).map_or(Json::Null, Json::Number),
            (_, value) => Json::from(text(value)),
        }
    }

    fn date(&self, at: i64) -> Json {
        let mut out = Vec::new();
        write_date(&mut out, at, Notation::Ms, &self.zone);
        out.retain(|b| *b != b'\\');
        Json::from(String::from_utf8_lossy(&out).into_owned())
    }

    /// `[{"Name":…,"Value":…}]`; `None` where nothing has a value.
    fn custom_fields(&self, text: &str) -> Option<Json> {
        let values: Map<String, Json> = serde_json::from_str(text).ok()?;
        let mut list = Vec::new();
        for (name, value) in values.into_iter().filter(|(_, v)| !v.is_null()) {
            let mut field = Map::new();
            let date = value.as_i64().filter(|_| self.dates.contains(&name));
            field.insert("Name".to_owned(), Json::from(name));
            if date.is_some() {
                field.insert("Type".to_owned(), Json::from("Date"));
            }
            field.insert("Value".to_owned(), date.map_or(value, |at| self.date(at)));
            list.push(Json::Object(field));
        }
        (!list.is_empty()).then_some(Json::Array(list))
    }
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(x) => x.to_string(),
        ValueRef::Null | ValueRef::Blob(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::sections;
    use crate::sql::{BESIDE_TABLES, schema};

    #[test]
    fn every_column_of_every_table_has_its_place() {
        let catalog = crate::catalog::load(include_str!("../../../fixtures/catalog.json")).expect("the catalog");
        let sections = sections(&catalog);
        let script = schema(&catalog);
        for line in script.lines().filter_map(|line| line.strip_prefix("CREATE TABLE \"")) {
            let (table, columns) = line.split_once("\" (").expect("a table");
            if BESIDE_TABLES.contains(&table) {
                continue;
            }
            let from = format!("FROM \"{table}\"");
            let text: String = sections.iter().filter(|s| s.sql.contains(&from)).map(|s| s.sql.as_str()).collect();
            for column in columns.split(", ").filter_map(|c| c.split('"').nth(1)) {
                let shared = column == crate::sql::KIND_COLUMN;
                assert!(shared || text.contains(&format!("\"{column}\"")), "{table}.{column} is in no section");
            }
        }
    }
}
