//! Who may steer the emulator: everybody on loopback, elsewhere who has the token; never a page of another site.

use axum::http::Method;

use super::super::call::Call;
use super::super::error::Error;
use crate::app::App;

/// A page of another site must not steer somebody's emulator, and a server open to a network asks for its token.
pub fn allowed(app: &App, call: &Call) -> Result<(), Error> {
    if let Some(origin) = call.headers.get("origin").and_then(|o| o.to_str().ok())
        && !same_site(&call.base, origin)
    {
        return Err(Error::forbidden("The control interface does not answer pages of other sites."));
    }
    if app.config().host.is_loopback() {
        return Ok(());
    }
    let given = call.headers.get("x-tpmock-control").and_then(|v| v.to_str().ok());
    match &app.config().control_token {
        Some(token) if given == Some(token.as_str()) => Ok(()),
        _ if call.segments.last().is_some_and(|s| s == "health") => Ok(()),
        _ => Err(Error::forbidden("The control interface needs the header X-TPMock-Control with the control token.")),
    }
}

/// Scheme, host and port are the same: `http://a.example` is no part of `http://a.example.org`.
fn same_site(base: &str, origin: &str) -> bool {
    base.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub fn only(call: &Call, methods: &[Method]) -> Result<(), Error> {
    if methods.contains(&call.method) { Ok(()) } else { Err(Error::method_not_allowed()) }
}

#[cfg(test)]
mod tests {
    use super::same_site;

    #[test]
    fn a_longer_host_is_another_site() {
        assert!(same_site("http://a.example/w/k", "http://a.example"));
        assert!(!same_site("http://a.example.org", "http://a.example"));
        assert!(!same_site("http://a.example:81", "http://a.example:8"));
    }
}
