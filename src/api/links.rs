//! Absolute links: the scheme and host of the request, and the parameters a page repeats.

use axum::http::{HeaderMap, HeaderName, header, request::Parts};

use crate::config::Config;

/// Set on requests that came in over TLS.
#[derive(Debug, Clone, Copy)]
pub struct Secure;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Scheme and host that links begin with: `--base-url`, the forwarding proxy's word, or the request's own.
pub fn origin(config: &Config, parts: &Parts) -> String {
    if let Some(base) = &config.base_url {
        return base.trim_end_matches('/').to_owned();
    }
    let headers = &parts.headers;
    let secure = parts.extensions.get::<Secure>().is_some();
    let scheme = first(headers, &FORWARDED_PROTO).unwrap_or(if secure { "https" } else { "http" });
    let scheme = if scheme.eq_ignore_ascii_case("https") { "https" } else { "http" };
    let host = first(headers, &FORWARDED_HOST)
        .or_else(|| headers.get(header::HOST).and_then(|v| v.to_str().ok()))
        .or_else(|| parts.uri.authority().map(|a| a.as_str()))
        .filter(|h| is_host(h))
        .unwrap_or("localhost");
    let port = first(headers, &FORWARDED_PORT)
        .filter(|p| !host.contains(':') && p.parse::<u16>().is_ok())
        .filter(|p| !matches!((scheme, *p), ("http", "80") | ("https", "443")));
    let prefix = first(headers, &FORWARDED_PREFIX).filter(|p| p.starts_with('/')).unwrap_or_default();
    match port {
        Some(port) => format!("{scheme}://{host}:{port}{}", prefix.trim_end_matches('/')),
        None => format!("{scheme}://{host}{}", prefix.trim_end_matches('/')),
    }
}

/// The first of a list of proxies' words.
fn first<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()?.split(',').next().map(str::trim).filter(|v| !v.is_empty())
}

/// Nothing that could break out of a link.
fn is_host(host: &str) -> bool {
    host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_'))
}
