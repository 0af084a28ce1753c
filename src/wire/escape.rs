//! Text as JSON and XML spell it. Runs that need no escape are copied whole.

/// Writes `text` as a JSON string, quotes included; everything from U+0080 on leaves as it is.
pub fn json_string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    json_content(out, text);
    out.push(b'"');
}

/// Writes `text` as the inside of a JSON string.
pub fn json_content(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(at) = json_special(rest) {
        out.extend_from_slice(&rest[..at]);
        json_escape(out, rest[at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// The place of the first byte that JSON must escape, searched eight bytes at a time.
fn json_special(bytes: &[u8]) -> Option<usize> {
    let mut chunks = bytes.chunks_exact(8);
    let mut at = 0;
    for chunk in &mut chunks {
        if has_special(chunk) {
            break;
        }
        at += 8;
    }
    bytes[at..].iter().position(|&b| b < 0x20 || b == b'"' || b == b'\\').map(|i| at + i)
}

/// Whether eight bytes hold a control character, a quote or a backslash: a byte below `n` borrows into its top bit.
fn has_special(chunk: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let Ok(bytes) = chunk.try_into() else { return true };
    let word = u64::from_le_bytes(bytes);
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & TOPS;
    let quote = word ^ (ONES * u64::from(b'"'));
    let backslash = word ^ (ONES * u64::from(b'\\'));
    below(word, 0x20) | below(quote, 1) | below(backslash, 1) != 0
}

fn json_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0C => b'f',
        _ => {
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Writes `text` as the content of an XML element. Line breaks stay as they are.
pub fn xml_text(out: &mut Vec<u8>, text: &str) {
    xml(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        _ => None,
    });
}

/// Writes `text` as the inside of an attribute in double quotes. Line breaks and tabs are escaped, or a reader
/// would turn them into blanks.
pub fn xml_attribute(out: &mut Vec<u8>, text: &str) {
    xml(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        b'\t' => Some("&#x9;"),
        _ => None,
    });
}

/// What stands for characters that XML 1.0 cannot hold, not even as a reference.
const REPLACEMENT: &str = "\u{FFFD}";

/// Bytes that cannot be copied without a look: controls, markup, and the lead byte of U+FFFE and U+FFFF.
const XML_SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    special[b'"' as usize] = true;
    special[b'&' as usize] = true;
    special[b'<' as usize] = true;
    special[b'>' as usize] = true;
    special[0xEF] = true;
    special
};

fn xml(out: &mut Vec<u8>, text: &str, escape: impl Fn(u8) -> Option<&'static str>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    while let Some(step) = bytes[at..].iter().position(|&b| XML_SPECIAL[usize::from(b)]) {
        at += step;
        let (escaped, width) = match (bytes[at], bytes.get(at + 1), bytes.get(at + 2)) {
            (0xEF, Some(0xBF), Some(0xBE | 0xBF)) => (Some(REPLACEMENT), 3),
            (byte @ (b'\n' | b'\r' | b'\t' | 0x20..), ..) => (escape(byte), 1),
            _ => (Some(REPLACEMENT), 1),
        };
        if let Some(escaped) = escaped {
            out.extend_from_slice(&bytes[copied..at]);
            out.extend_from_slice(escaped.as_bytes());
            copied = at + width;
        }
        at += width;
    }
    out.extend_from_slice(&bytes[copied..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(text: &str) -> String {
        let mut out = Vec::new();
        json_string(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    fn text(text: &str) -> String {
        let mut out = Vec::new();
        xml_text(&mut out, text);
        String::from_utf8(out).unwrap()
    }

    // source: recorded 2015 (line breaks of rich text leave as `\r\n`)
    #[test]
    fn json_escapes_what_it_must() {
        assert_eq!(json("a\"b\\c\r\nd\te\u{1}\u{1f}é\u{7f}"), "\"a\\\"b\\\\c\\r\\nd\\te\\u0001\\u001fé\u{7f}\"");
        assert_eq!(json("http://host/"), "\"http://host/\"");
    }

    // source: recorded 2016 (`&lt;div&gt;` for HTML, raw line breaks)
    #[test]
    fn xml_text_keeps_line_breaks() {
        assert_eq!(text("<div>Front &amp; back</div>\r\n\"'"), "&lt;div&gt;Front &amp;amp; back&lt;/div&gt;\r\n\"'");
    }

    #[test]
    fn xml_attributes_hold_quotes_and_breaks() {
        let mut out = Vec::new();
        xml_attribute(&mut out, "a\"b\nc<&>'");
        assert_eq!(out, b"a&quot;b&#xA;c&lt;&amp;&gt;'");
    }

    #[test]
    fn characters_beyond_xml_are_replaced() {
        assert_eq!(
            text("a\u{0}b\u{FFFF}c\u{FFFE}\u{FFFD}\u{FEFF}\u{1F600}"),
            "a\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}\u{FEFF}\u{1F600}"
        );
    }

    proptest! {
        #[test]
        fn json_reads_back(text in any::<String>()) {
            prop_assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), text);
        }

        #[test]
        fn special_is_found_where_it_is(text in "[ -~\\n]{0,40}") {
            let slow = text.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\');
            prop_assert_eq!(json_special(text.as_bytes()), slow);
        }
    }
}
