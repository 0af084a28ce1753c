//! Two XML documents → their differences.
//!
//! Attribute order is free, element order counts. White space between elements does not; text does, with placeholders.
//! Processing instructions and comments are skipped: pin them with `starts:` or `compare: bytes`.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::case::Strictness;
use super::pattern::{self, Captures};

#[derive(Debug, Default)]
struct Node {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
    text: String,
}

/// Compares a body with what a case expects; every difference is one line.
pub fn differences(expected: &str, actual: &str, strictness: Strictness, captures: &mut Captures) -> Vec<String> {
    let expected = match parse(expected) {
        Ok(node) => node,
        Err(error) => return vec![format!("the expected body is not XML: {error}")],
    };
    let actual = match parse(actual) {
        Ok(node) => node,
        Err(error) => return vec![format!("the answer is not XML: {error}")],
    };
    let mut found = Vec::new();
    node(&expected, &actual, "", strictness, captures, &mut found);
    found
}

fn parse(text: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => {
                let child = element(&start)?;
                top(&mut open)?.children.push(child);
            }
            Event::End(_) => {
                let child = open.pop().ok_or("an end tag too many")?;
                top(&mut open)?.children.push(child);
            }
            Event::Text(text) => top(&mut open)?.text.push_str(&text.xml10_content()),
            Event::CData(text) => top(&mut open)?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let text = quick_xml::escape::unescape(&format!("&{};", reference.xml10_content()))
                    .map_err(|error| error.to_string())?
                    .into_owned();
                top(&mut open)?.text.push_str(&text);
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
    let mut document = open.pop().ok_or("no root element")?;
    match (document.children.pop(), open.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err("no complete root element".into()),
    }
}

fn top(open: &mut [Node]) -> Result<&mut Node, String> {
    open.last_mut().ok_or_else(|| "an end tag too many".into())
}

fn element(start: &BytesStart<'_>) -> Result<Node, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value =
            attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        attributes.push((attribute.key.as_ref().to_string(), value.into_owned()));
    }
    Ok(Node { name: start.name().as_ref().to_string(), attributes, ..Node::default() })
}

fn node(
    expected: &Node,
    actual: &Node,
    path: &str,
    strictness: Strictness,
    captures: &mut Captures,
    found: &mut Vec<String>,
) {
    let path = format!("{path}/{}", expected.name);
    if expected.name != actual.name {
        found.push(format!("{path}: got <{}>", actual.name));
        return;
    }
    attributes(expected, actual, &path, strictness, captures, found);
    children(expected, actual, &path, strictness, captures, found);
    let unsaid = strictness.subset && expected.text.trim().is_empty();
    if expected.children.is_empty()
        && actual.children.is_empty()
        && !unsaid
        && !pattern::matches(&expected.text, &actual.text, captures)
    {
        found.push(format!("{path}: expected text {:?}, got {:?}", expected.text, actual.text));
    }
}

fn attributes(
    expected: &Node,
    actual: &Node,
    path: &str,
    strictness: Strictness,
    captures: &mut Captures,
    found: &mut Vec<String>,
) {
    for (name, wanted) in &expected.attributes {
        match actual.attributes.iter().find(|(other, _)| other == name) {
            Some((_, given)) if pattern::matches(wanted, given, captures) => {}
            Some((_, given)) => found.push(format!("{path}@{name}: expected {wanted:?}, got {given:?}")),
            None => found.push(format!("{path}@{name}: missing, expected {wanted:?}")),
        }
    }
    for (name, given) in &actual.attributes {
        if !strictness.subset && !expected.attributes.iter().any(|(other, _)| other == name) {
            found.push(format!("{path}@{name}: not expected, got {given:?}"));
        }
    }
}

/// In a subset, elements whose name is not written are skipped; those written must be there as often as written.
fn children(
    expected: &Node,
    actual: &Node,
    path: &str,
    strictness: Strictness,
    captures: &mut Captures,
    found: &mut Vec<String>,
) {
    let named = |child: &&Node| !strictness.subset || expected.children.iter().any(|other| other.name == child.name);
    let given: Vec<&Node> = actual.children.iter().filter(named).collect();
    if given.len() != expected.children.len() {
        let names =
            |nodes: &mut dyn Iterator<Item = &Node>| nodes.map(|node| node.name.as_str()).collect::<Vec<_>>().join(" ");
        let wanted = names(&mut expected.children.iter());
        found.push(format!("{path}: expected elements [{wanted}], got [{}]", names(&mut given.iter().copied())));
        return;
    }
    for (wanted, given) in expected.children.iter().zip(given) {
        node(wanted, given, path, strictness, captures, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXACT: Strictness = Strictness { subset: false, any_order: false };
    const SUBSET: Strictness = Strictness { subset: true, any_order: false };

    fn count(expected: &str, actual: &str, strictness: Strictness) -> usize {
        differences(expected, actual, strictness, &mut Captures::new()).len()
    }

    #[test]
    fn attribute_order_and_indent_are_free() {
        assert_eq!(count("<a x='1' y='2'><b /></a>", "<a y=\"2\" x=\"1\">\n  <b></b>\n</a>", EXACT), 0);
    }

    #[test]
    fn text_is_compared_after_unescaping() {
        assert_eq!(count("<a>x &lt; &#x79;</a>", "<a>x &lt; y</a>", EXACT), 0);
        assert_eq!(count("<a>x</a>", "<a>y</a>", EXACT), 1);
        assert_eq!(count("<a>{{any}}</a>", "<a>y</a>", EXACT), 0);
    }

    #[test]
    fn subset_skips_what_is_not_written() {
        assert_eq!(count("<a><c>1</c></a>", "<a z='9'><b /><c>1</c></a>", SUBSET), 0);
        assert_eq!(count("<a><c /></a>", "<a><c /><c /></a>", SUBSET), 1);
        assert_eq!(count("<a><c>1</c></a>", "<a><b /><c>1</c></a>", EXACT), 1);
    }

    #[test]
    fn broken_xml_is_a_difference() {
        assert_eq!(count("<a />", "<a>", EXACT), 1);
    }
}
