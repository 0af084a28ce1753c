//! Files are short, and each says at its head what it is for.

use super::report;
use super::source;

/// Without test modules.
const MEDIAN: usize = 150;
const NINE_IN_TEN: usize = 400;
const LONGEST: usize = 700;

/// A folder's `mod.rs` declares, documents and re-exports; it does not work.
const LONGEST_MOD: usize = 120;

#[test]
fn files_are_short() {
    let mut sizes: Vec<(usize, String)> = source::all().into_iter().map(|s| (s.lines, s.path)).collect();
    sizes.sort();
    let at = |share: usize| &sizes[(sizes.len() - 1) * share / 10];
    let mut complaints = Vec::new();
    for (limit, (lines, path)) in [(MEDIAN, at(5)), (NINE_IN_TEN, at(9)), (LONGEST, at(10))] {
        if *lines > limit {
            complaints.push(format!("src/{path}: {lines} lines where {limit} are the budget"));
        }
    }
    for (lines, path) in sizes.iter().filter(|(lines, path)| path.ends_with("mod.rs") && *lines > LONGEST_MOD) {
        complaints.push(format!("src/{path}: {lines} lines in a file that should only declare"));
    }
    report("files over the budget", &complaints);
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = source::all().into_iter().filter(|s| !s.text.starts_with("//!"));
    let complaints: Vec<String> = silent.map(|s| format!("src/{}", s.path)).collect();
    report("modules that do not open with //!", &complaints);
}
