//! The names the service uses in descriptions; both formats share them.

pub const INDEX_STYLESHEET: &str = "ResourceMetadataDescriptionIndex";
pub const RESOURCE_STYLESHEET: &str = "ResourceMetadataDescription";
pub const INDEX: &str = "ResourceMetadataDescriptionIndex";
pub const RESOURCE: &str = "ResourceMetadataDescription";
pub const HIERARCHY: &str = "ResourceMetadataHierarchyDescription";
pub const BASE: &str = "ResourceMetadataBaseResourceDescription";
pub const BASE_ITEM: &str = "ResourceMetadataBaseResourceItemDescription";
pub const DERIVED: &str = "ResourceMetadataDerivedResourceDescription";
pub const DERIVED_ITEM: &str = "ResourceMetadataDerivedResourceItemDescription";
pub const PROPERTIES: &str = "ResourceMetadataPropertiesDescription";
pub const VALUES: &str = "ResourceMetadataPropertiesResourceValuesDescription";
pub const REFERENCES: &str = "ResourceMetadataPropertiesResourceReferencesDescription";
pub const COLLECTIONS: &str = "ResourceMetadataPropertiesResourceCollectionsDescription";
pub const FIELD: &str = "ResourceFieldMetadataDescription";
/// Misspelt by the service; clients search for it.
pub const COLLECTION_FIELD: &str = "ResourceCollecitonFieldMetadataDescription";
pub const REMARKS: &str = "ResourceMetadataRemarksDescription";
