//! `Context`: what a caller works in. Its rows are read here, and its answer is written here: as events in
//! API v1, as an object in API v2.
//!
//! In: the caller and what the request narrows to. Out: an answer. Knows no HTTP and no format.

mod answer;
mod current;
mod narrow;
mod practice;
mod read;

pub use answer::write;
pub use current::current;
pub use narrow::{Narrowed, Wish, acid, narrow};
pub use read::{Description, read};

/// Version the emulated service says it is (recorded 2026).
pub const VERSION: &str = "2609.1.0.1";

/// Ids of rows of `EntityTypes`, which are the same in every account.
const PROJECT: i64 = 1;
const TEAM: i64 = 23;
