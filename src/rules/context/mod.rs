//! `Context`: what a caller works in. Its rows are read here, and its answer is written here as events.
//!
//! In: the caller and what the request narrows to. Out: events. Knows no HTTP and no format.

mod answer;
mod narrow;
mod practice;
mod read;

pub use answer::write;
pub use narrow::{Narrowed, Wish, acid, narrow};
pub use read::{Description, read};

/// Version the emulated service says it is (recorded 2026).
pub const VERSION: &str = "2609.1.0.1";

/// Ids of rows of `EntityTypes`, which are the same in every account.
const PROJECT: i64 = 1;
const TEAM: i64 = 23;
