//! Flags that say which account a process works on, shared by the commands that have one of their own.

use std::path::PathBuf;

use clap::Args;

use crate::config::{Config, SeedSource};

#[derive(Debug, Args, Clone)]
pub struct World {
    /// The account to begin with: demo, small, empty, or a file of the JSON that the API returns.
    #[arg(long, env = "TPMOCK_SEED", default_value = "demo", value_name = "SEED")]
    pub seed: SeedSource,
    /// Keep the default workspace in this file, with every answered write safe on disk.
    #[arg(long, env = "TPMOCK_DATA", value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Stop the clock at this instant (2026-03-10T12:00:00Z).
    #[arg(long, env = "TPMOCK_CLOCK", value_name = "INSTANT")]
    pub clock: Option<String>,
    /// Time zone of the server, by its IANA name.
    #[arg(long, env = "TPMOCK_TIME_ZONE", default_value = "UTC", value_name = "ZONE")]
    pub time_zone: String,
}

impl World {
    /// The usual settings on this account.
    pub fn config(&self) -> Config {
        Config {
            seed: self.seed.clone(),
            data: self.data.clone(),
            clock: self.clock.clone(),
            time_zone: self.time_zone.clone(),
            ..Config::default()
        }
    }
}
