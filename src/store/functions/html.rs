//! `tp_plain_text(html)`: what a reader sees of rich text.
//!
//! Tags go, block tags break lines, entities become characters, white space collapses. A text marked as Markdown by
//! the service's comment is kept as written.

use rusqlite::{Connection, Result};

use super::arg::{scalar, text};

/// How the service marks descriptions that are not HTML.
const MARKDOWN: &str = "<!--markdown-->";
/// Tags that end the line they stand in.
const BLOCKS: [&str; 22] = [
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tr",
    "ul",
];
/// Tags whose content nobody sees.
const HIDDEN: [&str; 3] = ["script", "style", "head"];
/// The named entities that editors write.
const ENTITIES: [(&str, char); 28] = [
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '•'),
    ("cent", '¢'),
    ("copy", '©'),
    ("deg", '°'),
    ("euro", '€'),
    ("gt", '>'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("larr", '←'),
    ("ldquo", '“'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("pound", '£'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rarr", '→'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("sect", '§'),
    ("times", '×'),
    ("trade", '™'),
];
/// Longest entity worth looking for.
const ENTITY_LIMIT: usize = 10;

pub(super) fn register(db: &Connection) -> Result<()> {
    scalar(db, "tp_plain_text", 1, |ctx| Ok(text(ctx, 0).map(|html| plain_text(&html))))
}

fn plain_text(html: &str) -> String {
    if let Some(text) = html.trim_start().strip_prefix(MARKDOWN) {
        return text.trim().to_owned();
    }
    let mut out = Text::default();
    let mut rest = html;
    while let Some(c) = rest.chars().next() {
        match c {
            '<' => rest = skip_tag(rest, &mut out),
            '&' => {
                let (decoded, length) = entity(rest).unwrap_or(('&', 1));
                out.push(decoded);
                rest = &rest[length..];
            }
            c => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out.done
}

/// Text under construction; white space waits until something follows it.
#[derive(Default)]
struct Text {
    done: String,
    space: bool,
    line: bool,
}

impl Text {
    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.space = true;
            return;
        }
        if !self.done.is_empty() {
            if self.line {
                self.done.push('\n');
            } else if self.space {
                self.done.push(' ');
            }
        }
        (self.space, self.line) = (false, false);
        self.done.push(c);
    }
}

/// Steps over a tag or comment at the start of `html`; a `<` that opens none is text.
fn skip_tag<'a>(html: &'a str, out: &mut Text) -> &'a str {
    if let Some(comment) = html.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let inner = html[1..].trim_start_matches('/');
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!') {
        out.push('<');
        return &html[1..];
    }
    let name = &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len())];
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    if BLOCKS.iter().any(&is) {
        out.line = true;
    }
    let rest = after_tag(html);
    if !html.starts_with("</") && HIDDEN.iter().any(is) {
        return after_end(rest, name);
    }
    rest
}

/// What follows the `>` of a tag; one inside a quoted attribute does not end it.
fn after_tag(html: &str) -> &str {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return &html[at + 1..],
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    ""
}

/// What follows the end tag `name`.
fn after_end<'a>(html: &'a str, name: &str) -> &'a str {
    let ends = |at: &usize| html[at + 2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
    html.match_indices("</").map(|(at, _)| at).find(ends).map_or("", |at| after_tag(&html[at..]))
}

/// The character an entity at the start of `html` stands for, and its length.
fn entity(html: &str) -> Option<(char, usize)> {
    let end = html.bytes().take(ENTITY_LIMIT + 1).position(|b| b == b';')?;
    let name = &html[1..end];
    let decoded = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((decoded, end + 1))
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn values() {
        for (html, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("<p>One</p><p>Two</p>", "One\nTwo"),
            ("<div>a<br/>b</div>\n<div>c</div>", "a\nb\nc"),
            ("<b>bold</b> and <i class=\"a>b\">it</i>", "bold and it"),
            ("a &lt; b &amp;&amp; c&nbsp;d &#65; &#x42; &unknown; &", "a < b && c d A B &unknown; &"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<style>p { color: red }</style>text<script>x('</p>')</script>", "text"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("a<!-- hidden -->b", "ab"),
            ("<!--markdown-->**bold**\n\nnext", "**bold**\n\nnext"),
            ("  lots \n of   space ", "lots of space"),
            ("<p>open", "open"),
            ("<p", ""),
            ("ü&uuml", "ü&uuml"),
        ] {
            assert_eq!(plain_text(html), expected, "{html}");
        }
    }
}
