//! The request journal: what was asked and answered, newest last, bounded in bytes.
//!
//! An exchange is in it before its answer leaves. Credentials are kept out of everything that is shown.

mod entry;
mod fields;
mod filter;
mod har;
mod redact;
mod ring;
mod shown;

pub use entry::{Entry, Kept, entity_of};
pub use fields::Fields;
pub use filter::Filter;
pub use har::har;
pub use ring::Journal;
pub use shown::{Recorded, shown};
