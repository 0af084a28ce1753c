//! What the fuzzers feed: one function for each target, which panics where something is wrong.

pub mod targets;
