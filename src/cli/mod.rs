//! The command line: what may be said and under which names. Nothing is done here.

mod ask;
mod command;
mod completions;
mod explain;
mod serve;
mod world;

pub use ask::{Ask, Env, Export, Generate, Import, Seed, SeedCommand, Snapshot, SnapshotCommand};
pub use command::{Cli, Command, Exec, Healthcheck};
pub use completions::Completions;
pub use explain::Explain;
pub use serve::{LogFormat, Serve};
pub use world::World;
