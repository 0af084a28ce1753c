//! The place where a grammar stopped, turned into an [`Error`]: found token, expected tokens, wording.
//!
//! The wording follows how an ANTLR 4 parser recovers: a token whose successor would fit is extraneous, a
//! bracket due at the end is missing, anything else is a mismatch.

use pest::RuleType;
use pest::error::{Error as PestError, InputLocation};

use super::error::{Error, Kind};
use super::scan::{self, Class, Token};
use crate::query::ast::Span;

/// What differs between the languages when tokens are cut and named.
pub(super) struct Language {
    /// Whether a name may be written in square brackets.
    pub brackets: bool,
    /// What may stand where an operand is due.
    pub operand: &'static str,
    /// The bracket that has to follow `in`, where no operand does.
    pub list: Option<&'static str>,
}

const END: &str = "<EOF>";
const NAME: &str = "IDENTIFIER";

/// The error for `text`, which `error` says does not parse.
pub(super) fn diagnose<R: RuleType>(text: &str, language: &Language, error: &PestError<R>) -> Error {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    let tokens: Vec<_> = scan::tokens(text, language.brackets).collect();
    if let Some(unknown) = tokens.iter().find(|token| token.class == Class::Unknown) {
        return Error { span: unknown.span(), kind: Kind::UnknownToken(unknown.text.to_owned()) };
    }
    let stop = tokens.iter().position(|token| token.end() > at).unwrap_or(tokens.len());
    let due = due(&tokens[..stop], language);
    let Some(found) = tokens.get(stop) else {
        let span = Span { start: text.len(), end: text.len() };
        return Error { span, kind: at_end(&tokens, &due) };
    };
    let expected = due.text();
    let kind = if due.fits(tokens.get(stop + 1)) {
        Kind::Extraneous { found: found.text.to_owned(), expected }
    } else {
        Kind::Mismatched { found: found.text.to_owned(), expected }
    };
    Error { span: found.span(), kind }
}

/// What the tokens read so far call for.
enum Due {
    /// These tokens, as ANTLR would list them.
    Operand(&'static str),
    Name,
    End,
    /// The bracket that opens a list.
    Open(&'static str),
    /// The bracket that closes a group.
    Close(&'static str),
    /// The bracket that closes a list, or a comma.
    CloseList(&'static str),
}

fn due(read: &[Token<'_>], language: &Language) -> Due {
    match (read.last(), language.list) {
        (Some(last), _) if last.ends_operand() => {}
        (Some(last), _) if last.is_symbol(&["."]) || last.is_word(&["as"]) => return Due::Name,
        (Some(last), Some(bracket)) if last.is_word(&["in"]) => return Due::Open(bracket),
        _ => return Due::Operand(language.operand),
    }
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (at, token) in read.iter().enumerate() {
        if token.is_symbol(&["(", "[", "{"]) {
            open.push((at, token.text));
        } else if token.is_symbol(&[")", "]", "}"]) {
            open.pop();
        }
    }
    match open.last() {
        None => Due::End,
        Some((_, "[")) => Due::CloseList("]"),
        Some((_, "{")) => Due::CloseList("}"),
        Some((0, _)) => Due::Close(")"),
        Some((at, _)) if read[at - 1].ends_operand() => Due::CloseList(")"),
        Some(_) => Due::Close(")"),
    }
}

impl Due {
    fn text(&self) -> String {
        match self {
            Due::Operand(set) => (*set).to_owned(),
            Due::Name => NAME.to_owned(),
            Due::End => END.to_owned(),
            Due::Open(bracket) | Due::Close(bracket) => format!("'{bracket}'"),
            Due::CloseList(bracket) => format!("{{',', '{bracket}'}}"),
        }
    }

    fn fits(&self, token: Option<&Token<'_>>) -> bool {
        match (self, token) {
            (Due::End, None) => true,
            (Due::Open(bracket) | Due::Close(bracket), Some(token)) => token.is_symbol(&[bracket]),
            (Due::CloseList(bracket), Some(token)) => token.is_symbol(&[bracket, ","]),
            (Due::Name, Some(token)) => token.class == Class::Word && token.ends_operand(),
            (Due::Operand(_), Some(token)) => match token.class {
                Class::Symbol => matches!(token.text, "(" | "{" | "-" | "!"),
                Class::Word => token.ends_operand() || token.is_word(&["not"]),
                Class::Number | Class::Text | Class::Bracketed => true,
                Class::Unknown => false,
            },
            (Due::End, Some(_)) | (_, None) => false,
        }
    }
}

/// One open group is repaired by inserting its bracket; deeper ones are not.
fn at_end(tokens: &[Token<'_>], due: &Due) -> Kind {
    let opened = tokens.iter().filter(|token| token.is_symbol(&["(", "[", "{"])).count();
    let closed = tokens.iter().filter(|token| token.is_symbol(&[")", "]", "}"])).count();
    match due {
        Due::Close(_) if opened == closed + 1 => Kind::Missing { expected: due.text(), found: END.to_owned() },
        _ => Kind::Mismatched { found: END.to_owned(), expected: due.text() },
    }
}
