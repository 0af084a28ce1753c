//! The harness's own tests: `cargo test --test support`.
//!
//! `tests/cases.rs` uses the same modules without a test harness, so they are compiled once more here to be tested.
#![allow(dead_code, reason = "the tests of one module do not use every function of the others")]

mod assertion;
mod bless;
mod case;
mod client;
mod compare;
mod encode;
mod evidence;
mod json;
mod pattern;
mod report;
mod run;
mod xml;
