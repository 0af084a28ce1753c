//! A server for the time of one command.

use std::process::{Command, ExitStatus};

use crate::cli::Exec;
use crate::server::Server;
use crate::store::DEFAULT;

/// Runs the command; its own exit code comes back, and one line goes to standard error.
pub fn run(exec: &Exec) -> Result<u8, String> {
    let config = exec.serve.config()?;
    if config.tls.is_some() {
        return Err("exec serves plain HTTP; leave --tls out".into());
    }
    let server = Server::start(config).map_err(|e| e.to_string())?;
    let Some((program, arguments)) = exec.command.split_first() else {
        return Err("there is no command to run".into());
    };
    let mut command = Command::new(program);
    command.args(arguments);
    command.envs(server.environment());
    command.envs(server.proxy_environment(DEFAULT));
    let status = command.status().map_err(|e| format!("'{}' does not start: {e}", program.to_string_lossy()))?;
    let code = code(status);
    eprintln!("tpmock: {}; {}; the command ended with {code}", server.summary(), server.used().summary());
    Ok(code)
}

/// As shells have it: a signal is 128 and its number.
fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
