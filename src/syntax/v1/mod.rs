//! The list parameters of API v1: `where`, `include`, `append`, `exclude`, `orderBy`, `orderByDesc`.
//!
//! Text in, trees out; whether a name exists is for the binder. A blank `where` is no filter; every other
//! blank parameter is a slip here, so callers leave it out.

mod filter;
mod grammar;
mod inclusion;

pub use filter::{parse_order, parse_where};
pub use inclusion::{parse_append, parse_exclude, parse_include};

/// The only text the service shows for any slip in these parameters, since about 2020. Older versions added
/// the detail that [`super::Error`] prints.
pub const MESSAGE: &str = "Error during parameters parsing.";
