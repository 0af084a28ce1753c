//! What shells need to complete a command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::command::Cli;

#[derive(Debug, Args, Clone)]
pub struct Completions {
    /// The shell to write for.
    shell: Shell,
}

impl Completions {
    /// The script.
    pub fn script(&self) -> Vec<u8> {
        let mut out = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "tpmock", &mut out);
        out
    }
}
