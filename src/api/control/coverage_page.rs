//! The coverage as one page for people: no script, nothing from elsewhere, readable in the dark.

use std::fmt::Write;

use super::coverage::counts;
use super::markup::{escape, frame};
use crate::coverage::{Kind, Row, Source, Used};

/// Kinds in the order of the page, with what stands above each table.
const PARTS: [(Kind, &str, &str); 5] = [
    (
        Kind::Resource,
        "Resources",
        "What can be done with each resource, by the metadata of a live account and by the cases.",
    ),
    (Kind::Route, "Addresses", "Parts of the service that an address can be of."),
    (Kind::Parameter, "Parameters", "Names after the question mark."),
    (Kind::Operator, "Operators", "Of the conditions of v1, the expressions of v2 and the board filter."),
    (Kind::Function, "Functions", "Of expressions in v2, and the aggregates of v1."),
];

pub fn html(rows: &[Row], used: &Used, base: &str) -> String {
    let mut out = String::with_capacity(256 * 1024);
    out.push_str(
        "<h1>Coverage</h1>\n<p>What this emulator answers, and how anybody knows that the real service does the same.",
    );
    let _ = writeln!(out, " The same as <a href=\"{0}/_tpmock/coverage\">JSON</a>.</p>", escape(base));
    out.push_str("<p class=\"counts\">");
    for (word, count) in counts(rows) {
        let _ = write!(out, "<span class=\"{}\">{word} <b>{count}</b></span> ", class(word));
    }
    out.push_str("</p>\n<dl>\n");
    for (word, meaning) in [
        ("recorded", "an answer of the real service"),
        ("vendor-code", "source that the vendor published"),
        ("docs", "the vendor's documentation"),
        ("client", "what a real client depends on"),
        ("seeds", "the documents this project was asked for with"),
        ("assumed", "nobody outside says: our reading. <code>--strict</code> refuses it"),
        ("not emulated", "answered with 501"),
    ] {
        let _ = writeln!(out, "<dt class=\"{}\">{word}</dt><dd>{meaning}</dd>", class(word));
    }
    out.push_str("</dl>\n<p>A dashed line: some detail of it rests on our reading.</p>\n<h2>Used here</h2>\n");
    let _ = writeln!(out, "<p>{}.</p>", escape(&used.summary()));
    out.push_str("<nav>");
    for (kind, title, _) in PARTS {
        let _ = write!(out, "<a href=\"#{}\">{title}</a> ", kind.word());
    }
    out.push_str("</nav>\n");
    for (kind, title, about) in PARTS {
        let _ = writeln!(out, "<h2 id=\"{}\">{title}</h2>\n<p>{about}</p>", kind.word());
        table(&mut out, rows.iter().filter(|row| row.kind == kind));
    }
    frame("Coverage – tpmock", &out)
}

/// Rows of one name, or of one area, stand together in one line.
fn table<'r>(out: &mut String, rows: impl Iterator<Item = &'r Row>) {
    let rows: Vec<&Row> = rows.collect();
    let by_name = rows.first().is_some_and(|row| row.kind == Kind::Resource);
    let head = |row: &Row| if by_name { row.name.clone() } else { row.area.clone() };
    out.push_str("<table>\n");
    for line in rows.chunk_by(|a, b| head(a) == head(b)) {
        let Some(first) = line.first() else { continue };
        let _ = write!(out, "<tr><th scope=\"row\">{}</th><td>", escape(&head(first)));
        for row in line {
            let text = if by_name { &row.area } else { &row.name };
            let word = if row.emulated { row.evidence.best().word() } else { "not emulated" };
            let sources = row.evidence.sources().map(|source| source.word()).collect::<Vec<_>>().join(", ");
            let title = if row.emulated { sources } else { format!("not emulated; known from {sources}") };
            let open = if row.evidence.sources().any(|source| source == Source::Assumed) { " open" } else { "" };
            let _ = write!(out, "<span class=\"{}{open}\" title=\"{title}\">{}</span> ", class(word), escape(text));
        }
        out.push_str("</td></tr>\n");
    }
    out.push_str("</table>\n");
}

fn class(word: &str) -> &'static str {
    match word {
        "recorded" => "recorded",
        "vendor-code" => "code",
        "docs" => "docs",
        "client" | "seeds" => "client",
        "assumed" => "assumed",
        _ => "missing",
    }
}
