//! Which format an answer has. A success and a refusal of the same request may differ.

use axum::http::{HeaderMap, Method, header};

use super::call::content_type;
use super::parameters::Parameters;
use crate::wire::Format;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    pub success: Format,
    /// A refusal follows `Accept` alone, whatever `format` says (recorded 2013 to 2026).
    pub error: Format,
    /// Metadata listens to `format` alone (recorded 2026).
    pub meta: Format,
}

/// `resultFormat` or `format`, then `Accept`, then for a body of JSON its own type, then XML.
pub fn formats(method: &Method, parameters: &Parameters, headers: &HeaderMap) -> Formats {
    let asked = ["resultformat", "format"].iter().find_map(|n| parameters.text(n)).and_then(Format::named);
    let accepts_json = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .any(|v| v.to_ascii_lowercase().contains("application/json"));
    let writes_json = *method != Method::GET && content_type(headers).contains("json");
    let by_header = if accepts_json || (writes_json && !accepts_xml(headers)) { Format::Json } else { Format::Xml };
    Formats {
        success: asked.unwrap_or(by_header),
        error: if accepts_json { Format::Json } else { Format::Xml },
        meta: asked.unwrap_or(Format::Xml),
    }
}

fn accepts_xml(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("xml"))
}
