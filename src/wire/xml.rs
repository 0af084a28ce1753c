//! Events to XML as API v1 lays it out.
//!
//! Nothing is held back but the name of each open element; dates are server time without zone or fraction.

use std::ops::Range;

use crate::clock::Zone;
use crate::date::{Notation, write_date};
use crate::event::{CustomValue, Links, ListForm, Name, Sink};
use crate::value::Scalar;
use crate::wire::escape::{xml_attribute, xml_text};
use crate::wire::markup::Markup;
use crate::wire::number;
use crate::wire::style::spelling;

/// What an item without a name and a type is called.
const ITEM: &str = "Item";

/// Writes one answer.
#[derive(Debug)]
pub struct XmlWriter<'a> {
    markup: Markup,
    zone: &'a Zone,
    base: &'a str,
    /// Where the links in the start tag of each open list stand.
    lists: Vec<Range<usize>>,
    /// The links that the next list is going to have, most likely.
    expected: Links,
    /// What the text of a member depends on beside itself and its depth.
    spelling: u64,
}

impl<'a> XmlWriter<'a> {
    /// Appends to `out`. `base` is the scheme, host and prefix that links get (`https://host`).
    pub fn new(out: Vec<u8>, zone: &'a Zone, base: &'a str) -> Self {
        let spelling = spelling(("xml", base));
        Self { markup: Markup::new(out), zone, base, lists: Vec::new(), expected: Links::default(), spelling }
    }

    pub fn finish(self) -> Vec<u8> {
        self.markup.finish()
    }

    fn value(&mut self, name: &str, value: Scalar<'_>) {
        let (zone, base) = (self.zone, self.base);
        if is_null(value) {
            self.markup.nil(name);
        } else {
            self.markup.leaf_of(name, |out| content(out, value, zone, base, xml_text));
        }
    }
}

fn text_of(name: Option<&Name>) -> &str {
    name.map_or(ITEM, Name::text)
}

fn is_null(value: Scalar<'_>) -> bool {
    match value {
        Scalar::Null => true,
        Scalar::Decimal(value) | Scalar::Average(value) | Scalar::Double(value) => !value.is_finite(),
        _ => false,
    }
}

/// Writes a value that is there; `text` escapes for where it stands.
fn content(out: &mut Vec<u8>, value: Scalar<'_>, zone: &Zone, base: &str, text: fn(&mut Vec<u8>, &str)) {
    match value {
        Scalar::Null => {}
        Scalar::Bool(true) => out.extend_from_slice(b"true"),
        Scalar::Bool(false) => out.extend_from_slice(b"false"),
        Scalar::Int(value) => number::integer(out, value),
        Scalar::Decimal(value) => number::decimal(out, value),
        Scalar::Average(value) => number::average(out, value),
        Scalar::Double(value) => number::double(out, value, false),
        Scalar::Date(at) => write_date(out, at, Notation::Seconds, zone),
        Scalar::TimeSpan(millis) => number::time_span(out, millis),
        Scalar::Text(value) => text(out, value),
        Scalar::Link(path) => {
            text(out, base);
            text(out, path);
        }
    }
}

impl Sink for XmlWriter<'_> {
    fn entity_start(&mut self, name: Option<&Name>, resource_type: &Name) {
        self.markup.start(name.unwrap_or(resource_type).text());
        self.markup.attribute("ResourceType", resource_type.text());
    }

    fn entity_end(&mut self) {
        self.markup.end();
    }

    fn object_start(&mut self, name: Option<&Name>) {
        self.markup.start(text_of(name));
    }

    fn object_end(&mut self) {
        self.markup.end();
    }

    fn scalar(&mut self, name: Option<&Name>, value: Scalar<'_>) {
        match name {
            Some(name) if name.is_attribute() && self.markup.takes_attributes() => {
                let (zone, base) = (self.zone, self.base);
                if !is_null(value) {
                    self.markup.attribute_of(name.text(), |out| content(out, value, zone, base, xml_attribute));
                }
            }
            _ => self.value(text_of(name), value),
        }
    }

    fn expect_links(&mut self, links: &Links) {
        self.expected = links.clone();
    }

    fn list_start(&mut self, name: Option<&Name>, _form: ListForm) {
        self.markup.start(text_of(name));
        let start = self.markup.position();
        let Links { prev, next } = std::mem::take(&mut self.expected);
        for (name, link) in [("Next", next), ("Prev", prev)] {
            if let Some(link) = link {
                self.markup.attribute(name, &link);
            }
        }
        self.lists.push(start..self.markup.position());
    }

    fn list_end(&mut self, links: &Links) {
        self.markup.end();
        let Some(place) = self.lists.pop() else { return };
        let mut text = Vec::new();
        for (name, link) in [("Next", &links.next), ("Prev", &links.prev)] {
            if let Some(link) = link {
                text.extend_from_slice(b" ");
                text.extend_from_slice(name.as_bytes());
                text.extend_from_slice(b"=\"");
                xml_attribute(&mut text, link);
                text.push(b'"');
            }
        }
        self.markup.replace(place, text);
    }

    fn custom_fields_start(&mut self, name: Option<&Name>) {
        self.markup.start(text_of(name));
    }

    fn custom_field(&mut self, name: &str, field_type: &str, value: CustomValue<'_>) {
        self.markup.start("Field");
        self.markup.attribute("Type", field_type);
        self.markup.leaf("Name", name);
        match value {
            CustomValue::Scalar(value) => self.value("Value", value),
            CustomValue::Url { url, label } => {
                self.markup.start("Value");
                self.markup.leaf("Url", url);
                self.markup.leaf("Label", label);
                self.markup.end();
            }
            CustomValue::Entity { id, name, kind } => {
                self.markup.start("Value");
                self.markup.leaf_of("Id", |out| number::integer(out, id));
                self.markup.leaf("Name", name);
                self.markup.leaf("Kind", kind);
                self.markup.end();
            }
        }
        self.markup.end();
    }

    fn custom_fields_end(&mut self) {
        self.markup.end();
    }

    fn style(&self) -> Option<u64> {
        Some(self.spelling.wrapping_add(self.markup.depth() as u64))
    }

    fn mark(&self) -> usize {
        self.markup.position()
    }

    fn since(&self, mark: usize) -> Option<&[u8]> {
        self.markup.since(mark)
    }

    fn again(&mut self, text: &[u8]) {
        self.markup.again(text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::*;

    fn write(events: impl FnOnce(&mut XmlWriter<'_>)) -> String {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let mut writer = XmlWriter::new(Vec::new(), &zone, "https://acme.example");
        events(&mut writer);
        String::from_utf8(writer.finish()).unwrap()
    }

    fn name(text: &str) -> Name {
        Name::new(text)
    }

    fn start(w: &mut XmlWriter<'_>, element: Option<&str>, resource_type: &str, id: i64, entity_name: Option<&str>) {
        w.entity_start(element.map(name).as_ref(), &name(resource_type));
        w.scalar(Some(&Name::attribute("Id")), Scalar::Int(id));
        if let Some(entity_name) = entity_name {
            w.scalar(Some(&Name::attribute("Name")), Scalar::Text(entity_name));
        }
    }

    const STORY: &str = r#"<UserStories Next="https://acme.example/api/v1/UserStories/?take=1&amp;skip=1">
  <UserStory ResourceType="UserStory" Id="31" Name="Print badge">
    <Description>&lt;div&gt;Front &amp;amp; back&lt;/div&gt;
</Description>
    <StartDate nil="true" />
    <CreateDate>2017-02-03T10:11:12</CreateDate>
    <Tags></Tags>
    <NumericPriority>14.5</NumericPriority>
    <Effort>3.0000</Effort>
    <Project ResourceType="Project" Id="7" Name="Events">
      <Process ResourceType="Process" Id="3" Name="Scrum" />
    </Project>
    <Owner ResourceType="GeneralUser" Id="2">
      <FirstName>Ann</FirstName>
    </Owner>
    <ResponsibleTeam ResourceType="TeamAssignment" Id="88" />
    <Feature nil="true" />
    <CustomFields>
      <Field Type="DropDown">
        <Name>Risk</Name>
        <Value nil="true" />
      </Field>
    </CustomFields>
  </UserStory>
</UserStories>"#;

    // source: recorded 2016, 2017 and 2026 (layout, attributes, nil, decimals, custom fields)
    #[test]
    fn a_page_of_stories() {
        let xml = write(|w| {
            w.list_start(Some(&name("UserStories")), ListForm::Envelope);
            start(w, None, "UserStory", 31, Some("Print badge"));
            w.scalar(Some(&name("Description")), Scalar::Text("<div>Front &amp; back</div>\n"));
            w.scalar(Some(&name("StartDate")), Scalar::Null);
            w.scalar(Some(&name("CreateDate")), Scalar::Date(1_486_113_072_345));
            w.scalar(Some(&name("Tags")), Scalar::Text(""));
            w.scalar(Some(&name("NumericPriority")), Scalar::Double(14.5));
            w.scalar(Some(&name("Effort")), Scalar::Decimal(3.0));
            start(w, Some("Project"), "Project", 7, Some("Events"));
            start(w, Some("Process"), "Process", 3, Some("Scrum"));
            w.entity_end();
            w.entity_end();
            start(w, Some("Owner"), "GeneralUser", 2, None);
            w.scalar(Some(&name("FirstName")), Scalar::Text("Ann"));
            w.entity_end();
            start(w, Some("ResponsibleTeam"), "TeamAssignment", 88, None);
            w.entity_end();
            w.scalar(Some(&name("Feature")), Scalar::Null);
            w.custom_fields_start(Some(&name("CustomFields")));
            w.custom_field("Risk", "DropDown", CustomValue::Scalar(Scalar::Null));
            w.custom_fields_end();
            w.entity_end();
            let next = Some("https://acme.example/api/v1/UserStories/?take=1&skip=1".to_owned());
            w.list_end(&Links { prev: None, next });
        });
        assert_eq!(xml, STORY);
    }

    // source: docs, paging (Next, then Prev); the empty list is assumed
    #[test]
    fn lists() {
        let page = |links: &Links| {
            write(|w| {
                w.list_start(Some(&name("UserStories")), ListForm::Envelope);
                w.list_end(links);
            })
        };
        assert_eq!(page(&Links::default()), "<UserStories />");
        let links = Links { prev: Some("p".to_owned()), next: Some("n".to_owned()) };
        assert_eq!(page(&links), "<UserStories Next=\"n\" Prev=\"p\" />");
    }

    // source: docs, resources page (`<Tasks><Task …/></Tasks>`)
    #[test]
    fn inner_lists() {
        let xml = write(|w| {
            start(w, None, "UserStory", 1, None);
            w.list_start(Some(&name("Tasks")), ListForm::Envelope);
            start(w, None, "Task", 9, Some("d"));
            w.entity_end();
            w.list_end(&Links::default());
            w.list_start(Some(&name("Bugs")), ListForm::Envelope);
            w.list_end(&Links::default());
            w.entity_end();
        });
        let expected = "<UserStory ResourceType=\"UserStory\" Id=\"1\">\n  <Tasks>\n    <Task ResourceType=\"Task\" Id=\"9\" Name=\"d\" />\n  </Tasks>\n  <Bugs />\n</UserStory>";
        assert_eq!(xml, expected);
    }

    // source: docs, custom fields; the elements of composed values are assumed
    #[test]
    fn composed_custom_values() {
        let xml = write(|w| {
            w.custom_fields_start(Some(&name("CustomFields")));
            w.custom_field("L", "URL", CustomValue::Url { url: "http://a?b&c", label: "x" });
            w.custom_field("R", "Entity", CustomValue::Entity { id: 5, name: "n", kind: "Release" });
            w.custom_fields_end();
        });
        let url = "<Value>\n      <Url>http://a?b&amp;c</Url>\n      <Label>x</Label>\n    </Value>";
        let entity = "<Value>\n      <Id>5</Id>\n      <Name>n</Name>\n      <Kind>Release</Kind>\n    </Value>";
        let field =
            |kind, name, value| format!("  <Field Type=\"{kind}\">\n    <Name>{name}</Name>\n    {value}\n  </Field>");
        let (first, second) = (field("URL", "L", url), field("Entity", "R", entity));
        assert_eq!(xml, format!("<CustomFields>\n{first}\n{second}\n</CustomFields>"));
        let empty = write(|w| {
            w.custom_fields_start(Some(&name("CustomFields")));
            w.custom_fields_end();
        });
        assert_eq!(empty, "<CustomFields />");
    }

    #[test]
    fn attributes_without_value_are_left_out() {
        let xml = write(|w| {
            w.entity_start(None, &name("Bug"));
            w.scalar(Some(&Name::attribute("Id")), Scalar::Int(1));
            w.scalar(Some(&Name::attribute("Name")), Scalar::Null);
            w.entity_end();
        });
        assert_eq!(xml, "<Bug ResourceType=\"Bug\" Id=\"1\" />");
    }

    // source: recorded 2015 (`&amp;` in a link)
    #[test]
    fn links_are_absolute() {
        let xml = write(|w| w.scalar(Some(&name("Uri")), Scalar::Link("/A.aspx?a=1&b=2")));
        assert_eq!(xml, "<Uri>https://acme.example/A.aspx?a=1&amp;b=2</Uri>");
    }

    /// What XML can bring back: line ends become LF, characters beyond XML their replacement.
    fn survives(text: &str) -> String {
        text.replace("\r\n", "\n")
            .chars()
            .map(|c| match c {
                '\r' => '\n',
                '\t' | '\n' => c,
                c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => '\u{FFFD}',
                c => c,
            })
            .collect()
    }

    proptest! {
        #[test]
        fn any_text_parses_back(text in any::<String>()) {
            let xml = write(|w| w.scalar(Some(&name("T")), Scalar::Text(&text)));
            let mut reader = Reader::from_str(&xml);
            let mut read = String::new();
            loop {
                match reader.read_event().unwrap() {
                    Event::Text(part) => read.push_str(&part.xml10_content()),
                    Event::GeneralRef(entity) => match &*entity {
                        "amp" => read.push('&'),
                        "lt" => read.push('<'),
                        "gt" => read.push('>'),
                        other => prop_assert!(false, "{other}"),
                    },
                    Event::Eof => break,
                    _ => {}
                }
            }
            prop_assert_eq!(read, survives(&text));
        }
    }
}
