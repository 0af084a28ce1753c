//! The expression language of API v2, which `where`, `result`, `select` and `orderBy` share.
//!
//! Text in, trees out; members, functions and types are for the binder. Errors carry the texts that the
//! service shows. Blank parameters count as absent there, so callers leave them out.

mod grammar;
mod literal;
mod object;
mod operand;
mod operator;
mod parameter;

pub use parameter::{parse_expression, parse_ordering, parse_select};
