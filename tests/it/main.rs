//! Tests written in Rust, one crate of modules.

mod syntax;
mod v2;
