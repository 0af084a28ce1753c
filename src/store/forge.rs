//! Lays a large schema out in a new database file some ten times faster than its statements would run.
//!
//! Each CREATE makes SQLite search and parse the schema again, which for a hundred tables is most of the program's
//! start. Here the first statement runs as usual and gives the file its header; for the others an empty page each is
//! appended (the file format is documented and frozen) and their rows are put into the schema table. A schema that
//! holds more than plain tables, indexes and views is not touched: its statements run as they are.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, params};

use crate::clock::Zone;

use super::error::StoreError;
use super::functions;

/// Offset of the page size in the file header, two bytes.
const PAGE_SIZE_AT: usize = 16;
/// Offset of the number of pages, four bytes.
const PAGE_COUNT_AT: u64 = 28;
const HEADER: usize = 100;
const TABLE_LEAF: u8 = 0x0d;
const INDEX_LEAF: u8 = 0x0a;
/// Words that give a table more than its one page, or a statement another meaning.
const BEYOND: [&str; 8] = ["UNIQUE", "WITHOUT", "AUTOINCREMENT", "VIRTUAL", " AS ", "'", "--", "/*"];

/// Makes the schema in the empty file at `path` if it is plain enough. False: nothing was done.
pub(super) fn forge(path: &Path, zone: &Arc<Zone>, schema: &str) -> Result<bool, StoreError> {
    let Some(objects) = objects(schema) else {
        return Ok(false);
    };
    let Some((first, others)) = objects.split_first() else {
        return Ok(false);
    };
    let db = Connection::open(path)?;
    db.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")?;
    functions::register(&db, zone)?;
    db.execute_batch(first.sql)?;
    db.close().map_err(|(_, error)| error)?;
    let first_page = append_pages(path, others)?;
    list(path, others, first_page)?;
    Ok(true)
}

/// A table, index or view to make.
#[derive(Debug)]
struct Object<'a> {
    kind: &'static str,
    name: &'a str,
    table: &'a str,
    /// The kind of its page; a view has none.
    leaf: Option<u8>,
    /// As SQLite itself would note it.
    sql: &'a str,
}

fn objects(schema: &str) -> Option<Vec<Object<'_>>> {
    let statements = schema.split(';').map(str::trim).filter(|statement| !statement.is_empty());
    statements.map(Object::of).collect()
}

impl<'a> Object<'a> {
    /// `None` for all that is not plain.
    fn of(sql: &'a str) -> Option<Self> {
        // An odd quote means that the split at the semicolon cut a name in two.
        if !sql.matches('"').count().is_multiple_of(2) {
            return None;
        }
        if let Some(rest) = sql.strip_prefix("CREATE TABLE ") {
            let bare: String = rest.split('"').step_by(2).collect::<Vec<_>>().join("\"").to_ascii_uppercase();
            // A primary key that is not the row id has an index of its own.
            let keys = bare.matches("PRIMARY KEY").count() - bare.matches("INTEGER PRIMARY KEY").count();
            if keys > 0 || BEYOND.iter().any(|word| bare.contains(word)) {
                return None;
            }
            let (name, _) = name(rest)?;
            return Some(Self { kind: "table", name, table: name, leaf: Some(TABLE_LEAF), sql });
        }
        if let Some(rest) = sql.strip_prefix("CREATE VIEW ") {
            let (name, _) = name(rest)?;
            return Some(Self { kind: "view", name, table: name, leaf: None, sql });
        }
        let rest = sql.strip_prefix("CREATE INDEX ").or_else(|| sql.strip_prefix("CREATE UNIQUE INDEX "))?;
        let (index, rest) = name(rest)?;
        let (table, _) = name(rest.strip_prefix(" ON ")?)?;
        Some(Self { kind: "index", name: index, table, leaf: Some(INDEX_LEAF), sql })
    }
}

/// The name that `text` starts with, quoted or not, and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        // A doubled quote inside the name would leave an empty rest or another quote.
        return quoted.split_once('"').filter(|(name, rest)| !name.is_empty() && !rest.starts_with('"'));
    }
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(length);
    // IF NOT EXISTS
    (!name.is_empty() && !name.eq_ignore_ascii_case("if")).then_some((name, rest))
}

/// Adds an empty page per table and index; the number of the first one comes back.
fn append_pages(path: &Path, objects: &[Object<'_>]) -> Result<usize, StoreError> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut header = [0; HEADER];
    file.read_exact(&mut header)?;
    let page_size = usize::from(u16::from_be_bytes([header[PAGE_SIZE_AT], header[PAGE_SIZE_AT + 1]]));
    let end = usize::try_from(file.seek(SeekFrom::End(0))?).unwrap_or_default();
    let present = end.checked_div(page_size).unwrap_or_default();
    let leaves: Vec<u8> = objects.iter().filter_map(|object| object.leaf).collect();
    let mut pages = vec![0; page_size * leaves.len()];
    for (page, leaf) in pages.chunks_exact_mut(page_size).zip(&leaves) {
        page[0] = *leaf;
        // Where the content area starts: the end of the page.
        page[5..7].copy_from_slice(&u16::try_from(page_size).unwrap_or_default().to_be_bytes());
    }
    file.write_all(&pages)?;
    let count = u32::try_from(present + leaves.len()).map_err(|_| StoreError::Full)?;
    file.seek(SeekFrom::Start(PAGE_COUNT_AT))?;
    file.write_all(&count.to_be_bytes())?;
    Ok(present + 1)
}

fn list(path: &Path, objects: &[Object<'_>], first_page: usize) -> Result<(), StoreError> {
    let db = Connection::open(path)?;
    db.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA writable_schema=ON; BEGIN")?;
    {
        let mut insert =
            db.prepare("INSERT INTO sqlite_master(type, name, tbl_name, rootpage, sql) VALUES(?,?,?,?,?)")?;
        let mut page = first_page;
        for object in objects {
            let root = if object.leaf.is_some() { page } else { 0 };
            insert.execute(params![object.kind, object.name, object.table, root as i64, object.sql])?;
            page += usize::from(object.leaf.is_some());
        }
    }
    db.execute_batch("COMMIT")?;
    Ok(db.close().map_err(|(_, error)| error)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rusqlite::Connection;

    use super::forge;
    use crate::clock::Zone;

    fn listing(db: &Connection) -> Vec<String> {
        let mut statement = db
            .prepare("SELECT type || '|' || name || '|' || tbl_name || '|' || sql FROM sqlite_master")
            .expect("schema");
        let rows = statement.query_map([], |row| row.get(0)).expect("schema");
        rows.map(|row| row.expect("row")).collect()
    }

    #[test]
    fn a_forged_file_is_like_a_made_one() {
        let schema = "CREATE TABLE \"a\" (id INTEGER PRIMARY KEY, name TEXT, \"UniqueName\" TEXT);\nCREATE TABLE b(id INTEGER PRIMARY KEY, a INTEGER, x REAL);\n\
                      CREATE INDEX b_a ON b(a, id DESC);\nCREATE VIEW \"v w\" AS SELECT b.*, a.name FROM b JOIN a ON a.id = b.a;\nCREATE UNIQUE INDEX \"a by name, x\" ON \"a\" (name) WHERE name IS NOT NULL;";
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("forged.db");
        assert_eq!(forge(&path, &Arc::new(Zone::utc()), schema), Ok(true));
        let forged = Connection::open(&path).expect("forged");
        let made = Connection::open_in_memory().expect("memory");
        made.execute_batch(schema).expect("schema");
        assert_eq!(listing(&forged), listing(&made));
        forged
            .execute_batch(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                 INSERT INTO b(a, x) SELECT i % 7, i FROM n;
                 INSERT INTO a(name) VALUES('x'); CREATE TABLE c(d)",
            )
            .expect("rows");
        assert!(forged.execute_batch("INSERT INTO a(name) VALUES('x')").is_err(), "unique index holds");
        let sound: String = forged.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("check");
        assert_eq!(sound, "ok");
        let count: i64 =
            forged.query_row("SELECT count(*) FROM \"v w\" WHERE a = 1", [], |row| row.get(0)).expect("count");
        assert_eq!(count, 715);
    }

    #[test]
    fn other_schemas_are_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        for schema in [
            "",
            "CREATE TABLE a(b TEXT UNIQUE)",
            "CREATE TABLE a(b TEXT PRIMARY KEY)",
            "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT)",
            "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(x, PRIMARY KEY(x)) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS a(b)",
            "CREATE TABLE \"a\"\"b\"(c)",
            "CREATE TABLE \"a;b\"(c)",
            "CREATE TABLE a AS SELECT 1",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
            "create table a(b)",
        ] {
            let path = folder.path().join("left.db");
            assert_eq!(forge(&path, &Arc::new(Zone::utc()), schema), Ok(false), "{schema}");
            assert!(!path.exists());
        }
    }
}
