//! tpmock beside other servers that stand in for a real one in tests: start, memory, and what they answer a second.
//!
//! `cargo bench --bench peers -- --install` puts the others into `target/peers` (npm, pip; Java for one of them), then
//! `cargo bench --bench peers -- --run [--rounds 3] [--seconds 3] [--connections 32] [--stories 10000] [--only a,b]`
//! measures. All hold the same stories, as tpmock itself shows them; who holds no data answers with a fixed page of
//! them. In each round every server is started once and the scenarios go round the servers, so that what else the
//! machine does hits all alike. Medians are printed as a table for the README. All traffic goes to 127.0.0.1.

mod data;
mod http;
mod process;
mod targets;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use process::Running;
use targets::{Scenario, Target};

struct Settings {
    rounds: usize,
    load: http::Load,
    stories: usize,
    only: Vec<String>,
}

enum Task {
    Install,
    Run(Settings),
    Nothing,
}

/// What is measured of one server; each list has a value for each round.
#[derive(Default)]
struct Figures {
    start_ms: Vec<f64>,
    idle_mb: Vec<f64>,
    loaded_mb: Vec<f64>,
    per_second: [Vec<f64>; Scenario::ALL.len()],
    failures: usize,
}

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    let done = task(std::env::args().skip(1)).and_then(|task| match task {
        Task::Install => targets::install(&folder),
        Task::Run(settings) => run(&folder, &settings),
        Task::Nothing => {
            println!("peers: say --install, then --run");
            Ok(())
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("peers: {message}");
            ExitCode::FAILURE
        }
    }
}

fn task(arguments: impl Iterator<Item = String>) -> Result<Task, String> {
    fn number<T: std::str::FromStr>(name: &str, text: Option<String>) -> Result<T, String> {
        text.and_then(|t| t.parse().ok()).ok_or_else(|| format!("{name} needs a number"))
    }
    let load = http::Load { connections: 32, time: Duration::from_secs(3) };
    let mut settings = Settings { rounds: 3, load, stories: 10_000, only: Vec::new() };
    let mut task = Task::Nothing;
    let mut arguments = arguments.filter(|a| a != "--bench");
    let mut run = false;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--install" => task = Task::Install,
            "--run" => run = true,
            "--rounds" => settings.rounds = number(&argument, arguments.next())?,
            "--seconds" => settings.load.time = Duration::from_secs(number(&argument, arguments.next())?),
            "--connections" => settings.load.connections = number(&argument, arguments.next())?,
            "--stories" => settings.stories = number(&argument, arguments.next())?,
            "--only" => {
                let names = arguments.next().ok_or("--only needs names")?;
                settings.only = names.split(',').map(str::to_owned).collect();
            }
            other => return Err(format!("there is no '{other}'; --install and --run are there")),
        }
    }
    Ok(if run { Task::Run(settings) } else { task })
}

fn run(folder: &Path, settings: &Settings) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| e.to_string())?;
    let data = data::prepare(folder, settings.stories)?;
    let targets: Vec<&Target> = targets::ALL.iter().filter(|t| wanted(t, folder, &settings.only)).collect();
    let mut figures: Vec<Figures> = targets.iter().map(|_| Figures::default()).collect();
    for round in 0..settings.rounds {
        eprintln!("round {} of {}", round + 1, settings.rounds);
        let mut running = Vec::new();
        for (target, figures) in targets.iter().zip(&mut figures) {
            let server = Running::start(target, folder, &data)?;
            figures.start_ms.push(server.start_ms);
            figures.idle_mb.push(server.memory_mb());
            running.push(server);
        }
        for (at, scenario) in Scenario::ALL.iter().enumerate() {
            for turn in 0..targets.len() {
                let i = (turn + round) % targets.len();
                let Some(request) = targets[i].request(*scenario) else { continue };
                let sample = runtime
                    .block_on(http::load(&settings.load, targets[i].port, request, targets[i].headers, &data.ids))
                    .map_err(|e| format!("{}: {e}", targets[i].name))?;
                figures[i].per_second[at].push(sample.per_second);
                figures[i].failures += sample.failures;
            }
        }
        for (server, figures) in running.iter().zip(&mut figures) {
            figures.loaded_mb.push(server.memory_mb());
        }
    }
    print(&targets, &figures);
    Ok(())
}

fn wanted(target: &Target, folder: &Path, only: &[String]) -> bool {
    let asked = only.is_empty() || only.iter().any(|name| name == target.name);
    let there = target.installed(folder);
    if asked && !there {
        eprintln!("{} is not installed and is left out (--install)", target.name);
    }
    asked && there
}

fn print(targets: &[&Target], figures: &[Figures]) {
    let names: Vec<&str> = Scenario::ALL.iter().map(|s| s.title()).collect();
    println!("| server | holds data | start, ms | idle, MB | after load, MB | {} |", names.join(" | "));
    println!("|---|---|{}", "---:|".repeat(3 + names.len()));
    for (target, figures) in targets.iter().zip(figures) {
        let rates = figures.per_second.iter().map(|values| match median(values) {
            Some(rate) => format!("{rate:.0}"),
            None => "–".to_owned(),
        });
        let rates = rates.collect::<Vec<_>>().join(" | ");
        let of = |values: &[f64]| median(values).unwrap_or_default();
        let holds = if target.holds_data { "yes" } else { "no" };
        println!(
            "| {} | {holds} | {:.0} | {:.0} | {:.0} | {rates} |",
            target.title,
            of(&figures.start_ms),
            of(&figures.idle_mb),
            of(&figures.loaded_mb)
        );
        if figures.failures > 0 {
            eprintln!("{}: {} answers were no success", target.name, figures.failures);
        }
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The program under test, built with the profile of the benchmark.
fn tpmock() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_tpmock"))
}
