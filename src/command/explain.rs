//! A read taken apart without a server.

use std::io::IsTerminal;

use super::data::print;
use crate::api;
use crate::app::App;
use crate::cli::Explain;

/// 0 for a read that is answered, 1 for one that is refused.
pub fn run(explain: &Explain) -> Result<u8, String> {
    let config = explain.world.config();
    if let Some(file) = config.data.as_ref().filter(|file| !file.exists()) {
        return Err(format!("there is no data file {}", file.display()));
    }
    let app = App::new(config).map_err(|e| e.to_string())?;
    let report = api::explain(&app, &explain.request, explain.login.as_deref())?;
    let text = match explain.json {
        true => format!("{:#}\n", report.json()),
        false => report.text(std::io::stdout().is_terminal()),
    };
    print(text.as_bytes())?;
    Ok(u8::from(report.refusal.is_some()))
}
