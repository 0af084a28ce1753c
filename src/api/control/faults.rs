//! `faults`: planned, looked at, dropped.

use axum::http::Method;
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::call::Call;
use super::super::error::{Error, Kind};
use super::super::faults::rule;
use super::body;
use crate::app::App;

pub fn route(app: &App, call: &Call, id: Option<&str>) -> Result<Answer, Error> {
    let faults = &app.state.faults;
    let workspace = match call.parameters.text("workspace") {
        Some("*") => None,
        Some(key) => Some(key),
        None => Some(call.workspace.key()),
    };
    match (&call.method, id) {
        (&Method::GET, None) => {
            let (rules, unused) = (faults.shown(workspace), faults.unused(workspace));
            Ok(Answer::json(200, &json!({ "faults": rules, "unused": unused })))
        }
        (&Method::POST, None) => {
            let rules = match serde_json::from_slice(&call.body) {
                Ok(Value::Array(list)) => list,
                Ok(object @ Value::Object(_)) => vec![object],
                Ok(_) => return Err(Error::bad_request("The body must be a rule, or a list of rules.")),
                Err(e) => return Err(Error::bad_request(format!("The body must be JSON: {e}"))),
            };
            let rules = rules.iter().map(|value| match value {
                Value::Object(object) => rule(object, call.workspace.key()),
                other => Err(Error::bad_request(format!("A rule is an object, not {other}."))),
            });
            let rules = rules.collect::<Result<Vec<_>, Error>>()?;
            let full = |limit| Error::new(Kind::Conflict, format!("there may be {limit} faults, drop some before"));
            let ids = faults.add(rules).map_err(full)?;
            Ok(Answer::json(201, &json!({ "ids": ids })))
        }
        (&Method::DELETE, None) => {
            faults.clear(workspace);
            Ok(body::nothing())
        }
        (&Method::DELETE, Some(id)) => match id.parse().is_ok_and(|id| faults.remove(id)) {
            true => Ok(body::nothing()),
            false => Err(Error::new(Kind::NotFound, format!("there is no fault {id}"))),
        },
        _ => Err(Error::method_not_allowed()),
    }
}
