//! `BLESS=1`: writes our own answer into a case whose source is `assumed`.
//!
//! Every other source came from outside; only a person changes it, together with the source line.

use super::assertion;
use super::case::{Case, Source};
use super::client::Answer;
use super::pattern;

/// The file's text with the answer of one exchange replaced, or why it must stay.
pub fn rewrite(text: &str, case: &Case, exchange: usize, answer: &Answer) -> Result<String, String> {
    if case.source != Source::Assumed {
        return Err(format!("its source is `{}`, so it is not ours to rewrite", case.source.name()));
    }
    let expected = &case.exchanges[exchange].expected;
    if assertion::is_list(&expected.body) || pattern::has_placeholder(&expected.body) {
        return Err("its body holds assertions or placeholders: edit it by hand".into());
    }
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut answered = vec![format!("HTTP {}", answer.status)];
    for (name, value) in &expected.headers {
        answered.push(format!("{name}: {}", answer.header(name).map_or_else(|| value.clone(), str::to_string)));
    }
    if !expected.body.is_empty() {
        answered.push(String::new());
        answered.extend(answer.body.trim_end().lines().map(str::to_string));
    }
    lines.splice(expected.lines.clone(), answered);
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::case;
    use super::*;

    fn answer() -> Answer {
        Answer { status: 201, headers: Vec::new(), body: "new".into() }
    }

    #[test]
    fn an_assumed_answer_is_rewritten() {
        let text = "# source: assumed nobody knows\n\nGET /a\n\nHTTP 200\n\nold\n\nGET /b\n\nHTTP 200\n";
        let case = case::read(text).expect("a readable case");
        let blessed = rewrite(text, &case, 0, &answer()).expect("rewritten");
        assert!(blessed.contains("HTTP 201\n\nnew\n"), "{blessed}");
        assert!(blessed.ends_with("GET /b\n\nHTTP 200\n"), "{blessed}");
    }

    #[test]
    fn evidence_is_never_rewritten() {
        let text = "# source: docs, a page\n\nGET /a\n\nHTTP 200\n\nold\n";
        let case = case::read(text).expect("a readable case");
        assert!(rewrite(text, &case, 0, &answer()).is_err());
    }
}
