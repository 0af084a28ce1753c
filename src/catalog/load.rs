//! Catalog file → [`Catalog`]. What cannot be built is reported, all of it at once; `check` finds the rest.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use super::history;
use super::model::{
    Catalog, Collection, CollectionLink, Entity, EntityId, EntityKind, Field, FieldRole, Member, MemberId, MemberKind,
    Reference, Rule, Set, Sort, Storage, View,
};
use super::quick::QuickMap;
use super::raw::{RawCatalog, RawCollection, RawEntity, RawField, RawReference, RawView};
use crate::value::{Value, ValueType};

/// Everything that is wrong with a catalog file.
#[derive(Debug)]
pub struct LoadError(pub Vec<String>);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalog has {} mistake(s):\n  {}", self.0.len(), self.0.join("\n  "))
    }
}

impl std::error::Error for LoadError {}

/// # Errors
/// Bad JSON, and all unknown names.
pub fn load(text: &str) -> Result<Catalog, LoadError> {
    let raw: RawCatalog = serde_json::from_str(text).map_err(|e| LoadError(vec![e.to_string()]))?;
    let mut entries = raw.entities;
    entries.extend(history::derive(&raw.histories, &entries));
    let mut loader = Loader { ids: HashMap::new(), raw: &entries, problems: Vec::new() };
    loader.number();
    let mut entities: Vec<Entity> = (0..entries.len()).map(|i| loader.entity(i)).collect();
    link_heirs(&mut entities);
    let by_name = loader.names();
    let mut sets = HashMap::new();
    for (name, set) in raw.sets {
        if let Some(entity) = loader.id(&set.entity, "a set") {
            sets.insert(name, Set { entity, key: set.key, user: set.user });
        }
    }
    if loader.problems.is_empty() { Ok(Catalog { entities, by_name, sets }) } else { Err(LoadError(loader.problems)) }
}

struct Loader<'r> {
    ids: HashMap<&'r str, EntityId>,
    raw: &'r [RawEntity],
    problems: Vec<String>,
}

impl Loader<'_> {
    fn number(&mut self) {
        for (i, entity) in self.raw.iter().enumerate() {
            let id = EntityId(u16::try_from(i).unwrap_or(u16::MAX));
            if self.ids.insert(&entity.name, id).is_some() {
                self.problems.push(format!("{} is declared twice", entity.name));
            }
        }
    }

    fn id(&mut self, name: &str, whose: impl fmt::Display) -> Option<EntityId> {
        let id = self.ids.get(name).copied();
        if id.is_none() {
            self.problems.push(format!("{whose} names the unknown entity '{name}'"));
        }
        id
    }

    /// Indexes of the entity's levels, the topmost first.
    fn levels(&mut self, index: usize) -> Vec<usize> {
        let mut levels = vec![index];
        let mut at = index;
        while let RawEntity { name: whose, base: Some(base), .. } = &self.raw[at] {
            let Some(id) = self.id(base, whose) else { break };
            at = usize::from(id.0);
            if levels.contains(&at) {
                self.problems.push(format!("{whose} inherits from itself"));
                break;
            }
            levels.push(at);
        }
        levels.reverse();
        levels
    }

    fn entity(&mut self, index: usize) -> Entity {
        let id = EntityId(u16::try_from(index).unwrap_or(u16::MAX));
        let levels = self.levels(index);
        let raw = &self.raw[index];
        let mut members = Vec::new();
        for &level in &levels {
            self.values(level, &mut members);
        }
        for &level in &levels {
            let owner = EntityId(u16::try_from(level).unwrap_or(u16::MAX));
            for collection in &self.raw[level].collections {
                members.extend(self.collection(owner, collection));
            }
        }
        self.overrides(&levels, &mut members);
        for (member, index) in members.iter_mut().zip(0..) {
            member.id = MemberId { entity: id, index };
        }
        let top = levels[0];
        let family = &self.raw[top];
        let shared = levels.len() > 1 || family.kind == "base";
        let inherited = |f: fn(&RawEntity) -> bool| levels.iter().rev().map(|&l| &self.raw[l]).find(|e| f(e));
        let visible = inherited(|e| !e.visible.is_empty()).map(|e| e.visible.clone()).unwrap_or_default();
        let process = inherited(|e| e.process.is_some()).and_then(|e| e.process.clone());
        let order = inherited(|e| e.order.is_some()).and_then(|e| e.order.clone());
        let absent = levels.iter().flat_map(|&l| &self.raw[l].absent).map(|n| n.to_ascii_lowercase()).collect();
        let derived = levels.iter().flat_map(|&l| &self.raw[l].derived);
        let derived = derived.map(|(name, text)| (name.to_ascii_lowercase(), text.clone())).collect();
        let aliases = levels.iter().flat_map(|&l| aliases(&self.raw[l])).collect();
        let table = match (&raw.view, &raw.past_of) {
            (Some(_), _) => raw.name.clone(),
            (None, Some((_, table))) => table.clone(),
            (None, None) => family.name.clone(),
        };
        let view = raw.view.clone().and_then(|view| self.view(&raw.name, view));
        let stand_in = raw.stand_in.as_ref().and_then(|name| self.id(name, &raw.name));
        let source = raw.past_of.as_ref().and_then(|(of, _)| self.ids.get(of.as_str()).copied());
        let kinds = match source {
            Some(of) => {
                let source = &self.raw[usize::from(of.0)];
                (source.base.is_some()).then(|| source.entity_type.into_iter().collect())
            }
            None => (shared && raw.view.is_none()).then(Vec::new),
        };
        let (sort, direction) = raw.sort.clone().unwrap_or_else(|| ("Id".into(), "desc".into()));
        Entity {
            id,
            kind: self.kind(raw),
            ancestors: levels.iter().rev().skip(1).map(|&l| EntityId(u16::try_from(l).unwrap_or(u16::MAX))).collect(),
            heirs: Vec::new(),
            stand_in,
            type_id: raw.entity_type,
            table,
            kinds,
            view,
            can_create: raw.flags.contains('c'),
            can_update: raw.flags.contains('u'),
            can_delete: raw.flags.contains('d'),
            in_index: raw.index,
            sort: Sort { member: sort, descending: direction == "desc" },
            order: order.map(|(member, direction)| Sort { member, descending: direction == "desc" }),
            absent,
            derived,
            counts: raw.counts.iter().map(|(name, all)| (name.to_ascii_lowercase(), all.clone())).collect(),
            aliases,
            projection: raw.projection.clone(),
            visible: visible.iter().filter_map(|rule| self.rule(&raw.name, rule)).collect(),
            process,
            members,
            source,
            by_name: OnceLock::new(),
            name: raw.name.clone(),
            plural: raw.plural.clone(),
            description: raw.description.clone(),
        }
    }

    fn kind(&mut self, raw: &RawEntity) -> EntityKind {
        match raw.kind.as_str() {
            "resource" => EntityKind::Resource,
            "base" => EntityKind::Base,
            "embedded" => EntityKind::Embedded,
            "context" => EntityKind::Context,
            "link" => EntityKind::Link,
            "hidden" => EntityKind::Hidden,
            "history" => EntityKind::History,
            other => {
                self.problems.push(format!("{} has the unknown kind '{other}'", raw.name));
                EntityKind::Resource
            }
        }
    }

    fn view(&mut self, whose: &str, raw: RawView) -> Option<View> {
        Some(match raw {
            RawView::Relation { through, to, far, far_as } => {
                View::Relation { through: self.id(&through, whose)?, to, far, far_as }
            }
            RawView::Share { of, among, by, names } => {
                View::Share { of: self.id(&of, whose)?, among: self.id(&among, whose)?, by, names }
            }
        })
    }

    fn rule(&mut self, whose: &str, text: &str) -> Option<Rule> {
        match text.split_once(':') {
            None if text == "any" => Some(Rule::Anyone),
            Some(("me", path)) => Some(Rule::Me(path.into())),
            Some(("item", path)) => Some(Rule::Item(path.into())),
            Some((set, path)) => Some(Rule::InSet { set: set.into(), path: path.into() }),
            None => {
                self.problems.push(format!("{whose} has the unknown visibility '{text}'"));
                None
            }
        }
    }

    fn values(&mut self, level: usize, members: &mut Vec<Member>) {
        let owner = EntityId(u16::try_from(level).unwrap_or(u16::MAX));
        let RawEntity { name: whose, fields, references, .. } = &self.raw[level];
        for field in fields {
            members.extend(self.field(owner, whose, field));
        }
        for reference in references {
            members.extend(self.reference(owner, whose, reference));
        }
    }

    fn field(&mut self, owner: EntityId, whose: &str, raw: &RawField) -> Option<Member> {
        let link = raw.clr.as_deref() == Some("TpUri");
        let ty = match raw.ty.as_str() {
            "int" => ValueType::Int,
            "long" => ValueType::Long,
            "decimal" => ValueType::Decimal,
            "double" => ValueType::Double,
            "bool" => ValueType::Bool,
            "date" => ValueType::Date,
            "string" if link => ValueType::Link,
            "string" | "richtext" | "tags" | "enum" | "object" => ValueType::Text,
            other => {
                self.problems.push(format!("{whose}.{} has the unknown type '{other}'", raw.name));
                return None;
            }
        };
        let storage = match &raw.value {
            Some(text) => Storage::Computed(text.clone()),
            None if raw.ty == "object" => Storage::Embedded(raw.name.clone()),
            None => Storage::Column(raw.name.clone()),
        };
        let clr = raw.clr.clone().or_else(|| raw.enumeration.clone()).unwrap_or_else(|| ty.clr_name().into());
        let kind = MemberKind::Field(Field {
            ty,
            clr,
            values: raw.values.clone(),
            role: match raw.ty.as_str() {
                "richtext" => FieldRole::Rich,
                "tags" => FieldRole::Tags,
                _ => FieldRole::Plain,
            },
            nullable: raw.nullable,
            default: raw.default.as_ref().and_then(|d| default_value(d, ty)),
            max_length: raw.max_length,
            storage,
            drags: raw.drags.clone(),
        });
        Some(Member {
            id: MemberId { entity: owner, index: 0 },
            name: raw.name.clone(),
            owner,
            kind,
            readonly: raw.readonly,
            required: raw.required,
            meta_required: raw.required || raw.meta_required,
            deprecated: raw.deprecated,
            synthetic: raw.synthetic,
            hidden: raw.write_only || raw.meta_only,
            bound_to_parent: raw.value.is_none() && !raw.synthetic && raw.ty != "tags",
        })
    }

    fn reference(&mut self, owner: EntityId, whose: &str, raw: &RawReference) -> Option<Member> {
        let target = self.id(raw.target.as_deref().unwrap_or(&raw.name), format_args!("{whose}.{}", raw.name))?;
        let embedded = self.raw[usize::from(target.0)].kind == "embedded";
        let storage = match (&raw.value, embedded) {
            (Some(text), _) => Storage::Computed(text.clone()),
            (None, true) => Storage::Embedded(raw.name.clone()),
            (None, false) => Storage::Column(raw.column.clone().unwrap_or_else(|| format!("{}Id", raw.name))),
        };
        Some(Member {
            id: MemberId { entity: owner, index: 0 },
            name: raw.name.clone(),
            owner,
            kind: MemberKind::Reference(Reference { target, storage, projection: raw.projection.clone() }),
            readonly: raw.readonly,
            required: raw.required,
            meta_required: raw.meta_required,
            deprecated: raw.deprecated,
            synthetic: false,
            hidden: false,
            bound_to_parent: false,
        })
    }

    fn collection(&mut self, owner: EntityId, raw: &RawCollection) -> Option<Member> {
        let owner_name = &self.raw[usize::from(owner.0)].name;
        let item = self.id(&raw.item, format_args!("{owner_name}.{}", raw.name))?;
        let link = match raw {
            RawCollection { values: Some(_), .. } => CollectionLink::Values,
            RawCollection { by: Some(by), .. } => CollectionLink::By(by.clone()),
            RawCollection { through: Some(through), from: Some(from), to: Some(to), .. } => {
                let link = self.id(through, format_args!("{owner_name}.{}", raw.name))?;
                CollectionLink::Through { link, from: from.clone(), to: to.clone() }
            }
            RawCollection { .. } => CollectionLink::Inline,
        };
        Some(Member {
            id: MemberId { entity: owner, index: 0 },
            name: raw.name.clone(),
            owner,
            kind: MemberKind::Collection(Collection {
                item,
                link,
                can_add: raw.add,
                can_remove: raw.remove,
                filter_ignored: raw.filter_ignored,
            }),
            readonly: !raw.add,
            required: false,
            meta_required: false,
            deprecated: raw.deprecated,
            synthetic: false,
            hidden: false,
            bound_to_parent: raw.bound,
        })
    }

    fn overrides(&mut self, levels: &[usize], members: &mut [Member]) {
        for &level in levels {
            for (name, change) in &self.raw[level].overrides {
                let Some(member) = members.iter_mut().find(|m| m.name == *name) else {
                    self.problems.push(format!("{} overrides the unknown member {name}", self.raw[level].name));
                    continue;
                };
                member.required = change.required.unwrap_or(member.required);
                member.meta_required = change.meta_required.unwrap_or(member.meta_required);
                if let (Some(projection), MemberKind::Reference(reference)) = (&change.projection, &mut member.kind) {
                    reference.projection = Some(projection.clone());
                }
            }
        }
    }

    /// Entities by their names, in lower case and as they are written.
    fn names(&mut self) -> QuickMap<String, EntityId> {
        let mut names = QuickMap::default();
        let mut clashes = Vec::new();
        for (raw, i) in self.raw.iter().zip(0u16..) {
            for name in [&raw.name, &raw.plural].into_iter().chain(&raw.aliases) {
                let old = names.insert(name.to_ascii_lowercase(), EntityId(i));
                names.insert(name.clone(), EntityId(i));
                if old.is_some_and(|old| old != EntityId(i)) {
                    clashes.push(format!("two entities are called {name}"));
                }
            }
        }
        self.problems.extend(clashes);
        names
    }
}

/// Other names of an entry's own members.
fn aliases(raw: &RawEntity) -> Vec<(String, String)> {
    let fields = raw.fields.iter().map(|f| (&f.name, &f.aliases));
    let references = raw.references.iter().map(|r| (&r.name, &r.aliases));
    let collections = raw.collections.iter().map(|c| (&c.name, &c.aliases));
    let all = fields.chain(references).chain(collections);
    all.flat_map(|(name, aliases)| aliases.iter().map(|a| (a.to_ascii_lowercase(), name.clone()))).collect()
}

/// The default of the file as a value of the field's type.
fn default_value(default: &serde_json::Value, ty: ValueType) -> Option<Value> {
    Some(match default {
        serde_json::Value::Bool(b) => Value::Int(i64::from(*b)),
        serde_json::Value::Number(n) if matches!(ty, ValueType::Int | ValueType::Long) => Value::Int(n.as_i64()?),
        serde_json::Value::Number(n) => Value::Real(n.as_f64()?),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => return None,
    })
}

/// Fills heirs, the kinds that select the rows of shared tables, and the union of rules for bases without own ones.
fn link_heirs(entities: &mut [Entity]) {
    for i in 0..entities.len() {
        let id = entities[i].id;
        if let Some(base) = entities[i].ancestors.first().copied() {
            entities[usize::from(base.0)].heirs.push(id);
        }
        let Some(type_id) = entities[i].type_id else { continue };
        if entities[i].view.is_some() {
            continue;
        }
        for holder in entities[i].ancestors.clone().into_iter().chain([id]) {
            if let Some(kinds) = &mut entities[usize::from(holder.0)].kinds {
                kinds.push(type_id);
            }
        }
    }
}
