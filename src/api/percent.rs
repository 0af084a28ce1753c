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

#[cfg(test)]
mod tests {
    use super::decode;

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
