//! Faults on purpose: rules say which calls go wrong and how, and afterwards tell whether they were ever met.

mod effect;
mod plan;
mod read;
mod rule;
mod spoil;

pub use effect::Effect;
pub use plan::{Faults, Hit};
pub use read::rule;
pub use spoil::{Dropped, spoil};
