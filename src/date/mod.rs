//! Dates: the spellings of an answer and everything clients write into a body or a filter.
//!
//! In: milliseconds UTC and the zone of the server, or text. Words such as `today` are not dates here.

mod civil;
mod read;
mod write;

pub use read::parse_date;
pub use write::{Notation, day_text, write_date};
