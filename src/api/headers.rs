//! Headers that the real service puts on every answer (recorded 2026).

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;

use super::call::Call;
use crate::app::App;

const DAY: i64 = 86_400_000;

const HANDLED_BY: HeaderName = HeaderName::from_static("x-tp-handled-by");
const WITHOUT_REST: HeaderName = HeaderName::from_static("x-api-v1-without-rest");
const CROSS_DOMAIN: HeaderName = HeaderName::from_static("x-permitted-cross-domain-policies");
const TAGS: HeaderName = HeaderName::from_static("x-diagnostic-tags");
const CORRELATION: HeaderName = HeaderName::from_static("x-correlationid");
const CACHING: HeaderValue = HeaderValue::from_static("no-store, must-revalidate, proxy-revalidate, no-cache");

pub fn common(fields: &mut HeaderMap, app: &App, call: Option<&Call>, status: u16, tags: &'static str) {
    fields.reserve(12);
    fields.insert(header::CACHE_CONTROL, CACHING);
    fields.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    fields.insert(CROSS_DOMAIN, HeaderValue::from_static("none"));
    fields.insert(HANDLED_BY, HeaderValue::from_static("tp-next"));
    fields.insert(WITHOUT_REST, HeaderValue::from_static("true"));
    if status != 404 {
        fields.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    if !tags.is_empty() {
        fields.insert(TAGS, HeaderValue::from_static(tags));
    }
    if let Ok(id) = HeaderValue::try_from(app.state.guid(call.map(|c| &*c.workspace))) {
        fields.insert(CORRELATION, id);
    }
    let Some(call) = call else { return };
    let now = call.workspace.clock.now();
    if let Some(expires) = http_date(app, now - DAY) {
        fields.insert(header::EXPIRES, expires);
    }
    // the machine's time is put there by whoever writes the answer out
    if call.workspace.clock.is_set()
        && let Some(date) = Timestamp::from_millisecond(now).ok().map(in_words)
        && let Ok(date) = HeaderValue::from_str(&date)
    {
        fields.insert(header::DATE, date);
    }
}

/// The text of a second is kept: most answers of a second have the same.
fn http_date(app: &App, at: i64) -> Option<HeaderValue> {
    let second = at.div_euclid(1000);
    let mut last = app.state.expires.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, value)) = last.as_ref().filter(|(of, _)| *of == second) {
        return Some(value.clone());
    }
    let text = in_words(Timestamp::from_second(second).ok()?);
    let (_, value) = last.insert((second, HeaderValue::from_str(&text).ok()?));
    Some(value.clone())
}

/// `Tue, 10 Mar 2026 12:00:00 GMT`.
fn in_words(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
