//! `Context`: what the caller works in, and the narrowing that an acid stands for.

use std::sync::Arc;

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use super::page;
use crate::app::App;
use crate::rules::accounts::Account;
use crate::rules::context::{self, Description, Narrowed, Wish};
use crate::store::{Connection, Lane, Reader, StoreError};
use crate::wire::{Format, JsonStyle, JsonWriter, Notation, XmlWriter, is_callback};

/// What an acid of this workspace stands for; `None` for everything.
///
/// # Errors
/// 400 for an acid nobody was given.
pub fn stored(app: &App, call: &Call, acid: &str) -> Result<Option<Narrowed>, Error> {
    let acid = acid.trim().to_ascii_uppercase();
    if acid == context::acid(None) {
        return Ok(None);
    }
    let known = app.state.memory(&call.workspace).context(&acid);
    known.map(Some).ok_or_else(|| Error::bad_request(format!("No context has the acid '{acid}'.")))
}

/// Answers `/Context` and `/Context/{acid}`. A partial response is not supported, as on the real service.
///
/// # Errors
/// A list that is none of ids, an unknown acid, a longer path.
pub async fn context(app: &App, call: &Arc<Call>, caller: &Account, rest: &[&str]) -> Result<Answer, Error> {
    let shown = |asked: &Asked<'_>| {
        let (zone, base) = (asked.call.workspace.zone(), asked.call.base.as_str());
        Ok(match asked.call.formats.success {
            Format::Json => {
                let mut writer = JsonWriter::new(Vec::new(), &JsonStyle::V1, Notation::Ms, zone, base);
                context::write(&asked.description, &asked.acid, asked.wish, &mut writer);
                writer.finish()
            }
            Format::Xml => {
                let mut writer = XmlWriter::new(Vec::new(), zone, base);
                context::write(&asked.description, &asked.acid, asked.wish, &mut writer);
                writer.finish()
            }
        })
    };
    answer(app, call, caller, rest, call.formats.success, shown).await
}

/// Answers the same of API v2.
///
/// # Errors
/// Those of [`context()`].
pub async fn current(app: &App, call: &Arc<Call>, caller: &Account, rest: &[&str]) -> Result<Answer, Error> {
    let caller_ = caller.caller();
    let shown = move |asked: &Asked<'_>| {
        let offered = context::read(asked.connection, caller_, None)?;
        Ok(context::current(&asked.description, &offered, &asked.acid, asked.wish).to_string().into_bytes())
    };
    answer(app, call, caller, rest, Format::Json, shown).await
}

/// What was asked for, as it is shown.
struct Asked<'a> {
    call: &'a Call,
    connection: &'a Connection,
    wish: &'a Wish,
    acid: String,
    description: Description,
}

async fn answer(
    app: &App,
    call: &Arc<Call>,
    caller: &Account,
    rest: &[&str],
    format: Format,
    shown: impl Fn(&Asked<'_>) -> Result<Vec<u8>, StoreError> + Send + 'static,
) -> Result<Answer, Error> {
    let acids = match rest {
        [] => call.parameters.text("acid").into_iter().collect(),
        [acid] => vec![*acid],
        _ => return Err(Error::no_resource(&call.path)),
    };
    let callback = call.parameters.text("callback");
    if callback.is_some_and(|c| !is_callback(c)) {
        return Err(Error::bad_request("The callback must be the name of a function."));
    }
    let mut wish = wish(call)?;
    for acid in acids {
        match stored(app, call, acid)? {
            Some(narrowed) => wish.add(&narrowed),
            None if wish == Wish::default() => {}
            None => (wish.every_project, wish.every_team) = (true, true),
        }
    }
    let (caller, job_call) = (caller.caller(), Arc::clone(call));
    let job = move |connection: &Reader| {
        let narrowed = context::narrow(connection, caller, &wish)?;
        let acid = context::acid(narrowed.as_ref());
        let description = context::read(connection, caller, narrowed.as_ref())?;
        let asked = Asked { call: &job_call, connection, wish: &wish, acid, description };
        let body = shown(&asked)?;
        Ok::<_, StoreError>((body, asked.acid, narrowed))
    };
    let (body, acid, narrowed) = app.state.store.read(&call.workspace, Lane::Short, job).await??;
    if let Some(narrowed) = narrowed {
        app.state.memory(&call.workspace).remember_context(acid, narrowed);
    }
    let prettify = call.parameters.get("prettify").is_some();
    Ok(page::finish(format, prettify, callback, body))
}

fn wish(call: &Call) -> Result<Wish, Error> {
    let items = ids(call, ["ids", "ids[]"])?;
    let projects = ids(call, ["projectids", "projectids[]"])?;
    let teams = ids(call, ["teamids", "teamids[]"])?;
    Ok(Wish {
        items: items.named,
        projects: projects.named,
        teams: teams.named,
        every_project: projects.every,
        every_team: teams.every,
        no_project: projects.none,
        no_team: teams.none,
    })
}

/// A list of ids.
#[derive(Default)]
struct Ids {
    named: Vec<i64>,
    /// The star.
    every: bool,
    /// `null`: what belongs to none of them.
    none: bool,
}

/// `1,88`, `[1,88]`, `name[]=1&name[]=88`, `*` or `null`.
fn ids(call: &Call, names: [&str; 2]) -> Result<Ids, Error> {
    let mut ids = Ids::default();
    for value in names.iter().flat_map(|name| call.parameters.all(name)) {
        let value = value.trim().trim_start_matches('[').trim_end_matches(']');
        for id in value.split(',').map(str::trim).filter(|id| !id.is_empty()) {
            match id.parse() {
                Ok(id) => ids.named.push(id),
                Err(_) if id == "*" => ids.every = true,
                Err(_) if id.eq_ignore_ascii_case("null") => ids.none = true,
                Err(_) => return Err(Error::bad_request(format!("'{id}' is no id."))),
            }
        }
    }
    Ok(ids)
}
