//! Percent escapes of paths, queries and forms.

/// The text behind the escapes; `plus` makes `+` a blank, as queries and forms have it.
///
/// # Errors
/// `None` for an escape that is no two hex digits, or bytes that are no UTF-8.
pub fn decode(text: &str, plus: bool) -> Option<String> {
    if !text.bytes().any(|b| b == b'%' || (plus && b == b'+')) {
        return Some(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                let high = char::from(*bytes.get(at + 1)?).to_digit(16)?;
                let low = char::from(*bytes.get(at + 2)?).to_digit(16)?;
                out.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            b'+' if plus => out.push(b' '),
            byte => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).ok()
}

/// A parameter as the real service repeats it in links: braces, quotes, blanks and the like are escaped, brackets and
/// operators stay. What would end the parameter is escaped too, so that a link can be followed as it is.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-_.!~*'();/?:@=$,[]".contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A text in which only control characters and `marks`, which are ASCII, are escaped.
pub fn escape_only(text: &str, marks: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || marks.contains(c) {
            out.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// An address as a person types it, with everything escaped that no address may hold. What is an escape stays one.
pub fn escape_address(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{decode, escape};

    // source: recorded 2026 (`next` of a v2 page); docs, v2 result
    #[test]
    fn links_are_escaped_lightly() {
        assert_eq!(escape("(Effort>0)"), "(Effort%3E0)");
        assert_eq!(escape("{id,name,entityState.name as state}"), "%7Bid,name,entityState.name%20as%20state%7D");
        assert_eq!(escape("entityState.isFinal!=true"), "entityState.isFinal!=true");
        assert_eq!(escape("a&b+c#d%e"), "a%26b%2Bc%23d%25e");
    }

    #[test]
    fn escapes_become_text_and_broken_ones_nothing() {
        assert_eq!(decode("a%20b+c", true).as_deref(), Some("a b c"));
        assert_eq!(decode("a+c", false).as_deref(), Some("a+c"));
        assert_eq!(decode("%C3%A9", false).as_deref(), Some("é"));
        for broken in ["%", "%4", "%zz", "%FF"] {
            assert_eq!(decode(broken, true), None, "{broken}");
        }
    }
}
