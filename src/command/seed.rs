//! Seeds looked over, and made, without a server.

use std::path::Path;

use serde_json::json;

use super::{data::print, generate};
use crate::app::App;
use crate::cli::SeedCommand;
use crate::config::{Config, SeedSource};

/// The exit code: for `check` 0 where a server could start with the seed, 1 where it has mistakes.
pub fn run(command: &SeedCommand) -> Result<u8, String> {
    match command {
        SeedCommand::Check { file, json } => check(file, *json),
        SeedCommand::Generate(wanted) => generate::run(wanted).map(|()| 0),
    }
}

fn check(file: &Path, json: bool) -> Result<u8, String> {
    let config = Config { seed: SeedSource::File(file.to_owned()), ..Config::default() };
    let problems = match App::new(config) {
        Ok(_) => Vec::new(),
        Err(error) => error.0.lines().map(str::to_owned).collect(),
    };
    let sound = problems.is_empty();
    if json {
        let verdict = json!({ "file": file.display().to_string(), "sound": sound, "problems": problems });
        print(format!("{verdict}\n").as_bytes())?;
    } else if sound {
        print(format!("{}: sound\n", file.display()).as_bytes())?;
    } else {
        for problem in &problems {
            eprintln!("{problem}");
        }
    }
    Ok(u8::from(!sound))
}
