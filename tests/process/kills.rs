//! A process that is killed while it writes: what it acknowledged is there after the restart, nothing is half done.
//!
//! `KILLS` says how often.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tpmock::store::{self, Lane, Options, Origin, Store};
use tpmock::value::Value;

use super::client::{Answer, Client, made};
use super::server::Server;
use super::setting;

const WRITERS: u64 = 4;

/// How long a restarted server may take to its first write.
const FIRST_ANSWER: Duration = Duration::from_secs(30);

/// Stories of one bulk.
const BULK: i64 = 5;

/// What one client knows: what it was told, and what it asked for without an answer.
#[derive(Default)]
struct Told {
    stories: Vec<i64>,
    deleted: Vec<i64>,
    /// A deletion that was under way.
    doubtful: Option<i64>,
    bulks: Vec<String>,
    /// The number a story bears in its name: the last that was confirmed, and the last that was sent.
    counted: (i64, i64),
    spent: f64,
}

#[test]
fn what_was_answered_outlives_any_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("account.db");
    let server = Server::on(&data);
    let client = Client::new(&server.url);
    let project = json!({"Id": 7});
    let feature = made(&client.post("Features", &json!({"Name": "sum", "Project": project}))).expect("a feature");
    let counters: Vec<i64> = (0..WRITERS)
        .map(|_| made(&client.post("UserStories", &json!({"Name": "0", "Project": project}))).expect("a story"))
        .collect();
    server.kill();

    let dice = Dice(AtomicU64::new(0x9e37_79b9_7f4a_7c15));
    let mut told: Vec<Told> = (0..WRITERS).map(|_| Told::default()).collect();
    for round in 0..setting("KILLS", 100) {
        let server = Server::on(&data);
        told = interrupted(server, told, feature, &counters, dice.roll(60), round);
        check(&data, &told, feature, &counters, round);
    }
}

/// Lets all write until the server is killed in the middle of it.
fn interrupted(
    server: Server,
    told: Vec<Told>,
    feature: i64,
    counters: &[i64],
    patience: u64,
    round: u64,
) -> Vec<Told> {
    let (going, answered) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let writers = told.into_iter().zip(counters).enumerate().map(|(n, (mut told, counter))| {
        let (client, counter) = (Client::new(&server.url), *counter);
        let (going, answered) = (Arc::clone(&going), Arc::clone(&answered));
        thread::spawn(move || {
            let mut step = 0;
            while going.load(Ordering::Relaxed) {
                if !told.step(&client, feature, counter, step, &format!("{round}-{n}-{step}")) {
                    break;
                }
                answered.fetch_add(1, Ordering::Relaxed);
                step += 1;
            }
            told
        })
    });
    let writers: Vec<_> = writers.collect();
    let started = Instant::now();
    while answered.load(Ordering::Relaxed) == 0 {
        assert!(started.elapsed() < FIRST_ANSWER, "nothing is written:\n{}", server.said());
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(patience));
    server.kill();
    going.store(false, Ordering::Relaxed);
    writers.into_iter().map(|w| w.join().expect("a writer that ends")).collect()
}

impl Told {
    /// One write; false when the server is gone.
    fn step(&mut self, client: &Client, feature: i64, counter: i64, step: u64, name: &str) -> bool {
        let story = |name: &str, effort: f64| json!({"Name": name, "Project": {"Id": 7}, "Feature": {"Id": feature}, "Effort": effort});
        match step % 5 {
            0 => {
                let answer = client.post("UserStories", &story(name, 2.5));
                self.stories.extend(made(&answer));
                is_done(&answer)
            }
            1 => {
                let bulk: Vec<_> = (0..BULK).map(|_| story(&format!("bulk {name}"), 1.0)).collect();
                let answer = client.post("UserStories/bulk", &json!(bulk));
                if is_done(&answer) {
                    self.bulks.push(format!("bulk {name}"));
                }
                is_done(&answer)
            }
            2 => {
                self.counted.1 += 1;
                let answer =
                    client.post(&format!("UserStories/{counter}"), &json!({"Name": self.counted.1.to_string()}));
                if is_done(&answer) {
                    self.counted.0 = self.counted.1;
                }
                is_done(&answer)
            }
            3 => {
                let time = json!({"Assignable": {"Id": counter}, "Spent": 0.5, "Description": "t"});
                let answer = client.post("Times", &time);
                if is_done(&answer) {
                    self.spent += 0.5;
                }
                is_done(&answer)
            }
            _ => {
                let Some(id) = self.stories.pop() else { return true };
                self.doubtful = Some(id);
                let answer = client.delete(&format!("UserStories/{id}"));
                if is_done(&answer) {
                    self.doubtful = None;
                    self.deleted.push(id);
                }
                is_done(&answer)
            }
        }
    }
}

/// Whether a write was confirmed; anything but that and silence is a failure.
fn is_done(answer: &Answer) -> bool {
    match answer {
        None => false,
        Some((200 | 201, _)) => true,
        Some(refused) => panic!("{refused:?}"),
    }
}

/// The file against what all know.
fn check(data: &Path, told: &[Told], feature: i64, counters: &[i64], round: u64) {
    let file = File::open(data);
    assert_eq!(file.column("PRAGMA integrity_check"), [Value::Text("ok".into())], "after kill {round}");
    let stories: BTreeMap<i64, String> = file
        .rows(&format!(r#"SELECT "Id", "Name" FROM "General" WHERE "FeatureId" = {feature}"#))
        .into_iter()
        .filter_map(|row| match <[Value; 2]>::try_from(row) {
            Ok([Value::Int(id), Value::Text(name)]) => Some((id, name)),
            _ => None,
        })
        .collect();
    let mut bulks: BTreeMap<&str, i64> = BTreeMap::new();
    for name in stories.values().filter(|name| name.starts_with("bulk")) {
        *bulks.entry(name).or_default() += 1;
    }
    assert!(bulks.values().all(|count| *count == BULK), "half a bulk after kill {round}: {bulks:?}");
    for (told, counter) in told.iter().zip(counters) {
        let lost: Vec<_> = told.stories.iter().filter(|id| !stories.contains_key(id)).collect();
        assert!(lost.is_empty(), "lost by kill {round}: {lost:?}");
        let back: Vec<_> = told.deleted.iter().filter(|id| stories.contains_key(id)).collect();
        assert!(back.is_empty(), "back after kill {round}: {back:?}");
        assert!(told.bulks.iter().all(|name| bulks.contains_key(name.as_str())), "a bulk was lost by kill {round}");
        let name = file.text(&format!(r#"SELECT "Name" FROM "General" WHERE "Id" = {counter}"#));
        let count: i64 = name.parse().expect("a number for a name");
        assert!((told.counted.0..=told.counted.1).contains(&count), "{:?} after kill {round}: {count}", told.counted);
        let times = file.number(&format!(r#"SELECT TOTAL("Spent") FROM "Time" WHERE "AssignableId" = {counter}"#));
        assert!(times >= told.spent, "time was lost by kill {round}: {times} of {}", told.spent);
        let spent = file.number(&format!(r#"SELECT TOTAL("TimeSpent") FROM "General" WHERE "Id" = {counter}"#));
        assert_eq!(spent, times, "the time of a story and its records after kill {round}");
    }
    let sum = file.number(&format!(r#"SELECT TOTAL("Effort") FROM "General" WHERE "FeatureId" = {feature}"#));
    let shown = file.number(&format!(r#"SELECT TOTAL("Effort") FROM "General" WHERE "Id" = {feature}"#));
    assert_eq!(shown, sum, "the effort of the feature and its stories after kill {round}");
    let without_past = format!(
        r#"SELECT COUNT(*) FROM "General" g WHERE g."FeatureId" = {feature} AND NOT EXISTS
           (SELECT 1 FROM "GeneralHistory" h WHERE h."SourceEntityId" = g."Id" AND h."Modification" = 'Add')"#
    );
    assert_eq!(file.number(&without_past), 0.0, "stories without a past after kill {round}");
    let last =
        r#"SELECT COALESCE((SELECT "Value" FROM "Sequence" WHERE "Name" = 'General'), 0) - MAX("Id") FROM "General""#;
    assert!(file.number(last) >= 0.0, "the next id was given already, after kill {round}");
}

/// A data file that no process has.
struct File(Store);

impl File {
    fn open(data: &Path) -> Self {
        let bare = rusqlite::Connection::open(data).expect("the data file");
        let version = bare.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
        drop(bare);
        let options = Options { data: Some(data.to_owned()), ..Options::default() };
        let origin =
            Origin { version, schema: Box::new(String::new), ready: Box::new(|| None), seed: Box::new(|_| Ok(())) };
        Self(Store::open(options, origin).expect("the data file as the program opens it"))
    }

    fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let sql = sql.to_owned();
        let read = move |db: &store::Reader| store::select(db, &sql, &[]);
        self.0.read_blocking(self.0.default_workspace(), Lane::Short, read).expect("a reader").expect("rows")
    }

    fn column(&self, sql: &str) -> Vec<Value> {
        self.rows(sql).into_iter().filter_map(|row| row.into_iter().next()).collect()
    }

    fn number(&self, sql: &str) -> f64 {
        match self.column(sql).as_slice() {
            [Value::Int(n)] => *n as f64,
            [Value::Real(x)] => *x,
            other => panic!("{sql}: {other:?}"),
        }
    }

    fn text(&self, sql: &str) -> String {
        match self.column(sql).as_slice() {
            [Value::Text(text)] => text.clone(),
            other => panic!("{sql}: {other:?}"),
        }
    }
}

/// Numbers that look random and are the same in every run.
struct Dice(AtomicU64);

impl Dice {
    /// A number below `sides`.
    fn roll(&self, sides: u64) -> u64 {
        let mut x = self.0.load(Ordering::Relaxed);
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.store(x, Ordering::Relaxed);
        x % sides
    }
}
