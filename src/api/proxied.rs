//! Requests of clients that were told no other address, only that this server is their proxy.
//!
//! `NAME.tpondemand.com` is answered by the workspace NAME; nothing is ever fetched from anywhere else.

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::uri::Authority;
use axum::middleware::{Next, from_fn, map_request};
use axum::response::{IntoResponse, Response};

use super::{router, secure_router};
use crate::app::App;
use crate::store::check_key;

/// What all addresses of the real service end in.
const DOMAIN: &str = ".tpondemand.com";

const WORKSPACE: &str = "x-tpmock-workspace";

/// The workspace that a host of the real service stands for.
///
/// # Errors
/// One sentence about a host this server does not stand in for.
pub(crate) fn workspace_of(host: &str) -> Result<String, String> {
    let lower = host.to_ascii_lowercase();
    match lower.strip_suffix(DOMAIN) {
        Some(name) if !name.contains('.') && check_key(name).is_ok() => Ok(name.to_owned()),
        _ => Err(format!("tpmock stands in for NAME{DOMAIN} only; nothing is fetched from '{host}'.")),
    }
}

/// The service for plain connections of a server that is a proxy too: absolute addresses name the workspace.
pub(crate) fn proxy_router(app: &App) -> Router {
    router(app).layer(from_fn(whole_address))
}

/// The service inside a tunnel to one host of the real service.
pub(crate) fn tunnel_router(app: &App, workspace: String, secure: bool) -> Router {
    let inside = if secure { secure_router(app) } else { router(app) };
    inside.layer(map_request(move |request: Request| {
        let request = meant_for(request, &workspace);
        async move { request }
    }))
}

async fn whole_address(request: Request, next: Next) -> Response {
    let host = request.uri().authority().map(Authority::host);
    match host.filter(|host| !is_own(host)).map(workspace_of) {
        None => next.run(request).await,
        Some(Ok(workspace)) => next.run(meant_for(request, &workspace)).await,
        Some(Err(sentence)) => (axum::http::StatusCode::FORBIDDEN, format!("{sentence}\n")).into_response(),
    }
}

/// A client that sends everything through its proxy sends what is for the proxy itself, too.
fn is_own(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A workspace that the request names itself goes first.
fn meant_for(mut request: Request, workspace: &str) -> Request {
    if !request.headers().contains_key(WORKSPACE)
        && let Ok(value) = HeaderValue::from_str(workspace)
    {
        request.headers_mut().insert(WORKSPACE, value);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::{is_own, workspace_of};

    #[test]
    fn only_accounts_of_the_real_service_are_stood_in_for() {
        assert_eq!(workspace_of("acme.tpondemand.com"), Ok("acme".into()));
        assert_eq!(workspace_of("Acme-1.TpOnDemand.com"), Ok("acme-1".into()));
        for other in ["tpondemand.com", ".tpondemand.com", "a.b.tpondemand.com", "eviltpondemand.com", "example.com"] {
            assert!(workspace_of(other).is_err_and(|sentence| sentence.contains("nothing is fetched")), "{other}");
        }
    }

    #[test]
    fn loopback_is_the_server_itself() {
        assert!(is_own("localhost") && is_own("127.0.0.1") && is_own("[::1]"));
        assert!(!is_own("10.0.0.1") && !is_own("example.com"));
    }
}
