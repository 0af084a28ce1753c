//! The catalog together with the expressions of its computed members, each parsed when it is first asked for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::ast;
use crate::catalog::{Catalog, EntityId, Member, MemberKind, Storage};

/// Makes a tree of the text of an expression, or says what is wrong with it.
type Parse = fn(&str) -> Result<ast::Expr, String>;

pub struct Model {
    pub catalog: Catalog,
    parse: Parse,
    /// By the text in the catalog.
    computed: RwLock<HashMap<String, Arc<ast::Expr>>>,
}

impl Model {
    /// `parse` reads the language of computed members.
    pub fn new(catalog: Catalog, parse: Parse) -> Self {
        Self { catalog, parse, computed: RwLock::default() }
    }

    /// The tree of a computed member; `None` for text that does not parse, which a sound catalog does not hold.
    pub(super) fn computed(&self, text: &str) -> Option<Arc<ast::Expr>> {
        if let Some(known) = self.computed.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Some(Arc::clone(known));
        }
        let expr = Arc::new((self.parse)(text).ok()?);
        self.computed.write().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned(), Arc::clone(&expr));
        Some(expr)
    }

    /// What is wrong with expressions of the catalog; a test asks.
    pub fn mistakes(&self) -> Vec<String> {
        let texts = self.catalog.entities().iter().flat_map(|entity| {
            let members = entity.members.iter().filter_map(|m| Some((m.name.as_str(), computed_text(m)?)));
            let derived = entity.derived.iter().map(|(name, text)| (name.as_str(), text.as_str()));
            let counts = entity.counts.values().flatten().map(|(name, text)| (name.as_str(), text.as_str()));
            members.chain(derived).chain(counts).map(move |(name, text)| (entity, name, text))
        });
        let broken = texts
            .filter_map(|(entity, name, text)| Some(format!("{}.{name}: {}", entity.name, (self.parse)(text).err()?)));
        broken.collect()
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model").finish_non_exhaustive()
    }
}

fn computed_text(member: &Member) -> Option<&str> {
    let storage = match &member.kind {
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
