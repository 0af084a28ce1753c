//! The request line as people write it → the target a client would send.
//!
//! In: path and query with blanks, brackets, quotes and any Unicode. Out: the same, percent-encoded as UTF-8.
//! What is already encoded (`%20`) stays; `+` stays too, since it means a blank in a query.

/// How much of a request line is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As a careful client does it: everything but unreserved and delimiter characters.
    #[default]
    Full,
    /// As a browser's address bar or curl does it: only what cannot stand in a request line.
    Minimal,
}

/// Encodes one request target.
pub fn target(written: &str, encoding: Encoding) -> String {
    let bytes = written.as_bytes();
    let mut encoded = String::with_capacity(written.len() + 16);
    for (at, byte) in bytes.iter().enumerate() {
        let keep = match *byte {
            b'%' => bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)),
            b'"' | b'<' | b'>' | b'#' | b'`' => false,
            b'[' | b']' | b'{' | b'}' | b'|' | b'\\' | b'^' => encoding == Encoding::Minimal,
            other => other.is_ascii_graphic(),
        };
        if keep {
            encoded.push(char::from(*byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_human_query_becomes_a_legal_target() {
        assert_eq!(
            target("/api/v1/Bugs?where=(Name eq 'ü')&include=[Id]", Encoding::Full),
            "/api/v1/Bugs?where=(Name%20eq%20'%C3%BC')&include=%5BId%5D"
        );
    }

    #[test]
    fn encoded_parts_and_plus_stay() {
        assert_eq!(target("/a?b=%20+c", Encoding::Full), "/a?b=%20+c");
        assert_eq!(target("/a?b=100% of", Encoding::Full), "/a?b=100%25%20of");
    }

    #[test]
    fn minimal_leaves_brackets_raw() {
        assert_eq!(target("/a?include=[Id, Name]", Encoding::Minimal), "/a?include=[Id,%20Name]");
    }
}
