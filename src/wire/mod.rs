//! The bytes on the wire: events become JSON or XML, bodies become drafts.
//!
//! In: the events of an answer ([`crate::event::Sink`]), an error, a description of resources, a request body.
//! Out: bytes, or a [`crate::draft::Draft`]. Renames nothing and knows neither entities nor HTTP.

mod decode;
mod error;
mod escape;
mod format;
mod json;
mod jsonp;
mod markup;
pub mod meta;
mod number;
mod pretty;
mod style;
mod xml;

pub use crate::date::{Notation, write_date};
pub use decode::{DecodeError, XmlBody, decode_json, decode_xml};
pub use error::{ErrorDocument, ErrorItem};
pub use format::Format;
pub use json::JsonWriter;
pub use jsonp::{is_callback, jsonp};
pub use pretty::pretty;
pub use style::JsonStyle;
pub use xml::XmlWriter;
