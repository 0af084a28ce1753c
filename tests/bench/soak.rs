//! Everything at once for a while, over a thousand workspaces, with an eye on memory.
//!
//! `cargo test --test soak` takes twenty seconds; `SOAK_MINUTES=10 cargo test --release --test soak -- --nocapture`
//! is the whole of it, and prints the curve: memory, open files, threads, workspaces, bytes on disk.
//! With glibc, `MALLOC_ARENA_MAX=1` shows what is held without what the allocator keeps for its many threads.
//! What the sequence of actions is follows from the number of a worker, so runs repeat.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tpmock::{Auth, Config, Limits, SeedSource, Server};

const WORKSPACES: u64 = 1000;
const WORKERS: u64 = 4;
const SNAPSHOTS: usize = 16;
const JOURNAL: usize = 512 * 1024;

/// Workspaces that nobody asks for so long are dropped while others are made.
const IDLE: Duration = Duration::from_secs(8);

/// What a short run may add between its half and its end; a long one is held to a share of what it had.
const SHORT_GROWTH: u64 = 48;

/// Memory that one more workspace at a time takes.
const WORKSPACE_KIB: u64 = 160;

#[test]
fn nothing_grows_without_end() {
    let minutes = std::env::var("SOAK_MINUTES").ok().and_then(|text| text.parse::<f64>().ok());
    let time = minutes.map_or(Duration::from_secs(20), |minutes| Duration::from_secs_f64(minutes * 60.0));
    let server = Server::start(config()).expect("a server");
    let soak = Soak { url: server.url().to_owned(), stop: AtomicBool::new(false), ..Soak::default() };
    let curve = thread::scope(|scope| {
        for worker in 0..WORKERS {
            let soak = &soak;
            scope.spawn(move || Worker::new(soak, worker).work());
        }
        let curve = watch(&soak, time);
        soak.stop.store(true, Ordering::Relaxed);
        curve
    });
    let wrong = soak.wrong.lock().expect("a lock");
    assert!(wrong.is_empty(), "answers that should not be:\n{}", wrong.join("\n"));
    let asked = soak.asked.load(Ordering::Relaxed);
    println!("{asked} requests, {} a second", asked / time.as_secs().max(1));
    bounded(&curve, minutes.is_some());
    drop_all(&soak, &curve);
}

fn config() -> Config {
    Config {
        seed: SeedSource::Small,
        auth: Auth::Open,
        max_workspaces: usize::try_from(WORKSPACES).unwrap_or(1000),
        workspace_idle: Some(IDLE),
        limits: Limits {
            journal_bytes: JOURNAL,
            snapshots: SNAPSHOTS,
            workspace_bytes: 64 * 1024 * 1024,
            ..Limits::default()
        },
        ..Config::default()
    }
}

#[derive(Default)]
struct Soak {
    url: String,
    stop: AtomicBool,
    asked: AtomicU64,
    wrong: Mutex<Vec<String>>,
}

/// One look at the server.
#[derive(Debug, Clone, Copy)]
struct Point {
    seconds: u64,
    /// Resident memory and bytes on disk, in MiB.
    memory: u64,
    disk: u64,
    files: usize,
    threads: u64,
    workspaces: u64,
    snapshots: u64,
    journal: u64,
}

fn watch(soak: &Soak, time: Duration) -> Vec<Point> {
    let (start, mut curve) = (Instant::now(), Vec::new());
    println!("seconds  memory MiB  disk MiB  files  threads  workspaces  snapshots  journal bytes");
    while start.elapsed() < time {
        thread::sleep((time / 60).clamp(Duration::from_millis(500), Duration::from_secs(10)));
        let point = look(&soak.url, start.elapsed().as_secs());
        println!(
            "{:>7}  {:>10}  {:>8}  {:>5}  {:>7}  {:>10}  {:>9}  {:>13}",
            point.seconds,
            point.memory,
            point.disk,
            point.files,
            point.threads,
            point.workspaces,
            point.snapshots,
            point.journal
        );
        curve.push(point);
    }
    curve
}

fn look(url: &str, seconds: u64) -> Point {
    let text = ureq::get(format!("{url}/_tpmock/metrics")).call().expect("metrics").body_mut().read_to_string();
    let text = text.expect("a text");
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.and_then(|n| n.parse::<f64>().ok()).unwrap_or_default() as u64
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let threads = status.lines().find_map(|line| line.strip_prefix("Threads:")).and_then(|n| n.trim().parse().ok());
    Point {
        seconds,
        memory: value("process_resident_memory_bytes") / (1024 * 1024),
        disk: on_disk() / (1024 * 1024),
        files: fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
        threads: threads.unwrap_or_default(),
        workspaces: value("tpmock_workspaces"),
        snapshots: value("tpmock_snapshots"),
        journal: value("tpmock_journal_bytes"),
    }
}

/// Bytes of the files this process holds open in folders of the temporary one, and of those beside them.
fn on_disk() -> u64 {
    let mut folders: Vec<_> = fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok()?.parent().map(Path::to_path_buf))
        .filter(|folder| folder.starts_with(std::env::temp_dir()) && *folder != std::env::temp_dir())
        .collect();
    folders.sort();
    folders.dedup();
    let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

/// Limits hold at every moment; memory that rose while workspaces came levels off.
fn bounded(curve: &[Point], long: bool) {
    for point in curve {
        assert!(point.journal <= JOURNAL as u64, "the journal is larger than it may be: {point:?}");
        assert!(point.snapshots <= SNAPSHOTS as u64, "too many snapshots: {point:?}");
        assert!(point.workspaces <= WORKSPACES, "too many workspaces: {point:?}");
    }
    let quarter = curve.len() / 4;
    let (third, last) = (&curve[quarter * 2..quarter * 3], &curve[quarter * 3..]);
    let mean = |points: &[Point]| points.iter().map(|p| p.memory).sum::<u64>() / points.len().max(1) as u64;
    let most = |points: &[Point]| points.iter().map(|p| p.workspaces).max().unwrap_or_default();
    // the allocator keeps what the largest number of workspaces at a time has needed
    let share = most(last).saturating_sub(most(third)) * WORKSPACE_KIB / 1024;
    let (before, after) = (mean(third), mean(last));
    let growth = if long { before / 20 } else { SHORT_GROWTH };
    assert!(after <= before + growth + share, "memory grew from {before} to {after} MiB when it should level off");
}

/// What workspaces took is given back when they are gone.
fn drop_all(soak: &Soak, curve: &[Point]) {
    let last = curve.last().expect("a look");
    let list =
        ureq::get(format!("{}/_tpmock/workspaces", soak.url)).call().expect("a list").body_mut().read_to_string();
    let list: Value = serde_json::from_str(&list.expect("a text")).expect("JSON");
    for key in list["workspaces"].as_array().into_iter().flatten().filter_map(|w| w["key"].as_str()) {
        if key != "default" {
            let _ = ureq::delete(format!("{}/_tpmock/workspaces/{key}", soak.url)).call();
        }
    }
    thread::sleep(Duration::from_secs(2));
    let end = look(&soak.url, last.seconds);
    println!("when all are dropped: {end:?}");
    assert_eq!(end.workspaces, 1);
    assert!(end.files < 200 && end.threads < 60 && end.disk < 64, "something was not given back: {end:?}");
}

struct Worker<'s> {
    soak: &'s Soak,
    agent: ureq::Agent,
    number: u64,
    turn: u64,
    /// Bugs this worker made, with their workspaces.
    made: Vec<(String, i64)>,
}

impl<'s> Worker<'s> {
    fn new(soak: &'s Soak, number: u64) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { soak, agent: config.into(), number, turn: 0, made: Vec::new() }
    }

    /// A number below `end` that follows from the worker and its turn.
    fn pick(&mut self, end: u64) -> u64 {
        self.turn += 1;
        let mut z = (self.number << 40 | self.turn).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn work(&mut self) {
        while !self.soak.stop.load(Ordering::Relaxed) {
            let workspace = format!("/w/soak-{}", self.pick(WORKSPACES));
            match self.pick(100) {
                0..35 => self.read_v1(&workspace),
                35..50 => self.read_v2(&workspace),
                50..62 => self.create(&workspace),
                62..70 => self.change(),
                70..74 => self.stream(&workspace),
                74..78 => self.snapshot(&workspace),
                78..82 => drop(self.send("POST", &format!("{workspace}/_tpmock/reset"), "")),
                82..86 => self.fault(&workspace),
                86..91 => self.look(&workspace),
                91..95 => self.fork(),
                95..97 => drop(self.send(
                    "DELETE",
                    &format!("/_tpmock/{}", &workspace[1..].replacen("w/", "workspaces/", 1)),
                    "",
                )),
                97..99 => drop(self.send("PUT", &format!("{workspace}/_tpmock/clock"), r#"{"advance":"1d"}"#)),
                _ => self.upload(&workspace),
            }
        }
    }

    /// Sends and judges: only what was asked for may fail.
    fn send(&mut self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.soak.asked.fetch_add(1, Ordering::Relaxed);
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.soak.url))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .body(body.to_owned())
            .expect("a request");
        let mut answer = match self.agent.run(request) {
            Ok(answer) => answer,
            Err(error) => return self.complain(method, path, &error.to_string()),
        };
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        // 503: busy, or as many workspaces as there may be; 507: one is full; 599: a fault
        if status >= 500 && !matches!(status, 503 | 507 | 599) {
            return self.complain(method, path, &format!("{status} {text}"));
        }
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    fn complain(&self, method: &str, path: &str, what: &str) -> (u16, Value) {
        let mut wrong = self.soak.wrong.lock().expect("a lock");
        if wrong.len() < 20 {
            wrong.push(format!("{method} {path}: {what}"));
        }
        (0, Value::Null)
    }

    fn read_v1(&mut self, workspace: &str) {
        // the number makes each filter a new one, so that caches of plans fill
        let n = self.pick(100_000);
        let path = match n % 4 {
            0 => "/api/v1/UserStories?include=[Id,Name,Tasks[Id,Name],EntityState[Name]]&take=10".to_owned(),
            1 => format!("/api/v1/Bugs?where=Id%20gt%20{n}&take=5"),
            2 => format!("/api/v1/Generals?where=Name%20contains%20'{n}'&orderByDesc=CreateDate"),
            _ => "/api/v1/Projects?append=[Bugs-Count,UserStories-Effort-Sum]".to_owned(),
        };
        self.send("GET", &format!("{workspace}{path}"), "");
    }

    fn read_v2(&mut self, workspace: &str) {
        let n = self.pick(100_000);
        let select = "%7Bid,name,tasks:tasks.where(id%3E1).count(),state:entityState.name%7D";
        let path = match n % 3 {
            0 => format!("/api/v2/UserStories?select={select}&take=10"),
            1 => format!("/api/v2/Bugs?where=(id%3E{n})&orderBy=createDate%20desc"),
            _ => "/api/v2/Assignables?result=count()".to_owned(),
        };
        self.send("GET", &format!("{workspace}{path}"), "");
    }

    fn create(&mut self, workspace: &str) {
        let (_, projects) = self.send("GET", &format!("{workspace}/api/v1/Projects?take=1&include=[Id]"), "");
        let Some(project) = projects["Items"][0]["Id"].as_i64() else { return };
        let text = "words of a description ".repeat(20);
        let bug = json!({ "Name": "soak", "Description": text, "Project": { "Id": project } }).to_string();
        let (_, made) = self.send("POST", &format!("{workspace}/api/v1/Bugs"), &bug);
        if let Some(id) = made["Id"].as_i64()
            && self.made.len() < 1000
        {
            self.made.push((workspace.to_owned(), id));
        }
    }

    fn change(&mut self) {
        let Some((workspace, id)) = self.made.pop() else { return };
        self.send("POST", &format!("{workspace}/api/v1/Bugs/{id}"), r#"{"Name":"changed"}"#);
        self.send("DELETE", &format!("{workspace}/api/v1/Bugs/{id}"), "");
    }

    /// A stream that is read to its end, or given up in the middle.
    fn stream(&mut self, workspace: &str) {
        self.soak.asked.fetch_add(1, Ordering::Relaxed);
        let address = format!("{}{workspace}/svc/tp-apiv2-streaming-service/stream/General", self.soak.url);
        let Ok(mut answer) = self.agent.get(address).call() else { return };
        let mut some = vec![0; if self.pick(2) == 0 { 100 } else { 10_000_000 }];
        let _ = answer.body_mut().as_reader().read(&mut some);
    }

    fn snapshot(&mut self, workspace: &str) {
        let name = format!("{workspace}/_tpmock/snapshots/s{}", self.pick(SNAPSHOTS as u64 * 2));
        match self.pick(3) {
            0 => self.send("PUT", &name, ""),
            1 => self.send("POST", &format!("{name}/restore"), ""),
            _ => self.send("DELETE", &name, ""),
        };
    }

    fn fault(&mut self, workspace: &str) {
        let rule = r#"{"times":2,"status":599}"#;
        let rule = if self.pick(2) == 0 { rule } else { r#"{"times":1,"delay":{"min":"1ms","max":"5ms"}}"# };
        self.send("POST", &format!("{workspace}/_tpmock/faults"), rule);
        self.send("GET", &format!("{workspace}/api/v1/Bugs?take=1"), "");
        self.send("DELETE", &format!("{workspace}/_tpmock/faults"), "");
    }

    fn look(&mut self, workspace: &str) {
        let what = ["requests?limit=20", "requests.har", "requests/count", "coverage/used", "export", "workspaces"];
        let what = what[usize::try_from(self.pick(what.len() as u64)).unwrap_or_default()];
        self.send("GET", &format!("{workspace}/_tpmock/{what}"), "");
    }

    fn fork(&mut self) {
        let (from, to) = (self.pick(WORKSPACES), self.pick(WORKSPACES));
        let body = json!({ "from": format!("soak-{from}") }).to_string();
        self.send("POST", &format!("/_tpmock/workspaces/soak-{to}"), &body);
    }

    fn upload(&mut self, workspace: &str) {
        let key = self.pick(50);
        let body = json!({ "publicData": { "text": "x".repeat(2000) } }).to_string();
        self.send("POST", &format!("{workspace}/storage/v1/soak/{key}"), &body);
    }
}
