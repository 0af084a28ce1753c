//! Behaviour that is not data. The only place that names an entity.

pub mod accounts;
pub mod context;
pub mod custom_fields;
pub mod files;
pub mod generate;
pub mod storage;
pub mod world;
pub mod write;
