//! A read taken apart: what it parses to, what its names and types are, its SQL with SQLite's plan, and the time each
//! stage takes.
//!
//! In: a call as a client would make it. Out: an `report::Explained`, as JSON or as text. The answer itself is thrown away.

mod ask;
mod local;
mod report;
mod route;
mod text;

pub use local::local;
pub use route::route;
