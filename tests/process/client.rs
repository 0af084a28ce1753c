//! Plain requests over connections that stay open.

use serde_json::Value;

pub struct Client {
    agent: ureq::Agent,
    /// Scheme, host, port and the workspace.
    url: String,
}

/// Status and document of an answer; nothing where the server was gone before it had answered.
pub type Answer = Option<(u16, Value)>;

impl Client {
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { agent: config.into(), url: url.to_owned() }
    }

    /// `path` has no parameters of its own but those of a query.
    pub fn get(&self, path: &str) -> Answer {
        read(self.agent.get(self.address(path)).header("Accept", "application/json").call())
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.agent.post(self.address(path)).header("Content-Type", "application/json");
        read(request.header("Accept", "application/json").send(body.to_string()))
    }

    pub fn delete(&self, path: &str) -> Answer {
        read(self.agent.delete(self.address(path)).call())
    }

    /// The rows of a list.
    pub fn items(&self, path: &str) -> Vec<Value> {
        match self.get(path) {
            Some((200, page)) => page["Items"].as_array().cloned().expect("a list"),
            other => panic!("{path}: {other:?}"),
        }
    }

    fn address(&self, path: &str) -> String {
        let sign = if path.contains('?') { '&' } else { '?' };
        format!("{}/api/v1/{path}{sign}format=json", self.url)
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.ok()?;
    let text = answer.body_mut().read_to_string().ok()?;
    Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// The id of something made.
pub fn made(answer: &Answer) -> Option<i64> {
    match answer {
        Some((201, made)) => made["Id"].as_i64(),
        _ => None,
    }
}
