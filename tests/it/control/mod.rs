//! The control interface, over HTTP as tests use it.

mod clock;
mod command;
mod coverage;
mod explain;
mod faults;
mod full;
mod logs;
mod operation;
mod proxy;
mod requests;
mod same;
mod seeds;
mod snapshots;
mod workspaces;

use axum::http::Method;
use serde_json::Value;
use tpmock::{Auth, Config, SeedSource};

use crate::world::World;

/// A server of one's own on the small account.
pub struct Server(pub World);

impl Server {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            seed: SeedSource::Small,
            auth: Auth::Open,
            clock: Some("2026-03-10T12:00:00Z".into()),
            ..Config::default()
        };
        change(&mut config);
        Self(World::with(config).expect("a server"))
    }

    pub fn send(&self, method: &str, target: &str, body: &str) -> (u16, String) {
        let method = method.parse::<Method>().expect("a method");
        let answer = self.0.send(method, target, &[("Accept", "application/json")], body.as_bytes().to_vec());
        (answer.status, answer.text())
    }

    /// An answer in JSON with the status that is wanted.
    pub fn json(&self, method: &str, target: &str, body: &str, status: u16) -> Value {
        let (found, text) = self.send(method, target, body);
        assert_eq!(found, status, "{method} {target}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A refusal with a sentence that says this.
    pub fn refused(&self, method: &str, target: &str, body: &str, status: u16, sentence: &str) {
        let answer = self.json(method, target, body, status);
        let message = answer["Message"].as_str().unwrap_or_default();
        assert!(message.contains(sentence), "{method} {target}: {answer}");
    }

    /// Writes something that an export shows.
    pub fn write(&self, prefix: &str, key: &str) {
        let (status, text) =
            self.send("POST", &format!("{prefix}/storage/v1/tests/{key}"), r#"{"publicData":{"a":"b"}}"#);
        assert!(status < 300, "{status} {text}");
    }

    pub fn has(&self, prefix: &str, key: &str) -> bool {
        self.send("GET", &format!("{prefix}/storage/v1/tests/{key}"), "").0 == 200
    }
}
