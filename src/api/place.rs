//! Where in a parameter a refusal points to: as a picture with a caret for people, as one line for a header.
//!
//! The error document stays as the real service writes it; the header and the log are ours.

use super::call::Call;
use super::v2;
use crate::query;
use crate::query::ast::Span;

/// Widest excerpt of a parameter that a picture shows, in characters.
const WIDEST: usize = 100;

/// A place before its text is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The parameter in its usual spelling.
    parameter: &'static str,
    span: Span,
    /// The name that is refused, where it is one; the span may reach further.
    name: Option<String>,
    hints: Vec<String>,
}

/// A place with the text it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The parameter in its usual spelling.
    pub parameter: &'static str,
    /// The whole value of the parameter.
    pub text: String,
    /// Bytes of `text` that are meant, on borders of characters.
    pub span: Span,
    /// The nearest known names, the closest first.
    pub hints: Vec<String>,
}

impl Slip {
    pub fn new(parameter: &'static str, span: Span) -> Self {
        Self { parameter, span, name: None, hints: Vec::new() }
    }

    /// The place of a refused query, where it says one.
    pub fn of(error: &query::Error) -> Option<Self> {
        let named = |(key, _): &&(&str, String)| matches!(*key, "property" | "method" | "field");
        let name = error.data.iter().find(named).map(|(_, name)| name.clone());
        let parameter = error.parameter?;
        Some(Self { parameter, span: error.span, name, hints: error.hints.clone() })
    }

    /// The place in the parameters of a call; `None` where the call has no such parameter.
    pub fn place(&self, call: &Call) -> Option<Place> {
        let lower = self.parameter.to_ascii_lowercase();
        let text = [format!("result{lower}"), lower].iter().find_map(|name| call.parameters.text(name))?;
        // API v2 reads its parameters without the blanks around them
        let text = if v2::speaks(&call.path) { text.trim() } else { text };
        let span = narrowed(text, self.span, self.name.as_deref());
        Some(Place { parameter: self.parameter, text: text.to_owned(), span, hints: self.hints.clone() })
    }
}

/// The span on borders of characters, and no wider than the last mention of the name in it.
fn narrowed(text: &str, span: Span, name: Option<&str>) -> Span {
    let border = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (start, end) = (border(span.start), border(span.end.max(span.start)));
    let found = name.and_then(|name| text[start..end].rfind(name).map(|at| (start + at, name.len())));
    match found {
        Some((start, length)) => Span { start, end: start + length },
        None => Span { start, end },
    }
}

impl Place {
    /// `where=…` on one line, carets below what is meant, and the message below them.
    pub fn picture(&self, message: &str) -> String {
        let before: Vec<char> = self.text[..self.span.start].chars().collect();
        let after: Vec<char> = self.text[self.span.start..].chars().collect();
        let marked = self.text[self.span.start..self.span.end].chars().count();
        let cut = before.len().saturating_sub(WIDEST / 2);
        let shown: String = before[cut..].iter().chain(after.iter().take(WIDEST / 2)).map(|c| flat(*c)).collect();
        let (head, tail) = (if cut > 0 { "…" } else { "" }, if after.len() > WIDEST / 2 { "…" } else { "" });
        let indent = self.parameter.chars().count() + 1 + head.chars().count() + before.len() - cut;
        let carets = "^".repeat(marked.clamp(1, WIDEST / 2));
        format!(
            "{}={head}{shown}{tail}\n{}{carets}\n{message}{}",
            self.parameter,
            " ".repeat(indent),
            self.suggestion().map(|s| format!(" {s}")).unwrap_or_default()
        )
    }

    /// `where 8-14 'dueDat'; did you mean DueDate?`, in plain ASCII. Characters count from one.
    pub fn header(&self) -> String {
        let first = self.text[..self.span.start].chars().count() + 1;
        let meant = &self.text[self.span.start..self.span.end];
        let last = first + meant.chars().count().saturating_sub(1);
        let meant: String = meant.chars().take(WIDEST).map(flat).collect();
        let hint = self.suggestion().map(|s| format!("; {}{}", s[..1].to_lowercase(), &s[1..])).unwrap_or_default();
        ascii(&format!("{} {first}-{last} '{meant}'{hint}", self.parameter))
    }

    fn suggestion(&self) -> Option<String> {
        (!self.hints.is_empty()).then(|| format!("Did you mean {}?", self.hints.join(", ")))
    }
}

/// Line breaks and tabs would move the carets away.
fn flat(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

/// A header holds plain ASCII: anything else leaves as its percent escapes.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, meant: &str, name: Option<&str>, hints: &[&str]) -> Place {
        let start = text.find(meant).expect("a place");
        let span = narrowed(text, Span { start, end: start + meant.len() }, name);
        let hints = hints.iter().map(|h| (*h).to_owned()).collect();
        Place { parameter: "where", text: text.to_owned(), span, hints }
    }

    #[test]
    fn carets_stand_below_what_is_meant() {
        let place = place("id>1 and feature.dueDat>Today", "feature.dueDat", Some("dueDat"), &["DueDate", "EndDate"]);
        let picture = "where=id>1 and feature.dueDat>Today\n                       ^^^^^^\nNo such name. Did you mean DueDate, EndDate?";
        assert_eq!(place.picture("No such name."), picture);
        assert_eq!(place.header(), "where 18-23 'dueDat'; did you mean DueDate, EndDate?");
    }

    #[test]
    fn a_place_at_the_end_and_one_in_a_long_text_are_shown() {
        let end = Place { parameter: "where", text: "id==".into(), span: Span { start: 4, end: 4 }, hints: Vec::new() };
        assert_eq!(end.picture("m"), "where=id==\n          ^\nm");
        assert_eq!(end.header(), "where 5-5 ''");
        let long = format!("{}é!{}", "a".repeat(300), "b".repeat(300));
        let place = place(&long, "!", None, &[]);
        let picture = place.picture("m");
        let lines: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
        assert_eq!(lines[0][lines[1].len() - 1], '!');
        assert!(place.header().is_ascii() && picture.lines().next().is_some_and(|line| line.chars().count() < 120));
    }

    #[test]
    fn spans_never_cut_a_character() {
        for (start, end) in [(0, 1), (1, 3), (2, 99), (9, 4), (99, 100)] {
            let span = narrowed("é→x", Span { start, end }, Some("y"));
            assert!("é→x".is_char_boundary(span.start) && "é→x".is_char_boundary(span.end) && span.start <= span.end);
        }
    }
}
