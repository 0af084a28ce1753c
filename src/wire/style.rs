//! The spellings of JSON that the two versions of the API do not share, and a number for what a text is spelled by.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

/// The spellings in which the two versions of the API differ. Keys are written as they stand here.
#[derive(Debug, PartialEq, Eq)]
pub struct JsonStyle {
    /// Whether a member without a value is written as `null`, or left out.
    pub(super) nulls: bool,
    pub(super) resource_type: &'static str,
    pub(super) prev: &'static str,
    pub(super) next: &'static str,
    /// Whether `next` stands before `prev`.
    pub(super) next_first: bool,
    pub(super) items: &'static str,
    pub(super) field: [&'static str; 3],
    pub(super) url: [&'static str; 2],
    pub(super) entity: [&'static str; 3],
}

impl JsonStyle {
    /// Nulls are members; names start with a capital.
    pub const V1: JsonStyle = JsonStyle {
        nulls: true,
        resource_type: "\"ResourceType\":",
        prev: "\"Prev\":",
        next: "\"Next\":",
        next_first: false,
        items: "\"Items\":[",
        field: ["{\"Name\":", ",\"Type\":", ",\"Value\":"],
        url: ["{\"Url\":", ",\"Label\":"],
        entity: ["{\"Id\":", ",\"Name\":", ",\"Kind\":"],
    };

    /// Members without a value are left out, except in custom fields.
    pub const V2: JsonStyle = JsonStyle {
        nulls: false,
        resource_type: "\"resourceType\":",
        prev: "\"prev\":",
        next: "\"next\":",
        next_first: true,
        items: "\"items\":[",
        field: ["{\"name\":", ",\"type\":", ",\"value\":"],
        url: ["{\"url\":", ",\"label\":"],
        entity: ["{\"id\":", ",\"name\":", ",\"kind\":"],
    };
}

/// A number that differs, as good as always, where one of the parts does.
pub(super) fn spelling(parts: impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(parts)
}
