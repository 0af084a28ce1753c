//! The resolved model. Everything is reached by id; names are looked up once, when a query is bound.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use super::quick::QuickMap;
use crate::value::{Value, ValueType};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub u16);

/// A member of one entity; inherited members have an id in every heir.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberId {
    pub entity: EntityId,
    pub index: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntityKind {
    /// Has a URI of its own.
    Resource,
    /// Common ancestor with a URI; rows belong to its heirs.
    Base,
    /// A shape that only occurs inside other answers.
    Embedded,
    /// The description of what the caller works in; computed, never stored.
    Context,
    /// Rows of many to many, without a URI.
    Link,
    /// Kept by the server, without a URI.
    Hidden,
    /// Past states of another entity.
    History,
}

#[derive(Debug, Clone)]
pub struct Entity {
    pub id: EntityId,
    pub name: String,
    pub plural: String,
    pub description: String,
    pub kind: EntityKind,
    /// Ancestors, nearest first.
    pub ancestors: Vec<EntityId>,
    /// Direct heirs.
    pub heirs: Vec<EntityId>,
    /// The heir that a row is taken for of which only the base is known.
    pub stand_in: Option<EntityId>,
    /// The id of the row of `EntityTypes` that describes this entity.
    pub type_id: Option<i64>,
    /// Table or view that holds the rows.
    pub table: String,
    /// Values of the kind column that select the rows; `None` when the whole table belongs to the entity.
    pub kinds: Option<Vec<i64>>,
    pub view: Option<View>,
    pub can_create: bool,
    pub can_update: bool,
    pub can_delete: bool,
    pub in_index: bool,
    pub sort: Sort,
    /// Default order of API v2 where that is not by id, newest first.
    pub order: Option<Sort>,
    /// Members that the real service has and this model has not, in lower case.
    pub absent: Vec<String>,
    /// Names in lower case that only the query language of API v2 knows, each with an expression of it.
    pub derived: HashMap<String, String>,
    /// By the lower-case name of a function of API v2, what it counts of a collection: names with conditions.
    pub counts: HashMap<String, BTreeMap<String, String>>,
    /// Other names of members, in lower case, that the query language of API v2 knows.
    pub aliases: HashMap<String, String>,
    /// What a reference to the entity shows, in the notation of `include`.
    pub projection: Vec<String>,
    /// Who sees a row: anyone for whom one rule holds. Empty: everybody.
    pub visible: Vec<Rule>,
    /// Path to the process whose custom fields apply.
    pub process: Option<String>,
    /// Values and references of every level from the top down, then the collections.
    pub members: Vec<Member>,
    /// The entity whose past states the rows are, for history.
    pub source: Option<EntityId>,
    /// Indexes of members by their names, as they are written and in lower case; made when first asked.
    pub(super) by_name: OnceLock<QuickMap<String, usize>>,
}

#[derive(Debug, Clone)]
pub struct Member {
    pub id: MemberId,
    pub name: String,
    /// The entity that declares the member.
    pub owner: EntityId,
    pub kind: MemberKind,
    pub readonly: bool,
    /// Demanded when an entity is created.
    pub required: bool,
    /// `IsRequired` of the metadata, which also marks what the server fills in.
    pub meta_required: bool,
    pub deprecated: bool,
    /// Computed, and shown only when asked for by name.
    pub synthetic: bool,
    /// Never in an answer.
    pub hidden: bool,
    pub bound_to_parent: bool,
}

#[derive(Debug, Clone)]
pub enum MemberKind {
    Field(Field),
    Reference(Reference),
    Collection(Collection),
}

#[derive(Debug, Clone)]
pub struct Field {
    pub ty: ValueType,
    /// Name of the CLR type, as metadata prints it.
    pub clr: String,
    /// Members of the enumeration; empty for other types.
    pub values: Vec<String>,
    pub role: FieldRole,
    pub nullable: bool,
    pub default: Option<Value>,
    pub max_length: Option<usize>,
    pub storage: Storage,
    /// Fields that come along when this one is included.
    pub drags: Vec<String>,
}

/// What a text field means beyond its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldRole {
    Plain,
    /// HTML, or Markdown behind a marker.
    Rich,
    /// Names of tags joined with `, `.
    Tags,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    Column(String),
    /// An expression of the v2 language over the same entity.
    Computed(String),
    /// An object kept as text in a column.
    Embedded(String),
}

#[derive(Debug, Clone)]
pub struct Reference {
    pub target: EntityId,
    pub storage: Storage,
    /// What the reference shows where that differs from the target's own projection.
    pub projection: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
pub struct Collection {
    pub item: EntityId,
    pub link: CollectionLink,
    pub can_add: bool,
    pub can_remove: bool,
    /// A v1 filter on the items is accepted and not applied. Source: live notes on a 2026 account.
    pub filter_ignored: bool,
}

/// How the items of a collection are found from their owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CollectionLink {
    /// Items whose reference of this name points at the owner.
    By(String),
    /// Rows of `link`: the path `from` leads to the owner, the path `to` to the item.
    Through { link: EntityId, from: String, to: String },
    /// Custom field values of the owner.
    Values,
    /// Filled by the answer that holds the owner.
    Inline,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub member: String,
    pub descending: bool,
}

/// Why a row is visible to a caller who is no administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// The entity at the path belongs to a set of the caller (their projects, their teams).
    InSet {
        set: String,
        path: String,
    },
    /// The entity at the path is visible.
    Item(String),
    /// The path leads to the caller.
    Me(String),
    Anyone,
}

/// Rows of a membership entity that say what belongs to a user.
#[derive(Debug, Clone)]
pub struct Set {
    pub entity: EntityId,
    pub key: String,
    pub user: String,
}

/// An entity without rows of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// Seen through a relation: `to` is the end shown, `far` the other one, shown as the reference `far_as`.
    Relation { through: EntityId, to: String, far: String, far_as: String },
    /// The numbers of `of`, each divided by how many rows of `among` have the same references `by`; one row for each
    /// row of `among`, with its id and references. `names` tells which fields are called otherwise in `of`.
    Share { of: EntityId, among: EntityId, by: Vec<String>, names: BTreeMap<String, String> },
}

#[derive(Debug)]
pub struct Catalog {
    pub(super) entities: Vec<Entity>,
    pub(super) by_name: QuickMap<String, EntityId>,
    pub(super) sets: HashMap<String, Set>,
}

impl Catalog {
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[usize::from(id.0)]
    }

    pub fn member(&self, id: MemberId) -> &Member {
        &self.entity(id.entity).members[usize::from(id.index)]
    }

    /// The entity of this exact name, whatever its kind.
    pub fn named(&self, name: &str) -> Option<&Entity> {
        let id = self.by_name.get(name).or_else(|| self.by_name.get(&name.to_ascii_lowercase()));
        id.map(|id| self.entity(*id))
    }

    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.get(name)
    }

    /// The entity with this row in `EntityTypes`.
    pub fn of_type(&self, type_id: i64) -> Option<&Entity> {
        self.entities.iter().find(|e| e.type_id == Some(type_id))
    }

    /// Whether `entity` is `other` or inherits from it.
    pub fn is_a(&self, entity: EntityId, other: EntityId) -> bool {
        entity == other || self.entity(entity).ancestors.contains(&other)
    }
}

impl Entity {
    /// The member of this name in any case.
    pub fn member(&self, name: &str) -> Option<&Member> {
        let by_name = self.by_name.get_or_init(|| {
            let names =
                |(i, member): (usize, &Member)| [(member.name.clone(), i), (member.name.to_ascii_lowercase(), i)];
            self.members.iter().enumerate().flat_map(names).collect()
        });
        let index = by_name.get(name).or_else(|| by_name.get(&name.to_ascii_lowercase()))?;
        Some(&self.members[*index])
    }

    pub fn fields(&self) -> impl Iterator<Item = (&Member, &Field)> {
        self.members.iter().filter_map(|m| m.field().map(|f| (m, f)))
    }

    pub fn references(&self) -> impl Iterator<Item = (&Member, &Reference)> {
        self.members.iter().filter_map(|m| m.reference().map(|r| (m, r)))
    }

    pub fn collections(&self) -> impl Iterator<Item = (&Member, &Collection)> {
        self.members.iter().filter_map(|m| m.collection().map(|c| (m, c)))
    }

    /// The collection of custom field values, where the entity holds values.
    pub fn custom_fields(&self) -> Option<&Member> {
        self.collections().find(|(_, c)| c.link == CollectionLink::Values).map(|(m, _)| m)
    }

    /// Whether the entity answers under a URI of its own.
    pub fn has_uri(&self) -> bool {
        matches!(self.kind, EntityKind::Resource | EntityKind::Base | EntityKind::Context | EntityKind::History)
    }

    pub fn is_base(&self) -> bool {
        self.kind == EntityKind::Base
    }
}

impl Member {
    pub fn field(&self) -> Option<&Field> {
        match &self.kind {
            MemberKind::Field(field) => Some(field),
            MemberKind::Reference(_) | MemberKind::Collection(_) => None,
        }
    }

    pub fn reference(&self) -> Option<&Reference> {
        match &self.kind {
            MemberKind::Reference(reference) => Some(reference),
            MemberKind::Field(_) | MemberKind::Collection(_) => None,
        }
    }

    pub fn collection(&self) -> Option<&Collection> {
        match &self.kind {
            MemberKind::Collection(collection) => Some(collection),
            MemberKind::Field(_) | MemberKind::Reference(_) => None,
        }
    }
}
