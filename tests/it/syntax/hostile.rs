//! Texts meant to hurt: every language answers an error, soon, and never panics.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use tpmock::syntax::filter::parse_filter;
use tpmock::syntax::{Kind, MAX_DEPTH, MAX_LINKS, MAX_TERMS, v1, v2};

/// The error of every parser, none where the text was accepted.
fn errors(text: &str) -> Vec<Option<Kind>> {
    let kind = |error: tpmock::syntax::Error| {
        assert!(error.span.start <= error.span.end && error.span.end <= text.len() + 1, "{error:?}");
        assert!(!error.to_string().is_empty());
        error.kind
    };
    vec![
        v1::parse_where(text).err().map(kind),
        v1::parse_include(text).err().map(kind),
        v1::parse_append(text).err().map(kind),
        v1::parse_exclude(text).err().map(kind),
        v1::parse_order(text).err().map(kind),
        v2::parse_expression(text).err().map(kind),
        v2::parse_select(text).err().map(kind),
        v2::parse_ordering(text).err().map(kind),
        parse_filter(&format!("?{text}")).err().map(kind),
    ]
}

fn all_fail_soon(text: &str) {
    let start = Instant::now();
    let shown: String = text.chars().take(40).collect();
    assert!(errors(text).iter().all(Option::is_some), "{shown}");
    assert!(start.elapsed() < Duration::from_secs(60), "{shown} took {:?}", start.elapsed());
}

#[test]
fn hostile_texts_are_refused_soon() {
    for opener in ["(", "[", "{", "a(", "a.b(", "not (", "new(", "{a:", "a in [", "a ? ", "-", "!", "not ", "a.", "a+"]
    {
        for count in [100, 10_000] {
            all_fail_soon(&opener.repeat(count));
        }
    }
    all_fail_soon(&format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000)));
    all_fail_soon(&format!("({})", vec!["id eq 1"; 10_000].join(" and ")));
    all_fail_soon(&vec!["(id==1)"; 10_000].join(" or "));
    all_fail_soon(&vec!["a"; 10_000].join("?a:"));
    for text in [
        "'",
        "\"",
        "'\\",
        "\"\\",
        "'\\'",
        "a eq 'x\\",
        "[a",
        "\0",
        "a\0b",
        "\u{feff}",
        "\\",
        "'a\nb'",
        "(\u{0}",
        "]",
        ")",
    ] {
        all_fail_soon(text);
    }
    assert!(v1::parse_include(&format!("[{}]", "a[".repeat(5_000))).is_err());
    all_fail_soon(&"a".repeat(1_000_000));
    all_fail_soon(&"'".repeat(50_001));
}

/// The widest texts that the limits let through do not take long either, nor much stack.
#[test]
fn texts_at_the_limits_are_read_soon() {
    let start = Instant::now();
    let deep = |open: &str, close: &str| format!("{}a{}", open.repeat(MAX_DEPTH), close.repeat(MAX_DEPTH));
    for text in [
        deep("(", ")"),
        deep("f(", ")"),
        deep("{", "}"),
        deep("not (", ")"),
        vec!["id==1"; MAX_TERMS].join(" or "),
        vec!["a"; MAX_LINKS + 1].join("."),
        vec!["a"; MAX_LINKS + 1].join("+"),
        "-".repeat(MAX_LINKS) + "a",
        format!("id in [{}]", vec!["1234567"; 7_000].join(",")),
        format!("{{{}}}", vec!["a.b"; 10_000].join(",")),
    ] {
        let tree = v2::parse_expression(&text).unwrap_or_else(|error| panic!("{error}"));
        assert!(v2::parse_expression(&tree.to_string()).is_ok());
    }
    let ids = vec!["1234567"; 7_000].join(",");
    assert!(v1::parse_where(&format!("Id in ({ids})")).is_ok());
    assert!(v1::parse_where(&vec!["Id eq 1"; MAX_TERMS].join(" and ")).is_ok());
    assert!(v1::parse_include(&format!("{}a{}", "[a".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_ok());
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        errors(&text);
    }

    /// Pieces of the languages in any order come closer to what the grammars accept.
    #[test]
    fn no_mixture_of_tokens_panics(parts in proptest::collection::vec(piece(), 0..20)) {
        errors(&parts.join(""));
    }
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "Name",
        "it",
        " ",
        "\t",
        "\n",
        ".",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"",
        "\\",
        "'x'",
        "\"y z\"",
        "1",
        "1.5",
        "2f",
        "1e9",
        "99999999999999999999",
        "-",
        "+",
        "*",
        "/",
        "&",
        "|",
        "!",
        "=",
        "<",
        ">",
        "?",
        ":",
        "é",
        "😀",
        "\0",
        " and ",
        " or ",
        "not ",
        " in ",
        " as ",
        "new(",
        " is ",
        " eq ",
        " contains ",
        "null",
        "true",
        " desc",
        "Me",
        "Past(",
        "7(days)",
        "CustomFields.",
        "as<",
    ])
}
