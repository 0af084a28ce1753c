//! Parameter text in, trees of [`crate::query::ast`] out, or an [`Error`] that says what is wrong and where.
//!
//! One grammar file and one module per language: API v1, API v2, the board filter. Nothing here knows an
//! entity, a field or a type, and nothing outside mentions pest. Every text is measured before it is parsed.

mod diagnose;
mod error;
pub mod filter;
mod limit;
mod literal;
mod pair;
mod scan;
pub mod v1;
pub mod v2;

pub use error::{Error, Kind};
pub use limit::{MAX_DEPTH, MAX_LENGTH, MAX_LINKS, MAX_TERMS};
