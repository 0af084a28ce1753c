//! Attachments: how a file becomes a row, and what an upload and a download show of it.

use serde_json::{Value as Json, json};

use super::write::{self, Tx};
use crate::clock::Zone;
use crate::date::{Notation, write_date};
use crate::secret;
use crate::store::{Connection, StoreError, content, execute, put_content, select};
use crate::value::Value;

/// Entity of files.
pub const FILE: &str = "Attachment";
/// Entity that files hang on.
pub const HOLDER: &str = "General";
/// Entity of people, who have pictures.
pub const PERSON: &str = "GeneralUser";
/// Heirs of this entity show up as `assignable` too.
pub const WORK: &str = "Assignable";

/// A file before it has an id.
#[derive(Debug, Clone)]
pub struct NewFile {
    pub name: String,
    pub mime_type: String,
    pub data: Vec<u8>,
}

/// A file to hand out.
#[derive(Debug, Clone)]
pub struct StoredFile {
    pub name: String,
    pub mime_type: String,
    pub data: Vec<u8>,
}

const INSERT: &str = r#"INSERT INTO "Attachment" ("Id", "Name", "UniqueFileName", "Description", "Date",
"PersistedMimeType", "PersistedSize", "OwnerId", "GeneralId") VALUES (?1, ?2, ?3, NULL, ?4, ?5, ?6, ?7, ?8)"#;

const ROW: &str = r#"SELECT a."Name", a."UniqueFileName", a."Description", a."Date", a."PersistedMimeType",
a."PersistedSize", u."Id", u."FirstName", u."LastName", u."Login", g."Id", g."Name", g."EntityTypeId"
FROM "Attachment" a LEFT JOIN "GeneralUser" u ON u."Id" = a."OwnerId" LEFT JOIN "General" g ON g."Id" = a."GeneralId"
WHERE a."Id" = ?1"#;

/// Stores a file of an item for the caller; its id comes back, which no other file ever had.
///
/// # Errors
/// 403 for missing rights, or the store's.
pub fn add(tx: &Tx<'_>, file: &NewFile, item: i64) -> write::Result<i64> {
    write::may_create(tx, tx.entity(FILE)?)?;
    let id = tx.next_id(FILE)?;
    let text = |text: &str| Value::Text(text.to_owned());
    let unique = format!("{}_{}", &secret::guid(&file.name, id.unsigned_abs())[..8], file.name);
    let size = i64::try_from(file.data.len()).unwrap_or(i64::MAX);
    let values = [
        Value::Int(id),
        text(&file.name),
        Value::Text(unique),
        Value::Int(tx.now),
        text(&file.mime_type),
        Value::Int(size),
        Value::Int(tx.who.id),
        Value::Int(item),
    ];
    execute(tx.db, INSERT, &values)?;
    put_content(tx.db, id, &file.data)?;
    Ok(id)
}

/// A file with its bytes. Files of a seed have none: theirs are made up, in the size that the seed says.
///
/// # Errors
/// The store's.
pub fn load(connection: &Connection, id: i64) -> Result<Option<StoredFile>, StoreError> {
    let rows = select(connection, ROW, &[Value::Int(id)])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let data = match content(connection, id)? {
        Some(data) => data,
        None => filler(integer(row.get(5)).unwrap_or_default()),
    };
    let mime_type = text(&row[4]).unwrap_or(OCTETS).to_owned();
    Ok(Some(StoredFile { name: text(&row[0]).unwrap_or_default().to_owned(), mime_type, data }))
}

fn filler(size: i64) -> Vec<u8> {
    let size = usize::try_from(size).unwrap_or_default().min(MAX_FILLER);
    b"tpmock ".iter().copied().cycle().take(size).collect()
}

/// Bytes made up for a file of a seed at most.
const MAX_FILLER: usize = 1024 * 1024;

/// The answer of an upload (recorded 2026): camelCase, ISO dates, absolute addresses. `is_work` tells whether an
/// entity type is one of those that show up as `assignable` too.
///
/// # Errors
/// The store's.
pub fn describe(
    connection: &Connection,
    id: i64,
    base: &str,
    zone: &Zone,
    is_work: &dyn Fn(i64) -> bool,
) -> Result<Json, StoreError> {
    let rows = select(connection, ROW, &[Value::Int(id)])?;
    let Some(row) = rows.first() else { return Ok(Json::Null) };
    let size = integer(row.get(5)).unwrap_or_default();
    let date = integer(row.get(3)).map(|at| {
        let mut out = Vec::new();
        write_date(&mut out, at, Notation::Iso, zone);
        String::from_utf8_lossy(&out).into_owned()
    });
    let full_name = [text(&row[7]), text(&row[8])].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let owner = json!({
        "resourceType": PERSON, "id": json(&row[6]), "firstName": json(&row[7]), "lastName": json(&row[8]),
        "login": json(&row[9]),
        "fullName": full_name,
    });
    let item = |kind: &str| json!({ "resourceType": kind, "id": json(&row[10]), "name": json(&row[11]) });
    let work = integer(row.get(12)).is_some_and(is_work);
    Ok(json!({
        "resourceType": FILE,
        "id": id,
        "name": json(&row[0]),
        "uniqueFileName": json(&row[1]),
        "description": json(&row[2]),
        "date": date,
        "persistedMimeType": json(&row[4]),
        "persistedSize": size,
        "isEmpty": size == 0,
        "uri": format!("{base}/Attachment.aspx?AttachmentID={id}"),
        "thumbnailUri": format!("{base}/AttachmentThumbnail.aspx?AttachmentID={id}&width=100&height=100"),
        "mimeType": json(&row[4]),
        "size": size,
        "owner": owner,
        "general": item(HOLDER),
        "message": null,
        "assignable": if work { item(WORK) } else { Json::Null },
    }))
}

const OCTETS: &str = "application/octet-stream";

/// The type a client gave, or the one its name suggests.
pub fn mime_type(given: Option<&str>, name: &str) -> String {
    if let Some(given) = given.filter(|g| is_mime(g) && *g != OCTETS) {
        return given.to_ascii_lowercase();
    }
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let known = match extension.as_str() {
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "htm" | "html" => "text/html",
        "xml" => "text/xml",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        _ => OCTETS,
    };
    known.to_owned()
}

/// Safe to send back in a header.
fn is_mime(text: &str) -> bool {
    text.contains('/') && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

fn integer(value: Option<&Value>) -> Option<i64> {
    if let Some(Value::Int(n)) = value { Some(*n) } else { None }
}

fn text(value: &Value) -> Option<&str> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Int(n) => json!(n),
        Value::Real(x) => json!(x),
        Value::Text(text) => json!(text),
    }
}
