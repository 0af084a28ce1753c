//! HTTP: a request becomes a `Call`, a handler answers it, `answer` writes it down.
//!
//! Every route of the product is in `route`. Nothing below this folder knows HTTP.

mod actions;
mod answer;
mod auth;
mod authentication;
mod call;
mod context;
mod control;
mod cors;
mod deadline;
mod error;
mod exchange;
mod explain;
mod faults;
mod files;
mod headers;
mod journal;
mod kind;
mod links;
mod meta;
mod metrics;
mod multipart;
mod negotiate;
mod page;
mod parameters;
pub mod percent;
mod picture;
mod place;
mod plan_key;
mod proxied;
mod represent;
mod storage;
mod stream;
mod undelete;
mod uses;
mod v1;
mod v1_parameters;
mod v1_write;
mod v2;
mod v2_page;
mod v2_parameters;

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;

use crate::app::App;
pub(crate) use page::Prepared as V1Plan;
pub(crate) use v2_page::Prepared as V2Plan;

pub(crate) use explain::local as explain;

use answer::Answer;
use call::Call;
use error::Error;

pub(crate) use faults::{Dropped, Faults};
pub(crate) use journal::Journal;
pub use journal::Recorded;
pub(crate) use metrics::Metrics;
pub(crate) use proxied::{proxy_router, tunnel_router, workspace_of};

pub fn router(app: &App) -> Router {
    Router::new().fallback(exchange::handle).with_state(app.clone())
}

/// What answers requests, for those who have a socket.
pub(crate) type Routes = Router;

/// The same behind TLS, where links begin with https.
pub(crate) fn secure_router(app: &App) -> Router {
    router(app).layer(axum::Extension(links::Secure))
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Every route. Segments have lost their workspace prefix, doubled slashes and escapes; words match in any case.
async fn route(app: &App, call: &Arc<Call>) -> Result<Answer, Error> {
    let lower: Vec<Cow<'_, str>> = call.segments.iter().map(|s| lower(s)).collect();
    let segments: Vec<&str> = lower.iter().map(|s| &**s).collect();
    uses::route(app, call, &segments)?;
    match segments.as_slice() {
        ["_tpmock", ..] => control::route(app, call).await,
        ["api", "login", what @ ("validate" | "validaterequester")] => authentication::validate(app, call, what).await,
        ["api", "v1", rest @ ..] => {
            let caller = auth::caller(app, call).await?;
            v1::route(app, call, &caller, rest).await
        }
        ["api", "deleteditems", "v1", rest @ ..] => {
            let caller = auth::caller(app, call).await?;
            undelete::deleted_items(app, call, &caller, rest).await
        }
        ["api", "v2", ..] | ["api", "history", "v2", ..] | ["svc", "tp-apiv2-streaming-service", ..] => {
            let caller = auth::caller(app, call).await?;
            v2::route(app, call, &caller, &segments).await
        }
        ["pageservices", "actionsservice.asmx", what] => actions::route(app, call, what).await,
        ["storage", "v1", ..] => {
            let caller = auth::caller(app, call).await?;
            storage::route(app, call, &caller).await
        }
        ["uploadfile.ashx" | "attachment.aspx" | "attachmentthumbnail.aspx" | "avatar.ashx"] => {
            let caller = auth::caller(app, call).await?;
            files::route(app, call, &caller, segments[0]).await
        }
        ["info.ashx"] => Ok(control::info(call)),
        [] => Ok(control::welcome(call)),
        _ => Err(Error::no_resource(&call.path)),
    }
}
