//! The board filter: conditions behind `?`, words otherwise.

use tpmock::query::ast::{Board, Node};
use tpmock::syntax::filter::{Filter, parse_filter};

/// Conditions and the text they print as.
const ACCEPTED: &[(&str, &str)] = &[
    ("?AssignedUser.Where(it is Me)", "AssignedUser.Where(it is Me)"),
    ("? Owner is me", "Owner is Me"),
    (" ?Owner IS ME", "Owner is Me"),
    ("?Team is None", "Team is null"),
    ("?It is not none", "it is not null"),
    ("?'wow' in Tags or \"wow\" in Name", "\"wow\" in Tags or \"wow\" in Name"),
    ("?'wow' not in Name", "\"wow\" not in Name"),
    ("?CreateDate > Today - 7(days)", "CreateDate > Today - 7(days)"),
    ("?It == today + 1(Week)", "it == Today + 1(weeks)"),
    ("?a is 2(month) or a is 3(years)", "a is 2(months) or a is 3(years)"),
    ("?IsFinal is not true", "IsFinal is not true"),
    ("?IsFinal <> TRUE", "IsFinal != true"),
    ("?Effort >= -1.5", "Effort >= -1.5"),
    ("?Projects.Count is 0", "Projects.Count is 0"),
    ("?Bugs.Count() = 0", "Bugs.Count() == 0"),
    (
        "?It is past(1) or It is Future(2) or It is Past or It is current",
        "it is Past(1) or it is Future(2) or it is Past or it is Current",
    ),
    ("?a is 1 or b is 2 and not c is 3", "a is 1 or b is 2 and not (c is 3)"),
    ("?not not a", "not not a"),
    ("?not (a or b)", "not (a or b)"),
    ("?(a is 1) is 2", "(a is 1) is 2"),
    ("?a - b + c", "a - b + c"),
    ("?a - (b + c)", "a - (b + c)"),
    ("?-a.b", "-a.b"),
    ("?[Two Words] is 'x' and A.[B c] is \"it's\"", "[Two Words] is \"x\" and A.[B c] is \"it's\""),
    ("?Name is 'it\\'s'", "Name is \"it's\""),
    ("?Name.Contains('a', b or c)", "Name.Contains(\"a\", b or c)"),
    ("?mention is 1 and notes is 2 and island is 3", "mention is 1 and notes is 2 and island is 3"),
    ("?pasture is 1 and Today.Date is 2", "pasture is 1 and Today.Date is 2"),
    ("?A.Today is A.Me", "A.Today is A.Me"),
];

const REJECTED: &[&str] = &[
    "?",
    "? ",
    "?a is",
    "?is a",
    "?a is b is c",
    "?a == not b",
    "?a b",
    "?(a",
    "?a)",
    "?a and",
    "?or a",
    "?a * 2",
    "?a ? b : c",
    "?{a}",
    "?'open",
    "?a # b",
    "?Past(x)",
    "?Past(-1)",
    "?Past(1,2)",
    "?Me()",
    "?7(hours)",
    "?7(1)",
    "?99999999999(days)",
    "?Past(4294967296)",
    "?99999999999999999999",
    "?a.",
    "?a.as<b>",
    "?a && b",
    "?!a",
    "??a",
    "?\0",
];

#[test]
fn conditions_become_trees() {
    for (text, expected) in ACCEPTED {
        let printed = condition(text);
        assert_eq!(printed, *expected, "{text}");
        assert_eq!(condition(&format!("?{printed}")), printed, "{text}");
    }
}

fn condition(text: &str) -> String {
    match parse_filter(text) {
        Ok(Filter::Condition(tree)) => tree.to_string(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn other_conditions_are_rejected() {
    for text in REJECTED {
        assert!(parse_filter(text).is_err(), "{text}");
    }
}

#[test]
fn words_are_split_at_blanks() {
    let words = |words: &[&str]| Ok(Filter::Words(words.iter().map(|&word| word.to_owned()).collect()));
    assert_eq!(parse_filter(" log  in #12 'x "), words(&["log", "in", "#12", "'x"]));
    assert_eq!(parse_filter(" "), words(&[]));
    assert_eq!(parse_filter("why?"), words(&["why?"]));
}

#[test]
fn a_quoted_text_is_never_a_character() {
    let Ok(Filter::Condition(tree)) = parse_filter("?Name is 'x'") else { panic!("a condition") };
    let Node::Board(Board::Is { right, .. }) = tree.node else { panic!("{tree}") };
    assert_eq!(right.to_string(), "\"x\"");
}

#[test]
fn messages_name_the_token() {
    let cases = [
        ("?a is b is c", "mismatched input 'is' expecting <EOF>"),
        ("?a is", "mismatched input '<EOF>' expecting {'(', '-', NOT, NUMBER, STRING, IDENTIFIER}"),
        ("?a # b", "token recognition error at: '#'"),
        ("?(a", "missing ')' at '<EOF>'"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_filter(text).expect_err(text).to_string(), expected, "{text}");
    }
}
