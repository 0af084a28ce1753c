//! Commands that ask a running server, and those about seeds.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which server and which workspace.
#[derive(Debug, Args, Clone)]
pub struct Ask {
    /// Address of the server.
    #[arg(long, env = "TPMOCK_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub url: String,
    /// Workspace that is meant.
    #[arg(long, env = "TPMOCK_WORKSPACE", default_value = "default", value_name = "KEY")]
    pub workspace: String,
    /// Secret of a server that listens beyond loopback.
    #[arg(long, env = "TPMOCK_CONTROL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub control_token: Option<String>,
    /// Print data as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args, Clone)]
pub struct Env {
    /// For programs that know only `https://NAME.tpondemand.com`: the proxy, and the authority they are to trust.
    #[arg(long)]
    pub proxy: bool,
    #[command(flatten)]
    pub ask: Ask,
}

#[derive(Debug, Args, Clone)]
pub struct Snapshot {
    #[command(subcommand)]
    pub command: SnapshotCommand,
}

#[derive(Debug, Subcommand, Clone)]
pub enum SnapshotCommand {
    /// Keep what the workspace holds now under a name.
    Take {
        name: String,
        #[command(flatten)]
        ask: Ask,
    },
    /// Give the workspace the content of a snapshot.
    Restore {
        name: String,
        #[command(flatten)]
        ask: Ask,
    },
    /// Forget a snapshot.
    Delete {
        name: String,
        #[command(flatten)]
        ask: Ask,
    },
    /// List the snapshots.
    List {
        #[command(flatten)]
        ask: Ask,
    },
}

#[derive(Debug, Args, Clone)]
pub struct Export {
    /// File to write; the terminal or pipe where none is given.
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub ask: Ask,
}

#[derive(Debug, Args, Clone)]
pub struct Import {
    /// Seed to load.
    pub file: PathBuf,
    #[command(flatten)]
    pub ask: Ask,
}

#[derive(Debug, Args, Clone)]
pub struct Generate {
    /// User stories; with all that belongs to them an account has about ten times as many entities.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
    pub stories: u64,
    /// Which of many such accounts.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed_number: u64,
    /// Write a seed file.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Make a database for `--data` instead, which opens in a moment however large it is.
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub data: Option<PathBuf>,
}

#[derive(Debug, Args, Clone)]
pub struct Seed {
    #[command(subcommand)]
    pub command: SeedCommand,
}

#[derive(Debug, Subcommand, Clone)]
pub enum SeedCommand {
    /// Say whether a server could start with a seed, and list every mistake with its line.
    Check {
        file: PathBuf,
        /// Print the verdict as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Make up an account of any size, the same one for the same numbers; to standard output unless a file is named.
    Generate(Generate),
}
