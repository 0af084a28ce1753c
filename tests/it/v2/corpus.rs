//! Queries that real programs and the vendor's documentation send, run against the demo account.

use serde_json::Value;

use super::{World, address};

const CORPUS: &str = include_str!("../../queries/corpus.jsonl");

// Why a query is refused.
const FIELD: &str = "a custom field of the account the query was written for";
const TYPE: &str = "a type that the account the query was written for had added to the model";
const MODEL: &str = "a member of the real service that this model does not have";
const ACID: &str = "no context was handed out under this acid";
const TYPES: &str = "the real service refuses to compare these types, too";
const GRAMMAR: &str = "the real service cannot parse it either";
const METHOD: &str = "recorded: the real service does not know the method";
const FAILS: &str = "recorded: the real service fails on it";
const PLURAL: &str = "recorded: v2 knows no naive plural";
const BUG: &str = "written for a board whose cards are of several types; one of them has no such collection";

/// Line of the corpus, status, message, reason.
const REFUSED: &[(usize, u16, &str, &str)] = &[
    (23, 400, "Property 'live' does not exist in 'UserStory'.", FIELD),
    (24, 404, "Resource 'AgileReleaseTrain' is not found.", TYPE),
    (28, 400, "Property 'AgileReleaseTrains' does not exist in 'Epic'.", TYPE),
    (29, 501, "'Team.isteamproject' is not emulated.", MODEL),
    (30, 400, "Property 'agilereleasetrains' does not exist in 'Epic'.", TYPE),
    (50, 400, "Property 'AgileReleaseTrain' does not exist in 'Feature'.", TYPE),
    (51, 400, "Property 'agilereleasetrains' does not exist in 'Epic'.", TYPE),
    (55, 404, "Resource 'JiraWorkspace' is not found.", TYPE),
    (58, 400, "Property 'jiraid' does not exist in 'UserStory'.", FIELD),
    (59, 400, "Property 'Jira ID' does not exist in 'Build'.", FIELD),
    (61, 404, "Resource 'AgileReleaseTrain' is not found.", TYPE),
    (101, 400, "No context has the acid '0123456789ABCDEF'.", ACID),
    (127, 400, "Property 'slackId' does not exist in 'User'.", FIELD),
    (129, 400, "Operator '==' incompatible with operand types 'Int32' and 'String'.", TYPES),
    (131, 400, "Property 'Skills' does not exist in 'User'.", MODEL),
    (132, 404, "Resource 'valuestream' is not found.", TYPE),
    (133, 404, "Resource 'WorkAllocation' is not found.", TYPE),
    (134, 400, "Property 'agileReleaseTrain' does not exist in 'Team'.", TYPE),
    (135, 404, "Resource 'agileReleaseTrain' is not found.", TYPE),
    (136, 400, "Property 'agileReleaseTrain' does not exist in 'Team'.", TYPE),
    (147, 400, "Property 'Billed' does not exist in 'UserStory'.", FIELD),
    (149, 400, "Property 'Cost' does not exist in 'UserStory'.", FIELD),
    (150, 400, "Property 'Browser' does not exist in 'UserStory'.", FIELD),
    (151, 400, "Property 'Billed' does not exist in 'UserStory'.", FIELD),
    (152, 400, "Property 'BillingDate' does not exist in 'UserStory'.", FIELD),
    (153, 400, "Property 'Externallink' does not exist in 'UserStory'.", FIELD),
    (154, 400, "Property 'Hotfix' does not exist in 'UserStory'.", FIELD),
    (155, 400, "Property 'Expense' does not exist in 'UserStory'.", FIELD),
    (157, 400, "Property 'Cost' does not exist in 'UserStory'.", FIELD),
    (158, 400, "Property 'ExternalID' does not exist in 'UserStory'.", FIELD),
    (182, 400, "extraneous input ')' expecting <EOF>", GRAMMAR),
    (221, 501, "'Assignable.Responsible' is not emulated.", MODEL),
    (225, 400, "Property 'bugs' does not exist in 'Bug'.", BUG),
    (233, 400, "Property 'SowKey' does not exist in 'Project'.", FIELD),
    (234, 400, "Property 'EarnedValueDollars' does not exist in 'UserStory'.", FIELD),
    (253, 400, "Property 'slackId' does not exist in 'User'.", FIELD),
    (265, 400, "mismatched input 'is' expecting <EOF>", GRAMMAR),
    (266, 400, "mismatched input 'is' expecting <EOF>", GRAMMAR),
    (267, 400, "Operator '>' incompatible with operand types 'DateTime?' and 'String'.", TYPES),
    (268, 400, "Method 'none' does not exist in 'IEnumerable<Task>'.", METHOD),
    (269, 500, "There are some issues with generated report for 'all'.", FAILS),
    (270, 500, "There are some issues with generated report for 'userStories.count'.", FAILS),
    (271, 404, "Resource 'UserStorys' is not found. Did you mean 'UserStory'?", PLURAL),
];

#[test]
fn every_query_is_answered_or_refused_for_its_reason() {
    let mut wrong = Vec::new();
    for (line, text) in (1..).zip(CORPUS.lines()) {
        let query: Value = serde_json::from_str(text).expect("a line of JSON");
        let entity = query["entity"].as_str().expect("an entity");
        let path = if entity.starts_with('/') { entity.to_owned() } else { format!("/api/v2/{entity}") };
        let parameters = query["params"].as_object().expect("parameters");
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(n, v)| (n.as_str(), v.as_str().unwrap_or_default())).collect();
        let answer = World::demo().get(&address(&path, &parameters));
        let (status, body) = (answer.status, answer.text());
        let body: Value = serde_json::from_str(&body).unwrap_or_else(|e| panic!("line {line}: {e}: {body}"));
        let found = (status, body["Message"].as_str().unwrap_or_default());
        let expected = REFUSED.iter().find(|r| r.0 == line).map_or((200, ""), |r| (r.1, r.2));
        if found != expected {
            wrong.push(format!("line {line}: {found:?}, not {expected:?}\n    {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
