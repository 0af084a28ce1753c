//! The program and its commands.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

use super::ask::{Ask, Env, Export, Import, Seed, Snapshot};
use super::completions::Completions;
use super::explain::Explain;
use super::serve::{Serve, port};

/// An emulator of the Targetprocess REST API for tests, CI jobs and demos.
///
/// Without a flag it serves a demo account on http://127.0.0.1:8080 until it is told to stop. Sign in as admin with
/// the password admin. Nothing is written outside a private temporary folder, and no connection leaves the machine.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub serve: Serve,
}

const EXAMPLES: &str = "\
Examples:
  tpmock                                   the demo account on port 8080
  tpmock --port 0 --port-file /tmp/port    a free port, written to a file
  tpmock --seed team.json                  an account of your own, in the JSON that the API returns
  tpmock --data team.db                    keep what is written, safe against a crash
  tpmock exec -- pytest                    a server for one command, its address in TP_URL
  tpmock explain '/api/v2/Bug?where=x'     what a query becomes, and what is wrong with it
  curl -u admin:admin 'http://127.0.0.1:8080/api/v1/UserStories?take=2&format=json'";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve an account (what happens without a command, too).
    Serve(Box<Serve>),
    /// Start a server on a free port, run a command with its address in the environment, and stop.
    Exec(Box<Exec>),
    /// Print what to export so that a shell and its programs know a running server.
    Env(Env),
    /// Put a workspace of a running server back to its beginning.
    Reset(Ask),
    /// Take, restore, list or delete named snapshots of a running server.
    Snapshot(Snapshot),
    /// Write everything a workspace holds as a seed.
    Export(Export),
    /// Replace everything a workspace holds by a seed.
    Import(Import),
    /// Take a read apart: its tree, types, SQL, SQLite's plan and the time of each stage. Starts no server.
    Explain(Explain),
    /// Look after seed files.
    Seed(Seed),
    /// Print the completions of a shell, to be put where it looks for them.
    Completions(Completions),
    /// Ask a server on this machine whether it answers; the exit code is 0 or 1. For containers.
    Healthcheck(Healthcheck),
}

#[derive(Debug, Args, Clone)]
pub struct Healthcheck {
    /// Port to ask on 127.0.0.1. The plain name PORT works too [default: 8080].
    #[arg(long, env = "TPMOCK_PORT", value_name = "PORT")]
    port: Option<u16>,
}

impl Healthcheck {
    /// # Errors
    /// One sentence about a port that is none.
    pub fn port(&self) -> Result<u16, String> {
        port(self.port)
    }
}

#[derive(Debug, Args, Clone)]
pub struct Exec {
    #[command(flatten)]
    pub serve: Serve,
    /// The command with its arguments. It finds TP_URL, TP_TOKEN, TP_LOGIN and TP_PASSWORD in its environment.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
