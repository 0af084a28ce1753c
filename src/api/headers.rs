//! Headers that the real service puts on every answer (recorded 2026).

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::call::Call;
use crate::app::App;

const DAY: i64 = 86_400_000;

pub fn common(fields: &mut HeaderMap, app: &App, call: Option<&Call>, status: u16, tags: &'static str) {
    let mut set = |name: &'static str, value: &'static str| {
        fields.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    set("cache-control", "no-store, must-revalidate, proxy-revalidate, no-cache");
    set("x-content-type-options", "nosniff");
    set("x-permitted-cross-domain-policies", "none");
    set("x-tp-handled-by", "tp-next");
    set("x-api-v1-without-rest", "true");
    if status != 404 {
        set("x-frame-options", "SAMEORIGIN");
    }
    if !tags.is_empty() {
        set("x-diagnostic-tags", tags);
    }
    if let Ok(id) = HeaderValue::from_str(&app.state.guid(call.map(|c| &*c.workspace))) {
        fields.insert(HeaderName::from_static("x-correlationid"), id);
    }
    let Some(call) = call else { return };
    if let Ok(day) = Timestamp::from_millisecond(call.workspace.clock.now() - DAY)
        && let Ok(expires) = HeaderValue::from_str(&day.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
    {
        fields.insert(header::EXPIRES, expires);
    }
}
