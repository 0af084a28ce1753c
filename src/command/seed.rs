//! Seeds looked over without a server.

use serde_json::json;

use super::data::print;
use crate::app::App;
use crate::cli::SeedCommand;
use crate::config::{Config, SeedSource};

/// 0 for a seed that a server could start with, 1 for one with mistakes.
pub fn run(command: &SeedCommand) -> Result<u8, String> {
    let SeedCommand::Check { file, json } = command;
    let config = Config { seed: SeedSource::File(file.clone()), ..Config::default() };
    let problems = match App::new(config) {
        Ok(_) => Vec::new(),
        Err(error) => error.0.lines().map(str::to_owned).collect(),
    };
    let sound = problems.is_empty();
    if *json {
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
