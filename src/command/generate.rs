//! An account made up, streamed into a seed file or into a database.

use std::fs::{self, File};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;

use crate::app::App;
use crate::cli::Generate;
use crate::config::{Config, SeedSource};
use crate::rules::generate::{Size, generate};

pub fn run(wanted: &Generate) -> Result<(), String> {
    let size = Size::new(wanted.stories, wanted.seed_number);
    let mut progress = Progress::new();
    match (&wanted.output, &wanted.data) {
        (_, Some(path)) => database(size, path, &mut progress)?,
        (Some(path), None) => {
            let file = File::create(path).map_err(|e| format!("{} cannot be written: {e}", path.display()))?;
            let written = seed(size, file, &mut progress);
            written.inspect_err(|_| drop(fs::remove_file(path)))?;
        }
        (None, None) => seed(size, std::io::stdout().lock(), &mut progress)?,
    }
    progress.end();
    Ok(())
}

/// One object, its sections as they come.
fn seed(size: Size, out: impl Write, progress: &mut Progress) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("the seed cannot be written: {e}");
    let mut out = BufWriter::with_capacity(1 << 20, out);
    let mut open: Option<String> = None;
    generate(size, &mut |section, rows, count| {
        let before = match &open {
            Some(name) if name == section => ",\n".to_owned(),
            Some(_) => format!("\n],\n\"{section}\":[\n"),
            None => format!("{{\n\"{section}\":[\n"),
        };
        open = Some(section.to_owned());
        progress.note(count);
        out.write_all(before.as_bytes()).and_then(|()| out.write_all(rows.as_bytes())).map_err(failed)
    })?;
    out.write_all(b"\n]\n}\n").and_then(|()| out.flush()).map_err(failed)
}

fn database(size: Size, path: &Path, progress: &mut Progress) -> Result<(), String> {
    if path.exists() {
        return Err(format!("{} is there already", path.display()));
    }
    let app = App::new(Config { seed: SeedSource::Empty, ..Config::default() }).map_err(|e| e.to_string())?;
    let fill = |take: &mut dyn FnMut(&str) -> Result<(), String>| {
        generate(size, &mut |section, rows, count| {
            progress.note(count);
            take(&format!("{{\"{section}\":[{rows}]}}"))
        })
    };
    app.state.build_data(path, fill).map_err(|e| e.to_string())
}

/// How many entities there are by now, on a terminal.
struct Progress {
    shown: bool,
    entities: usize,
}

impl Progress {
    fn new() -> Self {
        Self { shown: std::io::stderr().is_terminal(), entities: 0 }
    }

    fn note(&mut self, count: usize) {
        self.entities += count;
        if self.shown {
            eprint!("\r{} entities", self.entities);
        }
    }

    fn end(&self) {
        let begin = if self.shown { "\r" } else { "" };
        eprintln!("{begin}tpmock: {} entities", self.entities);
    }
}
