//! How the time of typical queries grows with the account: `cargo bench --bench growth`.
//!
//! Makes databases of 1,000 to 1,000,000 entities, asks ten queries of each, and prints a table with SQLite's plan for the
//! largest. `-- SIZE…` names other sizes; `TPMOCK=path` measures another build of the program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Entities of a generated account for each of its stories, where it is large.
const PER_STORY: u64 = 13;

/// Times that a query is asked; the fastest counts.
const TIMES: usize = 9;

/// What is asked, and whether an index has to be behind it. Generated accounts have these ids at every size.
const QUERIES: [(&str, &str, bool); 10] = [
    ("v1 by id", "/api/v1/UserStories/100000", true),
    ("v1 default page", "/api/v1/UserStories", true),
    ("v1 filter on a reference", "/api/v1/UserStories?where=Priority.Id eq 3", true),
    ("v1 counts of a page's collections", "/api/v1/UserStories?include=[Name]&append=[Tasks-Count,Bugs-Count]", true),
    ("v2 by id, with tasks", "/api/v2/UserStory/100000?select={id,name,tasks.select({id,name})}", true),
    ("v2 page with counts", "/api/v2/UserStory?select={id,name,project:{project.id,project.name},tasks.count()}", true),
    ("v2 filter on a state", "/api/v2/Bug?where=entityState.id==51&select={id,name}", true),
    ("v2 assignments of a person", "/api/v2/Assignment?where=generalUser.id==5&select={id,assignable}", true),
    ("v2 text in a name (scan)", "/api/v2/UserStory?where=name.contains('no such text')&select={id}", false),
    ("v2 sum over all (scan)", "/api/v2/UserStory?result=sum(effort)", false),
];

fn main() {
    let sizes: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.replace('_', "").parse().ok()).collect();
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let folder = tempfile::tempdir().expect("a folder");
    let mut table: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let mut plans: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for size in &sizes {
        let data = folder.path().join(format!("{size}.db"));
        let stories = (size / PER_STORY).max(1);
        let began = std::time::Instant::now();
        tpmock(&["seed", "generate", "--stories", &stories.to_string(), "--data", name(&data)]);
        let megabytes = std::fs::metadata(&data).map_or(0, |m| m.len() / 1_000_000);
        eprintln!("{size}: {stories} stories, made in {:.1} s, {megabytes} MB", began.elapsed().as_secs_f64());
        for (place, (_, query, _)) in QUERIES.iter().enumerate() {
            let reports: Vec<Value> = (0..TIMES).map(|_| explained(&data, query)).collect();
            let again = |report: &Value| report["microseconds"]["again"].as_f64().expect("a time");
            table.entry(place).or_default().push(reports.iter().map(again).fold(f64::INFINITY, f64::min));
            plans.insert(place, plan(&reports[0]));
        }
        std::fs::remove_file(&data).expect("the database goes");
    }
    print(&sizes, &table, &plans);
}

fn print(sizes: &[u64], table: &BTreeMap<usize, Vec<f64>>, plans: &BTreeMap<usize, Vec<String>>) {
    let heads: Vec<String> = sizes.iter().map(u64::to_string).collect();
    println!("| query, time in µs at | {} | growth |", heads.join(" | "));
    println!("|---|{}--:|", "--:|".repeat(sizes.len()));
    for (place, times) in table {
        let cells: Vec<String> = times.iter().map(|time| format!("{time:.0}")).collect();
        let growth = times[times.len() - 1] / times[0];
        println!("| {} | {} | {growth:.1}x |", QUERIES[*place].0, cells.join(" | "));
    }
    println!();
    for (place, steps) in plans {
        let (what, _, indexed) = QUERIES[*place];
        println!("{what}");
        steps.iter().for_each(|step| println!("    {step}"));
        let scans = steps.iter().any(|step| step.starts_with("SCAN") && !step.starts_with("SCAN k"));
        assert!(!(indexed && scans), "{what} scans a table");
    }
}

fn plan(report: &Value) -> Vec<String> {
    let statements = report["statements"].as_array().expect("statements");
    let steps = statements.iter().flat_map(|s| s["plan"].as_array().expect("a plan"));
    steps.map(|step| step["what"].as_str().unwrap_or_default().to_owned()).collect()
}

fn explained(data: &Path, query: &str) -> Value {
    let report: Value =
        serde_json::from_slice(&tpmock(&["explain", "--data", name(data), "--json", query])).expect("a report");
    assert!(report["refusal"].is_null(), "{query}: {}", report["refusal"]);
    report
}

fn name(path: &Path) -> &str {
    path.to_str().expect("a name")
}

fn tpmock(arguments: &[&str]) -> Vec<u8> {
    let program = std::env::var("TPMOCK").unwrap_or_else(|_| env!("CARGO_BIN_EXE_tpmock").to_owned());
    let output = Command::new(program).args(arguments).env_remove("PORT").output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
