//! An explained read as text for a person: headings, indented trees, SQL broken into lines.

use std::fmt::Write;

use super::super::percent;
use super::report::{Explained, Runs, Statement};
use crate::query::outline::Outline;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// Words that a line of SQL begins with.
const BREAKS: [&str; 6] = [" FROM ", " CROSS JOIN ", " LEFT JOIN ", " WHERE ", " ORDER BY ", " LIMIT "];

impl Explained {
    /// The whole report; `colours` for a terminal.
    pub fn text(&self, colours: bool) -> String {
        let mut page = Page { out: String::new(), colours };
        let request = percent::decode(&self.request, false);
        page.line(0, &format!("{} (as {})", request.as_deref().unwrap_or(&self.request), self.caller));
        if !self.parsed.is_empty() {
            page.heading("parsed");
        }
        for (name, outline) in &self.parsed {
            page.line(1, name);
            page.tree(outline, 2);
        }
        if let Some(bound) = &self.bound {
            page.heading("bound");
            page.tree(bound, 1);
        }
        for (place, statement) in self.statements.iter().enumerate() {
            page.statement(place + 1, statement);
        }
        if let Some(refusal) = &self.refusal {
            page.heading("refused");
            let said = refusal.picture.as_deref().unwrap_or(&refusal.message);
            let status = page.coloured(RED, &refusal.status.to_string());
            page.line(1, &status);
            said.lines().for_each(|line| page.line(1, line));
        }
        page.heading("time");
        for (name, time) in &self.stages {
            page.line(1, &format!("{name:<6} {:>10.1} µs", time.as_nanos() as f64 / 1000.0));
        }
        if self.refusal.is_none() {
            page.line(1, &format!("{} rows, {} bytes", self.rows, self.bytes));
        }
        page.out
    }
}

struct Page {
    out: String,
    colours: bool,
}

impl Page {
    fn coloured(&self, colour: &str, text: &str) -> String {
        if self.colours { format!("{colour}{text}{PLAIN}") } else { text.to_owned() }
    }

    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(depth));
    }

    fn heading(&mut self, text: &str) {
        let text = self.coloured(BOLD, text);
        let _ = writeln!(self.out, "\n{text}");
    }

    fn tree(&mut self, outline: &Outline, depth: usize) {
        for (below, label, kind) in outline.lines() {
            let kind = kind.map(|kind| self.coloured(DIM, &format!("  : {kind}"))).unwrap_or_default();
            self.line(depth + below, &format!("{label}{kind}"));
        }
    }

    fn statement(&mut self, number: usize, statement: &Statement) {
        self.heading(&match statement.runs {
            Runs::Once => format!("statement {number}"),
            runs => format!("statement {number}, {}", runs.text()),
        });
        for line in broken(&statement.sql) {
            self.line(1, &line);
        }
        for (place, parameter) in statement.parameters.iter().enumerate() {
            let text = self.coloured(DIM, &format!("?{} = {parameter}", place + 1));
            self.line(1, &text);
        }
        self.line(1, "plan");
        for step in &statement.plan {
            self.line(2 + step.depth, &step.what);
        }
    }
}

/// SQL in lines: clauses begin one, those inside brackets are indented.
fn broken(sql: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = sql[at..].chars().next() {
        if let Some(word) = BREAKS.iter().find(|word| sql[at..].starts_with(**word)) {
            lines.push(format!("{}{}", "  ".repeat(depth), word.trim_start()));
            at += word.len();
            continue;
        }
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
        at += c.len_utf8();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn clauses_begin_lines() {
        let sql = "SELECT a FROM t WHERE (SELECT 1 FROM u WHERE x = ?) ORDER BY b";
        let expected =
            ["SELECT a", "FROM t", "WHERE (SELECT 1", "  FROM u", "  WHERE x = ?)", "ORDER BY b"].map(str::to_owned);
        let lines: Vec<String> = broken(sql);
        assert_eq!(lines, expected);
        assert_eq!(lines.iter().map(|l| l.trim()).collect::<Vec<_>>().join(" "), sql);
    }
}
