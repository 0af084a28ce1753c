//! The documents that describe resources: the index and one page per resource, in both formats.
//!
//! In: plain structs with every URI already absolute. Knows no catalog.

mod json;
mod names;
#[cfg(test)]
mod samples;
mod traits;
mod xml;

/// `GET /api/v1/index/meta`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaIndex {
    pub index_uri: String,
    /// Sorted by name.
    pub resources: Vec<MetaEntry>,
}

/// A line of the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaEntry {
    pub name: String,
    pub uri: String,
    pub description: String,
}

/// `GET /api/v1/{Resource}/meta`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaResource {
    pub name: String,
    pub can_create: bool,
    pub can_update: bool,
    pub can_delete: bool,
    pub index_uri: String,
    /// Without `/meta`, unlike every other URI of the document.
    pub uri: String,
    pub description: String,
    pub base: Vec<MetaLink>,
    pub derived: Vec<MetaLink>,
    pub values: Vec<MetaField>,
    pub references: Vec<MetaField>,
    pub collections: Vec<MetaField>,
    /// How a list is ordered; Context has none.
    pub remark: Option<String>,
}

/// A base or derived type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaLink {
    pub name: String,
    pub uri: String,
}

/// A value, reference or collection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaField {
    pub name: String,
    pub can_set: bool,
    pub can_get: bool,
    pub is_deprecated: bool,
    pub is_required: bool,
    /// The CLR name of a value, the resource of a reference or of the items of a collection.
    pub type_name: String,
    pub is_type_complex: bool,
    pub is_synthetic: bool,
    pub description: String,
    pub uri: String,
    /// Written for collections only.
    pub can_add: bool,
    /// Written for collections only.
    pub can_remove: bool,
    pub is_bound_to_parent: bool,
}
