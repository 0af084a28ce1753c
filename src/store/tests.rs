//! The store as its callers use it: workspaces, resets, group commit, the data file.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use super::{DEFAULT, Lane, Options, Origin, Store, StoreError, Workspace};

const SCHEMA: &str = "CREATE TABLE story(id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE FOLD UNIQUE);";

pub(super) fn origin(version: i32) -> Origin {
    Origin {
        version,
        schema: Box::new(|| SCHEMA.to_owned()),
        seed: Box::new(|db| Ok(db.execute_batch("INSERT INTO story VALUES(1,'one'),(2,'two')")?)),
        ready: Box::new(|| None),
    }
}

fn open(options: Options) -> Store {
    Store::open(options, origin(1)).expect("store")
}

pub(super) fn data(path: &Path) -> Options {
    Options { data: Some(path.to_path_buf()), ..Options::default() }
}

fn names(store: &Store, workspace: &Workspace) -> String {
    store.read_blocking(workspace, Lane::Short, |db| all_names(db)).expect("read")
}

fn all_names(db: &Connection) -> String {
    db.query_row("SELECT group_concat(name, ',' ORDER BY id) FROM story", [], |row| row.get(0)).expect("names")
}

fn insert(name: &str) -> impl Fn(&Connection) -> Result<i64, StoreError> + Send + 'static {
    let name = name.to_owned();
    move |db| {
        db.prepare_cached("INSERT INTO story(name) VALUES(?)")?.execute(params![name])?;
        Ok(db.last_insert_rowid())
    }
}

#[test]
fn workspaces_start_equal_and_stay_apart() {
    let store = open(Options::default());
    let keys: Vec<String> = (0..64).map(|i| format!("job-{i}")).collect();
    std::thread::scope(|scope| {
        for key in &keys {
            let store = &store;
            scope.spawn(move || {
                let workspace = store.workspace(key).expect("workspace");
                store.write_blocking(&workspace, insert(key)).expect("commit").expect("insert");
            });
        }
    });
    for key in &keys {
        let workspace = store.find(key).expect("made");
        assert_eq!(names(&store, &workspace), format!("one,two,{key}"));
    }
    assert_eq!(names(&store, store.default_workspace()), "one,two");
    assert_eq!(store.list().len(), 65);
}

#[test]
fn one_workspace_for_one_key() {
    let store = open(Options::default());
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        let touch = || {
            start.wait();
            store.workspace("same").expect("workspace")
        };
        let all: Vec<_> = (0..8).map(|_| scope.spawn(touch)).collect();
        let all: Vec<_> = all.into_iter().map(|thread| thread.join().expect("thread")).collect();
        assert!(all.iter().all(|workspace| Arc::ptr_eq(workspace, &all[0])));
    });
}

#[test]
fn number_and_keys_are_limited() {
    let store = open(Options { workspaces: 2, ..Options::default() });
    store.workspace("a").expect("second");
    assert_eq!(store.workspace("b").unwrap_err(), StoreError::TooManyWorkspaces { limit: 2 });
    assert_eq!(store.workspace("no/key").unwrap_err(), StoreError::BadKey("no/key".to_owned()));
    assert_eq!(store.remove(DEFAULT).unwrap_err(), StoreError::Permanent);
    assert_eq!(store.remove("a"), Ok(true));
    assert_eq!(store.remove("a"), Ok(false));
    store.workspace("b").expect("room again");
}

#[test]
fn a_failing_write_leaves_its_neighbours() {
    let store = Arc::new(open(Options::default()));
    let workspace = Arc::clone(store.default_workspace());
    // The first job holds the writer until the others have gathered, behind it or beside it: then all run again.
    let (gathered, wait) = mpsc::channel::<()>();
    let (running, started) = mpsc::channel::<()>();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let (first, rest) = runtime.block_on(async {
        let first = store.write(&workspace, move |db| {
            let _ = running.send(());
            let _ = wait.recv();
            insert("first")(db)
        });
        let rest = async {
            let good = store.write(&workspace, insert("good"));
            let twice = store.write(&workspace, insert("GOOD"));
            let half = store.write(&workspace, |db| {
                insert("half")(db)?;
                insert("one")(db)
            });
            let panics = store.write(&workspace, |db| -> Result<i64, StoreError> {
                insert("lost")(db)?;
                panic!("on purpose")
            });
            let last = store.write(&workspace, insert("last"));
            let release = async {
                started.recv().expect("writer runs");
                drop(gathered);
            };
            let (good, twice, half, panics, last, ()) = tokio::join!(good, twice, half, panics, last, release);
            (good, twice, half, panics, last)
        };
        tokio::join!(first, rest)
    });
    assert!(matches!(first, Ok(Ok(_))));
    let (good, twice, half, panics, last) = rest;
    assert!(matches!(good, Ok(Ok(_))));
    assert!(matches!(twice, Ok(Err(StoreError::Constraint { .. }))), "{twice:?}");
    assert!(matches!(half, Ok(Err(StoreError::Constraint { .. }))));
    assert_eq!(panics, Err(StoreError::Aborted));
    assert!(matches!(last, Ok(Ok(_))));
    assert_eq!(names(&store, &workspace), "one,two,first,good,last");
}

#[test]
fn a_write_that_ends_the_transaction_hurts_only_itself() {
    let store = open(Options::default());
    let workspace = store.default_workspace();
    let ended = store.write_blocking(workspace, |db| db.execute_batch("ROLLBACK").map_err(StoreError::from));
    assert_eq!(ended, Err(StoreError::Aborted));
    store.write_blocking(workspace, insert("next")).expect("commit").expect("insert");
    assert_eq!(names(&store, workspace), "one,two,next");
}

#[test]
fn a_full_disk_is_told_apart() {
    let store = open(Options::default());
    let workspace = store.default_workspace();
    let fill = |db: &Connection| {
        db.execute_batch("PRAGMA max_page_count=1")?;
        Ok(db.execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
             INSERT INTO story SELECT i, 'a long enough name ' || i FROM n",
        )?)
    };
    assert_eq!(store.write_blocking(workspace, fill), Ok(Err(StoreError::Full)));
    assert_eq!(names(&store, workspace), "one,two");
    store.write_blocking(workspace, insert("next")).expect("commit").expect("insert");
}

#[test]
fn a_panicking_read_leaves_the_threads() {
    let store = open(Options { readers: 1, ..Options::default() });
    let workspace = store.default_workspace();
    let panicked = store.read_blocking(workspace, Lane::Short, |_| panic!("on purpose"));
    assert_eq!(panicked, Err::<(), _>(StoreError::Aborted));
    assert_eq!(names(&store, workspace), "one,two");
}

#[test]
fn reads_cannot_write() {
    let store = open(Options::default());
    let refused = store.read_blocking(store.default_workspace(), Lane::Dear, |db| insert("x")(db)).expect("read");
    assert_eq!(refused, Err(StoreError::ReadOnly));
}

#[test]
fn a_full_queue_is_busy() {
    let store = Arc::new(open(Options { readers: 1, queue: 2, ..Options::default() }));
    let workspace = Arc::clone(store.default_workspace());
    let (release, wait) = mpsc::channel::<()>();
    let (running, started) = mpsc::channel::<()>();
    let blocker = {
        let (store, workspace) = (Arc::clone(&store), Arc::clone(&workspace));
        std::thread::spawn(move || {
            store.read_blocking(&workspace, Lane::Short, move |_| {
                running.send(()).expect("test runs");
                wait.recv().expect("test runs");
            })
        })
    };
    started.recv().expect("reader runs");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    runtime.block_on(async {
        let waits = store.read(&workspace, Lane::Short, |db| all_names(db));
        let waits_too = store.read(&workspace, Lane::Short, |db| all_names(db));
        let too_many = store.read(&workspace, Lane::Short, |db| all_names(db));
        let dear = async {
            let answer = store.read(&workspace, Lane::Dear, |db| all_names(db)).await;
            release.send(()).expect("reader waits");
            answer
        };
        let (waits, waits_too, too_many, dear) = tokio::join!(waits, waits_too, too_many, dear);
        assert!(waits.is_ok() && waits_too.is_ok());
        assert_eq!(too_many, Err(StoreError::Busy));
        assert!(dear.is_ok());
    });
    blocker.join().expect("thread").expect("read");
}

fn resets_show_no_half_state(store: &Store) {
    let workspace = store.default_workspace();
    let other =
        store.template(|db| Ok(db.execute_batch("INSERT INTO story VALUES(1,'uno'),(2,'dos')")?)).expect("template");
    let base = store.base().expect("base");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let twice = |db: &super::Reader| (all_names(db), all_names(db));
                    let (first, second) = store.read_blocking(workspace, Lane::Short, twice).expect("read");
                    assert_eq!(first, second);
                    assert!(first.starts_with("one,two") || first.starts_with("uno,dos"), "{first}");
                }
            });
        }
        scope.spawn(|| {
            for i in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                store.write_blocking(workspace, insert(&format!("new {i}"))).expect("commit").expect("insert");
            }
        });
        let mut generations = vec![workspace.generation()];
        for round in 0..20 {
            store.reset(workspace, if round % 2 == 0 { &other } else { &base }).expect("reset");
            generations.push(workspace.generation());
        }
        done.store(true, Ordering::Relaxed);
        generations.sort_unstable();
        generations.dedup();
        assert_eq!(generations.len(), 21);
    });
    store.reset(workspace, &base).expect("reset");
    assert_eq!(names(store, workspace), "one,two");
}

#[test]
fn reset_under_load() {
    let store = open(Options::default());
    resets_show_no_half_state(&store);
    let folder = store.folder().expect("folder").to_path_buf();
    // Old databases go when the last connection to them is closed: at once, or when its thread sweeps.
    let is_database = |name: &std::ffi::OsStr| name.to_string_lossy().contains(".db");
    let entries = || std::fs::read_dir(&folder).expect("folder").map(|entry| entry.expect("entry").file_name());
    let count = || entries().filter(|name| is_database(name)).count();
    let patience = Instant::now() + Duration::from_secs(20);
    while count() > 4 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(count() <= 4, "the base template and the present database with its log, not {} files", count());
    drop(store);
    assert!(!folder.exists());
}

#[test]
fn reset_of_a_data_file_under_load() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tp.db");
    resets_show_no_half_state(&open(data(&path)));
    assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1, "log folded in");
    let store = open(data(&path));
    assert_eq!(names(&store, store.default_workspace()), "one,two");
}

#[test]
fn a_data_file_lasts() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("tp.db");
    let store = open(data(&path));
    store.write_blocking(store.default_workspace(), insert("kept")).expect("commit").expect("insert");
    store.workspace("other").expect("workspace");
    drop(store);
    let store = open(data(&path));
    assert_eq!(names(&store, store.default_workspace()), "one,two,kept");
    assert_eq!(names(&store, &store.workspace("other").expect("workspace")), "one,two");
    drop(store);
    let newer = Store::open(data(&path), origin(0)).unwrap_err();
    assert_eq!(newer, StoreError::NewerSchema { found: 1, known: 0 });
    let older = Store::open(data(&path), origin(2)).unwrap_err();
    assert_eq!(older, StoreError::OlderSchema { found: 1, known: 2 });
}

#[test]
fn files_of_others_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "shopping list, long enough").expect("file");
    assert!(matches!(Store::open(data(&text), origin(1)), Err(StoreError::Foreign(_))));
    let short = folder.path().join("short");
    std::fs::write(&short, "x").expect("file");
    assert!(matches!(Store::open(data(&short), origin(1)), Err(StoreError::Foreign(_))));
    let other = folder.path().join("other.db");
    Connection::open(&other).expect("db").execute_batch("CREATE TABLE t(a)").expect("table");
    let before = std::fs::read(&other).expect("file");
    assert!(matches!(Store::open(data(&other), origin(1)), Err(StoreError::Foreign(_))));
    assert_eq!(std::fs::read(&other).expect("file"), before);
    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, "").expect("file");
    let store = open(data(&empty));
    assert_eq!(names(&store, store.default_workspace()), "one,two");
    assert_eq!(Store::open(data(&empty), origin(1)).unwrap_err(), StoreError::InUse(empty.display().to_string()));
    let nowhere = folder.path().join("missing/tp.db");
    assert!(matches!(Store::open(data(&nowhere), origin(1)), Err(StoreError::Io(_))));
}

#[test]
fn snapshots_come_back() {
    let store = open(Options::default());
    let workspace = store.workspace("a").expect("workspace");
    store.write_blocking(&workspace, insert("three")).expect("commit").expect("insert");
    let snapshot = store.capture(&workspace).expect("snapshot");
    store.write_blocking(&workspace, insert("four")).expect("commit").expect("insert");
    store.reset(&workspace, &snapshot).expect("reset");
    assert_eq!(names(&store, &workspace), "one,two,three");
    let twin = store.create("twin", &snapshot).expect("workspace");
    store.write_blocking(&twin, insert("five")).expect("commit").expect("insert");
    assert_eq!(names(&store, &twin), "one,two,three,five");
    store.reset(&workspace, &store.base().expect("base")).expect("reset");
    assert_eq!(names(&store, &workspace), "one,two");
}

#[test]
fn memory_serves_where_no_folder_does() {
    let nowhere = Options { temporary: Some("/nonexistent/folder".into()), ..Options::default() };
    let store = open(nowhere);
    assert!(store.folder().is_none());
    let workspace = store.workspace("a").expect("workspace");
    store.write_blocking(&workspace, insert("three")).expect("commit").expect("insert");
    let snapshot = store.capture(&workspace).expect("snapshot");
    assert_eq!(names(&store, &workspace), "one,two,three");
    store.reset(&workspace, &store.base().expect("base")).expect("reset");
    assert_eq!(names(&store, &workspace), "one,two");
    store.reset(&workspace, &snapshot).expect("reset");
    assert_eq!(names(&store, &workspace), "one,two,three");
    assert_eq!(names(&store, store.default_workspace()), "one,two");
}

#[test]
fn streams_are_limited() {
    let store = open(Options { streams: 1, ..Options::default() });
    let workspace = store.default_workspace();
    let (chunks, received) = mpsc::sync_channel::<String>(0);
    let job = move |db: Result<&super::Reader, StoreError>| {
        let names = all_names(db.expect("connection"));
        let _ = chunks.send(names);
    };
    store.stream(workspace, job).expect("first");
    assert_eq!(store.stream(workspace, |_| {}), Err(StoreError::Busy));
    assert_eq!(received.recv().expect("chunk"), "one,two");
}

#[test]
fn errors_of_functions_keep_their_words() {
    let store = open(Options::default());
    let convert = |db: &super::Reader| db.query_row("SELECT tp_to_int('x')", [], |row| row.get::<_, i64>(0));
    let error = store.read_blocking(store.default_workspace(), Lane::Short, convert).expect("read").unwrap_err();
    let words = "Input string was not in a correct format.".to_owned();
    assert_eq!(StoreError::from(error), StoreError::Runtime(words));
}

#[test]
fn a_point_read_stays_on_its_thread_where_a_connection_is_at_hand() {
    let store = open(Options { readers: 1, ..Options::default() });
    let workspace = store.default_workspace();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    let here = std::thread::current().id();
    let read = |job: fn(&Connection) -> String| {
        let job = move |db: &super::Reader| (std::thread::current().id(), job(db));
        runtime.block_on(store.read(workspace, Lane::Point, job))
    };
    // a reader thread opens the connection, and puts it back just after its answer
    assert_eq!(names(&store, workspace), "one,two");
    let stayed = (0..1000).any(|_| {
        std::thread::sleep(Duration::from_millis(1));
        let (thread, found) = read(all_names).expect("read");
        assert_eq!(found, "one,two");
        thread == here
    });
    assert!(stayed);
    assert!(matches!(read(|_| panic!("on purpose")), Err(StoreError::Aborted)));
    assert_eq!(read(all_names).map(|(_, found)| found), Ok("one,two".to_owned()));
}
