//! JSONP: a JSON body inside the call of a function the client named.

/// The longest callback name taken; jQuery's own stay below 60 characters.
const MAX_CALLBACK: usize = 128;

/// Whether `name` may stand in front of the bracket: names joined by dots or with an index, nothing that could be
/// a statement.
pub fn is_callback(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '$');
    starts_well
        && name.len() <= MAX_CALLBACK
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.' | b'[' | b']'))
        && !name.ends_with('.')
}

/// `callback(body)`, closed by `;` where `terminated` (v1 does, v2 does not). The name must have passed
/// [`is_callback`]. U+2028 and U+2029 are escaped: JSON may hold them, older scripts may not.
pub fn jsonp(callback: &str, body: &[u8], terminated: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(callback.len() + body.len() + 3);
    out.extend_from_slice(callback.as_bytes());
    out.push(b'(');
    let mut rest = body;
    while let Some(at) = rest.windows(3).position(|w| matches!(w, [0xE2, 0x80, 0xA8 | 0xA9])) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(if rest[at + 2] == 0xA8 { b"\\u2028" } else { b"\\u2029" });
        rest = &rest[at + 3..];
    }
    out.extend_from_slice(rest);
    out.push(b')');
    if terminated {
        out.push(b';');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // source: docs, response formats (v1); v2's wrapper is assumed
    #[test]
    fn body_is_wrapped() {
        assert_eq!(jsonp("fn", br#"{"Items":[]}"#, true), br#"fn({"Items":[]});"#);
        assert_eq!(jsonp("fn", b"81", false), b"fn(81)");
    }

    #[test]
    fn line_separators_are_escaped() {
        assert_eq!(
            jsonp("f", "\"a\u{2028}b\u{2029}\u{201C}\"".as_bytes(), false),
            "f(\"a\\u2028b\\u2029\u{201C}\")".as_bytes()
        );
    }

    #[test]
    fn names_of_common_clients_pass() {
        for name in ["cb", "jQuery18304539_1377", "Ext.data.JsonP.callback1", "angular.callbacks._0", "_jqjsp", "a[0]"]
        {
            assert!(is_callback(name), "{name}");
        }
    }

    #[test]
    fn statements_do_not_pass() {
        for name in ["", "?", "1a", "alert(1)", "a;b", "a b", "a=b", "<script>", "a.", "a/**/", "é"] {
            assert!(!is_callback(name), "{name}");
        }
        assert!(!is_callback(&"a".repeat(MAX_CALLBACK + 1)));
    }
}
