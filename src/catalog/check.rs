//! What can only be seen once all entities stand: paths of links, rules and sorts. The catalog is part of the program,
//! so a test looks it over and a start does not.

use std::collections::HashSet;

use super::model::{Catalog, CollectionLink, EntityId, EntityKind, Member, MemberKind, Rule};

/// One sentence for each path, sort or name that leads nowhere.
pub fn mistakes(catalog: &Catalog) -> Vec<String> {
    let mut problems = Vec::new();
    for entity in &catalog.entities {
        let name = &entity.name;
        let mut names = HashSet::new();
        let twice = entity.members.iter().filter(|m| !names.insert(m.name.to_ascii_lowercase()));
        problems.extend(twice.map(|member| format!("{name} has two members called {}", member.name)));
        if let Some(order) = entity.order.as_ref().filter(|o| entity.member(&o.member).is_none()) {
            problems.push(format!("{name} is ordered by the unknown member {}", order.member));
        }
        if entity.has_uri() && entity.kind != EntityKind::Context && entity.member(&entity.sort.member).is_none() {
            problems.push(format!("{name} is sorted by the unknown member {}", entity.sort.member));
        }
        for (member, collection) in entity.collections() {
            match &collection.link {
                CollectionLink::By(by) => {
                    let item = catalog.entity(collection.item);
                    if item.member(by).and_then(Member::reference).is_none() {
                        problems.push(format!("{name}.{}: {} has no reference {by}", member.name, item.name));
                    }
                }
                CollectionLink::Through { link, from, to } => {
                    for path in [from, to] {
                        if !is_path(catalog, *link, path) {
                            problems.push(format!("{name}.{}: no path {path}", member.name));
                        }
                    }
                }
                CollectionLink::Values | CollectionLink::Inline => {}
            }
        }
        for rule in &entity.visible {
            let path = match rule {
                Rule::InSet { path, .. } | Rule::Item(path) | Rule::Me(path) => path,
                Rule::Anyone => continue,
            };
            let inherited = entity.ancestors.iter().any(|a| catalog.entity(*a).visible.contains(rule));
            if !inherited && !is_path(catalog, entity.id, path) && entity.member(path).is_none() {
                problems.push(format!("{name}: visibility has no path {path}"));
            }
        }
    }
    problems
}

/// Whether `path` is `Id` or a chain of references from `entity`.
fn is_path(catalog: &Catalog, entity: EntityId, path: &str) -> bool {
    let mut at = entity;
    for step in path.split('.') {
        match catalog.entity(at).member(step) {
            Some(Member { kind: MemberKind::Reference(reference), .. }) => at = reference.target,
            Some(Member { kind: MemberKind::Field(_), .. }) => return step == "Id",
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::catalog::load;

    #[test]
    fn the_catalog_is_sound() {
        let catalog = load(include_str!("../../fixtures/catalog.json")).expect("the catalog");
        assert_eq!(super::mistakes(&catalog), Vec::<String>::new());
    }

    #[test]
    fn names_that_lead_nowhere_are_found() {
        let text = r#"{"sets":{},"histories":[],"entities":[{"name":"Bug","plural":"Bugs","kind":"resource",
            "description":"","sort":["Nme","asc"],"visible":["me:Owner"],
            "fields":[{"name":"Name","type":"string"},{"name":"name","type":"string"}],
            "collections":[{"name":"Twins","item":"Bug","by":"Twin"}]}]}"#;
        let catalog = load(text).expect("a catalog");
        assert_eq!(
            super::mistakes(&catalog),
            [
                "Bug has two members called name",
                "Bug is sorted by the unknown member Nme",
                "Bug.Twins: Bug has no reference Twin",
                "Bug: visibility has no path Owner",
            ]
        );
    }
}
