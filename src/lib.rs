//! tpmock: an emulator of the Targetprocess REST API.

pub mod api;
mod app;
pub mod catalog;
pub mod cli;
pub mod clock;
mod config;
pub mod date;
pub mod draft;
pub mod event;
mod head;
pub mod query;
mod recent;
pub mod rules;
pub mod secret;
mod serve;
pub mod sql;
pub mod store;
pub mod syntax;
mod tls;
pub mod value;
pub mod wire;

pub use app::{App, StartError};
pub use config::{Auth, Config, SeedSource, Tls};
pub use serve::serve;
