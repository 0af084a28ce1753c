//! The parts of the transcript harness: read a case, send it, compare the answer, report.
//!
//! In: the text of one file below `tests/cases`. Out: a list of differences, empty when the answer is as written.
//! Nothing here knows the product; it talks to an `axum::Router`.

pub mod assertion;
pub mod bless;
pub mod case;
pub mod client;
pub mod compare;
pub mod encode;
pub mod evidence;
pub mod json;
pub mod pattern;
pub mod report;
pub mod run;
pub mod xml;
