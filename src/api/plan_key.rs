//! What tells the plans of two requests apart. Equal keys mean equal plans, in any workspace and for any caller who
//! sees as much: keys of accounts and rows are bound when a plan runs.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::call::Call;
use crate::catalog::EntityId;
use crate::query::CustomField;

/// Parameters that change nothing about a plan: credentials, and what browsers are kept from caching with.
const ASIDE: [&str; 3] = ["access_token", "token", "_"];

/// Longest key; a longer one would cost more to keep than to plan again.
const LONGEST: usize = 4096;

/// `None` where a plan is better not kept.
pub fn plan_key(
    call: &Call,
    version: char,
    entity: EntityId,
    part: &str,
    sees_all: bool,
    fields: &[CustomField],
) -> Option<String> {
    let fields = if fields.is_empty() { 0 } else { digest(fields) };
    let mut key = String::with_capacity(256);
    let _ = write!(key, "{version}{}/{part}/{}/{fields:x}", entity.0, u8::from(sees_all));
    for (name, value) in call.parameters.pairs() {
        if ASIDE.contains(&name) {
            continue;
        }
        key.push('\0');
        key.push_str(name);
        key.push('\u{1}');
        key.push_str(value);
    }
    (key.len() <= LONGEST).then_some(key)
}

fn digest(fields: &[CustomField]) -> u64 {
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    hasher.finish()
}
