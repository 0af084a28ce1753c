//! Seed files: mistakes are told by file, line and field; a saved answer of the API is a seed.

use serde_json::{Value, json};
use tpmock::SeedSource;

use crate::world::World;

/// A server with this seed, or what it says about it with the name of the file taken off.
fn open(seed: &str) -> Result<World, String> {
    let file = tempfile::Builder::new().suffix(".json").tempfile().expect("a file");
    std::fs::write(file.path(), seed).expect("a seed");
    let name = file.path().display().to_string();
    World::open(SeedSource::File(file.path().into())).map_err(|error| error.replace(&name, "seed.json"))
}

fn complaint(seed: &str) -> String {
    open(seed).err().unwrap_or_else(|| panic!("accepted: {seed}"))
}

#[test]
fn mistakes_are_told_by_file_line_and_field() {
    let seeds = [
        ("not JSON", "{\n\"Projects\": [\n{]}", "seed.json:3: "),
        ("no object", "[]", "seed.json:1: invalid type: sequence, expected an object of collections"),
        (
            "unknown collection",
            "{\n\"Bugz\": []}",
            "seed.json:2: Bugz: there is no such collection; did you mean Bugs?",
        ),
        ("no list", "{\n\n\"Bugs\": 7}", "seed.json:3: Bugs: must be an array, or an object with Items"),
        ("no item", "{\"Bugs\": [\n7]}", "seed.json:2: Bugs: an item must be an object"),
        (
            "unknown member",
            "{\"Projects\":[\n{\"Id\":90001,\n\"Nme\":\"x\"}]}",
            "seed.json:3: Nme: Project has no such member; did you mean Name?",
        ),
        ("no id", "{\"Projects\":[\n{\"Id\":\"x\"}]}", "seed.json:2: Id: \"x\" is no id"),
        ("negative id", "{\"Projects\":[\n{\"Id\":-4}]}", "seed.json:2: Id: -4 is no id"),
        ("id twice", "{\"Projects\":[{\"Id\":90001},\n{\"Id\":90001}]}", "seed.json:2: Id: 90001 is used twice"),
        (
            "id twice in one family",
            "{\"Projects\":[{\"Id\":90001}],\n\"Bugs\":[{\"Id\":90001}]}",
            "seed.json:2: Id: 90001 is used twice",
        ),
        (
            "wrong type",
            "{\"Bugs\":[{\"Id\":90001,\n\"Effort\":\"much\"}]}",
            "seed.json:2: Effort: \"much\" is no Decimal",
        ),
        (
            "wrong date",
            "{\"Bugs\":[{\"Id\":90001,\n\"StartDate\":\"soon\"}]}",
            "seed.json:2: StartDate: 'soon' is no date",
        ),
        (
            "wrong relative date",
            "{\"Bugs\":[{\"Id\":90001,\n\"StartDate\":\"today-xd\"}]}",
            "seed.json:2: StartDate: 'today-xd' is no date",
        ),
        (
            "reference that is none",
            "{\"Bugs\":[{\"Id\":90001,\n\"Project\":7}]}",
            "seed.json:2: Project: a reference must be an object or null",
        ),
        (
            "reference without a key",
            "{\"Bugs\":[{\"Id\":90001,\n\"Project\":{}}]}",
            "seed.json:2: Project: a reference needs an Id or a Name",
        ),
        (
            "reference to an unknown name",
            "{\"Bugs\":[{\"Id\":90001,\n\"Project\":{\"Name\":\"Nowhere\"}}]}",
            "seed.json:2: Project: there is no Project called 'Nowhere' that fits",
        ),
        (
            "reference to an id and nothing else",
            "{\"Bugs\":[{\"Id\":90001,\n\"Project\":{\"Id\":4711}}]}",
            "seed.json:2: Project: there is no Project 4711",
        ),
        (
            "state of no workflow",
            "{\"Projects\":[{\"Id\":90002,\"Name\":\"P\",\"Process\":{\"Name\":\"Scrum\"}}],\n\
             \"Bugs\":[{\"Id\":90001,\"Project\":{\"Id\":90002},\n\"EntityState\":{\"Name\":\"Asleep\"}}]}",
            "seed.json:3: EntityState: there is no EntityState called 'Asleep' that fits",
        ),
        (
            "value of no enumeration",
            "{\"CustomFields\":[{\"Name\":\"F\",\n\"FieldType\":\"Colour\",\"EntityType\":{\"Id\":4}}]}",
            "seed.json:2: FieldType: 'Colour' is none of ",
        ),
        (
            "child without an id in its owner",
            "{\"Bugs\":[{\"Id\":90001,\n\"Comments\":[{\"Description\":\"x\"}]}]}",
            "seed.json:2: Comments: write these as Comments, each with its owner",
        ),
        (
            "custom field without a name",
            "{\"Bugs\":[{\"Id\":90001,\n\"CustomFields\":[{\"Value\":1}]}]}",
            "seed.json:2: CustomFields: a custom field needs a Name",
        ),
    ];
    let mut wrong = Vec::new();
    for (name, seed, expected) in seeds {
        let said = open(seed).err();
        if !said.as_ref().is_some_and(|said| said.starts_with(expected)) {
            wrong.push(format!("{name}: {said:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_mistakes_are_told_at_once() {
    let said =
        complaint("{\"Bugs\":[\n{\"Id\":1,\"Efort\":1},\n{\"Id\":2,\"StartDate\":\"x\"},\n{\"Id\":3,\"Project\":9}]}");
    let lines: Vec<&str> = said.lines().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(lines, ["seed.json:2:", "seed.json:3:", "seed.json:4:"], "{said}");
}

#[test]
fn a_file_that_is_not_there_stops_the_start() {
    let said = World::open(SeedSource::File("/nowhere/seed.json".into())).err().expect("refused");
    assert!(said.starts_with("the seed /nowhere/seed.json cannot be read: "), "{said}");
}

/// As the real service sends it: references with names, dates in its notation, custom fields with their types.
const SAVED: &str = r#"{"UserStories": {"Next": "https://acme.example/api/v1/UserStories/?take=1&skip=1", "Items": [{
    "ResourceType": "UserStory", "Id": 93108, "Name": "Arrows", "Description": null,
    "CreateDate": "/Date(1392303923000-0500)/", "Tags": "ui, quick win", "NumericPriority": 48.5, "Effort": 3.0,
    "EntityType": {"ResourceType": "EntityType", "Id": 4, "Name": "UserStory"},
    "Owner": {"ResourceType": "GeneralUser", "Kind": "User", "Id": 4021, "FirstName": "Ada", "LastName": "Byron",
              "Login": "ada", "FullName": "Ada Byron"},
    "Project": {"ResourceType": "Project", "Id": 49105, "Name": "TP3", "Process": {"ResourceType": "Process", "Id": 771, "Name": "Kanban TP"}},
    "Feature": {"ResourceType": "Feature", "Id": 49126, "Name": "Dashboards"},
    "EntityState": {"ResourceType": "EntityState", "Id": 90210, "Name": "In Review", "NumericPriority": 4.0},
    "Priority": {"ResourceType": "Priority", "Id": 5, "Name": "Quite Nice", "Importance": 5},
    "ResponsibleTeam": {"ResourceType": "TeamAssignment", "Id": 881},
    "Tasks-Count": 2,
    "Tasks": {"Items": [{"ResourceType": "Task", "Id": 93109, "Name": "Draw"}, {"ResourceType": "Task", "Id": 93110, "Name": "Wire"}]},
    "CustomFields": [{"Name": "Risk", "Type": "DropDown", "Value": "High"}, {"Name": "Due", "Type": "Date", "Value": "/Date(1392303923000-0500)/"},
                     {"Name": "Score", "Type": "Number", "Value": null}]
}]}}"#;

#[test]
fn a_saved_answer_is_a_seed() {
    let world = open(SAVED).unwrap_or_else(|error| panic!("{error}"));
    let get = |path: &str| world.get(path).ok(path).unwrap_or_else(|error| panic!("{error}")).json();
    let story = get("/api/v1/UserStories/93108?format=json");
    assert_eq!(story["Name"], "Arrows");
    assert_eq!(story["CreateDate"], "/Date(1392303923000+0000)/");
    assert_eq!(story["Tags"], "ui, quick win");
    assert_eq!(story["Project"]["Name"], "TP3");
    assert_eq!(story["Feature"], json!({"ResourceType": "Feature", "Id": 49126, "Name": "Dashboards"}));
    assert_eq!(story["Owner"]["Login"], "ada");
    assert_eq!(story["EntityState"]["Name"], "In Review");
    assert_eq!(story["Priority"]["Name"], "Quite Nice");
    let values: Vec<(&Value, &Value)> =
        story["CustomFields"].as_array().expect("custom fields").iter().map(|f| (&f["Name"], &f["Value"])).collect();
    assert!(values.contains(&(&json!("Risk"), &json!("High"))), "{values:?}");
    assert!(values.contains(&(&json!("Due"), &json!("/Date(1392303923000+0000)/"))), "{values:?}");
    assert!(values.contains(&(&json!("Score"), &Value::Null)), "{values:?}");

    // what it mentions answers for itself
    assert_eq!(get("/api/v1/Projects/49105?format=json")["Process"]["Id"], 771);
    assert_eq!(get("/api/v1/Processes/771?format=json")["Name"], "Kanban TP");
    assert_eq!(get("/api/v1/Users/4021?format=json")["FirstName"], "Ada");
    let tasks = get("/api/v1/UserStories/93108/Tasks?format=json&include=[Id,Name]&orderBy=Id");
    assert_eq!(tasks["Items"][0]["Name"], "Draw");
    assert_eq!(tasks["Items"].as_array().map(Vec::len), Some(2));
    let by_field = get("/api/v1/UserStories?format=json&include=[Id]&where=CustomFields.Risk eq 'High'");
    assert_eq!(by_field["Items"].as_array().map(Vec::len), Some(1));
}

/// What the program itself answers, it takes back, and answers again.
#[test]
fn our_own_answers_are_seeds() {
    let small = World::small();
    for plural in
        ["Bugs", "UserStories", "Requests", "Times", "Comments", "Assignments", "Users", "Projects", "TestCases"]
    {
        let list = format!("/api/v1/{plural}?take=1000&format=json");
        let saved = small.get(&list).text();
        let world = open(&format!("{{\"{plural}\": {saved}}}")).unwrap_or_else(|error| panic!("{plural}: {error}"));
        let (before, after) = (small.items(&list).expect("the list"), world.items(&list).expect("the list again"));
        let ids = |items: &[Value]| items.iter().map(|item| item["Id"].clone()).collect::<Vec<_>>();
        // what every account has, such as its administrator, is there too
        let kept: Vec<Value> = ids(&after).into_iter().filter(|id| ids(&before).contains(id)).collect();
        assert_eq!(kept.len(), before.len(), "{plural}");
        for was in &before {
            let is = after.iter().find(|item| item["Id"] == was["Id"]).expect("the row");
            for name in ["Name", "Description", "CreateDate", "Effort", "Tags", "Project", "EntityState", "Priority"] {
                assert_eq!(is.get(name), was.get(name), "{plural} {}: {name}", was["Id"]);
            }
            // users 1 and 2 are the administrator and the System user of every account
            if was["Owner"]["Id"].as_i64().is_some_and(|id| id > 2) {
                assert_eq!(is["Owner"], was["Owner"], "{plural} {}", was["Id"]);
            }
        }
    }
}

/// Every built-in seed stands, and days count from the clock.
#[test]
fn dates_count_from_the_day_of_the_clock() {
    let seed = "{\"Projects\":[{\"Id\":90001,\"Name\":\"P\",\"StartDate\":\"today-1d 09:30:00\",\"EndDate\":\"2026-04-01T10:00:00\"}]}";
    let world = open(seed).unwrap_or_else(|error| panic!("{error}"));
    let project = world.get("/api/v1/Projects/90001?format=json&dateformat=iso").json();
    assert_eq!(project["StartDate"], "2026-03-09T09:30:00+00:00");
    assert_eq!(project["EndDate"], "2026-04-01T10:00:00+00:00");
    drop(World::open(SeedSource::Empty).unwrap_or_else(|error| panic!("{error}")));
}
