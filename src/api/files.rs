//! Files outside of `/api`: uploads, downloads, thumbnails and avatars.

use std::sync::Arc;

use axum::http::{Method, header};

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use super::v1_write::scene;
use super::{multipart, page, picture};
use crate::app::App;
use crate::catalog::EntityId;
use crate::rules::accounts::Account;
use crate::rules::files::{self, NewFile, StoredFile};
use crate::rules::write::{self, Tx};
use crate::store::{Connection, Known, Lane};

/// What the real service says of files and pictures, which never change (recorded 2026).
const CACHE: &str = "private, max-age=31536000, s-maxage=0";

/// Side of a thumbnail or avatar when the address does not say.
const SIDE: u32 = 100;

/// # Errors
/// A wrong method, a broken form, a file nobody has or the caller may not see.
pub async fn route(app: &App, call: &Arc<Call>, caller: &Account, what: &str) -> Result<Answer, Error> {
    let allowed = match what {
        "uploadfile.ashx" => call.method == Method::POST,
        _ => matches!(call.method, Method::GET | Method::HEAD),
    };
    if !allowed {
        return Err(Error::method_not_allowed());
    }
    match what {
        "uploadfile.ashx" => upload(app, call, caller).await,
        "attachment.aspx" => download(app, call, caller).await,
        "attachmentthumbnail.aspx" => {
            let id = visible(app, call, caller, files::FILE, "attachmentid").await?;
            Ok(thumbnail(call, id))
        }
        _ => {
            let id = visible(app, call, caller, files::PERSON, "userid").await?;
            let side = side(call, "size");
            Ok(drawn(side, side, id))
        }
    }
}

async fn upload(app: &App, call: &Arc<Call>, caller: &Account) -> Result<Answer, Error> {
    let content_type = call.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let parts = multipart::parse(content_type, &call.body).map_err(|broken| Error::bad_request(broken.to_string()))?;
    let named = |p: &&multipart::Part| p.file_name.is_none() && p.name.eq_ignore_ascii_case("generalId");
    let item = parts.iter().find(named).map(|p| String::from_utf8_lossy(&p.data).into_owned());
    let item = item.or_else(|| call.parameters.text("generalid").map(str::to_owned));
    let item = item.ok_or_else(|| Error::bad_request("generalId is missing."))?;
    let item: i64 = item.trim().parse().map_err(|_| Error::bad_request(format!("Invalid id: {item}")))?;
    let new: Vec<NewFile> = parts.iter().filter_map(|p| new_file(p.file_name.as_deref()?, p)).collect();
    if new.is_empty() {
        return Err(Error::bad_request("No file was sent."));
    }
    page::exists(app, call, caller, entity(app, files::HOLDER)?, item).await?;
    let (inner, writing, caller) = (app.clone(), Arc::clone(call), caller.clone());
    let job = move |db: &Connection, known: &Known| {
        let tx = Tx::new(scene(&inner, &writing, db), known, &caller)?;
        let catalog = tx.catalog();
        let is_work = |kind: i64| {
            let kinds = (catalog.of_type(kind), catalog.named(files::WORK));
            matches!(kinds, (Some(kind), Some(work)) if catalog.is_a(kind.id, work.id))
        };
        let items = new.iter().map(|file| {
            let id = files::add(&tx, file, item)?;
            Ok(files::describe(db, id, &writing.base, tx.zone, &is_work)?)
        });
        items.collect::<write::Result<Vec<_>>>()
    };
    let items = app.state.store.write_knowing(&call.workspace, job).await??;
    let rows = items.len();
    let body = serde_json::to_vec(&serde_json::json!({ "items": items })).unwrap_or_default();
    let mut answer = Answer::new(200, "application/json; charset=utf-8", body)
        .header("x-tp-handled-by", "tp")
        .header("pragma", "no-cache")
        .header("expires", "-1");
    answer.rows = rows;
    Ok(answer)
}

fn new_file(name: &str, part: &multipart::Part) -> Option<NewFile> {
    // some clients send the whole path
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
    let mime_type = files::mime_type(part.content_type.as_deref(), name);
    (!name.is_empty()).then(|| NewFile { name: name.to_owned(), mime_type, data: part.data.to_vec() })
}

/// Whether the path is where files go up, below a workspace or not.
pub fn is_upload(path: &str) -> bool {
    let mut segments = path.split('/').filter(|s| !s.is_empty());
    let first = match segments.next() {
        Some("w") => segments.nth(1),
        first => first,
    };
    first.is_some_and(|s| s.eq_ignore_ascii_case("uploadfile.ashx")) && segments.next().is_none()
}

/// The legacy page that uploads are refused with: clients read its title.
pub fn refusal(error: &Error) -> Answer {
    let message = error.message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let html = format!(
        "<!DOCTYPE html>\n<html>\n  <head><title>{message}</title></head>\n  <body>\n    \
         <h1>Server Error in '/' Application.</h1>\n    <h2><i>{message}</i></h2>\n  </body>\n</html>\n"
    );
    Answer::page(error.kind.status(), html).header("x-tp-handled-by", "tp")
}

async fn download(app: &App, call: &Call, caller: &Account) -> Result<Answer, Error> {
    let id = visible(app, call, caller, files::FILE, "attachmentid").await?;
    let found = app.state.store.read(&call.workspace, Lane::Short, move |c| files::load(c, id)).await??;
    let StoredFile { name, mime_type, data } = found.ok_or_else(|| Error::not_found(files::FILE, id))?;
    // no answer names a version of a file, so that no condition on one can hold
    let conditional = call.headers.contains_key(header::IF_RANGE);
    let asked = call.headers.get(header::RANGE).filter(|_| !conditional).and_then(|v| v.to_str().ok());
    let answer = match range(asked, data.len()) {
        Range::Whole => Answer::new(200, mime_type, data),
        Range::Part(start, end) => Answer::new(206, mime_type, data[start..end].to_vec())
            .header("content-range", format!("bytes {start}-{}/{}", end - 1, data.len())),
        Range::Outside => {
            return Ok(
                Answer::new(416, "text/plain", Vec::new()).header("content-range", format!("bytes */{}", data.len()))
            );
        }
    };
    Ok(answer
        .header("content-disposition", disposition(&name))
        .header("accept-ranges", "bytes")
        .header("cache-control", CACHE)
        .header("x-tp-handled-by", "tp"))
}

#[derive(Debug, PartialEq, Eq)]
enum Range {
    Whole,
    /// From, and behind the last.
    Part(usize, usize),
    Outside,
}

/// One range of bytes; what is no such thing is ignored, as HTTP has it.
fn range(asked: Option<&str>, length: usize) -> Range {
    let ends = asked.and_then(|r| r.trim().split_once('=')).filter(|(unit, _)| unit.eq_ignore_ascii_case("bytes"));
    let Some((first, last)) = ends.and_then(|(_, r)| r.split_once('-')) else { return Range::Whole };
    let (first, last) = (first.trim(), last.trim());
    let (start, end) = match (position(first), position(last)) {
        (Some(start), Some(last)) if last >= start => (start, length.min(last.saturating_add(1))),
        (Some(start), None) if last.is_empty() => (start, length),
        (None, Some(count)) if first.is_empty() => (length.saturating_sub(count), length),
        _ => return Range::Whole,
    };
    if start < end { Range::Part(start, end) } else { Range::Outside }
}

/// A number of digits alone; one too large for any file is as good as the largest.
fn position(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

/// Both spellings of the name: the plain one for old clients, the extended one for the rest.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { '_' }).collect();
    let mut extended = String::new();
    for byte in name.bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'~') => extended.push(char::from(b)),
            b => extended.push_str(&format!("%{b:02X}")),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}")
}

fn thumbnail(call: &Call, id: i64) -> Answer {
    drawn(side(call, "width"), side(call, "height"), id)
}

fn drawn(width: u32, height: u32, id: i64) -> Answer {
    let png = picture::plain(width, height, id.unsigned_abs());
    Answer::new(200, "image/png", png).header("cache-control", CACHE).header("x-tp-handled-by", "tp")
}

fn side(call: &Call, parameter: &str) -> u32 {
    call.parameters.text(parameter).and_then(|v| v.trim().parse().ok()).filter(|side| *side > 0).unwrap_or(SIDE)
}

/// The id that the address names, once it is clear that the caller sees what it stands for.
async fn visible(app: &App, call: &Call, caller: &Account, kind: &str, parameter: &str) -> Result<i64, Error> {
    let text = call.parameters.text(parameter).ok_or_else(|| Error::bad_request(format!("{parameter} is missing.")))?;
    let id = text.trim().parse().map_err(|_| Error::bad_request(format!("Invalid id: {text}")))?;
    page::exists(app, call, caller, entity(app, kind)?, id).await?;
    Ok(id)
}

fn entity(app: &App, name: &str) -> Result<EntityId, Error> {
    let entity = app.state.model.catalog.named(name);
    entity.map(|e| e.id).ok_or_else(|| Error::internal(format!("the model has no {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (asked, expected) in [
            (None, Range::Whole),
            (Some("bytes=0-3"), Range::Part(0, 4)),
            (Some("bytes=4-"), Range::Part(4, 10)),
            (Some("bytes=-3"), Range::Part(7, 10)),
            (Some("bytes=8-99"), Range::Part(8, 10)),
            (Some("bytes=10-"), Range::Outside),
            (Some("Bytes=0-3"), Range::Part(0, 4)),
            (Some("bytes=0-99999999999999999999999"), Range::Part(0, 10)),
            (Some("bytes=99999999999999999999999-"), Range::Outside),
            (Some("bytes=-99999999999999999999999"), Range::Part(0, 10)),
            (Some("bytes=-0"), Range::Outside),
            (Some("bytes=+1-3"), Range::Whole),
            (Some("bytes=-"), Range::Whole),
            (Some("bytes=5-2"), Range::Whole),
            (Some("lines=1-2"), Range::Whole),
        ] {
            assert_eq!(range(asked, 10), expected, "{asked:?}");
        }
    }

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(
            disposition("a\"\r\nb ü.txt"),
            "attachment; filename=\"a___b__.txt\"; filename*=UTF-8''a%22%0D%0Ab%20%C3%BC.txt"
        );
    }
}
