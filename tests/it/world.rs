//! A server in this process with a seeded account, and plain requests to it.

use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use tpmock::{App, Auth, Config, SeedSource, catalog};

pub const HOST: &str = "http://tp.example";

/// Every server of these tests stands at this moment.
const NOW: &str = "2026-03-10T12:00:00Z";

pub struct World {
    router: Router,
    runtime: Runtime,
    pub catalog: catalog::Catalog,
}

pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl World {
    /// The small account, shared by all tests that only read.
    pub fn small() -> &'static Self {
        static SMALL: OnceLock<World> = OnceLock::new();
        SMALL.get_or_init(|| Self::open(SeedSource::Small).expect("the small account"))
    }

    /// The demo account, shared by all tests that only read.
    pub fn demo() -> &'static Self {
        static DEMO: OnceLock<World> = OnceLock::new();
        DEMO.get_or_init(|| Self::open(SeedSource::Demo).expect("the demo account"))
    }

    /// A server of one's own, where everybody who asks is an administrator.
    pub fn open(seed: SeedSource) -> Result<Self, String> {
        Self::with(Config { seed, auth: Auth::Open, clock: Some(NOW.into()), ..Config::default() })
    }

    /// A server with settings of one's own.
    pub fn with(config: Config) -> Result<Self, String> {
        let app = App::new(config).map_err(|error| error.to_string())?;
        let catalog = catalog::load(include_str!("../../fixtures/catalog.json")).map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self { router: app.router(), runtime: runtime.map_err(|error| error.to_string())?, catalog })
    }

    /// GET of a path or of a link that an answer gave; what may not stand in an address is escaped.
    pub fn get(&self, address: &str) -> Answer {
        let target = address.strip_prefix(HOST).unwrap_or(address);
        self.send(Method::GET, &escape(target), &[], Vec::new())
    }

    /// A request as it is. An address that no client could send does not reach the server.
    pub fn send(&self, method: Method, target: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(target).header("Host", "tp.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap_or_else(|error| panic!("{target}: {error}"));
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("the router never fails");
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
            let content_type = parts.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
            Answer {
                status: parts.status.as_u16(),
                content_type: content_type.to_owned(),
                headers: parts.headers,
                body,
            }
        })
    }

    /// Posts that are all under way at the same time; their answers in the order of the requests.
    pub fn send_together(&self, requests: &[(String, String)], headers: &[(&str, &str)]) -> Vec<Answer> {
        self.runtime.block_on(async {
            let mut running = tokio::task::JoinSet::new();
            for (n, (path, body)) in requests.iter().enumerate() {
                let mut request = Request::builder().method(Method::POST).uri(path).header("Host", "tp.example");
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let request = request.body(Body::from(body.clone())).expect("a request");
                let router = self.router.clone();
                running.spawn(async move {
                    let (parts, body) = router.oneshot(request).await.expect("the router never fails").into_parts();
                    let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
                    let headers = parts.headers;
                    (n, Answer { status: parts.status.as_u16(), content_type: String::new(), headers, body })
                });
            }
            let mut answers = running.join_all().await;
            answers.sort_by_key(|(n, _)| *n);
            answers.into_iter().map(|(_, answer)| answer).collect()
        })
    }

    /// The rows of a list in JSON.
    pub fn items(&self, address: &str) -> Result<Vec<Value>, String> {
        let answer = self.get(address).ok(address)?;
        match answer.json() {
            Value::Object(mut page) => match page.remove("Items") {
                Some(Value::Array(items)) => Ok(items),
                _ => Err(format!("{address}: no Items")),
            },
            _ => Err(format!("{address}: no object")),
        }
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The answer of a request that must succeed.
    pub fn ok(self, address: &str) -> Result<Self, String> {
        if self.status == 200 {
            return Ok(self);
        }
        let shown: String = self.text().chars().take(300).collect();
        Err(format!("{address}: {} {shown}", self.status))
    }
}

/// Escapes what may not stand in an address, and nothing that already is an escape.
fn escape(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for byte in target.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Fails with every complaint, the first ones shown.
pub fn report(what: &str, complaints: &[String]) {
    let shown = complaints.iter().take(40).map(String::as_str).collect::<Vec<_>>().join("\n  ");
    assert!(complaints.is_empty(), "{what}: {} complaint(s)\n  {shown}", complaints.len());
}
