//! The databases that come with the program are, byte for byte, what their seeds make on the day of the clock.
//!
//! `BLESS=1` makes them anew, which a change of a seed, of the catalog or of the schema calls for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use tpmock::store::{Connection, Image, MADE_FOR, Options, Origin, Store, select};
use tpmock::value::Value;
use tpmock::{App, Config, SeedSource, clock};

const NAMES: [&str; 3] = ["demo", "small", "empty"];

const DAY: i64 = 86_400_000;

/// Days before and after the one that databases are made for, to both ends of the years in reach.
const MOMENTS: [&str; 5] = [
    "2026-03-10T12:00:00Z",
    "2026-11-25T23:59:59.999Z",
    "2024-12-31T08:30:00Z",
    "2007-06-01T00:00:01Z",
    "2044-02-29T17:45:00Z",
];

#[test]
fn databases_are_what_their_seeds_make() {
    for name in NAMES {
        let file = fixture(&format!("image/{name}.lz4"));
        if env::var_os("BLESS").is_some() {
            // another hour on the second day: nothing may hang on the time of day
            let packed = pack(&made(name, MADE_FOR), &made(name, MADE_FOR + DAY + DAY / 3));
            fs::write(&file, packed).expect("a file to write");
        }
        let image = Image(fs::read(&file).expect("a packed database").leak());
        for moment in MOMENTS {
            let now = clock::parse_instant(moment).expect("an instant");
            let database = image.at(now).unwrap_or_else(|| panic!("{name} has no database at {moment}; {BLESS}"));
            let (ready, seeded) = (content(&database), content(&made(name, now)));
            assert!(ready == seeded, "{name} is not what its seed makes at {moment}; {BLESS}");
        }
    }
}

const BLESS: &str = "`BLESS=1 cargo test --test it images` makes it anew";

/// All there is in a sound database: its schema, and the rows of its tables.
fn content(database: &[u8]) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(&file, database).expect("a file to write");
    let version = i32::from_be_bytes(database[60..64].try_into().expect("four bytes"));
    let zone = Arc::new(clock::Zone::utc());
    let origin =
        Origin { version, schema: Box::new(String::new), seed: Box::new(|_| Ok(())), ready: Box::new(|| None) };
    let store = Store::open(Options::default(), origin).expect("a store");
    let read = |db: &Connection| -> Vec<String> {
        let column = |sql: &str| select(db, sql, &[]).expect("rows").into_iter().map(|row| format!("{row:?}"));
        let sound: Vec<String> = column("PRAGMA integrity_check").collect();
        assert_eq!(sound, [r#"[Text("ok")]"#]);
        let mut content: Vec<String> = column("SELECT name, sql FROM sqlite_schema").collect();
        let tables = select(db, "SELECT name FROM sqlite_schema WHERE type = 'table'", &[]).expect("tables");
        for table in tables.into_iter().flatten() {
            let Value::Text(table) = table else { panic!("a name") };
            content.extend(column(&format!("SELECT * FROM \"{table}\" ORDER BY rowid")));
        }
        content
    };
    store.load(file.path()).expect("a sound file").read(&zone, read).expect("a database")
}

#[test]
fn clocks_far_off_have_no_database() {
    let image = Image(fs::read(fixture("image/empty.lz4")).expect("a packed database").leak());
    for moment in ["1970-01-01T00:00:00Z", "2300-01-01T00:00:00Z"] {
        assert!(image.at(clock::parse_instant(moment).expect("an instant")).is_none(), "{moment}");
    }
    for far in [i64::MIN, i64::MAX] {
        assert!(image.at(far).is_none());
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The file that a server makes of the seed, read as if it were somebody's own.
fn made(name: &str, now: i64) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("made.db");
    let seed = SeedSource::File(fixture(&format!("seed/{name}.json")));
    let clock = Some(clock::print_instant(now));
    drop(App::new(Config { seed, clock, data: Some(data.clone()), ..Config::default() }).expect("a sound seed"));
    fs::read(data).expect("a database")
}

/// The format of `store/image.rs`, made of the files of two days that follow each other.
fn pack(today: &[u8], tomorrow: &[u8]) -> Vec<u8> {
    assert_eq!(today.len(), tomorrow.len(), "some date takes more bytes than another");
    let days = Days { today, tomorrow };
    let (mut numbers, mut digits) = (Vec::new(), Vec::new());
    let mut database = today.to_vec();
    let mut at = 0;
    while let Some(step) = today[at..].iter().zip(&tomorrow[at..]).position(|(a, b)| a != b) {
        let differs = at + step;
        if let Some(start) = days.begin(at, differs, 6, number) {
            numbers.push(start);
            at = start + 6;
        } else if let Some(start) = days.begin(at, differs, 13, text) {
            digits.push(start);
            at = start + 13;
        } else {
            // left behind where rows made room; the proof would miss a date that a page's end cuts in two
            database[differs] = 0;
            at = differs + 1;
        }
    }
    let mut unpacked = Vec::new();
    for places in [numbers, digits] {
        put(&mut unpacked, places.len());
        let before = std::iter::once(0).chain(places.iter().copied());
        for (place, before) in places.iter().zip(before) {
            put(&mut unpacked, place - before);
        }
    }
    unpacked.extend(database);
    lz4_flex::compress_prepend_size(&unpacked)
}

/// One database on two days.
struct Days<'a> {
    today: &'a [u8],
    tomorrow: &'a [u8],
}

impl Days<'_> {
    /// Where the date begins that the byte at `differs` belongs to, if it lies in one piece behind `at`.
    fn begin(&self, at: usize, differs: usize, length: usize, read: fn(&[u8]) -> Option<i64>) -> Option<usize> {
        let mut starts = (differs + 1).saturating_sub(length).max(at)..=differs;
        starts.find(|start| {
            let of = |bytes: &[u8]| bytes.get(*start..start + length).and_then(read);
            of(self.today).zip(of(self.tomorrow)).is_some_and(|(a, b)| a + DAY == b)
        })
    }
}

fn number(bytes: &[u8]) -> Option<i64> {
    Some(bytes.iter().fold(0, |n, byte| n << 8 | i64::from(*byte)))
}

fn text(bytes: &[u8]) -> Option<i64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn put(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
