//! `multipart/form-data`: a body → its parts. Lenient, since clients write part headers in odd ways: any case, any
//! order, values quoted or not, lines ended by LF alone.

use std::fmt;

use axum::body::Bytes;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// Only files have one.
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub data: Bytes,
}

/// Most parts of a body.
const MAX_PARTS: usize = 1000;

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The content type names no boundary, or the body does not hold it.
    NoForm,
    CutOff,
    TooManyParts,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoForm => f.write_str("The request is no multipart/form-data."),
            Self::CutOff => f.write_str("The form is cut off: the boundary that ends it is missing."),
            Self::TooManyParts => write!(f, "The form has more than {MAX_PARTS} parts."),
        }
    }
}

/// The parts of a body.
///
/// # Errors
/// No form, one without an end, or one with too many parts.
pub fn parse(content_type: &str, body: &Bytes) -> Result<Vec<Part>, Broken> {
    let boundary = parameter(content_type, "boundary").filter(|b| !b.is_empty()).ok_or(Broken::NoForm)?;
    let text = format!("--{boundary}").into_bytes();
    let mut before = match delimiter(body, &text, 0) {
        Some(first) => first,
        None if find(body, &text, 0).is_some() => return Err(Broken::CutOff),
        None => return Err(Broken::NoForm),
    };
    let mut parts = Vec::new();
    while !before.is_last {
        let next = delimiter(body, &text, before.end).ok_or(Broken::CutOff)?;
        parts.extend(part(body, before.end, next.start.max(before.end)));
        if parts.len() > MAX_PARTS {
            return Err(Broken::TooManyParts);
        }
        before = next;
    }
    Ok(parts)
}

/// A line that separates parts, with the line break before it.
struct Delimiter {
    start: usize,
    end: usize,
    is_last: bool,
}

/// The first delimiter at or behind `from`, which is the beginning of a line. A line that only begins like one is none.
fn delimiter(body: &[u8], text: &[u8], from: usize) -> Option<Delimiter> {
    let mut search = from;
    loop {
        let at = find(body, text, search)?;
        search = at + 1;
        if at != from && body[at - 1] != b'\n' {
            continue;
        }
        let behind = &body[at + text.len()..];
        let is_last = behind.starts_with(b"--");
        if let Some(length) = rest_of_line(if is_last { &behind[2..] } else { behind }, is_last) {
            let end = body.len() - behind.len() + length + if is_last { 2 } else { 0 };
            return Some(Delimiter { start: before_line_break(body, at), end, is_last });
        }
    }
}

/// The length of the padding that ends a delimiter's line; the last one may end with the body.
fn rest_of_line(text: &[u8], is_last: bool) -> Option<usize> {
    let blanks = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match &text[blanks..] {
        [b'\r', b'\n', ..] => Some(blanks + 2),
        [b'\n', ..] => Some(blanks + 1),
        [] if is_last => Some(blanks),
        _ => None,
    }
}

/// Where the line break that ends just before `at` begins.
fn before_line_break(body: &[u8], at: usize) -> usize {
    match &body[..at] {
        [.., b'\r', b'\n'] => at - 2,
        [.., b'\n'] => at - 1,
        _ => at,
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

    fn parts(body: &str) -> Result<Vec<Part>, Broken> {
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

    /// source: RFC 2046, 5.1.1: behind a boundary stand blanks and the end of the line, or two hyphens first
    #[test]
    fn lines_that_begin_like_a_boundary_are_content() {
        let body = "--x-Y \t\r\nContent-Disposition: form-data; name=f\r\n\r\nhead\r\n--x-Y and more\r\n--x-Y-- too\r\n\
                    --x-Y\r\nContent-Disposition: form-data; name=g\r\n\r\n\r\n--x-Y--  \r\nepilogue";
        let parts = parts(body).unwrap();
        assert_eq!(&parts[0].data[..], b"head\r\n--x-Y and more\r\n--x-Y-- too");
        assert_eq!((parts[1].name.as_str(), parts[1].data.len(), parts.len()), ("g", 0, 2));
    }

    #[test]
    fn what_is_no_form() {
        let head = "--x-Y\r\nContent-Disposition: form-data; name=a\r\n\r\n";
        for body in ["--x-Y", "--x-Y\r\n", &format!("{head}endless"), &format!("{head}endless\r\n--x-Y")] {
            assert_eq!(parts(body), Err(Broken::CutOff), "{body}");
        }
        for body in ["", "--other--"] {
            assert_eq!(parts(body), Err(Broken::NoForm), "{body}");
        }
        assert_eq!(parse("multipart/form-data", &Bytes::from_static(b"--\r\n")), Err(Broken::NoForm));
        assert_eq!(parts(&format!("{}--x-Y--", format!("{head}\r\n").repeat(1001))), Err(Broken::TooManyParts));
    }
}
