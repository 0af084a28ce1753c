//! History resources, derived from the entry of their type: `{Type}History` (full) and `{Type}SimpleHistory`.
//!
//! Both read the same rows; the simple one shows fewer columns. Source: metadata of a 2026 account, which
//! lists a fixed head, the tracked values each followed by its `IsChanged` flag, flags, then references.

use super::raw::{RawEntity, RawField, RawReference};

/// Names of changed members, between bars, kept with every row; the flags read it.
const CHANGED: &str = "ChangedMembers";

const SIMPLE: &str = "SimpleHistory";
const FULL: &str = "History";

pub(super) fn derive(entities: &[RawEntity]) -> Vec<RawEntity> {
    let mut derived = Vec::new();
    for entity in entities {
        let Some(history) = &entity.history else { continue };
        derived.push(full(entity, entities));
        if history.simple {
            derived.push(simple(entity, entities));
        }
    }
    derived
}

/// The type a history is of.
pub(super) fn source(name: &str) -> Option<&str> {
    name.strip_suffix(SIMPLE).or_else(|| name.strip_suffix(FULL))
}

/// The table of a history: one for each family.
pub(super) fn table(name: &str, entities: &[RawEntity]) -> String {
    let mut at = source(name).unwrap_or(name);
    while let Some(base) = entities.iter().find(|e| e.name == at).and_then(|e| e.base.as_deref()) {
        at = base;
    }
    format!("{at}{FULL}")
}

fn full(entity: &RawEntity, entities: &[RawEntity]) -> RawEntity {
    let name = format!("{}{FULL}", entity.name);
    let mut fields = vec![
        field("Id", "int", false),
        RawField { nullable: true, synthetic: true, ..field("Changes", "string", true) },
        field("SourceEntityId", "int", true),
        field("Date", "date", true),
        field("DateTo", "date", true),
        RawField { enumeration: Some("HistoryTypeEnum".into()), ..field("Modification", "enum", true) },
        RawField { nullable: true, ..field("OriginatorId", "string", true) },
        RawField { nullable: true, ..field("EventId", "string", true) },
        RawField { nullable: true, ..field("ModificationContext", "string", true) },
        RawField { nullable: true, write_only: true, ..field(CHANGED, "string", true) },
    ];
    let mut references = Vec::new();
    if let Some(history) = &entity.history {
        for tracked in &history.values {
            let bare = tracked.trim_matches(['[', ']']);
            let flagged_only = tracked.starts_with('[');
            if let Some(own) = find_field(entity, entities, bare).filter(|_| !flagged_only) {
                fields.push(RawField {
                    nullable: true,
                    required: false,
                    meta_required: false,
                    value: None,
                    synthetic: false,
                    default: None,
                    ..own
                });
            }
            fields.push(flag(bare));
            if bare == "CreateDate" && entity.base.is_some() && !entity.name.ends_with("User") {
                fields.push(flag("CreateDateOffset"));
            }
        }
        for tracked in &history.references {
            let bare = tracked.trim_matches(['[', ']']);
            if !tracked.starts_with('[') {
                let target = match bare {
                    "WorkflowTeam" => Some("Team".to_owned()),
                    "TeamState" => Some("EntityState".to_owned()),
                    _ => None,
                };
                match (target, find_reference(entity, entities, bare)) {
                    (Some(target), _) => references.push(reference(bare, &target, false)),
                    (None, Some(own)) => references.push(RawReference {
                        required: false,
                        meta_required: false,
                        value: None,
                        projection: None,
                        target: Some(own.target.unwrap_or_else(|| bare.to_owned())),
                        ..own
                    }),
                    (None, None) => {}
                }
            }
            fields.push(flag(bare));
        }
    }
    references.push(RawReference {
        column: Some("SourceEntityId".into()),
        ..reference(&format!("Current{}", entity.name), &entity.name, true)
    });
    references.push(reference("Modifier", "GeneralUser", true));
    references.push(reference("PreviousHistoryRecord", &name, true));
    let plural = format!("{}Histories", entity.name);
    let current = format!("item:Current{}", entity.name);
    shell(entity, name, plural, "Past states of", "cud", fields, references, current)
}

fn simple(entity: &RawEntity, entities: &[RawEntity]) -> RawEntity {
    let mut fields = vec![field("Id", "int", false), field("Date", "date", false)];
    let efforts = ["Effort", "EffortCompleted", "EffortToDo"];
    fields.extend(
        efforts.iter().filter(|e| find_field(entity, entities, e).is_some()).map(|e| field(e, "decimal", true)),
    );
    let mut references = vec![
        reference("Project", "Project", true),
        reference("EntityState", "EntityState", true),
        reference("Modifier", "GeneralUser", true),
    ];
    references
        .push(RawReference { column: Some("SourceEntityId".into()), ..reference(&entity.name, &entity.name, true) });
    for name in ["Release", "Iteration"] {
        references.extend(find_reference(entity, entities, name).map(|_| reference(name, name, true)));
    }
    let name = format!("{}{SIMPLE}", entity.name);
    let plural = format!("{}SimpleHistories", entity.name);
    let current = format!("item:{}", entity.name);
    shell(entity, name, plural, "Dates, states and efforts of", "", fields, references, current)
}

#[expect(clippy::too_many_arguments, reason = "the parts of a catalog entry, used twice in this file")]
fn shell(
    entity: &RawEntity,
    name: String,
    plural: String,
    what: &str,
    flags: &str,
    fields: Vec<RawField>,
    references: Vec<RawReference>,
    visible: String,
) -> RawEntity {
    RawEntity {
        name,
        plural,
        kind: "history".into(),
        base: None,
        entity_type: None,
        aliases: Vec::new(),
        description: format!("{what} {}.", entity.name),
        flags: flags.into(),
        index: false,
        sort: Some(("Date".into(), "asc".into())),
        order: None,
        projection: vec!["Id".into()],
        visible: vec![visible],
        process: None,
        view: None,
        overrides: Default::default(),
        history: None,
        fields,
        references,
        collections: Vec::new(),
    }
}

fn field(name: &str, ty: &str, readonly: bool) -> RawField {
    RawField { name: name.into(), ty: ty.into(), readonly, ..RawField::default() }
}

fn flag(member: &str) -> RawField {
    RawField {
        name: format!("IsChanged{member}"),
        ty: "bool".into(),
        value: Some(format!("IFNONE({CHANGED}, \"\").Contains(\"|{member}|\")")),
        ..RawField::default()
    }
}

fn reference(name: &str, target: &str, readonly: bool) -> RawReference {
    RawReference { name: name.into(), target: Some(target.into()), readonly, ..RawReference::default() }
}

fn lineage<'a>(entity: &'a RawEntity, entities: &'a [RawEntity]) -> impl Iterator<Item = &'a RawEntity> {
    std::iter::successors(Some(entity), |e| entities.iter().find(|b| Some(&b.name) == e.base.as_ref()))
}

fn find_field(entity: &RawEntity, entities: &[RawEntity], name: &str) -> Option<RawField> {
    lineage(entity, entities).flat_map(|e| &e.fields).find(|f| f.name == name).cloned()
}

fn find_reference(entity: &RawEntity, entities: &[RawEntity], name: &str) -> Option<RawReference> {
    lineage(entity, entities).flat_map(|e| &e.references).find(|r| r.name == name).cloned()
}
