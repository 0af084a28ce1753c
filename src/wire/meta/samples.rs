//! Descriptions for tests, cut down from what the service sends.

use super::{MetaEntry, MetaField, MetaIndex, MetaLink, MetaResource};

const HOST: &str = "https://HOST/api/v1";

fn uri(path: &str) -> String {
    format!("{HOST}/{path}")
}

pub fn index() -> MetaIndex {
    let entry = |name: &str, path, description: &str| MetaEntry {
        name: name.to_owned(),
        uri: uri(path),
        description: description.to_owned(),
    };
    MetaIndex {
        index_uri: uri("index/meta"),
        resources: vec![entry("Assignable", "Assignables/meta", "Work & more"), entry("Context", "Context/meta", "")],
    }
}

fn field(name: &str, type_name: &str, path: &str) -> MetaField {
    MetaField {
        name: name.to_owned(),
        can_set: true,
        can_get: true,
        is_required: true,
        type_name: type_name.to_owned(),
        description: "...".to_owned(),
        uri: uri(path),
        ..MetaField::default()
    }
}

pub fn story() -> MetaResource {
    MetaResource {
        name: "UserStory".to_owned(),
        can_create: true,
        can_update: true,
        can_delete: true,
        index_uri: uri("index/meta"),
        uri: uri("UserStories"),
        description: "...".to_owned(),
        base: vec![MetaLink { name: "Assignable".to_owned(), uri: uri("Assignables/meta") }],
        derived: Vec::new(),
        values: vec![MetaField { is_bound_to_parent: true, ..field("Name", "String", "String/meta") }],
        references: vec![MetaField { is_type_complex: true, ..field("Project", "Project", "Projects/meta") }],
        collections: vec![MetaField {
            can_set: false,
            is_required: false,
            is_type_complex: true,
            can_add: true,
            can_remove: true,
            is_bound_to_parent: true,
            ..field("Tasks", "Task", "Tasks/meta")
        }],
        remark: Some("Result of GET request is ordered by Id field with descending direction.".to_owned()),
    }
}

pub fn bare() -> MetaResource {
    MetaResource { collections: Vec::new(), remark: None, ..story() }
}
