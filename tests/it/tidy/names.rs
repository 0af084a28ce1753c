//! The model is data: outside `rules`, no entity is named by a literal.

use std::collections::BTreeSet;

use serde_json::Value;

use super::report;
use super::source;

const CATALOG: &str = include_str!("../../../fixtures/catalog.json");

/// Literals that look like an entity's name and mean something else.
const OTHER_MEANING: &[(&str, &str, &str)] = &[
    ("sql/schema.rs", "CustomFields", "the column that holds the values of custom fields"),
    ("syntax/v1/filter.rs", "CustomFields", "a word of the filter language"),
    ("command/remote.rs", "Message", "a member of the error document"),
    ("wire/error.rs", "Message", "a member of the error document"),
];

#[test]
fn no_entity_is_named_outside_rules() {
    let names = names();
    let mut complaints = Vec::new();
    let mut used = BTreeSet::new();
    for source in source::all().iter().filter(|s| s.module() != "rules") {
        for (line, literal) in &source.literals {
            for name in names.iter().filter(|name| stands_in(literal, name)) {
                match OTHER_MEANING.iter().position(|(path, word, _)| *path == source.path && word == name) {
                    Some(known) => _ = used.insert(known),
                    None => complaints.push(format!("src/{}:{line}: {name} in \"{literal}\"", source.path)),
                }
            }
        }
    }
    for (_, (path, word, why)) in OTHER_MEANING.iter().enumerate().filter(|(i, _)| !used.contains(i)) {
        complaints.push(format!("{word} no longer stands in src/{path} ({why}): drop the exception"));
    }
    report("entities named outside src/rules", &complaints);
}

/// The literal is the name, or holds it in quotes, as SQL and JSON do.
fn stands_in(literal: &str, name: &str) -> bool {
    literal == name
        || ['"', '\''].iter().any(|quote| literal.contains(&format!("{quote}{name}{quote}")))
        || literal.contains(&format!("\\\"{name}\\\""))
}

/// Names and plurals of all entities, with those of derived histories.
fn names() -> BTreeSet<String> {
    let catalog: Value = serde_json::from_str(CATALOG).expect("the catalog is JSON");
    let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
    let mut names = BTreeSet::new();
    for entity in catalog["entities"].as_array().expect("entities") {
        let name = text(entity, "name").expect("a name");
        for shape in catalog["histories"].as_array().expect("histories") {
            names.extend(text(shape, "suffix").map(|suffix| format!("{name}{suffix}")));
        }
        names.extend(text(entity, "plural"));
        names.insert(name);
    }
    assert!(names.len() > 200, "only {} names in the catalog", names.len());
    names
}
