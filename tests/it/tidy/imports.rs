//! Dependencies point one way: `api -> syntax -> query -> sql -> store -> wire`, with the model beside them.

use super::report;
use super::source::{self, Source};

/// Each module of the first level with the modules it may name. What is not here may name everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("value", &[]),
    ("clock", &[]),
    ("secret", &[]),
    ("recent", &[]),
    ("health", &[]),
    ("config", &[]),
    ("conduct", &[]),
    ("coverage", &["catalog", "clock", "conduct", "query", "syntax"]),
    ("draft", &["value"]),
    ("head", &[]),
    ("event", &["value"]),
    ("date", &["clock"]),
    ("catalog", &["value"]),
    ("syntax", &["query", "value"]),
    ("query", &["catalog", "clock", "date", "draft", "event", "value"]),
    ("sql", &["catalog", "event", "query", "value"]),
    ("store", &["catalog", "clock", "conduct", "date", "event", "query", "sql", "value"]),
    ("rules", &["catalog", "clock", "date", "draft", "event", "query", "secret", "sql", "store", "value"]),
    ("wire", &["clock", "date", "draft", "event", "value"]),
    ("cli", &["config"]),
    ("tls", &["app"]),
    ("builtin", &["clock", "config", "store"]),
];

/// May name everything below: they put the parts together.
const TOP: &[&str] = &["api", "app", "command", "control", "lib", "main", "serve", "server"];

#[test]
fn modules_import_only_what_lies_below() {
    let mut complaints = Vec::new();
    for source in source::all() {
        let module = source.module();
        if TOP.contains(&module) {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
            complaints.push(format!("{}: say in {} what {module} may import", source.path, file!()));
            continue;
        };
        for (line, named) in named(&source) {
            if named != module && !allowed.contains(&named.as_str()) {
                complaints.push(format!("src/{}:{line}: {module} must not know {named}", source.path));
            }
        }
    }
    report("imports against the current", &complaints);
}

/// What of `query` the languages need is the tree they make; they know neither names nor types.
#[test]
fn syntax_knows_only_the_tree_of_query() {
    let mut complaints = Vec::new();
    for source in source::all().iter().filter(|s| s.module() == "syntax") {
        for (line, text) in source.code.lines().zip(1..).map(|(text, line)| (line, text)) {
            if text.contains("crate::query") && !text.contains("crate::query::ast") {
                complaints.push(format!("src/{}:{line}: {}", source.path, text.trim()));
            }
        }
    }
    report("syntax knows more of query than its tree", &complaints);
}

/// Modules of the first level after `crate::`, alone or in braces.
fn named(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices("crate::") {
        let line = source.code[..at].matches('\n').count() + 1;
        let rest = &source.code[at + "crate::".len()..];
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match rest.strip_prefix('{') {
            None => found.push((line, word(rest))),
            Some(group) => {
                let (mut depth, mut part) = (0, String::new());
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => found.push((line, word(std::mem::take(&mut part).trim()))),
                        _ => {}
                    }
                    if depth == 0 && c != ',' {
                        part.push(c);
                    }
                }
                found.push((line, word(part.trim())));
            }
        }
    }
    // `crate::Item` is a name that lib.rs or main.rs re-exports, not a module
    found.retain(|(_, name)| name.chars().next().is_some_and(char::is_lowercase));
    found
}
