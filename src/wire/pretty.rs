//! `prettify`: compact JSON indented after the fact, so that the writer knows one layout only.

/// Indents compact JSON by two blanks a level, with a blank after each colon. Values are copied, not read; empty
/// lists and objects stay on their line.
pub fn pretty(compact: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(compact.len() * 2);
    let mut depth = 0;
    let mut at = 0;
    while at < compact.len() {
        let byte = compact[at];
        match byte {
            b'"' => {
                let end = string_end(compact, at);
                out.extend_from_slice(&compact[at..end]);
                at = end;
                continue;
            }
            b'{' | b'[' => {
                out.push(byte);
                if matches!(compact.get(at + 1), Some(b'}' | b']')) {
                    out.push(compact[at + 1]);
                    at += 1;
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                line(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => out.push(byte),
        }
        at += 1;
    }
    out
}

fn line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

/// The place after the string that opens at `start`.
fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < json.len() {
        match json[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    // source: recorded 2013 (two blanks, blank after the colon, `[]` for an empty list)
    #[test]
    fn indents_by_two() {
        let compact = br#"{"Items":[{"Id":1,"Tags":"a,\"b\":[\\"},{}],"T":[]}"#;
        let expected = "{\n  \"Items\": [\n    {\n      \"Id\": 1,\n      \"Tags\": \"a,\\\"b\\\":[\\\\\"\n    },\n    {}\n  ],\n  \"T\": []\n}";
        assert_eq!(String::from_utf8(pretty(compact)).unwrap(), expected);
    }

    #[test]
    fn survives_what_is_no_json() {
        for text in ["", "}", "]]", "\"abc", "\"a\\", "{", "81"] {
            pretty(text.as_bytes());
        }
        assert_eq!(pretty(b"70.0000"), b"70.0000");
    }
}
