//! The JSON of a rule → [`Rule`]; what is not understood is refused.

use std::time::Duration;

use serde_json::{Map, Value};

use super::super::control::body;
use super::super::error::Error;
use super::effect::{Delay, Effect, LONGEST};
use super::rule::Rule;
use crate::clock::parse_span;

const KNOWN: [&str; 18] = [
    "workspace",
    "method",
    "path",
    "entity",
    "nth",
    "every",
    "times",
    "probability",
    "seed",
    "delay",
    "status",
    "message",
    "retry_after",
    "expired",
    "limit",
    "slow",
    "cut",
    "malformed",
];

/// `workspace` is the one a rule is for that names none.
pub fn rule(object: &Map<String, Value>, workspace: &str) -> Result<Rule, Error> {
    body::check(object, &KNOWN)?;
    let text = |name: &str| body::text(object, name).map(|t| t.map(str::to_owned));
    let workspace = text("workspace")?.unwrap_or_else(|| workspace.to_owned());
    let rule = Rule {
        workspace: (workspace != "*").then_some(workspace),
        method: text("method")?,
        path: text("path")?,
        entity: text("entity")?,
        nth: nth(object)?,
        every: body::count(object, "every")?,
        times: body::count(object, "times")?,
        probability: probability(object)?,
        seed: body::count(object, "seed")?.unwrap_or(0),
        delay: object.get("delay").map(delay).transpose()?,
        effect: effect(object)?,
        written: object.clone(),
    };
    if rule.effect.is_none() && rule.delay.is_none() {
        let effects = "status, expired, limit, slow, cut, malformed or delay";
        return Err(Error::bad_request(format!("A fault must say what goes wrong: {effects}.")));
    }
    Ok(rule)
}

fn nth(object: &Map<String, Value>) -> Result<Vec<u64>, Error> {
    let numbers = match object.get("nth") {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(Value::as_u64).collect::<Option<Vec<u64>>>(),
        Some(value) => value.as_u64().map(|n| vec![n]),
    };
    numbers
        .filter(|list| list.iter().all(|n| *n > 0))
        .ok_or_else(|| Error::bad_request("'nth' must be the number of a call, or a list of numbers; the first is 1."))
}

fn probability(object: &Map<String, Value>) -> Result<Option<f64>, Error> {
    let Some(value) = object.get("probability") else { return Ok(None) };
    match value.as_f64().filter(|p| (0.0..=1.0).contains(p)) {
        Some(p) => Ok(Some(p)),
        None => Err(Error::bad_request(format!("'probability' must lie between 0 and 1, not {value}."))),
    }
}

fn effect(object: &Map<String, Value>) -> Result<Option<Effect>, Error> {
    let mut found = Vec::new();
    if let Some(status) = body::count(object, "status")? {
        found.push(refusal(object, status)?);
    } else if object.contains_key("message") || object.contains_key("retry_after") {
        return Err(Error::bad_request("'message' and 'retry_after' go with 'status'."));
    }
    if body::boolean(object, "expired")? == Some(true) {
        found.push(Effect::Expired);
    }
    if body::boolean(object, "malformed")? == Some(true) {
        found.push(Effect::Malformed);
    }
    match object.get("cut") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => found.push(Effect::Cut { after: None }),
        Some(Value::Object(cut)) => {
            body::check(cut, &["after"])?;
            found.push(Effect::Cut { after: body::count(cut, "after")?.map(size) });
        }
        Some(other) => return Err(Error::bad_request(format!("'cut' is true or {{\"after\": bytes}}, not {other}."))),
    }
    if let Some(limit) = object.get("limit") {
        found.push(limited(limit)?);
    }
    if let Some(slow) = object.get("slow") {
        let bytes = slow.get("bytes_per_second").and_then(Value::as_u64).filter(|n| *n > 0);
        let bytes = bytes.ok_or_else(|| Error::bad_request("'slow' is {\"bytes_per_second\": n}."))?;
        found.push(Effect::Slow { bytes: size(bytes) });
    }
    if found.len() > 1 {
        return Err(Error::bad_request("A fault does one thing; make a rule for each."));
    }
    Ok(found.pop())
}

fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn refusal(object: &Map<String, Value>, status: u64) -> Result<Effect, Error> {
    let status = u16::try_from(status)
        .ok()
        .filter(|s| (400..600).contains(s))
        .ok_or_else(|| Error::bad_request(format!("'status' must be one of an error, 400 to 599, not {status}.")))?;
    // these two always say when to come back
    let usual = matches!(status, 429 | 503).then_some(1);
    Ok(Effect::Status {
        status,
        message: body::text(object, "message")?.map(str::to_owned),
        retry_after: body::count(object, "retry_after")?.or(usual),
    })
}

fn limited(limit: &Value) -> Result<Effect, Error> {
    let wrong = || Error::bad_request("'limit' is {\"calls\": n, \"per\": \"1s\"}.");
    let Value::Object(limit) = limit else { return Err(wrong()) };
    body::check(limit, &["calls", "per"])?;
    let calls = body::count(limit, "calls")?.ok_or_else(wrong)?;
    let per = body::text(limit, "per")?.map_or(Ok(1000), parse_span).map_err(Error::bad_request)?;
    let per = u64::try_from(per).ok().filter(|ms| *ms > 0).ok_or_else(wrong)?;
    Ok(Effect::Limit { calls, per: Duration::from_millis(per) })
}

/// `"200ms"`; `{"min":"50ms","max":"200ms"}` for anything between; `{"median":"80ms","p99":"900ms"}` as networks are.
fn delay(value: &Value) -> Result<Delay, Error> {
    let span = |text: &str| -> Result<Duration, Error> {
        let ms = parse_span(text).map_err(Error::bad_request)?;
        let span = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        if span > LONGEST { Err(Error::bad_request("'delay' may be 60s at most.")) } else { Ok(span) }
    };
    match value {
        Value::String(text) => span(text).map(|d| Delay::Even { least: d, most: d }),
        Value::Object(ends) => {
            body::check(ends, &["min", "max", "median", "p99"])?;
            let end = |name: &str| body::text(ends, name)?.map(span).transpose();
            if let (Some(median), Some(p99)) = (end("median")?, end("p99")?) {
                let fits = !median.is_zero() && median <= p99 && ends.len() == 2;
                let wrong = || Error::bad_request("'delay' needs a 'p99' that is not below its 'median'.");
                return fits.then_some(Delay::Skewed { median, p99 }).ok_or_else(wrong);
            }
            let least = end("min")?.unwrap_or_default();
            let most = end("max")?.filter(|most| *most >= least);
            let most = most.ok_or_else(|| Error::bad_request("'delay' needs a 'max' that is not below 'min'."))?;
            Ok(Delay::Even { least, most })
        }
        other => Err(Error::bad_request(format!(
            "'delay' is a span of time or {{\"min\",\"max\"}} or {{\"median\",\"p99\"}}, not {other}."
        ))),
    }
}
