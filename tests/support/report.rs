//! The end of a run: how many cases rest on which source, and which gaps are open.

use std::collections::BTreeMap;

use super::case::{Case, Source};

/// The table printed after the tests.
pub fn table<'a>(cases: impl Iterator<Item = (&'a str, &'a Case)>) -> String {
    let mut counts: BTreeMap<Source, usize> = BTreeMap::new();
    let mut gaps = Vec::new();
    for (name, case) in cases {
        *counts.entry(case.source).or_default() += 1;
        if let Some(reason) = &case.gap {
            gaps.push(format!("  {name}: {reason}"));
        }
    }
    let mut text = String::from("cases by source:");
    for (source, count) in &counts {
        text.push_str(&format!("  {} {count}", source.name()));
    }
    text.push_str(&format!("  total {}\n", counts.values().sum::<usize>()));
    if !gaps.is_empty() {
        text.push_str(&format!("gaps ({}):\n{}\n", gaps.len(), gaps.join("\n")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::case;
    use super::*;

    #[test]
    fn sources_are_counted_and_gaps_listed() {
        let plain = case::read("# source: docs\n\nGET /a\n\nHTTP 200\n").expect("a readable case");
        let gap = case::read("# source: docs\n# gap: not yet\n\nGET /a\n\nHTTP 200\n").expect("a readable case");
        let text = table([("one", &plain), ("two", &gap)].into_iter());
        assert!(text.contains("docs 2") && text.contains("total 2") && text.contains("two: not yet"), "{text}");
    }
}
