//! `index/meta` and `{Resource}/meta`: the catalog as the documents that describe it.

use super::answer::Answer;
use super::call::Call;
use crate::app::App;
use crate::catalog::{Catalog, Entity, EntityKind, Member, MemberKind};
use crate::wire::Format;
use crate::wire::meta::{MetaEntry, MetaField, MetaIndex, MetaLink, MetaResource};

const XML: &str = "text/xml; charset=UTF-8";
const JSON: &str = "application/json";

pub fn index(app: &App, call: &Call) -> Answer {
    let catalog = &app.state.model.catalog;
    let mut listed: Vec<&Entity> = catalog.entities().iter().filter(|e| e.in_index).collect();
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    let index = MetaIndex {
        index_uri: index_uri(call),
        resources: listed
            .into_iter()
            .map(|e| MetaEntry { name: e.name.clone(), uri: uri(call, &e.plural), description: e.description.clone() })
            .collect(),
    };
    match call.formats.meta {
        Format::Xml => Answer::new(200, XML, index.xml()),
        Format::Json => Answer::new(200, JSON, index.json()),
    }
}

/// One resource. The description of the context is always XML, whatever `format` says (live notes, 2026).
pub fn resource(app: &App, call: &Call, entity: &Entity) -> Answer {
    let catalog = &app.state.model.catalog;
    let link = |e: &Entity| MetaLink { name: e.name.clone(), uri: uri(call, &e.plural) };
    let direction = if entity.sort.descending { "descending" } else { "ascending" };
    let of = |kind: fn(&MemberKind) -> bool| -> Vec<MetaField> {
        let shown = entity.members.iter().filter(|m| kind(&m.kind) && is_described(entity, m));
        shown.map(|m| field(catalog, call, m)).collect()
    };
    let document = MetaResource {
        name: entity.name.clone(),
        can_create: entity.can_create,
        can_update: entity.can_update,
        can_delete: entity.can_delete,
        index_uri: index_uri(call),
        uri: format!("{}/api/v1/{}", call.base, entity.plural),
        description: entity.description.clone(),
        base: entity.ancestors.first().map(|id| link(catalog.entity(*id))).into_iter().collect(),
        derived: entity.heirs.iter().map(|id| link(catalog.entity(*id))).collect(),
        values: of(|k| matches!(k, MemberKind::Field(_))),
        references: of(|k| matches!(k, MemberKind::Reference(_))),
        collections: of(|k| matches!(k, MemberKind::Collection(_))),
        remark: (entity.kind != EntityKind::Context).then(|| {
            format!("Result of GET request is ordered by {} field with {direction} direction.", entity.sort.member)
        }),
    };
    match call.formats.meta {
        Format::Json if entity.kind != EntityKind::Context => Answer::new(200, JSON, document.json()),
        Format::Json | Format::Xml => Answer::new(200, XML, document.xml()),
    }
}

/// What is kept for the server alone is not the client's business; other hidden members can be set.
fn is_described(entity: &Entity, member: &Member) -> bool {
    !(member.hidden && (entity.kind == EntityKind::History || member.readonly))
}

fn field(catalog: &Catalog, call: &Call, member: &Member) -> MetaField {
    let plain = MetaField {
        name: member.name.clone(),
        can_set: !member.readonly,
        can_get: !member.hidden,
        is_deprecated: member.deprecated,
        is_required: member.meta_required,
        is_synthetic: member.synthetic,
        description: format!("{} of the entity.", member.name),
        is_bound_to_parent: member.bound_to_parent,
        ..MetaField::default()
    };
    match &member.kind {
        MemberKind::Field(field) => MetaField { type_name: field.clr.clone(), uri: uri(call, &field.clr), ..plain },
        MemberKind::Reference(reference) => {
            let target = catalog.entity(reference.target);
            MetaField { type_name: target.name.clone(), is_type_complex: true, uri: uri(call, &target.plural), ..plain }
        }
        MemberKind::Collection(collection) => {
            let item = catalog.entity(collection.item);
            // the type of custom field values is called like the collection, and its page like the values
            let values = collection.link == crate::catalog::CollectionLink::Values;
            MetaField {
                can_set: false,
                type_name: if values { member.name.clone() } else { item.name.clone() },
                is_type_complex: true,
                uri: uri(call, &item.plural),
                can_add: collection.can_add,
                can_remove: collection.can_remove,
                ..plain
            }
        }
    }
}

fn uri(call: &Call, plural: &str) -> String {
    format!("{}/api/v1/{plural}/meta", call.base)
}

fn index_uri(call: &Call) -> String {
    format!("{}/api/v1/index/meta", call.base)
}
