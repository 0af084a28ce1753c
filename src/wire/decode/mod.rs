//! Request bodies to drafts. Reads as leniently as the service does, never deeper or longer than its limits.
//!
//! In: bytes of a body. Out: a [`Draft`] whose names nobody has looked up yet. XML has no types: its numbers and
//! booleans arrive as text, a collection as an object that repeats a name.

mod json;
mod xml;

use std::fmt;

use crate::draft::Draft;

/// How deep objects and lists may nest. Real bodies stay below ten; readers and everything that walks a draft recurse.
pub const MAX_DEPTH: usize = 64;

/// How many values a body may hold: a bulk call of 500 items with 200 fields each.
pub const MAX_VALUES: usize = 100_000;

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// A sentence without its full stop.
    pub message: String,
    /// Offset in bytes.
    pub position: usize,
}

impl DecodeError {
    fn new(message: impl Into<String>, position: usize) -> Self {
        Self { message: message.into(), position }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at position {}", self.message, self.position)
    }
}

impl std::error::Error for DecodeError {}

/// An XML body: the name of its root element, which is the type (or the collection, in bulk), and its content.
#[derive(Debug, Clone, PartialEq)]
pub struct XmlBody {
    pub root: String,
    pub draft: Draft,
}

/// Reads a JSON body.
///
/// # Errors
/// When the body is no JSON (unquoted names, single quotes and trailing commas apart), no UTF-8, or too large.
pub fn decode_json(body: &[u8]) -> Result<Draft, DecodeError> {
    json::decode(text(body)?)
}

/// Reads an XML body.
///
/// # Errors
/// When the body is no single XML element, declares entities of its own, is no UTF-8, or too large.
pub fn decode_xml(body: &[u8]) -> Result<XmlBody, DecodeError> {
    xml::decode(text(body)?)
}

/// The body as text, without a byte order mark.
fn text(body: &[u8]) -> Result<&str, DecodeError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| DecodeError::new("The body is not encoded in UTF-8", error.valid_up_to()))?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

/// As much of a word of the body as fits a message.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Counts the values of a body.
#[derive(Debug, Default)]
struct Budget {
    values: usize,
}

impl Budget {
    fn spend(&mut self, depth: usize, position: usize) -> Result<(), DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::new(format!("The body nests deeper than {MAX_DEPTH} levels"), position));
        }
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(DecodeError::new(format!("The body holds more than {MAX_VALUES} values"), position));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let error = decode_json(b"{\"a\":\"\xFF\"}").unwrap_err();
        assert_eq!((error.message.as_str(), error.position), ("The body is not encoded in UTF-8", 6));
        assert!(decode_xml(b"<a>\xC3</a>").is_err());
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(decode_json("\u{FEFF}{}".as_bytes()), Ok(Draft::Object(Vec::new())));
        assert!(decode_xml("\u{FEFF}<a/>".as_bytes()).is_ok());
    }
}
