//! The entity model as data: what resources there are, their members, how members are stored and shown.
//!
//! In: `fixtures/catalog.json`. Out: a [`Catalog`] in which every name is resolved. It knows no HTTP, no SQL and
//! no query text; expressions of computed members pass through as text.

mod check;
mod history;
mod load;
mod model;
mod names;
mod quick;
mod raw;
mod suggest;

pub use check::mistakes;
pub use load::{LoadError, load};
pub use model::{
    Catalog, Collection, CollectionLink, Entity, EntityId, EntityKind, Field, FieldRole, Member, MemberId, MemberKind,
    Reference, Rule, Set, Sort, Storage, View,
};
pub use quick::QuickMap;
pub use suggest::{nearest, nearest_names};
