//! Which parts of the service are emulated, and how anybody knows that they behave as they do.
//!
//! Requests go in as features (`walk`), what a workspace used and what that rests on come out (`report`). The features
//! are the words of `fixtures/words.json` and the resources of the catalog; their evidence is that of the words and
//! of the transcript cases, summed up in `fixtures/evidence.json`. Knows nothing of HTTP and runs no query.

mod evidence;
mod features;
mod probe;
mod report;
mod route;
mod server;
mod walk;

pub use evidence::{Evidence, Source};
pub use features::{Feature, Features, Kind, Operation};
pub use report::Row;
pub use route::Route;
pub use server::{Coverage, Guess, Used};
pub use walk::{V1Texts, V2Texts, v1_uses, v2_uses};
