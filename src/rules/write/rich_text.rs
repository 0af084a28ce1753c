//! Rich text: Markdown behind its marker stays, in other text the characters that Markdown reads are encoded.
//!
//! Evidence: vendor's settings page, client notes on the live service (`**a**` → `&#42;&#42;a&#42;&#42;`). Which other
//! characters are encoded is assumed.

use super::change::Change;
use super::tx::{Result, Tx};
use crate::catalog::{FieldRole, Storage};

const MARKER: &str = "<!--markdown-->";

/// Rule: encode what the body sets.
pub(super) fn encode(_: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let given = change.given.iter().filter_map(|name| change.entity.member(name)?.field());
    for field in given {
        if field.role == FieldRole::Rich
            && let Storage::Column(column) = &field.storage
            && !change.new.is_null(column)
        {
            let text = encoded(change.new.text(column));
            change.new.set(column, text);
        }
    }
    Ok(())
}

fn encoded(text: &str) -> String {
    if text.starts_with(MARKER) {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        plain(before, &mut result);
        // a tag is left alone; a lone bracket is text
        let starts_tag = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
        let end = if starts_tag { tag.find('>').map_or(1, |end| end + 1) } else { 1 };
        result.push_str(&tag[..end]);
        rest = &tag[end..];
    }
    plain(rest, &mut result);
    result
}

fn plain(text: &str, result: &mut String) {
    for c in text.chars() {
        match c {
            '*' | '_' | '`' | '~' => result.push_str(&format!("&#{};", c as u32)),
            c => result.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn markdown_is_kept_and_its_signs_are_encoded_elsewhere() {
        assert_eq!(encoded("<!--markdown-->**x**"), "<!--markdown-->**x**");
        assert_eq!(encoded("**x**"), "&#42;&#42;x&#42;&#42;");
        assert_eq!(encoded(" <!--markdown-->*x*"), " <!--markdown-->&#42;x&#42;");
        assert_eq!(encoded("<a href=\"a_b\">c_d</a> 1 < 2*3"), "<a href=\"a_b\">c&#95;d</a> 1 < 2&#42;3");
        assert_eq!(encoded("<div *"), "<div &#42;");
    }
}
