//! Features as rows of a table, for programs and for people.

use super::evidence::Evidence;
use super::features::{Feature, Features, Kind, Operation, is_resource};
use super::probe;
use crate::catalog::{Entity, EntityKind};
use crate::query::Model;

/// One feature with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub feature: Feature,
    pub kind: Kind,
    /// The version of the API, the type a function is of, or what is done with a resource.
    pub area: String,
    pub name: String,
    pub emulated: bool,
    pub evidence: Evidence,
}

/// All features: resources by name, then the words as they are written in their file.
pub(super) fn rows(features: &Features, model: &Model) -> Vec<Row> {
    let catalog = &model.catalog;
    let mut entities: Vec<&Entity> = catalog.entities().iter().filter(|e| is_resource(e)).collect();
    entities.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let mut rows = Vec::new();
    for entity in entities {
        for operation in Operation::ALL.into_iter().filter(|operation| exists(entity, *operation)) {
            let feature = features.resource(entity.id, operation);
            rows.push(Row {
                feature,
                kind: Kind::Resource,
                area: operation.word().to_owned(),
                name: entity.name.clone(),
                emulated: is_emulated(entity, operation),
                evidence: features.evidence(catalog, feature),
            });
        }
    }
    for (feature, word) in (0..).zip(&features.words) {
        rows.push(Row {
            feature,
            kind: word.kind,
            area: word.area.clone(),
            name: word.name.clone(),
            // a probe that does not bind is a mistake of ours, and no promise
            emulated: probe::is_emulated(word, model).unwrap_or(false),
            evidence: features.evidence(catalog, feature),
        });
    }
    rows
}

/// Whether the real service has the operation.
fn exists(entity: &Entity, operation: Operation) -> bool {
    match operation {
        Operation::Read | Operation::Query => true,
        Operation::Create => entity.can_create,
        Operation::Update => entity.can_update,
        Operation::Delete => entity.can_delete,
    }
}

/// Past states and views are not written.
fn is_emulated(entity: &Entity, operation: Operation) -> bool {
    match operation {
        Operation::Read | Operation::Query => true,
        Operation::Create | Operation::Update => entity.kind != EntityKind::History,
        Operation::Delete => entity.kind != EntityKind::History && entity.view.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::Features;
    use super::super::probe;
    use crate::catalog;
    use crate::conduct::MOST;
    use crate::query::Model;
    use crate::syntax;

    fn model() -> Model {
        let catalog = catalog::load(include_str!("../../fixtures/catalog.json")).expect("the catalog loads");
        Model::new(catalog, |text| syntax::v2::parse_expression(text).map_err(|e| e.to_string()))
    }

    #[test]
    fn every_probe_says_whether_its_word_is_emulated() {
        let (features, model) = (Features::load().expect("the words load"), model());
        let wrong: Vec<String> =
            features.words.iter().filter_map(|word| probe::is_emulated(word, &model).err()).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn features_fit_and_none_is_told_twice() {
        let (features, model) = (Features::load().expect("the words load"), model());
        let rows = super::rows(&features, &model);
        let mut keys: Vec<String> = rows.iter().map(|row| features.key(&model.catalog, row.feature)).collect();
        assert!(rows.iter().all(|row| usize::from(row.feature) < MOST), "more than {MOST} features");
        assert!(rows.len() > 700, "only {}", rows.len());
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), rows.len(), "two features have the same key");
        assert_eq!(features.strangers(&model.catalog), Vec::<&str>::new(), "evidence for what is no feature");
    }
}
