//! Tests written in Rust, one crate of modules.

mod control;
mod smoke;
mod syntax;
mod tidy;
mod v2;
mod world;
