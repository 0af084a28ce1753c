//! Writes: what a body asks for, through the rules, into rows.
//!
//! In: a [`Mutation`](crate::query::mutate::Mutation) and the transaction it belongs to. Out: the id of the row, or
//! why it is refused; then nothing of the request is kept. `rules` is the table of what runs when; each rule stands in
//! its own file with its evidence. Everything is computed within the transaction, so that writers never race.

mod automation;
mod change;
mod check;
mod comments;
mod convert;
mod custom_values;
mod dates;
mod defaults;
mod efforts;
mod hand_over;
mod history;
mod inherit;
mod moves;
mod own;
mod past;
mod people;
mod permission;
mod processes;
mod projects;
mod refusal;
mod relations;
mod remove;
mod rich_text;
mod rollup;
mod row;
mod rules;
mod save;
mod settings;
mod sums;
mod tags;
mod tasks;
mod teams;
mod testing;
mod times;
mod trash;
mod tx;
mod workflow;

pub use convert::{Converted, conversions, convert};
pub use permission::create as may_create;
pub use refusal::{Message, Refusal};
pub use remove::{remove, unlink};
pub use rollup::{leave, settle_left};
pub use rules::{settle, settle_later};
pub use save::save;
pub use trash::{TYPE_MEMBER, deleted, restore};
pub use tx::{Result, Scene, Tx};
