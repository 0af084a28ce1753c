//! The parameter `filter` of API v2: the board filter behind `?`, or plain words to search for.

mod condition;
mod grammar;
mod operand;
mod parameter;

pub use parameter::{Filter, parse_filter};
