//! Expressions nobody should send: answered in bounded time with an error of the vendor's shape, or honestly.

use std::time::{Duration, Instant};

use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, prop_oneof, proptest};

use super::{World, address};

/// No answer may take longer, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(20);

fn ask(parameters: &[(&str, &str)]) -> u16 {
    let started = Instant::now();
    let answer = World::small().get(&address("/api/v2/UserStory", parameters));
    assert!(started.elapsed() < PATIENCE, "{:?} for {parameters:?}", started.elapsed());
    let body = answer.json();
    assert!(answer.status == 200 || body["Message"].is_string(), "{} {body}", answer.status);
    let message = body["Message"].as_str().unwrap_or_default();
    assert!(!message.contains("database"), "{message} for {parameters:?}");
    answer.status
}

#[test]
fn items_that_double_at_each_step_are_refused() {
    for step in ["select({a+a as a})", "select({a:it,b:it}).select({a:{x:a,y:b}})", "select({a:{a as x,a as y}})"] {
        let select = format!("{{x:tasks.select({{id as a}}){}}}", format!(".{step}").repeat(40));
        assert_eq!(ask(&[("select", &select)]), 400, "{step}");
    }
}

#[test]
fn nested_selects_are_bound_once() {
    let mut select = "{tasks.where(true)}".to_owned();
    for _ in 0..25 {
        select = format!("{{userStory.tasks.select({select}).where(true)}}");
    }
    let select = format!("{{tasks.select({select})}}");
    let status = ask(&[("select", &select), ("take", "0")]);
    assert!(status == 200 || status == 400, "{status}");
}

#[test]
fn many_aggregates_of_a_large_filter_are_refused() {
    let ids: Vec<String> = (0..5_000).map(|id| id.to_string()).collect();
    let filter = format!("id in [{}]", ids.join(","));
    let counts: Vec<String> = (0..1_500).map(|n| format!("a{n}:count")).collect();
    let result = format!("{{{}}}", counts.join(","));
    assert_eq!(ask(&[("where", &filter), ("result", &result)]), 400);
}

#[test]
fn long_lists_and_chains_are_answered() {
    let ids: Vec<String> = (0..8_000).map(|id| id.to_string()).collect();
    assert_eq!(ask(&[("where", &format!("id in [{}]", ids.join(",")))]), 200);
    let terms: Vec<String> = (0..400).map(|id| format!("id=={id}")).collect();
    assert_eq!(ask(&[("where", &terms.join(" or "))]), 200);
    assert_eq!(ask(&[("select", &format!("{{id as x, {} as y}}", vec!["id"; 190].join("%")))]), 400);
    assert_eq!(ask(&[("select", &format!("{{{} as y}}", vec!["effort"; 150].join("+")))]), 200);
}

#[test]
fn odd_parameters_are_refused() {
    for (name, value) in [
        ("take", "99999999999999999999"),
        ("skip", "-5"),
        ("take", "1.5"),
        ("dateformat", "x"),
        ("callback", "alert(1)"),
        ("select", "{"),
        ("select", "new()"),
        ("where", "(((("),
        ("where", "it"),
        ("where", "tasks"),
        ("where", "DateTime"),
        ("where", "Today.AddDays(1e400)>Today"),
        ("orderBy", "tasks"),
        ("orderBy", "{id}"),
        ("result", "it.it"),
        ("result", "first(1)"),
        ("filter", "?"),
        ("filter", "?Me"),
        ("filter", "?7(days)"),
        ("filter", "?Tasks.Where()"),
        ("filter", "?Name is Current"),
    ] {
        let status = ask(&[(name, value)]);
        assert!(status == 400 || status == 500, "{name}={value}: {status}");
    }
}

/// `SOUP_CASES` sets how many mixtures are tried.
fn cases() -> u32 {
    std::env::var("SOUP_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(80)
}

/// Words of the language in any order.
fn soup() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "id",
        "name",
        "effort",
        "tasks",
        "feature",
        "createDate",
        "it",
        "null",
        "true",
        "1",
        "2.5",
        "\"a\"",
        "'b'",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        ".",
        "?",
        "+",
        "-",
        "*",
        "/",
        "&",
        "=",
        "!=",
        "<",
        ">=",
        "and",
        "or",
        "not",
        "in",
        "as",
        "new",
        "Count",
        "Sum",
        "Where",
        "Select",
        "First",
        "Today",
        "DateTime",
        "Now",
        "AddDays",
        "Math",
        "Round",
        "Convert",
        "ToInt32",
        "IIF",
        "IFNONE",
        "customValues",
        "Text",
        "Owner",
        "entityState",
        "isFinal",
    ]);
    prop::collection::vec(words, 1..14).prop_map(|words| words.join(" "))
}

/// Expressions that parse, and seldom mean anything.
fn well_formed() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "id",
        "name",
        "effort",
        "tasks",
        "bugs",
        "feature",
        "createDate",
        "endDate",
        "it",
        "null",
        "true",
        "1",
        "2.5",
        "\"a\"",
        "Today",
        "owner",
        "entityState",
        "assignments",
        "tagObjects",
        "customValues",
        "risk",
        "spec",
        "project",
        "comments",
        "tags",
        "outboundRelations",
        "targetRelease",
        "customFields",
        "history",
        "resourceType",
    ])
    .prop_map(str::to_owned);
    let members = vec![
        "id",
        "name",
        "Count",
        "First",
        "Any",
        "isFinal",
        "owner",
        "tasks",
        "Value",
        "HasValue",
        "Year",
        "Length",
        "role",
        "generalUser",
        "TotalDays",
        "resourceType",
        "Distinct",
        "masterUserStory",
        "project",
        "outbound",
        "fullName",
    ];
    let methods = vec![
        "Where",
        "Select",
        "Count",
        "Sum",
        "Average",
        "Min",
        "Max",
        "Any",
        "First",
        "OrderBy",
        "OrderByDescending",
        "Distinct",
        "Contains",
        "StartsWith",
        "Substring",
        "AddDays",
        "ToString",
        "Text",
        "Get",
        "ToUpper",
        "Replace",
    ];
    let operators = vec!["==", "!=", "<", ">=", "+", "-", "*", "/", " and ", " or ", " & "];
    leaf.prop_recursive(6, 40, 3, move |inner| {
        prop_oneof![
            3 => (inner.clone(), prop::sample::select(members.clone())).prop_map(|(e, m)| format!("{e}.{m}")),
            4 => (inner.clone(), prop::sample::select(methods.clone()), inner.clone())
                .prop_map(|(e, m, a)| format!("{e}.{m}({a})")),
            1 => (inner.clone(), prop::sample::select(methods.clone())).prop_map(|(e, m)| format!("{e}.{m}()")),
            2 => (inner.clone(), prop::sample::select(operators.clone()), inner.clone())
                .prop_map(|(a, o, b)| format!("({a}{o}{b})")),
            1 => inner.clone().prop_map(|e| format!("not {e}")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} in [{b},1])")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("IIF({a},{b},{c})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("IFNONE({a},{b})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{{a:{a},b:{b}}}")),
            1 => inner.clone().prop_map(|e| format!("{{{e}}}")),
            1 => inner.prop_map(|e| format!("({e}).as<UserStory>")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_parses_gets_an_answer(text in well_formed()) {
        for name in ["select", "where", "result", "orderBy"] {
            let status = ask(&[(name, &text), ("take", "3")]);
            prop_assert!(matches!(status, 200 | 400 | 500 | 501), "{name}={text}: {status}");
        }
    }

    #[test]
    fn any_mixture_of_words_gets_an_answer(text in soup()) {
        for name in ["where", "select", "result", "orderBy"] {
            let status = ask(&[(name, &text)]);
            prop_assert!(matches!(status, 200 | 400 | 500 | 501), "{name}={text}: {status}");
        }
        let status = ask(&[("filter", &format!("?{text}"))]);
        prop_assert!(matches!(status, 200 | 400 | 500 | 501), "{text}: {status}");
    }
}
