//! A dependency is the business of one folder, and unfinished work is nobody's.

use super::report;
use super::source;

/// Words with the modules they may stand in.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("pest", &["syntax"]),
    ("pest_derive", &["syntax"]),
    ("rusqlite", &["store"]),
    ("axum", &["api", "app"]),
    ("http", &["api"]),
    ("http_body_util", &["api"]),
    ("hyper", &["api", "serve"]),
    ("hyper_util", &["serve"]),
    ("tower", &["api", "serve"]),
    ("quick_xml", &["wire"]),
    ("clap", &["cli", "main"]),
    ("jiff", &["api", "clock"]),
    ("rcgen", &["tls"]),
    ("tokio_rustls", &["serve", "tls"]),
    ("md5", &["secret", "api"]),
    ("pbkdf2", &["secret"]),
    ("tokio", &["api", "head", "main", "serve", "server", "store"]),
    ("serde_json", &["api", "command", "catalog", "coverage", "store", "wire", "rules"]),
];

/// Words that say that something is not done, or that a panic waits.
const NEVER: &[&str] = &["todo!", "unimplemented!", "dbg!", "#[ignore", "FIXME", "XXX"];

#[test]
fn a_dependency_stays_in_its_folder() {
    let mut complaints = Vec::new();
    for source in source::all() {
        for (word, modules) in ONLY_IN {
            if !modules.contains(&source.module()) {
                let lines = source.lines_with(word);
                complaints.extend(lines.into_iter().map(|line| format!("src/{}:{line}: {word}", source.path)));
            }
        }
    }
    report("words outside their folder", &complaints);
}

#[test]
fn nothing_is_left_undone() {
    let mut complaints = Vec::new();
    for source in source::all() {
        for (line, text) in source.code.lines().zip(1..).map(|(text, line)| (line, text)) {
            for word in NEVER.iter().filter(|word| text.contains(**word)) {
                complaints.push(format!("src/{}:{line}: {word}", source.path));
            }
        }
        if source.code.contains(".unwrap()") {
            complaints.push(format!("src/{}: unwrap() outside tests", source.path));
        }
    }
    report("unfinished", &complaints);
}
