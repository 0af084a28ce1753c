//! What the commands beside `serve` do. Settings come in, text and an exit code go out.

mod data;
mod exec;
mod explain;
mod generate;
mod remote;
mod seed;

use crate::cli::Command;

/// Runs a command other than `serve`; the exit code comes back.
///
/// # Errors
/// One sentence about what went wrong.
pub fn run(command: &Command) -> Result<u8, String> {
    match command {
        Command::Exec(exec) => return exec::run(exec),
        Command::Env(env) => data::env(env),
        Command::Reset(ask) => data::reset(ask),
        Command::Snapshot(snapshot) => data::snapshot(&snapshot.command),
        Command::Export(export) => data::export(export),
        Command::Import(import) => data::import(import),
        Command::Explain(explain) => return explain::run(explain),
        Command::Seed(seed) => return seed::run(&seed.command),
        Command::Completions(completions) => data::print(&completions.script()),
        Command::Healthcheck(healthcheck) => healthcheck.port().and_then(crate::health::check),
        Command::Serve(_) => Ok(()),
    }
    .map(|()| 0)
}
