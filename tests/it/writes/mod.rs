//! Writes that no case file spells out: odd values for every member, many writers at once, long random stories.

mod fresh;
mod hostile;
mod stories;
mod sums;
mod together;

use axum::http::Method;
use serde_json::Value;

use crate::world::World;

const JSON: &[(&str, &str)] = &[("content-type", "application/json"), ("accept", "application/json")];

/// A write in JSON: its status and its document, null where it has none.
fn write(world: &World, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let answer = world.send(method, path, JSON, body);
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

fn post(world: &World, path: &str, body: &Value) -> (u16, Value) {
    write(world, Method::POST, path, body)
}
