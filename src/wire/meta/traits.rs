//! Which traits a described thing has and in which order they are written, the same in both formats.

use super::{MetaEntry, MetaField, MetaLink, MetaResource, names};

/// One attribute of an element, one member of an object.
pub enum Trait<'a> {
    Text(&'a str),
    Flag(bool),
}

impl MetaEntry {
    pub fn traits(&self) -> [(&'static str, Trait<'_>); 3] {
        [
            ("Name", Trait::Text(&self.name)),
            ("Uri", Trait::Text(&self.uri)),
            ("Description", Trait::Text(&self.description)),
        ]
    }
}

impl MetaResource {
    pub fn traits(&self) -> [(&'static str, Trait<'_>); 7] {
        [
            ("Name", Trait::Text(&self.name)),
            ("CanCreate", Trait::Flag(self.can_create)),
            ("CanUpdate", Trait::Flag(self.can_update)),
            ("CanDelete", Trait::Flag(self.can_delete)),
            ("IndexUri", Trait::Text(&self.index_uri)),
            ("Uri", Trait::Text(&self.uri)),
            ("Description", Trait::Text(&self.description)),
        ]
    }

    /// The two groups of related types: group, item, content.
    pub fn hierarchy(&self) -> [(&'static str, &'static str, &[MetaLink]); 2] {
        [(names::BASE, names::BASE_ITEM, &self.base), (names::DERIVED, names::DERIVED_ITEM, &self.derived)]
    }

    /// The three groups of members: group, item, content.
    pub fn members(&self) -> [(&'static str, &'static str, &[MetaField]); 3] {
        [
            (names::VALUES, names::FIELD, &self.values),
            (names::REFERENCES, names::FIELD, &self.references),
            (names::COLLECTIONS, names::COLLECTION_FIELD, &self.collections),
        ]
    }
}

impl MetaLink {
    pub fn traits(&self) -> [(&'static str, Trait<'_>); 2] {
        [("Name", Trait::Text(&self.name)), ("Uri", Trait::Text(&self.uri))]
    }
}

impl MetaField {
    pub fn traits(&self, is_collection: bool) -> impl Iterator<Item = (&'static str, Trait<'_>)> {
        let common = [
            ("Name", Trait::Text(&self.name)),
            ("CanSet", Trait::Flag(self.can_set)),
            ("CanGet", Trait::Flag(self.can_get)),
            ("IsDeprecated", Trait::Flag(self.is_deprecated)),
            ("IsRequired", Trait::Flag(self.is_required)),
            ("Type", Trait::Text(&self.type_name)),
            ("IsTypeComplex", Trait::Flag(self.is_type_complex)),
            ("IsSynthetic", Trait::Flag(self.is_synthetic)),
            ("Description", Trait::Text(&self.description)),
            ("Uri", Trait::Text(&self.uri)),
        ];
        let changes = [("CanAdd", Trait::Flag(self.can_add)), ("CanRemove", Trait::Flag(self.can_remove))];
        let changes = is_collection.then_some(changes).into_iter().flatten();
        common.into_iter().chain(changes).chain([("IsBoundToParent", Trait::Flag(self.is_bound_to_parent))])
    }
}
