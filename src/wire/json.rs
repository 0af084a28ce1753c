//! Events to JSON, straight into a buffer: no tree, no state but a comma and the places where open lists began.

use std::ops::Range;

use crate::clock::Zone;
use crate::date::{Notation, write_date};
use crate::event::{CustomValue, Links, ListForm, Name, Sink};
use crate::value::Scalar;
use crate::wire::escape::{json_content, json_string};
use crate::wire::number;
use crate::wire::style::{JsonStyle, spelling};

/// Writes one answer.
#[derive(Debug)]
pub struct JsonWriter<'a> {
    out: Vec<u8>,
    style: &'a JsonStyle,
    notation: Notation,
    zone: &'a Zone,
    base: &'a str,
    /// Whether the next member or item follows another.
    comma: bool,
    lists: Vec<OpenList>,
    /// The links that the next list is going to have, most likely.
    expected: Vec<u8>,
    /// Bytes that left already.
    taken: usize,
    /// What the text of a member depends on beside itself.
    spelling: u64,
}

/// A list whose end is still to come.
#[derive(Debug)]
struct OpenList {
    form: ListForm,
    /// Where its links stand, as long as that place was not given away.
    links: Option<Range<usize>>,
}

impl<'a> JsonWriter<'a> {
    /// Appends to `out`. `base` is the scheme, host and prefix that links get (`https://host`).
    pub fn new(out: Vec<u8>, style: &'a JsonStyle, notation: Notation, zone: &'a Zone, base: &'a str) -> Self {
        let spelling = spelling((style.resource_type, notation, base));
        Self {
            out,
            style,
            notation,
            zone,
            base,
            comma: false,
            lists: Vec::new(),
            expected: Vec::new(),
            taken: 0,
            spelling,
        }
    }

    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    pub fn len(&self) -> usize {
        self.out.len()
    }

    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Takes what is written so far, for an answer sent in pieces that are alike in size. Lists that are open now can
    /// get no links any more.
    pub fn take(&mut self) -> Vec<u8> {
        for list in &mut self.lists {
            list.links = None;
        }
        self.taken += self.out.len();
        let room = Vec::with_capacity(self.out.capacity());
        std::mem::replace(&mut self.out, room)
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn key(&mut self, name: Option<&Name>) {
        match name {
            Some(name) if self.comma => self.put(name.json_next_key()),
            Some(name) => self.put(name.json_key()),
            None if self.comma => self.out.push(b','),
            None => {}
        }
        self.comma = true;
    }

    /// Writes a value that is there; real numbers JSON cannot hold become null.
    fn value(&mut self, value: Scalar<'_>) {
        match value {
            Scalar::Null => self.put("null"),
            Scalar::Bool(true) => self.put("true"),
            Scalar::Bool(false) => self.put("false"),
            Scalar::Int(value) => number::integer(&mut self.out, value),
            Scalar::Decimal(value) if value.is_finite() => number::decimal(&mut self.out, value),
            Scalar::Average(value) if value.is_finite() => number::average(&mut self.out, value),
            Scalar::Double(value) if value.is_finite() => number::double(&mut self.out, value, true),
            Scalar::Decimal(_) | Scalar::Average(_) | Scalar::Double(_) => self.put("null"),
            Scalar::Date(at) => {
                self.out.push(b'"');
                write_date(&mut self.out, at, self.notation, self.zone);
                self.out.push(b'"');
            }
            Scalar::TimeSpan(millis) => {
                self.out.push(b'"');
                number::time_span(&mut self.out, millis);
                self.out.push(b'"');
            }
            Scalar::Text(text) => json_string(&mut self.out, text),
            Scalar::Link(path) => {
                self.out.push(b'"');
                json_content(&mut self.out, self.base);
                json_content(&mut self.out, path);
                self.out.push(b'"');
            }
        }
    }

    fn custom_value(&mut self, value: CustomValue<'_>) {
        match value {
            CustomValue::Scalar(value) => self.value(value),
            CustomValue::Url { url, label } => {
                self.put(self.style.url[0]);
                json_string(&mut self.out, url);
                self.put(self.style.url[1]);
                json_string(&mut self.out, label);
                self.out.push(b'}');
            }
            CustomValue::Entity { id, name, kind } => {
                self.put(self.style.entity[0]);
                number::integer(&mut self.out, id);
                self.put(self.style.entity[1]);
                json_string(&mut self.out, name);
                self.put(self.style.entity[2]);
                json_string(&mut self.out, kind);
                self.out.push(b'}');
            }
        }
    }

    /// The links as they stand in front of the items, each with a comma behind it.
    fn links(&self, links: &Links) -> Vec<u8> {
        let mut pair = [(self.style.prev, &links.prev), (self.style.next, &links.next)];
        if self.style.next_first {
            pair.reverse();
        }
        let mut text = Vec::new();
        for (key, link) in pair {
            if let Some(link) = link {
                text.extend_from_slice(key.as_bytes());
                json_string(&mut text, link);
                text.push(b',');
            }
        }
        text
    }
}

impl Sink for JsonWriter<'_> {
    fn entity_start(&mut self, name: Option<&Name>, resource_type: &Name) {
        self.key(name);
        self.out.push(b'{');
        self.put(self.style.resource_type);
        self.put(resource_type.json_string());
    }

    fn entity_end(&mut self) {
        self.out.push(b'}');
        self.comma = true;
    }

    fn object_start(&mut self, name: Option<&Name>) {
        self.key(name);
        self.out.push(b'{');
        self.comma = false;
    }

    fn object_end(&mut self) {
        self.out.push(b'}');
        self.comma = true;
    }

    fn scalar(&mut self, name: Option<&Name>, value: Scalar<'_>) {
        if !self.style.nulls && name.is_some() && is_null(value) {
            return;
        }
        self.key(name);
        self.value(value);
    }

    fn expect_links(&mut self, links: &Links) {
        self.expected = self.links(links);
    }

    fn list_start(&mut self, name: Option<&Name>, form: ListForm) {
        self.key(name);
        self.comma = false;
        if form == ListForm::Envelope {
            self.out.push(b'{');
        }
        let start = self.out.len();
        self.out.append(&mut self.expected);
        self.lists.push(OpenList { form, links: Some(start..self.out.len()) });
        self.put(if form == ListForm::Envelope { self.style.items } else { "[" });
    }

    fn list_end(&mut self, links: &Links) {
        self.out.push(b']');
        self.comma = true;
        let Some(list) = self.lists.pop().filter(|list| list.form == ListForm::Envelope) else { return };
        self.out.push(b'}');
        if let Some(place) = list.links {
            let text = self.links(links);
            if self.out[place.clone()] != *text {
                self.out.splice(place, text);
            }
        }
    }

    fn custom_fields_start(&mut self, name: Option<&Name>) {
        self.key(name);
        self.out.push(b'[');
        self.comma = false;
    }

    fn custom_field(&mut self, name: &str, field_type: &str, value: CustomValue<'_>) {
        self.key(None);
        self.put(self.style.field[0]);
        json_string(&mut self.out, name);
        self.put(self.style.field[1]);
        json_string(&mut self.out, field_type);
        self.put(self.style.field[2]);
        self.custom_value(value);
        self.out.push(b'}');
    }

    fn custom_fields_end(&mut self) {
        self.out.push(b']');
        self.comma = true;
    }

    fn style(&self) -> Option<u64> {
        Some(self.spelling)
    }

    fn mark(&self) -> usize {
        self.taken + self.out.len()
    }

    fn since(&self, mark: usize) -> Option<&[u8]> {
        self.out.get(mark.checked_sub(self.taken)?..)
    }

    fn again(&mut self, text: &[u8]) {
        let member = text.strip_prefix(b",").unwrap_or(text);
        if self.comma {
            self.out.push(b',');
        }
        self.out.extend_from_slice(member);
        self.comma = true;
    }
}

fn is_null(value: Scalar<'_>) -> bool {
    match value {
        Scalar::Null => true,
        Scalar::Decimal(value) | Scalar::Average(value) | Scalar::Double(value) => !value.is_finite(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn write(style: &JsonStyle, events: impl FnOnce(&mut JsonWriter<'_>)) -> String {
        let zone = Zone::named("America/Chicago").unwrap();
        let mut writer = JsonWriter::new(Vec::new(), style, Notation::Ms, &zone, "https://host");
        events(&mut writer);
        String::from_utf8(writer.finish()).unwrap()
    }

    fn name(text: &str) -> Name {
        Name::new(text)
    }

    fn links(prev: Option<&str>, next: Option<&str>) -> Links {
        Links { prev: prev.map(str::to_owned), next: next.map(str::to_owned) }
    }

    // source: recorded 2026 (key order, nulls kept); digits and escaped slashes recorded 2013
    #[test]
    fn v1_entity() {
        let json = write(&JsonStyle::V1, |w| {
            w.entity_start(None, &name("UserStory"));
            w.scalar(Some(&name("Id")), Scalar::Int(31));
            w.scalar(Some(&name("Name")), Scalar::Text("Print \"badge\""));
            w.scalar(Some(&name("Description")), Scalar::Null);
            w.scalar(Some(&name("CreateDate")), Scalar::Date(1_377_258_106_000));
            w.scalar(Some(&name("NumericPriority")), Scalar::Double(233.0));
            w.scalar(Some(&name("Effort")), Scalar::Decimal(3.0));
            w.entity_start(Some(&name("Project")), &name("Project"));
            w.scalar(Some(&name("Id")), Scalar::Int(7));
            w.entity_end();
            w.scalar(Some(&name("Feature")), Scalar::Null);
            w.scalar(Some(&name("IsNow")), Scalar::Bool(true));
            w.entity_end();
        });
        assert_eq!(
            json,
            r#"{"ResourceType":"UserStory","Id":31,"Name":"Print \"badge\"","Description":null,"CreateDate":"\/Date(1377258106000-0500)\/","NumericPriority":233.0,"Effort":3.0000,"Project":{"ResourceType":"Project","Id":7},"Feature":null,"IsNow":true}"#
        );
    }

    // source: recorded 2013 and 2026 (`Prev` before `Next` before `Items`; no link, no key; `{"Items":[]}`)
    #[test]
    fn v1_links_stand_before_items() {
        let page = |prev, next| {
            write(&JsonStyle::V1, |w| {
                w.list_start(None, ListForm::Envelope);
                for id in [1, 2] {
                    w.entity_start(None, &name("Bug"));
                    w.scalar(Some(&name("Id")), Scalar::Int(id));
                    w.list_start(Some(&name("Tasks")), ListForm::Envelope);
                    w.list_end(&links(None, (id == 2).then_some("in")));
                    w.entity_end();
                }
                w.list_end(&links(prev, next));
            })
        };
        let items = r#""Items":[{"ResourceType":"Bug","Id":1,"Tasks":{"Items":[]}},{"ResourceType":"Bug","Id":2,"Tasks":{"Next":"in","Items":[]}}]"#;
        assert_eq!(page(None, None), format!("{{{items}}}"));
        assert_eq!(page(Some("p"), Some("n\"")), format!("{{\"Prev\":\"p\",\"Next\":\"n\\\"\",{items}}}"));
    }

    // source: docs, v2 overview (next before prev; null members left out); recorded 2015 and 2020
    #[test]
    fn v2_leaves_null_members_out() {
        let json = write(&JsonStyle::V2, |w| {
            w.list_start(None, ListForm::Envelope);
            w.object_start(None);
            w.scalar(Some(&name("id")), Scalar::Null);
            w.scalar(Some(&name("description")), Scalar::Null);
            w.object_start(Some(&name("feature")));
            w.object_end();
            w.entity_start(Some(&name("entityState")), &name("EntityState"));
            w.scalar(Some(&name("name")), Scalar::Text("Open"));
            w.entity_end();
            w.list_start(Some(&name("efforts")), ListForm::Plain);
            w.scalar(None, Scalar::Null);
            w.scalar(None, Scalar::Average(9.851_851_851));
            w.list_end(&Links::default());
            w.object_end();
            w.list_end(&links(Some("p"), Some("n")));
        });
        assert_eq!(
            json,
            r#"{"next":"n","prev":"p","items":[{"feature":{},"entityState":{"resourceType":"EntityState","name":"Open"},"efforts":[null,9.851851]}]}"#
        );
    }

    // source: docs, v2 result (`81`, `70.0000`, no envelope)
    #[test]
    fn a_result_may_be_a_scalar() {
        assert_eq!(write(&JsonStyle::V2, |w| w.scalar(None, Scalar::Int(81))), "81");
        assert_eq!(write(&JsonStyle::V2, |w| w.scalar(None, Scalar::Decimal(70.0))), "70.0000");
        assert_eq!(write(&JsonStyle::V2, |w| w.scalar(None, Scalar::Null)), "null");
    }

    fn fields(style: &JsonStyle) -> String {
        write(style, |w| {
            w.entity_start(None, &name("Bug"));
            w.custom_fields_start(Some(&name("F")));
            w.custom_field("Risk", "DropDown", CustomValue::Scalar(Scalar::Null));
            w.custom_field("Link", "URL", CustomValue::Url { url: "http://a", label: "b" });
            w.custom_field("R", "Entity", CustomValue::Entity { id: 5, name: "n", kind: "Release" });
            w.custom_fields_end();
            w.custom_fields_start(Some(&name("G")));
            w.custom_fields_end();
            w.entity_end();
        })
    }

    // source: docs, custom fields; recorded 2026 (bare array of Name, Type, Value)
    #[test]
    fn v1_custom_fields() {
        assert_eq!(
            fields(&JsonStyle::V1),
            r#"{"ResourceType":"Bug","F":[{"Name":"Risk","Type":"DropDown","Value":null},{"Name":"Link","Type":"URL","Value":{"Url":"http://a","Label":"b"}},{"Name":"R","Type":"Entity","Value":{"Id":5,"Name":"n","Kind":"Release"}}],"G":[]}"#
        );
    }

    // source: docs, v2 custom fields (nulls are kept here)
    #[test]
    fn v2_custom_fields_keep_nulls() {
        assert_eq!(
            fields(&JsonStyle::V2),
            r#"{"resourceType":"Bug","F":[{"name":"Risk","type":"DropDown","value":null},{"name":"Link","type":"URL","value":{"url":"http://a","label":"b"}},{"name":"R","type":"Entity","value":{"id":5,"name":"n","kind":"Release"}}],"G":[]}"#
        );
    }

    // source: recorded 2026 (absolute attachment links)
    #[test]
    fn links_are_absolute() {
        let json = write(&JsonStyle::V1, |w| w.scalar(None, Scalar::Link("/Attachment.aspx?AttachmentID=22&a=1")));
        assert_eq!(json, "\"https://host/Attachment.aspx?AttachmentID=22&a=1\"");
    }

    #[test]
    fn an_answer_may_leave_in_pieces() {
        let zone = Zone::utc();
        let mut writer = JsonWriter::new(Vec::new(), &JsonStyle::V2, Notation::Ms, &zone, "");
        writer.list_start(None, ListForm::Envelope);
        let mut sent = Vec::new();
        for id in 1..4 {
            writer.scalar(None, Scalar::Int(id));
            sent.extend(writer.take());
        }
        writer.list_end(&links(None, Some("too late")));
        sent.extend(writer.finish());
        assert_eq!(sent, br#"{"items":[1,2,3]}"#);
    }

    #[test]
    fn numbers_beyond_json_are_null() {
        assert_eq!(write(&JsonStyle::V1, |w| w.scalar(Some(&name("A")), Scalar::Double(f64::NAN))), "\"A\":null");
        assert_eq!(write(&JsonStyle::V2, |w| w.scalar(Some(&name("A")), Scalar::Double(f64::INFINITY))), "");
    }

    #[derive(Debug, Clone)]
    enum Tree {
        Leaf(String),
        Number(f64),
        Object(Vec<Tree>),
        List(Vec<Tree>, Option<String>),
    }

    fn tree() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Tree::Leaf),
            any::<i32>().prop_map(|n| Tree::Number(f64::from(n) / 64.0)),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::Object),
                (prop::collection::vec(inner, 0..5), any::<Option<String>>())
                    .prop_map(|(items, next)| Tree::List(items, next)),
            ]
        })
    }

    fn drive(w: &mut JsonWriter<'_>, key: Option<&Name>, tree: &Tree) {
        match tree {
            Tree::Leaf(text) => w.scalar(key, Scalar::Text(text)),
            Tree::Number(value) => w.scalar(key, Scalar::Double(*value)),
            Tree::Object(members) => {
                w.object_start(key);
                for (i, member) in members.iter().enumerate() {
                    drive(w, Some(&name(&format!("m{i}"))), member);
                }
                w.object_end();
            }
            Tree::List(items, next) => {
                w.list_start(key, ListForm::Envelope);
                for item in items {
                    drive(w, None, item);
                }
                w.list_end(&Links { prev: None, next: next.clone() });
            }
        }
    }

    fn expected(tree: &Tree) -> serde_json::Value {
        match tree {
            Tree::Leaf(text) => text.as_str().into(),
            Tree::Number(value) => (*value).into(),
            Tree::Object(members) => {
                members.iter().enumerate().map(|(i, member)| (format!("m{i}"), expected(member))).collect()
            }
            Tree::List(items, next) => {
                let mut envelope = serde_json::Map::new();
                if let Some(next) = next {
                    envelope.insert("Next".to_owned(), next.as_str().into());
                }
                envelope.insert("Items".to_owned(), items.iter().map(expected).collect());
                envelope.into()
            }
        }
    }

    proptest! {
        #[test]
        fn any_answer_parses_back(tree in tree()) {
            let json = write(&JsonStyle::V1, |w| drive(w, None, &tree));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), expected(&tree));
        }
    }
}
