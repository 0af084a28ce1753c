//! Bound query → SQL: text together with its parameters. It runs nothing and formats no user text into SQL.

mod collection;
pub mod dml;
mod emit;
mod fragment;
mod functions;
mod plain;
mod plan;
mod schema;

pub use fragment::{Fragment, Param, quoted};
pub use plan::{Definitions, Plan, Reference, Shape, definitions, plan, plan_value};
pub use schema::{BESIDE_TABLES, CONTENT_TABLE, KIND_COLUMN, VALUES_COLUMN, schema};
