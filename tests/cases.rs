//! Conformance cases: one test per file below `tests/cases`, run against the server in this process.
//!
//! `cargo test --test cases v1/where` runs one folder; `BLESS=1` rewrites the answers of `assumed` cases.
//! The format is described in `tests/README.md`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, LazyLock, OnceLock};
use std::{env, fs, io};

use libtest_mimic::{Arguments, Failed, Trial};

use support::case::{self, Case};
use support::evidence::Evidence;

#[allow(
    dead_code,
    unused_imports,
    reason = "its own tests run in the target `support`; without a harness they only look unused"
)]
mod support;

/// What the cases show, for the coverage that the server tells.
static EVIDENCE: LazyLock<Evidence> = LazyLock::new(Evidence::default);

/// Every case sees this moment.
const NOW: &str = "2026-03-10T12:00:00Z";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = Vec::new();
    if let Err(error) = find(&root, &mut files) {
        eprintln!("cannot list {}: {error}", root.display());
        return ExitCode::FAILURE;
    }
    files.sort();
    let cases: Vec<Loaded> = files.iter().enumerate().map(|(number, file)| Loaded::read(number, file, &root)).collect();
    let report =
        support::report::table(cases.iter().filter_map(|case| Some((case.name.as_str(), case.case.as_ref().ok()?))));
    let server = Arc::new(CaseServer::default());
    let trials = cases.into_iter().map(|case| case.into_trial(Arc::clone(&server))).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        print!("{report}");
    }
    // a part of the cases shows a part of the evidence
    let whole = !arguments.list && arguments.filter.is_none() && arguments.skip.is_empty() && !conclusion.has_failed();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/evidence.json");
    if whole && let Err(error) = EVIDENCE.settle(&file, env::var_os("BLESS").is_some()) {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}

struct Loaded {
    name: String,
    file: PathBuf,
    workspace: String,
    case: Result<Case, String>,
}

impl Loaded {
    fn read(number: usize, file: &Path, root: &Path) -> Self {
        let name = file.strip_prefix(root).unwrap_or(file).with_extension("").to_string_lossy().replace('\\', "/");
        let case = fs::read_to_string(file).map_err(|error| error.to_string()).and_then(|text| case::read(&text));
        Self { name, file: file.to_path_buf(), workspace: format!("case{number}"), case }
    }

    fn into_trial(self, server: Arc<CaseServer>) -> Trial {
        Trial::test(self.name.clone(), move || self.run(&server))
    }

    fn run(&self, server: &CaseServer) -> Result<(), Failed> {
        let case = self.case.as_ref().map_err(|error| format!("{}: {error}", self.file.display()))?;
        let router = server.router(&case.seed)?;
        match (support::run::run(case, &router, &self.workspace, &EVIDENCE), &case.gap) {
            (Ok(()), None) => Ok(()),
            (Ok(()), Some(gap)) => Err(format!("passes now, so remove the line `gap: {gap}`").into()),
            (Err(_), Some(_)) => Ok(()),
            (Err(failure), None) => {
                if env::var_os("BLESS").is_some()
                    && let Some(answer) = &failure.answer
                {
                    return self.bless(case, failure.exchange, answer);
                }
                Err(format!("{} [{}]\n{}", case.title, case.source.name(), failure.message).into())
            }
        }
    }

    fn bless(&self, case: &Case, exchange: usize, answer: &support::client::Answer) -> Result<(), Failed> {
        let text = fs::read_to_string(&self.file)?;
        let blessed = support::bless::rewrite(&text, case, exchange, answer)
            .map_err(|reason| format!("not blessed: {reason}"))?;
        fs::write(&self.file, blessed)?;
        Ok(())
    }
}

/// The one server of the run, started when the first case asks; its seed is the only one cases use. No static, which
/// would never be dropped and leave its files behind.
#[derive(Default)]
struct CaseServer(OnceLock<Result<tpmock::App, String>>);

impl CaseServer {
    fn router(&self, seed: &str) -> Result<axum::Router, Failed> {
        if seed != "small" {
            return Err(format!("no seed `{seed}`: cases run on `small`").into());
        }
        let app = self.0.get_or_init(|| {
            let config = tpmock::Config {
                seed: tpmock::SeedSource::Small,
                clock: Some(NOW.into()),
                ..tpmock::Config::default()
            };
            tpmock::App::new(config).map_err(|error| error.to_string())
        });
        match app {
            Ok(app) => Ok(app.router()),
            Err(error) => Err(format!("the server does not start: {error}").into()),
        }
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "case") {
            files.push(path);
        }
    }
    Ok(())
}
