//! History resources, derived from the entry of their type and from the shapes that all histories share.
//!
//! In: `histories` of the catalog and the `history` of each type. Out: an entry like those written by hand. The
//! full history has the shape's head, the tracked values each followed by its `IsChanged` flag, flags, then
//! references; the simple one shows fewer columns of the same rows. Source: metadata of a 2026 account.

use super::raw::{RawEntity, RawField, RawHistory, RawReference, RawShape};

/// Stands for the name of the type in a shape.
const TYPE: &str = "{entity}";

pub(super) fn derive(shapes: &[RawShape], entities: &[RawEntity]) -> Vec<RawEntity> {
    let mut derived = Vec::new();
    for entity in entities {
        let Some(history) = &entity.history else { continue };
        let shown = shapes.iter().filter(|shape| shape.tracked || history.simple);
        derived.extend(shown.map(|shape| derive_one(shape, shapes, history, entity, entities)));
    }
    derived
}

fn derive_one(
    shape: &RawShape,
    shapes: &[RawShape],
    history: &RawHistory,
    entity: &RawEntity,
    entities: &[RawEntity],
) -> RawEntity {
    let named = |text: &str| text.replace(TYPE, &entity.name);
    let lacks = |name: &str, owns: bool| shape.optional.iter().any(|o| o == name) && !owns;
    let mut fields: Vec<RawField> = shape.fields.clone();
    fields.retain(|f| !lacks(&f.name, find_field(entity, entities, &f.name).is_some()));
    let mut references = Vec::new();
    if shape.tracked {
        track(history, entity, entities, &mut fields, &mut references);
    }
    references.extend(shape.references.iter().filter_map(|reference| {
        let owns = find_reference(entity, entities, &reference.name).is_some();
        (!lacks(&reference.name, owns)).then(|| RawReference {
            name: named(&reference.name),
            target: reference.target.as_deref().map(named),
            ..reference.clone()
        })
    }));
    RawEntity {
        name: format!("{}{}", entity.name, shape.suffix),
        plural: format!("{}{}", entity.name, shape.plural),
        kind: "history".into(),
        base: None,
        stand_in: None,
        entity_type: None,
        aliases: Vec::new(),
        description: named(&shape.description),
        flags: shape.flags.clone(),
        index: false,
        sort: Some(("Date".into(), "asc".into())),
        order: None,
        absent: Vec::new(),
        derived: Default::default(),
        counts: Default::default(),
        projection: vec!["Id".into()],
        visible: vec![format!("item:{}", named(&shape.current))],
        process: None,
        view: None,
        overrides: Default::default(),
        history: None,
        past_of: Some((entity.name.clone(), table(shapes, entity, entities))),
        fields,
        references,
        collections: Vec::new(),
    }
}

/// Members for what a type tracks: its values and references as they were, and a flag for each.
fn track(
    history: &RawHistory,
    entity: &RawEntity,
    entities: &[RawEntity],
    fields: &mut Vec<RawField>,
    references: &mut Vec<RawReference>,
) {
    // the one member kept for the server alone lists the names of changed members, between bars
    let changed = fields.iter().find(|f| f.write_only).map(|f| f.name.clone()).unwrap_or_default();
    for tracked in &history.values {
        let name = tracked.trim_matches(['[', ']']);
        if let Some(own) = find_field(entity, entities, name).filter(|_| !tracked.starts_with('[')) {
            fields.push(RawField {
                nullable: true,
                required: false,
                meta_required: false,
                value: None,
                synthetic: false,
                default: None,
                ..own.clone()
            });
        }
        fields.push(flag(name, &changed));
    }
    for tracked in &history.references {
        let (name, target) = match tracked.split_once(':') {
            Some((name, target)) => (name, Some(target)),
            None => (tracked.trim_matches(['[', ']']), None),
        };
        let own = find_reference(entity, entities, name).filter(|_| !tracked.starts_with('['));
        match (target, own) {
            (Some(target), _) => {
                references.push(RawReference {
                    name: name.into(),
                    target: Some(target.into()),
                    ..RawReference::default()
                });
            }
            (None, Some(own)) => references.push(RawReference {
                required: false,
                meta_required: false,
                value: None,
                projection: None,
                target: Some(own.target.clone().unwrap_or_else(|| name.to_owned())),
                ..own.clone()
            }),
            (None, None) => {}
        }
        fields.push(flag(name, &changed));
    }
}

fn flag(member: &str, changed: &str) -> RawField {
    RawField {
        name: format!("IsChanged{member}"),
        ty: "bool".into(),
        // all of a new row is a change
        value: Some(format!("Modification == \"Add\" or IFNONE({changed}, \"\").Contains(\"|{member}|\")")),
        ..RawField::default()
    }
}

/// One table for each family, called after the shape that shows all of it.
fn table(shapes: &[RawShape], entity: &RawEntity, entities: &[RawEntity]) -> String {
    let family = lineage(entity, entities).last().map_or(entity.name.as_str(), |top| top.name.as_str());
    let suffix = shapes.iter().find(|s| s.tracked).map(|s| s.suffix.as_str()).unwrap_or_default();
    format!("{family}{suffix}")
}

fn lineage<'a>(entity: &'a RawEntity, entities: &'a [RawEntity]) -> impl Iterator<Item = &'a RawEntity> {
    std::iter::successors(Some(entity), |e| entities.iter().find(|b| Some(&b.name) == e.base.as_ref()))
}

fn find_field<'a>(entity: &'a RawEntity, entities: &'a [RawEntity], name: &str) -> Option<&'a RawField> {
    lineage(entity, entities).flat_map(|e| &e.fields).find(|f| f.name == name)
}

fn find_reference<'a>(entity: &'a RawEntity, entities: &'a [RawEntity], name: &str) -> Option<&'a RawReference> {
    lineage(entity, entities).flat_map(|e| &e.references).find(|r| r.name == name)
}
