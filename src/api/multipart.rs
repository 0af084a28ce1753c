//! `multipart/form-data`: a body → its parts. Lenient, since clients write part headers in odd ways: any case, any
//! order, values quoted or not, lines ended by LF alone.

use axum::body::Bytes;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// Only files have one.
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub data: Bytes,
}

/// Most parts of a body; a form with more is no form.
const MAX_PARTS: usize = 1000;

/// The parts of a body, or `None` where the content type names no boundary or the body does not hold it.
pub fn parse(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = parameter(content_type, "boundary").filter(|b| !b.is_empty())?;
    let delimiter = format!("--{boundary}").into_bytes();
    let mut at = find(body, &delimiter, 0)? + delimiter.len();
    let mut parts = Vec::new();
    while !body[at..].starts_with(b"--") {
        let start = line_end(body, at)?;
        let (end, next) = part_end(body, &delimiter, start)?;
        parts.extend(part(body, start, end));
        if parts.len() > MAX_PARTS {
            return None;
        }
        at = next;
    }
    Some(parts)
}

/// Where the part that begins at `from` ends, and where the text behind its delimiter begins.
fn part_end(body: &[u8], delimiter: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut search = from;
    loop {
        let at = find(body, delimiter, search)?;
        if at == from {
            return Some((at, at + delimiter.len()));
        }
        // a delimiter stands at the beginning of a line, and the line break before it belongs to it
        if body[at - 1] == b'\n' {
            let end = if at >= from + 2 && body[at - 2] == b'\r' { at - 2 } else { at - 1 };
            return Some((end, at + delimiter.len()));
        }
        search = at + 1;
    }
}

fn part(body: &Bytes, start: usize, end: usize) -> Option<Part> {
    let (mut name, mut file_name, mut content_type) = (None, None, None);
    let mut at = start;
    while at < end {
        let next = line_end(body, at).filter(|next| *next <= end)?;
        let line = String::from_utf8_lossy(&body[at..next]);
        at = next;
        let line = line.trim();
        if line.is_empty() {
            return Some(Part { name: name?, file_name, content_type, data: body.slice(at..end) });
        }
        let Some((header, value)) = line.split_once(':') else { continue };
        match header.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => {
                name = parameter(value, "name");
                file_name = parameter(value, "filename*").and_then(|f| extended(&f)).or(parameter(value, "filename"));
            }
            "content-type" => content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    None
}

/// `name=value` or `name="value"` behind the first semicolon of a header.
fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim_matches(|c: char| c == ';' || c.is_whitespace());
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = next;
    }
}

/// The text up to the closing quote, and what follows. Only `\"` is an escape: browsers send paths with backslashes.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' if characters.peek().is_some_and(|(_, next)| *next == '"') => {
                value.push('"');
                characters.next();
            }
            c => value.push(c),
        }
    }
    (value, "")
}

/// `UTF-8''na%C3%AFve.txt`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, text) = rest.split_once('\'')?;
    charset.eq_ignore_ascii_case("utf-8").then(|| super::percent::decode(text, false)).flatten()
}

fn line_end(body: &[u8], from: usize) -> Option<usize> {
    body[from..].iter().position(|b| *b == b'\n').map(|at| from + at + 1)
}

fn find(body: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = from;
    while at + needle.len() <= body.len() {
        at += body[at..=body.len() - needle.len()].iter().position(|b| *b == first)?;
        if body[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(body: &str) -> Option<Vec<Part>> {
        parse("multipart/form-data; boundary=\"x-Y\"", &Bytes::from(body.to_owned()))
    }

    #[test]
    fn parts_of_a_usual_body() {
        let body = "--x-Y\r\nContent-Disposition: form-data; name=\"generalId\"\r\n\r\n31\r\n--x-Y\r\n\
                    content-type: text/plain\r\nCONTENT-DISPOSITION: form-data; filename=a.txt; name=file\r\n\r\n\
                    one\r\n--x-Z two\r\n\r\n--x-Y--\r\n";
        let parts = parts(body).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].name.as_str(), &parts[0].data[..]), ("generalId", &b"31"[..]));
        assert_eq!(parts[1].file_name.as_deref(), Some("a.txt"));
        assert_eq!(&parts[1].data[..], b"one\r\n--x-Z two\r\n");
    }

    #[test]
    fn odd_headers_and_line_ends() {
        let body = "preamble\n--x-Y\nX-Other: 1\nContent-Disposition: attachment; name=f; filename=\"q\\\"\\a.txt\"; \
                    filename*=UTF-8''na%C3%AFve.txt\n\n\n--x-Y--";
        let parts = parts(body).unwrap();
        assert_eq!(parts[0].file_name.as_deref(), Some("naïve.txt"));
        assert!(parts[0].data.is_empty());
    }

    #[test]
    fn what_is_no_form() {
        for body in ["", "--x-Y", "--x-Y\r\nContent-Disposition: form-data; name=a\r\n\r\nendless", "--other--"] {
            assert_eq!(parts(body), None, "{body}");
        }
        assert_eq!(parse("multipart/form-data", &Bytes::from_static(b"--\r\n")), None);
    }
}
