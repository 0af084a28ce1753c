//! XML bodies: attributes and child elements become members, `nil="true"` becomes null, everything else is text.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Budget, DecodeError, XmlBody, shortened};
use crate::draft::Draft;

/// How many attributes an element may have: each is compared with all before it.
const MAX_ATTRIBUTES: usize = 200;

/// An element whose end is still to come.
#[derive(Default)]
struct Element {
    name: String,
    members: Vec<(String, Draft)>,
    text: String,
    has_children: bool,
    is_nil: bool,
}

impl Element {
    /// An element with text of its own is that text, whatever attributes it has.
    fn finish(self) -> (String, Draft) {
        let is_text = !self.has_children && (self.members.is_empty() || !self.text.trim().is_empty());
        let draft = if self.is_nil {
            Draft::Null
        } else if is_text {
            Draft::Text(self.text)
        } else {
            Draft::Object(self.members)
        };
        (self.name, draft)
    }
}

/// Reads a whole body.
pub fn decode(text: &str) -> Result<XmlBody, DecodeError> {
    let mut reader = Reader::from_str(text);
    let mut budget = Budget::default();
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<(String, Draft)> = None;
    loop {
        let position = at(reader.buffer_position());
        let event =
            reader.read_event().map_err(|error| DecodeError::new(error.to_string(), at(reader.error_position())))?;
        let closed = match event {
            Event::Start(tag) => {
                budget.spend(open.len(), position)?;
                open.push(element(&tag, &mut budget, position)?);
                None
            }
            Event::Empty(tag) => {
                budget.spend(open.len(), position)?;
                Some(element(&tag, &mut budget, position)?)
            }
            Event::End(_) => open.pop(),
            Event::Text(part) => {
                append(&mut open, &part.xml10_content(), position)?;
                None
            }
            Event::CData(part) => {
                append(&mut open, &part.xml10_content(), position)?;
                None
            }
            Event::GeneralRef(entity) => {
                append(&mut open, resolve(&entity, position)?.encode_utf8(&mut [0; 4]), position)?;
                None
            }
            Event::DocType(_) => return Err(DecodeError::new("A document type is not allowed", position)),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => None,
            Event::Eof => break,
        };
        if let Some(closed) = closed {
            match open.last_mut() {
                Some(parent) => {
                    parent.has_children = true;
                    parent.members.push(closed.finish());
                }
                None if root.is_some() => {
                    return Err(DecodeError::new("There is more than one root element", position));
                }
                None => root = Some(closed.finish()),
            }
        }
    }
    if let Some(element) = open.last() {
        return Err(DecodeError::new(format!("The element '{}' is not closed", shortened(&element.name)), text.len()));
    }
    match root {
        // A root without anything in it is an object without members.
        Some((root, Draft::Text(text))) if text.trim().is_empty() => {
            Ok(XmlBody { root, draft: Draft::Object(Vec::new()) })
        }
        Some((root, draft)) => Ok(XmlBody { root, draft }),
        None => Err(DecodeError::new("There is no root element", text.len())),
    }
}

/// An element with its attributes; declarations of namespaces are dropped, and prefixes everywhere.
fn element(tag: &BytesStart<'_>, budget: &mut Budget, position: usize) -> Result<Element, DecodeError> {
    let mut element = Element { name: tag.local_name().into_inner().to_owned(), ..Element::default() };
    for (i, attribute) in tag.attributes().enumerate() {
        if i == MAX_ATTRIBUTES {
            return Err(DecodeError::new(format!("An element has more than {MAX_ATTRIBUTES} attributes"), position));
        }
        let attribute = attribute.map_err(|error| bad_attribute(&error, position))?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        budget.spend(0, position)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| DecodeError::new(error.to_string(), position))?;
        let name = attribute.key.local_name().into_inner();
        if name.eq_ignore_ascii_case("nil") {
            element.is_nil = matches!(value.trim(), "true" | "1");
        } else {
            element.members.push((name.to_owned(), Draft::Text(value.into_owned())));
        }
    }
    Ok(element)
}

/// What is wrong with an attribute of the element that begins at `position`.
fn bad_attribute(error: &AttrError, position: usize) -> DecodeError {
    let (message, at) = match error {
        AttrError::ExpectedEq(at) => ("Expected '=' behind the name of an attribute", at),
        AttrError::ExpectedValue(at) => ("Expected the value of an attribute", at),
        AttrError::UnquotedValue(at) => ("Expected quotes around the value of an attribute", at),
        AttrError::ExpectedQuote(at, _) => ("Expected a quote that ends the value of an attribute", at),
        AttrError::Duplicated(at, _) => ("An element has the same attribute twice", at),
    };
    // counted from behind the bracket
    DecodeError::new(message, position + 1 + at)
}

fn append(open: &mut [Element], text: &str, position: usize) -> Result<(), DecodeError> {
    match open.last_mut() {
        Some(element) => {
            element.text.push_str(text);
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(DecodeError::new("There is text outside the root element", position)),
    }
}

/// The character a reference stands for; only the five entities of XML itself exist.
fn resolve(entity: &BytesRef<'_>, position: usize) -> Result<char, DecodeError> {
    let known = match &**entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => entity.resolve_char_ref().ok().flatten(),
    };
    known.ok_or_else(|| DecodeError::new(format!("Unknown reference '&{};'", shortened(entity)), position))
}

fn at(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{MAX_DEPTH, MAX_VALUES};
    use super::*;

    fn text(text: &str) -> Draft {
        Draft::Text(text.to_owned())
    }

    fn object<const N: usize>(members: [(&str, Draft); N]) -> Draft {
        Draft::Object(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
    }

    fn body(xml: &str) -> Draft {
        decode(xml).unwrap().draft
    }

    // source: docs, create page and vendor samples (attributes and elements mixed, ResourceType tolerated)
    #[test]
    fn attributes_and_elements_are_members() {
        let xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<TeamIteration Name=\"S1 &amp; more\">
            <StartDate>2017-01-04T00:00:00</StartDate><Team ResourceType=\"Team\" Id=\"3\" Name=\"T\" />
            </TeamIteration>\n";
        let decoded = decode(xml).unwrap();
        assert_eq!(decoded.root, "TeamIteration");
        let team = object([("ResourceType", text("Team")), ("Id", text("3")), ("Name", text("T"))]);
        let expected =
            object([("Name", text("S1 & more")), ("StartDate", text("2017-01-04T00:00:00")), ("Team", team)]);
        assert_eq!(decoded.draft, expected);
    }

    // source: docs, create page (collections repeat their items; custom fields)
    #[test]
    fn collections_repeat_a_name() {
        let task = |name| object([("Name", text(name))]);
        assert_eq!(
            body("<UserStory><Tasks><Task Name=\"a\"/><Task><Name>b</Name></Task></Tasks></UserStory>"),
            object([("Tasks", object([("Task", task("a")), ("Task", task("b"))]))])
        );
        assert_eq!(
            body(
                "<Bug><CustomFields><Field Type=\"DropDown\"><Name>R</Name><Value nil=\"true\" /></Field></CustomFields></Bug>"
            ),
            object([(
                "CustomFields",
                object([("Field", object([("Type", text("DropDown")), ("Name", text("R")), ("Value", Draft::Null)]))])
            )])
        );
    }

    // source: recorded 2016 and 2017 (nil, empty strings, line breaks in text)
    #[test]
    fn text_is_kept_and_nil_is_null() {
        let xml = "<Bug xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><A i:nil=\"true\"/><B nil=\"false\">x</B><C></C>
            <D> &lt;div&gt;&#65;&#x42;<![CDATA[<&>]]>\r\n</D><E Lang=\"en\">t</E></Bug>";
        let expected = object([
            ("A", Draft::Null),
            ("B", text("x")),
            ("C", text("")),
            ("D", text(" <div>AB<&>\n")),
            ("E", text("t")),
        ]);
        assert_eq!(body(xml), expected);
        assert_eq!(body("<Bug/>"), object([]));
        assert_eq!(body("<Bug>\n</Bug>"), object([]));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for xml in [
            "",
            "  ",
            "text",
            "{\"a\":1}",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a b=c/>",
            "<a b=\"1\" b=\"2\"/>",
            "<a>&unknown;</a>",
            "<a>&#xD800;</a>",
            "<a",
            "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
            "</a>",
            "<a b=\"&e;\"/>",
        ] {
            assert!(decode(xml).is_err(), "{xml}");
        }
        assert_eq!(decode("<a>\n<b>").unwrap_err(), DecodeError::new("The element 'b' is not closed", 7));
        let twice = decode("<x>\n<a b=\"1\" b=\"2\"/></x>").unwrap_err();
        assert_eq!(twice, DecodeError::new("An element has the same attribute twice", 13));
        assert_eq!(decode("<a/> <b/>").unwrap_err(), DecodeError::new("There is more than one root element", 5));
    }

    #[test]
    fn depth_and_length_have_ends() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(decode(&nested(MAX_DEPTH)).is_ok());
        assert!(decode(&nested(MAX_DEPTH + 2)).unwrap_err().message.contains("deeper"));
        assert!(decode(&"<a>".repeat(1_000_000)).is_err());
        let wide: String = (0..MAX_ATTRIBUTES * 100).map(|i| format!(" a{i}=\"\"")).collect();
        assert!(decode(&format!("<a{wide}/>")).unwrap_err().message.contains("attributes"));
        assert!(decode(&format!("<a>{}</a>", "<b/>".repeat(MAX_VALUES))).unwrap_err().message.contains("more than"));
    }

    proptest! {
        #[test]
        fn never_panics(xml in "[<>/a-c=\"'&;#x0-9!\\[\\]CDAT? é-]{0,60}") {
            let _ = decode(&xml);
        }

        #[test]
        fn what_is_written_reads_back(value in "[ -~é\n\u{1F600}]{0,40}", name in "[ -~é\t\n]{1,20}") {
            let mut markup = crate::wire::markup::Markup::new(Vec::new());
            markup.start("Bug");
            markup.attribute("Name", &name);
            markup.leaf("Description", &value);
            markup.end();
            let xml = String::from_utf8(markup.finish()).unwrap();
            prop_assert_eq!(body(&xml), object([("Name", text(&name)), ("Description", text(&value))]));
        }
    }
}
