//! Flags, logging, the server, and the signal to stop. All else is in the library.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tpmock::cli::{Cli, Command, LogFormat, Serve};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        Some(Command::Serve(serve)) => run(serve).map(|()| 0),
        None => run(&cli.serve).map(|()| 0),
        Some(command) => tpmock::command::run(command),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(sentence) => {
            eprintln!("tpmock: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(serve: &Serve) -> Result<(), String> {
    let config = serve.config()?;
    log_to_stderr(serve)?;
    let app = tpmock::App::new(config).map_err(|e| e.to_string())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("the runtime does not start: {e}"))?;
    runtime.block_on(tpmock::serve(app, told_to_stop())).map_err(|e| e.to_string())
}

fn log_to_stderr(serve: &Serve) -> Result<(), String> {
    let wanted: Targets = serve.log.parse().map_err(|_| format!("'{}' is no log filter", serve.log))?;
    let terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match serve.log_format {
        LogFormat::Text => lines.with_ansi(terminal).with_target(false).boxed(),
        LogFormat::Auto if terminal => lines.with_target(false).boxed(),
        LogFormat::Json | LogFormat::Auto => lines.json().boxed(),
    };
    tracing_subscriber::registry().with(lines).with(wanted).init();
    Ok(())
}

/// SIGTERM or Ctrl-C.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
