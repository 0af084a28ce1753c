//! Text of one case file → `Case`.
//!
//! A file is a transcript: `# key: value` directives, then exchanges, each a request (line, headers, body) and the
//! answer it must get (`HTTP status`, headers, body). `tests/README.md` shows the format.

use std::ops::Range;

use super::encode::Encoding;

/// Where an expectation comes from. Only `Assumed` may be rewritten by our own output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Docs,
    Recorded,
    VendorCode,
    Client,
    Seeds,
    Assumed,
}

impl Source {
    const NAMES: [(&'static str, Self); 6] = [
        ("docs", Self::Docs),
        ("recorded", Self::Recorded),
        ("vendor-code", Self::VendorCode),
        ("client", Self::Client),
        ("seeds", Self::Seeds),
        ("assumed", Self::Assumed),
    ];

    fn read(text: &str) -> Option<Self> {
        let word = text.split([' ', ',', ':', ';']).next().unwrap_or_default();
        Self::NAMES.iter().find(|(name, _)| *name == word).map(|(_, source)| *source)
    }

    /// The word that stands for it in a case file.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, source)| *source == self).map_or("", |(name, _)| name)
    }
}

/// What kind of comparison a body gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    Json,
    Xml,
    Bytes,
}

/// How strict a structural comparison is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strictness {
    /// Members that are not written may be there (`match: subset`).
    pub subset: bool,
    /// List items may come in any order (`order: any`).
    pub any_order: bool,
}

/// Settings that hold from the line where they stand.
#[derive(Clone, Debug)]
pub struct Settings {
    pub caller: String,
    pub compare: Option<Compare>,
    pub strictness: Strictness,
    pub encoding: Encoding,
}

/// One request and the answer it must get.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub settings: Settings,
    pub expected: Expected,
}

/// The answer as written, and the lines where it stands.
#[derive(Clone, Debug)]
pub struct Expected {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub lines: Range<usize>,
}

/// One case file.
#[derive(Clone, Debug)]
pub struct Case {
    pub title: String,
    pub source: Source,
    pub seed: String,
    pub gap: Option<String>,
    pub exchanges: Vec<Exchange>,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Reads a case; the error says what is wrong and on which line.
pub fn read(text: &str) -> Result<Case, String> {
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = (0..lines.len()).filter(|at| is_request(lines[*at])).collect();
    let first = *starts.first().ok_or("no request line such as `GET /api/v1/…`")?;

    let mut settings =
        Settings { caller: "admin".into(), compare: None, strictness: Strictness::default(), encoding: Encoding::Full };
    let mut case =
        Case { title: String::new(), source: Source::Assumed, seed: "small".into(), gap: None, exchanges: Vec::new() };
    let mut source = None;
    for (at, line) in lines[..first].iter().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let (key, value) = directive(line).ok_or(format!("line {}: expected `# key: value`", at + 1))?;
        match key {
            "title" => case.title = value.into(),
            "source" => {
                source = Some(Source::read(value).ok_or(format!("line {}: unknown kind of source `{value}`", at + 1))?)
            }
            "seed" => case.seed = value.into(),
            "gap" => case.gap = Some(value.into()),
            "note" => {}
            _ => set(&mut settings, key, value).map_err(|error| format!("line {}: {error}", at + 1))?,
        }
    }
    case.source = source.ok_or("no `# source:` line")?;

    for (number, start) in starts.iter().enumerate() {
        let limit = starts.get(number + 1).copied().unwrap_or(lines.len());
        let end = before_directives(&lines, *start, limit);
        case.exchanges.push(exchange(&lines, *start, end, &settings)?);
        for (at, line) in lines.iter().enumerate().take(limit).skip(end) {
            if let Some((key, value)) = directive(line) {
                set(&mut settings, key, value).map_err(|error| format!("line {}: {error}", at + 1))?;
            }
        }
    }
    Ok(case)
}

fn set(settings: &mut Settings, key: &str, value: &str) -> Result<(), String> {
    match (key, value) {
        ("as", _) => settings.caller = value.into(),
        ("compare", "json") => settings.compare = Some(Compare::Json),
        ("compare", "xml") => settings.compare = Some(Compare::Xml),
        ("compare", "bytes") => settings.compare = Some(Compare::Bytes),
        ("match", "exact") => settings.strictness.subset = false,
        ("match", "subset") => settings.strictness.subset = true,
        ("order", "any") => settings.strictness.any_order = true,
        ("order", "given") => settings.strictness.any_order = false,
        ("encode", "full") => settings.encoding = Encoding::Full,
        ("encode", "minimal") => settings.encoding = Encoding::Minimal,
        _ => return Err(format!("unknown directive `{key}: {value}`")),
    }
    Ok(())
}

fn directive(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix("# ")?.split_once(':')?;
    let known = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase());
    known.then(|| (key, value.trim()))
}

fn is_request(line: &str) -> bool {
    line.split_once(' ').is_some_and(|(method, target)| METHODS.contains(&method) && target.starts_with('/'))
}

/// Directives directly above the next request belong to it, not to the body before it.
fn before_directives(lines: &[&str], start: usize, limit: usize) -> usize {
    let mut end = limit;
    while end > start + 1
        && limit < lines.len()
        && (directive(lines[end - 1]).is_some() || lines[end - 1].trim().is_empty())
    {
        end -= 1;
    }
    end
}

fn exchange(lines: &[&str], start: usize, end: usize, settings: &Settings) -> Result<Exchange, String> {
    let (method, target) = lines[start].split_once(' ').unwrap_or_default();
    let answer = (start + 1..end)
        .find(|at| status(lines[*at]).is_some())
        .ok_or(format!("line {}: no `HTTP status` line after this request", start + 1))?;
    let (headers, body) = head_and_body(&lines[start + 1..answer], start + 1)?;
    let (expected_headers, expected_body) = head_and_body(&lines[answer + 1..end], answer + 1)?;
    Ok(Exchange {
        method: method.into(),
        target: target.trim_end().into(),
        headers,
        body,
        settings: settings.clone(),
        expected: Expected {
            status: status(lines[answer]).unwrap_or_default(),
            headers: expected_headers,
            body: expected_body,
            lines: answer..end,
        },
    })
}

fn status(line: &str) -> Option<u16> {
    line.trim_end().strip_prefix("HTTP ")?.parse().ok()
}

type Head = Vec<(String, String)>;

fn head_and_body(lines: &[&str], offset: usize) -> Result<(Head, String), String> {
    let blank = lines.iter().position(|line| line.trim().is_empty()).unwrap_or(lines.len());
    let mut headers = Vec::new();
    for (at, line) in lines[..blank].iter().enumerate() {
        let (name, value) = line.split_once(':').ok_or(format!("line {}: expected a header", offset + at + 1))?;
        headers.push((name.trim().to_string(), value.trim().to_string()));
    }
    let body = lines.get(blank + 1..).unwrap_or_default();
    let last = body.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
    let from = body.iter().position(|line| !line.trim().is_empty()).unwrap_or(0).min(last);
    Ok((headers, body[from..last].join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# title:  two steps\n# source: docs, a page\n# match:  subset\n\nPOST /api/v1/Tasks?format=json\nContent-Type: application/json\n\n{\"Name\": \"a\"}\n\nHTTP 201\nLocation: {{none}}\n\n{\"Id\": \"{{new:task}}\"}\n\n# as: john\nGET /api/v1/Tasks/{{task}}\n\nHTTP 404\n";

    #[test]
    fn directives_requests_and_answers_are_read() {
        let case = read(TEXT).expect("a readable case");
        assert_eq!(case.title, "two steps");
        assert_eq!(case.source, Source::Docs);
        assert_eq!(case.exchanges.len(), 2);
        let first = &case.exchanges[0];
        assert_eq!((first.method.as_str(), first.body.as_str()), ("POST", "{\"Name\": \"a\"}"));
        assert!(first.settings.strictness.subset);
        assert_eq!(first.expected.status, 201);
        assert_eq!(first.expected.body, "{\"Id\": \"{{new:task}}\"}");
        let second = &case.exchanges[1];
        assert_eq!(second.settings.caller, "john");
        assert_eq!(first.settings.caller, "admin");
        assert_eq!(second.expected.status, 404);
        assert_eq!(second.expected.body, "");
    }

    #[test]
    fn a_case_without_source_is_refused() {
        let error = read("# title: x\n\nGET /a\n\nHTTP 200\n").expect_err("no source");
        assert!(error.contains("source"), "{error}");
    }

    #[test]
    fn an_unknown_directive_is_refused() {
        assert!(read("# source: docs\n# compere: json\n\nGET /a\n\nHTTP 200\n").is_err());
    }

    #[test]
    fn a_request_without_answer_is_refused() {
        assert!(read("# source: docs\n\nGET /a\n").is_err());
    }
}
