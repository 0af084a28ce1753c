//! API v2 as a whole: real queries, streams, twins in v1, hostile input, and an evaluator of its own as a judge.

mod corpus;
mod hostile;
mod page;
mod shapes;
mod smoke;
mod stream;

use crate::world::World;

/// A path with its parameters, each escaped as a whole.
pub fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    format!("{path}?{}", query.join("&"))
}
