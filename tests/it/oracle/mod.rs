//! An evaluator of its own as a judge: generated conditions over plain rows must choose the rows that SQLite chooses.
//!
//! `ORACLE_CASES` sets how many conditions are tried; a quarter as many aggregates are.

mod eval;
mod tree;

use eval::Row;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof};
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::Value;
use tpmock::SeedSource;
use tree::{Date, Num, Test, Text};

use crate::v2::address;
use crate::world::World;

const NUMBERS: [&str; 8] =
    ["id", "effort", "numericPriority", "feature.id", "team.id", "priority.importance", "cost", "initialEstimate"];
const NULLABLE_NUMBERS: [&str; 4] = ["feature.id", "team.id", "cost", "numericPriority"];
const TEXTS: [&str; 7] = ["name", "description", "tags", "feature.name", "project.name", "risk", "entityState.name"];
const DATES: [&str; 4] = ["createDate", "startDate", "endDate", "feature.createDate"];
const BOOLS: [&str; 2] = ["entityState.isFinal", "audited"];
const REFERENCES: [&str; 3] = ["feature", "team", "iteration"];

const TASK_NUMBERS: [&str; 3] = ["id", "effort", "timeSpent"];
const TASK_TEXTS: [&str; 2] = ["name", "description"];
const TASK_DATES: [&str; 2] = ["createDate", "endDate"];
const TASK_BOOLS: [&str; 1] = ["entityState.isFinal"];

const WORDS: [&str; 10] = ["", "badge", "PRINT", "a", "High", "Open", " ", "story", "é", "Portal"];

/// What expressions may speak of.
#[derive(Clone, Copy)]
struct Scope {
    numbers: &'static [&'static str],
    nullable: &'static [&'static str],
    texts: &'static [&'static str],
    dates: &'static [&'static str],
    bools: &'static [&'static str],
    references: &'static [&'static str],
    root: bool,
}

const STORY: Scope = Scope {
    numbers: &NUMBERS,
    nullable: &NULLABLE_NUMBERS,
    texts: &TEXTS,
    dates: &DATES,
    bools: &BOOLS,
    references: &REFERENCES,
    root: true,
};

const TASK: Scope = Scope {
    numbers: &TASK_NUMBERS,
    nullable: &[],
    texts: &TASK_TEXTS,
    dates: &TASK_DATES,
    bools: &TASK_BOOLS,
    references: &[],
    root: false,
};

fn one(of: &'static [&'static str]) -> impl Strategy<Value = &'static str> + Clone {
    prop::sample::select(of)
}

fn number(scope: Scope, depth: u32) -> proptest::strategy::BoxedStrategy<Num> {
    let leaf = prop_oneof![
        4 => one(scope.numbers).prop_map(Num::Field),
        2 => (-3..150_i32).prop_map(Num::Whole),
        1 => prop::sample::select(vec![0.5, 2.25, 8.0]).prop_map(Num::Real),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let sub = move || number(scope, depth - 1).prop_map(Box::new);
    let op = prop::sample::select(vec!['+', '-', '*', '/']);
    let mut choices = vec![
        leaf.boxed(),
        (op, sub(), sub()).prop_map(|(op, a, b)| Num::Sum(op, a, b)).boxed(),
        sub().prop_map(Num::Negate).boxed(),
        sub().prop_map(Num::Abs).boxed(),
        text(scope, depth - 1).prop_map(|t| Num::Length(Box::new(t))).boxed(),
        text(scope, depth - 1).prop_map(|t| Num::Words(Box::new(t))).boxed(),
        (text(scope, depth - 1), one(&WORDS)).prop_map(|(t, w)| Num::IndexOf(Box::new(t), w)).boxed(),
        (test(scope, depth - 1), sub(), sub()).prop_map(|(t, a, b)| Num::If(Box::new(t), a, b)).boxed(),
        (one(scope.dates), one(&["Year", "Month", "Day"])).prop_map(|(f, p)| Num::DatePart(f, p)).boxed(),
    ];
    if scope.root {
        choices.push((one(scope.nullable), -3..99_i32).prop_map(|(f, n)| Num::Or(f, n)).boxed());
        choices.push(test(TASK, depth - 1).prop_map(|t| Num::Count(Box::new(t))).boxed());
        choices.push(number(TASK, depth - 1).prop_map(|n| Num::Total(Box::new(n))).boxed());
        choices.push(number(TASK, depth - 1).prop_map(|n| Num::Greatest(Box::new(n))).boxed());
    }
    prop::strategy::Union::new(choices).boxed()
}

fn text(scope: Scope, depth: u32) -> proptest::strategy::BoxedStrategy<Text> {
    let leaf = prop_oneof![3 => one(scope.texts).prop_map(Text::Field), 1 => one(&WORDS).prop_map(Text::Literal)];
    if depth == 0 {
        return leaf.boxed();
    }
    let sub = move || text(scope, depth - 1).prop_map(Box::new);
    prop_oneof![
        leaf,
        (sub(), sub()).prop_map(|(a, b)| Text::Join(a, b)),
        sub().prop_map(Text::Upper),
        sub().prop_map(Text::Trim),
        (sub(), one(&WORDS), one(&WORDS)).prop_map(|(t, a, b)| Text::Replace(t, if a.is_empty() { "x" } else { a }, b)),
        (one(scope.texts), one(&WORDS)).prop_map(|(f, w)| Text::Or(f, w)),
        (test(scope, depth - 1), sub(), sub()).prop_map(|(t, a, b)| Text::If(Box::new(t), a, b)),
    ]
    .boxed()
}

fn date(scope: Scope, depth: u32) -> proptest::strategy::BoxedStrategy<Date> {
    let leaf = prop_oneof![one(scope.dates).prop_map(Date::Field), (1..28_u8).prop_map(Date::Day)];
    if depth == 0 {
        return leaf.boxed();
    }
    let later = (date(scope, depth - 1), any::<i8>()).prop_map(|(d, n)| Date::AddDays(Box::new(d), n));
    prop_oneof![leaf, later].boxed()
}

fn test(scope: Scope, depth: u32) -> proptest::strategy::BoxedStrategy<Test> {
    let below = depth.saturating_sub(1);
    let numbers = move || number(scope, below).prop_map(Box::new);
    let texts = move || text(scope, below).prop_map(Box::new);
    let dates = move || date(scope, below).prop_map(Box::new);
    let op = || one(&["==", "!=", "<", "<=", ">", ">="]);
    let mut choices = vec![
        one(scope.bools).prop_map(Test::Field).boxed(),
        any::<bool>().prop_map(Test::Constant).boxed(),
        (op(), numbers(), numbers()).prop_map(|(o, a, b)| Test::Numbers(o, a, b)).boxed(),
        (op(), texts(), texts()).prop_map(|(o, a, b)| Test::Texts(o, a, b)).boxed(),
        (op(), dates(), dates()).prop_map(|(o, a, b)| Test::Dates(o, a, b)).boxed(),
        (one(&["Contains", "StartsWith", "EndsWith"]), texts(), one(&WORDS))
            .prop_map(|(m, t, w)| Test::Search(m, t, w))
            .boxed(),
        (texts(), one(&WORDS)).prop_map(|(t, w)| Test::Word(t, w)).boxed(),
        (numbers(), prop::collection::vec(-3..130_i32, 0..5)).prop_map(|(x, list)| Test::In(x, list)).boxed(),
        (texts(), prop::collection::vec(one(&WORDS), 0..4)).prop_map(|(t, list)| Test::InTexts(t, list)).boxed(),
    ];
    if !scope.references.is_empty() {
        choices.push((one(scope.references), any::<bool>()).prop_map(|(f, w)| Test::Null(f, w)).boxed());
        choices.push((one(scope.dates), any::<bool>()).prop_map(|(f, w)| Test::Null(f, w)).boxed());
    }
    if depth > 0 {
        let sub = move || test(scope, depth - 1).prop_map(Box::new);
        for _ in 0..2 {
            choices.push((Just('&'), sub(), sub()).prop_map(|(o, a, b)| Test::Both(o, a, b)).boxed());
            choices.push((Just('|'), sub(), sub()).prop_map(|(o, a, b)| Test::Both(o, a, b)).boxed());
        }
        choices.push(sub().prop_map(Test::Not).boxed());
        if scope.root {
            choices.push(test(TASK, depth - 1).prop_map(|t| Test::Any(Box::new(t))).boxed());
        }
    }
    prop::strategy::Union::new(choices).boxed()
}

/// A server of its own with every story as plain values, so that threads do not wait for each other.
struct Judge {
    world: World,
    rows: Vec<(i64, Row)>,
}

impl Judge {
    fn new() -> Self {
        let world = World::open(SeedSource::Small).expect("the small account");
        let members = |lists: &[&[&str]]| {
            let names = lists.iter().flat_map(|list| list.iter());
            let members: Vec<String> = names.map(|name| format!("{}:{name}", name.replace('.', "_"))).collect();
            members.join(",")
        };
        let story = members(&[&NUMBERS, &TEXTS, &DATES, &BOOLS]);
        let task = members(&[&TASK_NUMBERS, &TASK_TEXTS, &TASK_DATES, &TASK_BOOLS]);
        let references = "feature:feature.id,team:team.id,iteration:iteration.id";
        let select = format!("{{{story},{references},tasks:tasks.select({{{task}}})}}");
        let page = world.get(&address("/api/v2/UserStory", &[("select", &select), ("take", "1000")]));
        let Value::Object(mut page) = page.json() else { panic!("no page") };
        let Some(Value::Array(items)) = page.remove("items") else { panic!("no items: {page:?}") };
        let row = |item| {
            let Value::Object(mut row) = item else { panic!("no object") };
            plain(&mut row);
            (row["id"].as_i64().expect("an id"), row)
        };
        Self { world, rows: items.into_iter().map(row).collect() }
    }

    /// Ids the server chooses, in ascending order.
    fn chosen(&self, condition: &str) -> Result<Vec<i64>, String> {
        let parameters = [("where", condition), ("select", "id"), ("orderBy", "id"), ("take", "1000")];
        let answer = self.world.get(&address("/api/v2/UserStory", &parameters)).ok(condition)?;
        Ok(answer.json()["items"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect())
    }
}

/// Dates become numbers.
fn plain(row: &mut Row) {
    for value in row.values_mut() {
        match value {
            Value::String(text) => {
                if let Some(at) = text.strip_prefix("/Date(").and_then(|t| t.split_once('+')) {
                    *value = at.0.parse::<i64>().expect("milliseconds").into();
                }
            }
            Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).for_each(plain),
            _ => {}
        }
    }
}

fn cases() -> u32 {
    std::env::var("ORACLE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// Tries so many generated values, shared among as many threads as there are cores, each with a judge.
fn every<S: Strategy>(
    cases: u32,
    values: impl Fn() -> S + Sync,
    check: impl Fn(&Judge, S::Value) -> Result<(), TestCaseError> + Sync,
) {
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get() as u32);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let config = ProptestConfig {
                    cases: cases.div_ceil(threads),
                    failure_persistence: None,
                    ..ProptestConfig::default()
                };
                let judge = Judge::new();
                let outcome = TestRunner::new(config).run(&values(), |value| check(&judge, value));
                outcome.unwrap_or_else(|error| panic!("{error}"));
            });
        }
    });
}

#[test]
fn the_server_chooses_the_rows_that_pass() {
    every(
        cases(),
        || test(STORY, 3),
        |judge, condition| {
            let passing = judge.rows.iter().filter(|(_, row)| condition.value(row) == Some(true));
            let mut expected: Vec<i64> = passing.map(|(id, _)| *id).collect();
            expected.sort_unstable();
            prop_assert_eq!(judge.chosen(&condition.to_string()), Ok(expected), "{}", condition);
            Ok(())
        },
    );
}

#[test]
fn aggregates_agree() {
    every(
        cases() / 4,
        || number(STORY, 2),
        |judge, x| {
            let values: Vec<f64> = judge.rows.iter().filter_map(|(_, row)| x.value(row)).collect();
            let query = format!("{{min:min({x}),max:max({x})}}");
            let answer = judge.world.get(&address("/api/v2/UserStory", &[("result", &query)])).ok(&query);
            let answer = answer.map(|a| a.json());
            // decimals leave with four digits, averages with six
            let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (None, None) => true,
                (Some(a), Some(b)) => (a - b).abs() <= 1e-4 + a.abs() * 1e-9,
                _ => false,
            };
            let read = |name: &str| answer.as_ref().ok().and_then(|a| a[name].as_f64());
            let least = values.iter().copied().min_by(f64::total_cmp);
            let most = values.iter().copied().max_by(f64::total_cmp);
            let agree = (near(read("min"), least), near(read("max"), most));
            prop_assert_eq!(agree, (true, true), "{} {:?}", query, answer);
            Ok(())
        },
    );
}
