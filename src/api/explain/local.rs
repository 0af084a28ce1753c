//! A read explained without a socket, for the command line.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;

use super::super::auth;
use super::super::call::Call;
use super::super::deadline::Deadline;
use super::super::error::Error;
use super::super::percent;
use super::ask::explain;
use super::report::Explained;
use crate::app::App;

/// Explains a read and waits for it. The address may carry a scheme and a host, and what no address may hold as it is.
///
/// # Errors
/// One sentence about an address that is none, a login nobody has, or a path that is no read.
pub fn local(app: &App, address: &str, login: Option<&str>) -> Result<Explained, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| format!("the runtime does not start: {e}"))?.block_on(ask(app, address, login))
}

async fn ask(app: &App, address: &str, login: Option<&str>) -> Result<Explained, String> {
    let said = |error: Error| error.message;
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => address,
    };
    let slash = if path.starts_with('/') { "" } else { "/" };
    let target = percent::escape_address(&format!("{slash}{path}"));
    let request = Request::get(target).header("host", "tpmock").body(Body::empty());
    let (parts, body) = request.map_err(|e| format!("'{address}' is no address: {e}"))?.into_parts();
    let end = Deadline::new(app.config().limits.request_time);
    let call = Call::receive(app, &parts, body, end).await.map_err(said)?;
    let caller = match login {
        None => auth::caller_or_first(app, &call).await.map_err(said)?,
        Some(login) => {
            let found = auth::named(app, &call, login).await.map_err(said)?;
            found.map(Arc::new).ok_or_else(|| format!("nobody has the login '{login}'"))?
        }
    };
    explain(app, call, &caller).await.map_err(said)
}
