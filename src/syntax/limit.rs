//! Bounds on what a client may send, measured in one pass over the tokens before a grammar sees the text.
//!
//! Grammar, tree walks and SQLite all recurse; a hostile text must meet a clean error and not one of their
//! stacks. Quoted text is one token, so brackets and words inside it do not count.

use super::error::{Error, Kind};
use super::scan::{self, Class, Token};
use crate::query::ast::Span;

/// Bytes of one parameter: more than any URL a server accepts, and room for a list of some thousand ids in
/// a posted query.
pub const MAX_LENGTH: usize = 65_536;

/// Brackets of any kind inside each other. SQLite gives up on nested conditions at a few hundred levels,
/// older versions at a hundred, and one bracket of ours may become two levels there.
pub const MAX_DEPTH: usize = 64;

/// Conditions joined by `and` or `or`. SQLite refuses expression trees deeper than 1000, and a chain of n
/// terms is n deep.
pub const MAX_TERMS: usize = 500;

/// Other steps that deepen the tree without a bracket: members, prefixes, arithmetic, comparisons. Counted
/// along one path from the outermost bracket inwards; `and`, `or` and commas begin anew.
pub const MAX_LINKS: usize = 200;

/// Measures `text`; `brackets` says whether the language has names in square brackets.
pub(super) fn check(text: &str, brackets: bool) -> Result<(), Error> {
    if text.len() > MAX_LENGTH {
        let span = Span { start: boundary(text, MAX_LENGTH), end: text.len() };
        return Err(Error { span, kind: Kind::TooLong });
    }
    let mut terms = 1;
    // Links of every open bracket, the outermost first, and their sum.
    let mut levels = vec![0];
    let mut links = 0;
    for token in scan::tokens(text, brackets) {
        let level = levels.last_mut();
        match (step(&token), level) {
            (Step::Open, _) => levels.push(0),
            (Step::Close, Some(level)) => {
                links -= *level;
                levels.pop();
            }
            (Step::Term, Some(level)) => {
                terms += 1;
                links -= std::mem::take(level);
            }
            (Step::Comma, Some(level)) => links -= std::mem::take(level),
            (Step::Link, Some(level)) => {
                *level += 1;
                links += 1;
            }
            (Step::None, _) | (_, None) => {}
        }
        let kind = if levels.len() > MAX_DEPTH + 1 {
            Kind::TooDeep
        } else if terms > MAX_TERMS {
            Kind::TooManyTerms
        } else if links > MAX_LINKS {
            Kind::TooManyLinks
        } else {
            continue;
        };
        return Err(Error { span: token.span(), kind });
    }
    Ok(())
}

enum Step {
    Open,
    Close,
    Term,
    Comma,
    Link,
    None,
}

fn step(token: &Token<'_>) -> Step {
    match (token.class, token.text) {
        (Class::Symbol, "(" | "[" | "{") => Step::Open,
        (Class::Symbol, ")" | "]" | "}") => Step::Close,
        (Class::Symbol, "&&" | "||") => Step::Term,
        (Class::Symbol, ",") => Step::Comma,
        (Class::Symbol, ":") => Step::None,
        (Class::Symbol, _) => Step::Link,
        (Class::Word, _) if token.is_word(&["and", "or"]) => Step::Term,
        (Class::Word, _) if token.is_word(&scan::OPERATOR_WORDS) => Step::Link,
        _ => Step::None,
    }
}

/// The character boundary at or before `at`.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<Kind> {
        check(text, true).err().map(|error| error.kind)
    }

    #[test]
    fn depth_ends_at_the_limit() {
        let nested = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
        assert_eq!(kind(&nested(MAX_DEPTH)), None);
        assert_eq!(kind(&nested(MAX_DEPTH + 1)), Some(Kind::TooDeep));
        assert_eq!(kind(&format!("a=='{}'", "(".repeat(1000))), None);
    }

    #[test]
    fn terms_end_at_the_limit() {
        let chain = |n: usize| vec!["id==1"; n].join(" or ");
        assert_eq!(kind(&chain(MAX_TERMS)), None);
        assert_eq!(kind(&chain(MAX_TERMS + 1)), Some(Kind::TooManyTerms));
    }

    #[test]
    fn links_are_counted_along_a_path() {
        assert_eq!(kind(&"-".repeat(MAX_LINKS + 1)), Some(Kind::TooManyLinks));
        assert_eq!(kind(&vec!["a.b.c"; 500].join(",")), None);
        let steps = format!("{}1{}", "f(a.b.c.d.e, ".repeat(60), ")".repeat(60));
        assert_eq!(kind(&steps), None);
        assert_eq!(kind(&"a.b.c.d.e.f(".repeat(60)), Some(Kind::TooManyLinks));
    }

    #[test]
    fn length_is_cut_at_a_character() {
        assert_eq!(kind(&"ä".repeat(MAX_LENGTH)), Some(Kind::TooLong));
    }

    #[test]
    fn stray_closers_are_left_to_the_grammar() {
        assert_eq!(kind("))))a.b"), None);
    }
}
