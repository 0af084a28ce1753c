//! JSON and XML of the same request carry the same data.

use serde_json::{Map, Value};
use tpmock::clock::Zone;
use tpmock::date::parse_date;

use super::resources;
use super::xml::Node;
use crate::world::{World, report};

#[test]
fn both_formats_carry_the_same() {
    let world = World::demo();
    let mut complaints = Vec::new();
    for entity in resources(&world.catalog) {
        let path = format!("/api/v1/{}", entity.plural);
        let collections: Vec<&str> = entity.collections().map(|(m, _)| m.name.as_str()).collect();
        let mut targets = vec![format!("{path}?take=12"), format!("{path}?take=3&skip=1&include=[Id]")];
        targets.extend(collections.chunks(4).map(|some| format!("{path}?take=3&include=[{}]", some.join(","))));
        for target in targets {
            complaints.extend(compare(world, &target).err().map(|found| format!("{target}: {found}")));
        }
    }
    report("answers that differ between the formats", &complaints);
}

fn compare(world: &World, target: &str) -> Result<(), String> {
    let json = world.get(&format!("{target}&format=json")).ok("json")?.json();
    let xml = world.get(&format!("{target}&format=xml")).ok("xml")?;
    value(&json, &Node::parse(&xml.text())?, "")
}

fn value(json: &Value, xml: &Node, path: &str) -> Result<(), String> {
    let path = format!("{path}/{}", xml.name);
    match json {
        Value::Object(members) if members.contains_key("Items") => list(members, xml, &path),
        Value::Object(members) => object(members, xml, &path),
        Value::Array(items) => rows(items, xml, &path),
        Value::Null if xml.attribute("nil") == Some("true") && xml.text.is_empty() => Ok(()),
        other => scalar(other, &xml.text, &path),
    }
}

fn list(members: &Map<String, Value>, xml: &Node, path: &str) -> Result<(), String> {
    for link in ["Next", "Prev"] {
        let bare = |text: &str| text.replace("format=json", "").replace("format=xml", "");
        let (json, xml) = (members.get(link).and_then(Value::as_str), xml.attribute(link));
        if json.map(bare) != xml.map(bare) {
            return Err(format!("{path}: {link} is {json:?} and {xml:?}"));
        }
    }
    rows(members["Items"].as_array().ok_or("Items is no array")?, xml, path)
}

fn rows(items: &[Value], xml: &Node, path: &str) -> Result<(), String> {
    if items.len() != xml.children.len() {
        return Err(format!("{path}: {} items and {} elements", items.len(), xml.children.len()));
    }
    items.iter().zip(&xml.children).try_for_each(|(item, node)| value(item, node, path))
}

fn object(members: &Map<String, Value>, xml: &Node, path: &str) -> Result<(), String> {
    let written = xml.attributes.len() + xml.children.len();
    if members.len() != written {
        let names: Vec<&String> = members.keys().collect();
        let nodes: Vec<&String> =
            xml.attributes.iter().map(|(n, _)| n).chain(xml.children.iter().map(|c| &c.name)).collect();
        return Err(format!("{path}: {names:?} and {nodes:?}"));
    }
    for (name, json) in members {
        match (xml.attribute(name), xml.child(name)) {
            (Some(text), _) => scalar(json, text, &format!("{path}@{name}"))?,
            (None, Some(node)) => value(json, node, path)?,
            (None, None) => return Err(format!("{path}: no {name}")),
        }
    }
    Ok(())
}

fn scalar(json: &Value, text: &str, path: &str) -> Result<(), String> {
    let same = match json {
        Value::Null => text.is_empty(),
        Value::Bool(b) => text == b.to_string(),
        Value::Number(n) => text.parse::<f64>().ok() == n.as_f64(),
        Value::String(s) if s.starts_with("/Date(") => {
            let zone = Zone::utc();
            parse_date(s, &zone).is_some_and(|at| parse_date(text, &zone).map(|b| b / 1000) == Some(at / 1000))
        }
        Value::String(s) => s == text || lines(s) == lines(text),
        Value::Array(_) | Value::Object(_) => false,
    };
    if same { Ok(()) } else { Err(format!("{path}: {json} and {text:?}")) }
}

/// XML has one kind of line break.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
