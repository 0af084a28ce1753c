//! Bodies and answers of the control interface: JSON objects whose members are known.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, Kind};
use crate::app::{App, State};
use crate::catalog::nearest;
use crate::control::ControlError;
use crate::store::Workspace;

/// The object of a body; no body is an empty one. A member that is not known is refused, never ignored.
pub fn object(call: &Call, known: &[&str]) -> Result<Map<String, Value>, Error> {
    if call.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let object: Map<String, Value> = serde_json::from_slice(&call.body)
        .map_err(|e| Error::bad_request(format!("The body must be a JSON object: {e}")))?;
    check(&object, known)?;
    Ok(object)
}

/// Refuses members that are not known.
pub fn check(object: &Map<String, Value>, known: &[&str]) -> Result<(), Error> {
    let Some(stranger) = object.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    let hint = nearest(stranger, known.iter().copied()).map(|n| format!("; did you mean '{n}'")).unwrap_or_default();
    Err(Error::bad_request(format!("'{stranger}' is not known here{hint}. Known are: {}.", known.join(", "))))
}

/// A text member.
pub fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Error::bad_request(format!("'{name}' must be a text, not {other}."))),
    }
}

pub fn boolean(object: &Map<String, Value>, name: &str) -> Result<Option<bool>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(b)) => Ok(Some(*b)),
        Some(other) => Err(Error::bad_request(format!("'{name}' must be true or false, not {other}."))),
    }
}

/// A number that counts something.
pub fn count(object: &Map<String, Value>, name: &str) -> Result<Option<u64>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(n) => Ok(Some(n)),
            None => Err(Error::bad_request(format!("'{name}' must be a whole number, not {value}."))),
        },
    }
}

/// Runs what copies files away from the threads that serve connections.
pub async fn blocking<T: Send + 'static>(
    app: &App,
    call: &Call,
    work: impl FnOnce(&State, &Workspace) -> Result<T, ControlError> + Send + 'static,
) -> Result<T, Error> {
    let (state, workspace) = (Arc::clone(&app.state), Arc::clone(&call.workspace));
    let done = tokio::task::spawn_blocking(move || work(&state, &workspace)).await;
    Ok(done.map_err(|_| Error::internal("The work was not finished."))??)
}

pub fn nothing() -> Answer {
    Answer::new(204, "application/json", Vec::new())
}

impl From<ControlError> for Error {
    fn from(error: ControlError) -> Self {
        let kind = match error {
            ControlError::Bad(_) => Kind::BadRequest,
            ControlError::Unknown(_) => Kind::NotFound,
            ControlError::Conflict(_) => Kind::Conflict,
            ControlError::Store(error) => return error.into(),
        };
        Error::new(kind, error.to_string())
    }
}
