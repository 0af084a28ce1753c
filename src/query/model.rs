//! The catalog together with the expressions of its computed members, parsed once.

use std::collections::HashMap;

use super::ast;
use crate::catalog::{Catalog, EntityId, LoadError, MemberKind, Storage};

#[derive(Debug)]
pub struct Model {
    pub catalog: Catalog,
    /// By the text in the catalog.
    computed: HashMap<String, ast::Expr>,
}

impl Model {
    /// Parses every computed member with `parse`.
    ///
    /// # Errors
    /// All expressions that do not parse.
    pub fn new(catalog: Catalog, parse: impl Fn(&str) -> Result<ast::Expr, String>) -> Result<Self, LoadError> {
        let mut computed = HashMap::new();
        let mut problems = Vec::new();
        for entity in catalog.entities() {
            for member in &entity.members {
                let Some(text) = computed_text(&member.kind) else { continue };
                if computed.contains_key(text) {
                    continue;
                }
                match parse(text) {
                    Ok(expr) => {
                        computed.insert(text.to_owned(), expr);
                    }
                    Err(e) => problems.push(format!("{}.{}: {e}", entity.name, member.name)),
                }
            }
        }
        if problems.is_empty() { Ok(Self { catalog, computed }) } else { Err(LoadError(problems)) }
    }

    pub(super) fn computed(&self, text: &str) -> Option<&ast::Expr> {
        self.computed.get(text)
    }
}

fn computed_text(kind: &MemberKind) -> Option<&str> {
    let storage = match kind {
        MemberKind::Field(field) => &field.storage,
        MemberKind::Reference(reference) => &reference.storage,
        MemberKind::Collection(_) => return None,
    };
    match storage {
        Storage::Computed(text) => Some(text),
        Storage::Column(_) | Storage::Embedded(_) => None,
    }
}

/// A custom field that an account has configured.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CustomField {
    pub name: String,
    /// `Text`, `DropDown`, `Number`, …
    pub field_type: String,
    /// Id of the entity type whose rows carry the field.
    pub entity_type: i64,
    /// The process it belongs to; `None` for all.
    pub process: Option<i64>,
    pub required: bool,
    pub system: bool,
    pub calculated: bool,
    /// Options of lists, one a line.
    pub options: Option<String>,
    /// What new items get.
    pub default: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller {
    pub id: i64,
    /// Administrators and the System user see everything.
    pub sees_all: bool,
}

/// What a query is bound against.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub model: &'a Model,
    pub custom_fields: &'a [CustomField],
    pub caller: Caller,
    pub zone: &'a crate::clock::Zone,
}

impl Scene<'_> {
    /// The configured field of this name, blanks and case aside, among rows of `entity`.
    pub fn custom_field(&self, entity: EntityId, name: &str) -> Option<&CustomField> {
        let squeeze =
            |s: &str| s.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>();
        let wanted = squeeze(name);
        self.custom_fields_of(entity).find(|f| squeeze(&f.name) == wanted)
    }

    /// The configured fields of rows of `entity`.
    pub fn custom_fields_of(&self, entity: EntityId) -> impl Iterator<Item = &CustomField> {
        let entity = self.model.catalog.entity(entity);
        self.custom_fields.iter().filter(move |f| match &entity.kinds {
            Some(kinds) => kinds.contains(&f.entity_type),
            None => entity.type_id == Some(f.entity_type),
        })
    }
}
