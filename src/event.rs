//! The events of an answer: what the store drives while it steps rows and what `wire` writes down.
//!
//! One writer per format implements [`Sink`]. No event renames anything: output names are chosen when the
//! query is bound.

use crate::value::Scalar;

/// An output name, with its JSON spelling made once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    text: String,
    /// `,"text":`, escaped.
    json: String,
    attribute: bool,
}

impl Name {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), json: json_member(text), attribute: false }
    }

    /// A name that XML writes as an attribute of its entity (`Id`, `Name`).
    pub fn attribute(text: &str) -> Self {
        Self { attribute: true, ..Self::new(text) }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// `"text":`.
    pub fn json_key(&self) -> &str {
        &self.json[1..]
    }

    /// `,"text":`, for a member that follows another.
    pub fn json_next_key(&self) -> &str {
        &self.json
    }

    /// `"text"`.
    pub fn json_string(&self) -> &str {
        &self.json[1..self.json.len() - 1]
    }

    pub fn is_attribute(&self) -> bool {
        self.attribute
    }
}

fn json_member(text: &str) -> String {
    let mut key = String::with_capacity(text.len() + 4);
    key.push_str(",\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => key.extend(['\\', c]),
            c if (c as u32) < 0x20 => key.push_str(&format!("\\u{:04x}", c as u32)),
            c => key.push(c),
        }
    }
    key.push_str("\":");
    key
}

/// How a list leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListForm {
    /// An envelope with links before its items: the root page and v1's inner collections.
    Envelope,
    /// A bare array.
    Plain,
}

/// Links of a page; a link that does not apply is absent, never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    pub prev: Option<String>,
    pub next: Option<String>,
}

/// The value of a custom field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CustomValue<'a> {
    Scalar(Scalar<'a>),
    Url { url: &'a str, label: &'a str },
    Entity { id: i64, name: &'a str, kind: &'a str },
}

/// Receives an answer piece by piece, in output order. `name` is `None` for the items of a list and for the root.
pub trait Sink {
    /// A typed entity or reference: `{"ResourceType":"Bug",…`, `<Bug ResourceType="Bug"…`. In XML the element is
    /// called `name`, or the resource type where there is no name.
    fn entity_start(&mut self, name: Option<&Name>, resource_type: &Name);
    fn entity_end(&mut self);

    /// An untyped object of v2.
    fn object_start(&mut self, name: Option<&Name>);
    fn object_end(&mut self);

    /// A scalar or null (an empty reference is a null too).
    fn scalar(&mut self, name: Option<&Name>, value: Scalar<'_>);

    /// The links that the next list will most likely end with, so that they need not be put in later.
    fn expect_links(&mut self, _links: &Links) {}

    /// A list. In XML the element is called `name`; the root list brings the plural of its resource as name.
    fn list_start(&mut self, name: Option<&Name>, form: ListForm);
    /// Ends the innermost list; its links are known only now, yet are written before its items.
    fn list_end(&mut self, links: &Links);

    /// The custom fields of an entity: a bare array in JSON, `<Field Type="…">` elements in XML.
    fn custom_fields_start(&mut self, name: Option<&Name>);
    fn custom_field(&mut self, name: &str, field_type: &str, value: CustomValue<'_>);
    fn custom_fields_end(&mut self);

    /// What the text of a member depends on beside the member itself; nothing where no text can be written again.
    fn style(&self) -> Option<u64> {
        None
    }

    /// How far the answer has come.
    fn mark(&self) -> usize {
        0
    }

    /// What was written after a mark, if it is still at hand.
    fn since(&self, _mark: usize) -> Option<&[u8]> {
        None
    }

    /// Writes a member again, as [`Sink::since`] gave it in an answer of the same style.
    fn again(&mut self, _text: &[u8]) {}

    /// Whether anybody still wants the rest; rows stop coming when not.
    fn is_open(&self) -> bool {
        true
    }
}

/// Takes an answer and keeps nothing of it, for those who only count rows.
pub struct Nowhere;

impl Sink for Nowhere {
    fn entity_start(&mut self, _: Option<&Name>, _: &Name) {}
    fn entity_end(&mut self) {}
    fn object_start(&mut self, _: Option<&Name>) {}
    fn object_end(&mut self) {}
    fn scalar(&mut self, _: Option<&Name>, _: Scalar<'_>) {}
    fn list_start(&mut self, _: Option<&Name>, _: ListForm) {}
    fn list_end(&mut self, _: &Links) {}
    fn custom_fields_start(&mut self, _: Option<&Name>) {}
    fn custom_field(&mut self, _: &str, _: &str, _: CustomValue<'_>) {}
    fn custom_fields_end(&mut self) {}
}
