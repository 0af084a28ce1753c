//! The RESTful storage: documents of clients by group and key, with a part for everybody and a part for each user.
//!
//! In: keys, drafts of documents, parsed expressions. Out: documents as JSON. Knows no HTTP.

mod evaluate;
mod rows;

pub use evaluate::{Evaluated, select, test};
pub use rows::{Change, Denied, Document, Draft, Scope, documents, find, groups, keep, remove, remove_group};
