//! Tests written in Rust, one crate of modules.

mod control;
mod fuzz;
mod generate;
mod images;
mod offline;
mod oracle;
mod queries;
mod readme;
mod seed;
mod smoke;
mod syntax;
mod tidy;
mod v2;
mod world;
mod writes;
