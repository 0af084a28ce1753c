//! `where`, `include`, `append`, `exclude` and `orderBy` of API v1.

use tpmock::query::ast::{Expr, Inclusion};
use tpmock::syntax::v1::{parse_append, parse_exclude, parse_include, parse_order, parse_where};

/// Filters and the trees they become, printed in the v2 language.
const ACCEPTED: &[(&str, &str)] = &[
    ("Id eq 1", "Id == 1"),
    ("(Id eq 1)", "Id == 1"),
    ("((Id eq 1))", "Id == 1"),
    ("id ne -5", "id != -5"),
    ("Effort gt 1.5", "Effort > 1.5"),
    ("Effort gte 1 and Effort lt 2 and Effort lte 3", "Effort >= 1 and Effort < 2 and Effort <= 3"),
    (
        "(CreateDate gt '2011-01-01')and(EndDate lt '2011-02-01')",
        "CreateDate > \"2011-01-01\" and EndDate < \"2011-02-01\"",
    ),
    ("(Id eq 1) AND (Id eq 2)", "Id == 1 and Id == 2"),
    ("( Id   eq  1  )  and ( Id eq 2 ) ", "Id == 1 and Id == 2"),
    ("(Id eq 1 and (Id eq 2 and Id eq 3))", "Id == 1 and (Id == 2 and Id == 3)"),
    ("EntityState.Name eq 'In Progress'", "EntityState.Name == \"In Progress\""),
    ("Workflow.Process.ID eq '2'", "Workflow.Process.ID == \"2\""),
    ("Id in (31,32)", "Id in [31, 32]"),
    ("Name in ('a', \"b\")", "Name in [\"a\", \"b\"]"),
    ("Id in(1)", "Id in [1]"),
    ("Name contains '\\''", "Name.Contains(\"'\")"),
    ("Name eq 'it\\'s'", "Name == \"it's\""),
    ("Name eq \"it's\"", "Name == \"it's\""),
    ("Name eq ''", "Name == \"\""),
    ("Name eq 'a and (b'", "Name == \"a and (b\""),
    ("Name eq '20%, $1 #2'", "Name == \"20%, $1 #2\""),
    ("Tags not contains '*Major*'", "not Tags.Contains(\"*Major*\")"),
    ("Tags not  contains 'x'", "not Tags.Contains(\"x\")"),
    ("Tags contains \"'two words'\"", "Tags.Contains(\"'two words'\")"),
    ("Release is null", "Release == null"),
    ("Release is not null", "Release != null"),
    ("LastLoginDate eq 'null'", "LastLoginDate == \"null\""),
    ("IsActive eq true and IsActive eq FALSE", "IsActive == true and IsActive == false"),
    ("IsActive eq \"True\"", "IsActive == \"True\""),
    ("CustomFields.Risk eq 'High'", "CustomFields.Risk == \"High\""),
    ("('CustomFields.Release Notes' is not null)", "CustomFields.[Release Notes] != null"),
    ("'CustomFields.v1.2 (beta)' eq 1", "CustomFields.[v1.2 (beta)] == 1"),
    ("'customfields.Two Words' eq 'x'", "customfields.[Two Words] == \"x\""),
    ("'Feature.CustomFields.Two Words' eq 'x'", "Feature.CustomFields.[Two Words] == \"x\""),
    ("Größe eq 1", "Größe == 1"),
    ("andy eq 1", "andy == 1"),
];

const REJECTED: &[&str] = &[
    "asdad asd asda",
    "foo or bar",
    "(Name eq 'a') or (Name eq 'b')",
    "Id in [31,32]",
    "Id in ()",
    "Id not in (1)",
    "Name eq 'it''s'",
    "Name eq 'open",
    "Name eq open",
    "Name eq",
    "Id neq 1",
    "Id == 1",
    "Id EQ 1",
    "Name CONTAINS 'a'",
    "Release IS NULL",
    "Release eq null",
    "Id eq 1+2",
    "Id eq Effort",
    "Id eq 1 Id eq 2",
    "Id eq 1 and",
    "and Id eq 1",
    "Id eq 1andName eq 'a'",
    "(Id eq 1",
    "Id eq 1)",
    "()",
    "not (Id eq 1)",
    "Count(Tasks) gt 1",
    "Tasks-Count gt 1",
    "A..B eq 1",
    ".A eq 1",
    "'CustomFields.' eq 1",
    "'Name' eq 1",
    "Id eq 99999999999999999999",
    "Id eq 1; drop",
    "\0",
];

fn shown(tree: &Expr) -> String {
    tree.to_string()
}

#[test]
fn filters_become_trees() {
    for (text, expected) in ACCEPTED {
        let tree = parse_where(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(tree.as_ref().map(shown).as_deref(), Some(*expected), "{text}");
    }
}

#[test]
fn other_filters_are_rejected() {
    for text in REJECTED {
        assert!(parse_where(text).is_err(), "{text}");
    }
}

#[test]
fn a_blank_filter_is_none() {
    assert_eq!(parse_where(""), Ok(None));
    assert_eq!(parse_where(" \t"), Ok(None));
}

#[test]
fn errors_point_into_the_text() {
    let error = parse_where("Id eq 1 or Id eq 2").expect_err("no or");
    assert_eq!((error.span.start, error.span.end), (8, 10));
    assert_eq!(error.to_string(), "mismatched input 'or' expecting <EOF>");
    let tree = parse_where("( Id eq 12 )").expect("fine").expect("not blank");
    assert_eq!((tree.span.start, tree.span.end), (2, 10));
}

fn listed(entries: &[Inclusion]) -> String {
    let entries = entries.iter().map(|entry| match entry {
        Inclusion::Member { name, nested: None, .. } => name.clone(),
        Inclusion::Member { name, nested: Some(nested), .. } => format!("{name}{}", listed(nested)),
        Inclusion::Aggregate { collection, field, function, .. } => {
            format!("{collection}>{}>{function}", field.as_deref().unwrap_or_default())
        }
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(" "))
}

#[test]
fn inclusions_nest() {
    let cases = [
        ("[]", "[]"),
        ("[Name]", "[Name]"),
        (" [ Id , Name ] ", "[Id Name]"),
        ("[owner[id,email,role[id,isDefault]]]", "[owner[id email role[id isDefault]]]"),
        ("[Tasks[]]", "[Tasks[]]"),
        ("[Tasks-Count,Tasks-Effort-Sum,Tasks[Id]]", "[Tasks>>Count Tasks>Effort>Sum Tasks[Id]]"),
        ("[CustomFields]", "[CustomFields]"),
    ];
    for (text, expected) in cases {
        let parsed = parse_include(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(listed(&parsed), expected, "{text}");
    }
    for text in ["", "Id", "[Id", "Id]", "[Id,]", "[,]", "[Id Name]", "[A.B]", "[A-]", "[A-B-C-D]", "[A as b]", "[1]"] {
        assert!(parse_include(text).is_err(), "{text}");
    }
}

#[test]
fn append_takes_aggregates_and_exclude_takes_names() {
    assert_eq!(
        parse_append("[Bugs-Count,Times-Spent-Max]").map(|list| listed(&list)).as_deref(),
        Ok("[Bugs>>Count Times>Spent>Max]")
    );
    assert_eq!(parse_exclude("[Description, Name]").map(|list| listed(&list)).as_deref(), Ok("[Description Name]"));
    for text in ["[Bugs]", "[Bugs[Id]]", "Bugs-Count", "[Bugs-Count"] {
        assert!(parse_append(text).is_err(), "{text}");
    }
    for text in ["[Bugs[Id]]", "[Bugs-Count]", "Name"] {
        assert!(parse_exclude(text).is_err(), "{text}");
    }
}

#[test]
fn an_order_is_one_path() {
    for (text, expected) in [("Name", "Name"), (" entityState.Name ", "entityState.Name")] {
        assert_eq!(parse_order(text).map(|path| shown(&path)).as_deref(), Ok(expected));
    }
    for text in ["", "CreateDate desc", "Name,Id", "Tasks-Count", "Name eq 1", "'Name'", "[Name]"] {
        assert!(parse_order(text).is_err(), "{text}");
    }
}
