//! `Context`: what the caller works in, and the narrowing that an acid stands for.

use std::sync::Arc;

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use super::page;
use crate::app::App;
use crate::rules::accounts::Account;
use crate::rules::context::{self, Narrowed, Wish};
use crate::store::Lane;
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
    let narrowed_by_acid = !wish.is_everything();
    let (caller, job_call) = (caller.caller(), Arc::clone(call));
    let job = move |connection: &crate::store::Connection| {
        let narrowed = if narrowed_by_acid { context::narrow(connection, caller, &wish)? } else { None };
        let acid = context::acid(narrowed.as_ref());
        let description = context::read(connection, caller, narrowed.as_ref())?;
        let (zone, base) = (job_call.workspace.zone(), job_call.base.as_str());
        let body = match job_call.formats.success {
            Format::Json => {
                let mut writer = JsonWriter::new(Vec::new(), &JsonStyle::V1, Notation::Ms, zone, base);
                context::write(&description, &acid, &wish, &mut writer);
                writer.finish()
            }
            Format::Xml => {
                let mut writer = XmlWriter::new(Vec::new(), zone, base);
                context::write(&description, &acid, &wish, &mut writer);
                writer.finish()
            }
        };
        Ok::<_, crate::store::StoreError>((body, acid, narrowed))
    };
    let (body, acid, narrowed) = app.state.store.read(&call.workspace, Lane::Short, job).await??;
    if let Some(narrowed) = narrowed {
        app.state.memory(&call.workspace).remember_context(acid, narrowed);
    }
    let prettify = call.parameters.get("prettify").is_some();
    Ok(page::finish(call.formats.success, prettify, callback, body))
}

fn wish(call: &Call) -> Result<Wish, Error> {
    let (items, _) = ids(call, ["ids", "ids[]"])?;
    let (projects, every_project) = ids(call, ["projectids", "projectids[]"])?;
    let (teams, every_team) = ids(call, ["teamids", "teamids[]"])?;
    Ok(Wish { items, projects, teams, every_project, every_team })
}

/// `1,88`, `[1,88]`, `name[]=1&name[]=88` or `*`; whether it was the star.
fn ids(call: &Call, names: [&str; 2]) -> Result<(Vec<i64>, bool), Error> {
    let (mut ids, mut every) = (Vec::new(), false);
    for value in names.iter().flat_map(|name| call.parameters.all(name)) {
        let value = value.trim().trim_start_matches('[').trim_end_matches(']');
        for id in value.split(',').map(str::trim).filter(|id| !id.is_empty()) {
            match id.parse() {
                Ok(id) => ids.push(id),
                Err(_) if id == "*" => every = true,
                Err(_) => return Err(Error::bad_request(format!("'{id}' is no id."))),
            }
        }
    }
    Ok((ids, every))
}
