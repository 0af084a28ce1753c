//! A server in this process and requests to it.

use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

/// Every test sees this moment.
const NOW: &str = "2026-03-10T12:00:00Z";

/// Status and body of a GET by the administrator.
pub fn get(router: &Router, path: &str, parameters: &[(&str, &str)]) -> (u16, String) {
    let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    let target = format!("{path}?{}", query.join("&"));
    let request = Request::get(target)
        .header("Host", "tp.example")
        .header("Authorization", "Basic YWRtaW46YWRtaW4=")
        .body(Body::empty())
        .expect("a request");
    let router = router.clone();
    runtime().block_on(async {
        let answer = router.oneshot(request).await.expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.expect("a whole body").to_bytes();
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    })
}

pub fn demo() -> &'static Router {
    static APP: OnceLock<Router> = OnceLock::new();
    APP.get_or_init(|| router(tpmock::SeedSource::Demo))
}

fn router(seed: tpmock::SeedSource) -> Router {
    let config = tpmock::Config { seed, clock: Some(NOW.into()), ..tpmock::Config::default() };
    tpmock::App::new(config).expect("a server").router()
}

fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().expect("a runtime"))
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
