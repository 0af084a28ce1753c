//! The catalog file as it is written, before any name is resolved.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCatalog {
    pub sets: BTreeMap<String, RawSet>,
    pub histories: Vec<RawShape>,
    pub entities: Vec<RawEntity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSet {
    pub entity: String,
    pub key: String,
    pub user: String,
}

/// What all histories of one kind have in common; `{entity}` stands for the name of the type.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct RawShape {
    pub suffix: String,
    pub plural: String,
    pub description: String,
    #[serde(default)]
    pub flags: String,
    /// Shows what the type tracks; a shape that does not exists only for types that ask for it.
    #[serde(default)]
    pub tracked: bool,
    /// The reference to the entity as it is now.
    pub current: String,
    /// Members left out where the type has none of the name.
    #[serde(default)]
    pub optional: Vec<String>,
    pub fields: Vec<RawField>,
    pub references: Vec<RawReference>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawEntity {
    pub name: String,
    pub plural: String,
    pub kind: String,
    pub base: Option<String>,
    /// What a row is taken for of which only the base is known.
    pub stand_in: Option<String>,
    pub entity_type: Option<i64>,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub description: String,
    #[serde(default)]
    pub flags: String,
    #[serde(default)]
    pub index: bool,
    pub sort: Option<(String, String)>,
    pub order: Option<(String, String)>,
    /// Members the real service has and this model has not.
    #[serde(default)]
    pub absent: Vec<String>,
    /// What only the query language of API v2 knows, each as an expression of it.
    #[serde(default)]
    pub derived: BTreeMap<String, String>,
    /// What API v2 counts of a collection of these at once: by its function, names with conditions.
    #[serde(default)]
    pub counts: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub projection: Vec<String>,
    #[serde(default)]
    pub visible: Vec<String>,
    pub process: Option<String>,
    pub view: Option<RawView>,
    #[serde(default)]
    pub overrides: BTreeMap<String, RawOverride>,
    pub history: Option<RawHistory>,
    /// The type a derived history is of, and the table it shares with the histories of the type's family.
    #[serde(skip)]
    pub past_of: Option<(String, String)>,
    #[serde(default)]
    pub fields: Vec<RawField>,
    #[serde(default)]
    pub references: Vec<RawReference>,
    #[serde(default)]
    pub collections: Vec<RawCollection>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum RawView {
    Relation {
        through: String,
        to: String,
        far: String,
        #[serde(rename = "as")]
        far_as: String,
    },
    Share {
        of: String,
        among: String,
        by: Vec<String>,
        /// Fields that are called otherwise in what is shared out.
        #[serde(default)]
        names: BTreeMap<String, String>,
    },
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawOverride {
    pub meta_required: Option<bool>,
    pub required: Option<bool>,
    pub projection: Option<Vec<String>>,
}

/// What a full history tracks. `[Name]` has a flag but no member; `Name:Type` is a reference that the type lacks.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHistory {
    pub simple: bool,
    pub values: Vec<String>,
    pub references: Vec<String>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawField {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub clr: Option<String>,
    #[serde(rename = "enum")]
    pub enumeration: Option<String>,
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub nullable: bool,
    #[serde(default)]
    pub readonly: bool,
    #[serde(default)]
    pub synthetic: bool,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub meta_required: bool,
    #[serde(default)]
    pub write_only: bool,
    #[serde(default)]
    pub meta_only: bool,
    #[serde(default)]
    pub deprecated: bool,
    pub default: Option<Value>,
    pub max_length: Option<usize>,
    pub value: Option<String>,
    #[serde(default)]
    pub drags: Vec<String>,
    /// Other names in the query language of API v2.
    #[serde(default)]
    pub aliases: Vec<String>,
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawReference {
    pub name: String,
    #[serde(rename = "type")]
    pub target: Option<String>,
    #[serde(default)]
    pub readonly: bool,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub meta_required: bool,
    #[serde(default)]
    pub deprecated: bool,
    pub value: Option<String>,
    pub projection: Option<Vec<String>>,
    /// Column of the reference where it is not `{name}Id`.
    pub column: Option<String>,
    /// Other names in the query language of API v2.
    #[serde(default)]
    pub aliases: Vec<String>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawCollection {
    pub name: String,
    pub item: String,
    #[serde(default)]
    pub add: bool,
    #[serde(default)]
    pub remove: bool,
    #[serde(default)]
    pub bound: bool,
    #[serde(default)]
    pub deprecated: bool,
    pub by: Option<String>,
    pub through: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub values: Option<String>,
    #[serde(default)]
    pub filter_ignored: bool,
    /// Other names in the query language of API v2.
    #[serde(default)]
    pub aliases: Vec<String>,
}
