//! What the code takes is what the coverage tells: each name it compares with is a word of `fixtures/words.json`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::report;
use super::source;

const WORDS: &str = include_str!("../../../fixtures/words.json");

/// Files that decide by name which functions and parameters there are.
const DECIDING: [&str; 9] = [
    "query/bind/functions.rs",
    "query/bind/statics.rs",
    "query/bind/sequence.rs",
    "query/bind/call.rs",
    "api/v1_parameters.rs",
    "api/v2_parameters.rs",
    "api/v1_write.rs",
    "api/auth.rs",
    "api/context.rs",
];

/// Literals of these files that are neither.
const OTHERS: &[(&str, &[&str])] = &[
    ("types of the CLR", &["Object", "Boolean", "Char", "SByte", "Byte", "Int16", "UInt16", "UInt32", "UInt64"]),
    ("types of the CLR", &["String", "Int32", "Int64", "Single", "Double", "Decimal", "DateTime", "TimeSpan", "Guid"]),
    ("types of the CLR", &["Math", "Convert", "Enum", "SafeConvert"]),
    ("beginnings of names", &["to", "customfields"]),
    ("meanings behind aliases", &["FloorYear", "FloorMonth", "FloorHalfYear", "FloorQuarter", "FloorWeek"]),
    ("meanings behind aliases", &["FloorWeekToMonday"]),
    ("arguments of messages", &["operator", "argumentNumber", "type", "expression", "detail"]),
    ("members of what functions give", &["entityKind", "name", "ChangedMembers"]),
    ("of the board filter alone", &["Past", "Future"]),
    ("values of parameters", &["ms", "iso", "true", "false", "json", "xml", "null"]),
    ("parts of addresses and bodies", &["bulk", "Id"]),
    ("schemes, cookies and kinds of credentials", &["basic", "access", "TpSession"]),
];

#[test]
fn the_coverage_tells_every_name_the_code_decides_by() {
    let words = words();
    let others: BTreeSet<String> = OTHERS.iter().flat_map(|(_, all)| all.iter()).map(|o| o.to_lowercase()).collect();
    let mut complaints = Vec::new();
    for source in source::all().iter().filter(|source| DECIDING.contains(&source.path.as_str())) {
        let is_name = |text: &str| text.len() > 1 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        for (line, literal) in source.literals.iter().filter(|(_, literal)| is_name(literal)) {
            let name = literal.to_lowercase();
            if !words.contains(&name) && !others.contains(&name) {
                complaints.push(format!("src/{}:{line}: \"{literal}\" is missing in fixtures/words.json", source.path));
            }
        }
    }
    report("names the coverage does not tell", &complaints);
}

/// Names in lower case, those of static members without their type.
fn words() -> BTreeSet<String> {
    let words: Value = serde_json::from_str(WORDS).expect("the words are JSON");
    let mut found = BTreeSet::new();
    for group in words["groups"].as_array().expect("groups") {
        let names = group["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let calls = group["calls"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        found.extend(names.chain(calls).map(|name| name.rsplit('.').next().unwrap_or(name).to_lowercase()));
    }
    found
}
