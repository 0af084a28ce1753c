//! Which features the exchanges that passed used, by the source of their case → `fixtures/evidence.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use axum::Router;

use super::case::{Exchange, Source};
use super::client;

#[derive(Debug, Default)]
pub struct Evidence {
    sources: Mutex<BTreeMap<String, BTreeSet<Source>>>,
}

impl Evidence {
    /// Forgets what the workspace used so far.
    pub fn begin(router: &Router, workspace: &str) -> Result<(), String> {
        client::plain(router, workspace, "DELETE", "/_tpmock/coverage/used").map(|_| ())
    }

    /// Takes what an exchange used as shown by its source, if the service answered it.
    pub fn note(&self, router: &Router, workspace: &str, exchange: &Exchange, source: Source) -> Result<(), String> {
        if exchange.expected.status >= 400 {
            return Ok(());
        }
        let answer = client::plain(router, workspace, "GET", "/_tpmock/coverage/used")?;
        let used: serde_json::Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        for key in used["used"].as_array().into_iter().flatten().filter_map(|key| key.as_str()) {
            sources.entry(key.to_owned()).or_default().insert(source);
        }
        Ok(())
    }

    /// A feature a line, so that branches merge.
    pub fn text(&self) -> String {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |(key, sources): (&String, &BTreeSet<Source>)| {
            let names: Vec<String> = sources.iter().map(|source| format!("\"{}\"", source.name())).collect();
            format!("  {}: [{}]", serde_json::Value::from(key.as_str()), names.join(", "))
        };
        format!("{{\n{}\n}}\n", sources.iter().map(line).collect::<Vec<_>>().join(",\n"))
    }

    /// Whether the file says what the run showed; with `bless` it is made to.
    pub fn settle(&self, file: &Path, bless: bool) -> Result<(), String> {
        let shown = self.text();
        if fs::read_to_string(file).is_ok_and(|kept| kept == shown) {
            return Ok(());
        }
        if bless {
            return fs::write(file, shown).map_err(|error| format!("{}: {error}", file.display()));
        }
        Err(format!(
            "{} no longer says what the cases show; BLESS=1 cargo test --test cases writes it anew",
            file.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_then_agrees() {
        let evidence = Evidence::default();
        let sources = BTreeSet::from([Source::Recorded, Source::Docs]);
        evidence.sources.lock().expect("a lock").insert("operator v1 \"eq\"".into(), sources);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("evidence.json");
        assert!(evidence.settle(&file, false).is_err_and(|error| error.contains("BLESS=1")));
        evidence.settle(&file, true).expect("written");
        evidence.settle(&file, false).expect("the same");
        assert_eq!(evidence.text(), "{\n  \"operator v1 \\\"eq\\\"\": [\"docs\", \"recorded\"]\n}\n");
    }
}
