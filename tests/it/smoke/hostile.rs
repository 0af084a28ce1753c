//! What no honest client sends: it is refused in bounded time and in the vendor's shape, and the server goes on.

use std::time::{Duration, Instant};

use axum::http::Method;

use super::xml::Node;
use crate::world::{Answer, World, report};

/// Longer than any refusal may take, on a slow machine and without optimisation.
const BOUND: Duration = Duration::from_secs(60);

/// What an address may have for the HTTP library at all; longer parameters travel as a form, which GET may have.
const LONGEST_ADDRESS: usize = 65_000;

const REFUSALS: [u16; 4] = [400, 404, 413, 414];

fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.()[],'".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[test]
fn hostile_parameters_are_refused() {
    let world = World::small();
    let mut texts: Vec<(&str, String)> = Vec::new();
    for filter in [
        "(".repeat(10_000),
        format!("{}Id eq 1{}", "(".repeat(10_000), ")".repeat(10_000)),
        vec!["(Id eq 1)"; 10_000].join(" and "),
        "Name eq 'half".into(),
        "Name eq \"half".into(),
        "Name eq 'a\0b".into(),
        "\0".into(),
        "Name eq".into(),
        "eq eq eq".into(),
        "Name contains".into(),
        "Id in ()".into(),
        "Id in (1".into(),
        "not ".repeat(5_000),
        "(Id eq 99999999999999999999999999999999999999999)and".into(),
        format!("{}Id eq 1", "Project.".repeat(4_000)),
        "CustomFields. eq 1".into(),
        "Id eq 1; drop table General".into(),
        "Id eq 1 -- ".into(),
        "\u{202e}Id eq 1".into(),
        "𝕀𝕕 eq 1".into(),
    ] {
        texts.push(("where", filter));
    }
    for list in [
        "[".repeat(10_000),
        format!("{}Id{}", "[Project".repeat(5_000), "]".repeat(5_000)),
        format!("[{}]", vec!["Nobody"; 5_000].join(",")),
        "[Id".into(),
        "[]]".into(),
        "[,]".into(),
        "[Id,,Name]".into(),
        "[Id\0]".into(),
        "[Tasks-]".into(),
        "[Tasks-Effort-Sum-Max]".into(),
        "[Tasks[Id]-Count]".into(),
        "[Project[Bugs[Project[Bugs[Id]]]]]".into(),
    ] {
        texts.extend(["include", "exclude", "append"].map(|name| (name, list.clone())));
    }
    for path in ["Nobody", "Project.", ".Id", "Id,Name", "Id;", "Id'", &"Project.".repeat(3_000)] {
        texts.extend(["orderBy", "orderByDesc"].map(|name| (name, path.to_owned())));
    }
    for count in ["-1", "x", "1e9", "99999999999999999999", "0x10", "1 2", "\0"] {
        texts.extend(["take", "skip", "innerTake"].map(|name| (name, count.to_owned())));
    }
    texts.push(("dateformat", "roman".into()));
    texts.push(("callback", "alert(1)//".into()));
    let mut complaints = Vec::new();
    for (name, text) in &texts {
        for accept in ["application/json", "text/xml"] {
            let parameter = format!("{name}={}", encode(text));
            let started = Instant::now();
            let answer = if parameter.len() < LONGEST_ADDRESS {
                world.send(Method::GET, &format!("/api/v1/Bugs?{parameter}"), &[("Accept", accept)], Vec::new())
            } else {
                let form = [("Accept", accept), ("Content-Type", "application/x-www-form-urlencoded")];
                world.send(Method::GET, "/api/v1/Bugs", &form, parameter.clone().into_bytes())
            };
            let shown: String = parameter.chars().take(80).collect();
            complaints.extend(refused(&answer, accept, started).map(|what| format!("{shown}: {what}")));
        }
    }
    report("hostile parameters", &complaints);
    assert_eq!(world.get("/api/v1/Bugs?take=1").status, 200);
}

/// What is wrong with a refusal.
fn refused(answer: &Answer, accept: &str, started: Instant) -> Option<String> {
    if started.elapsed() > BOUND {
        return Some(format!("took {:?}", started.elapsed()));
    }
    if !REFUSALS.contains(&answer.status) {
        let shown: String = answer.text().chars().take(200).collect();
        return Some(format!("{} {shown}", answer.status));
    }
    shape(answer, accept).err()
}

/// The vendor's error document: Status, Message, Type, ErrorId; or for no resource at all, a page.
fn shape(answer: &Answer, accept: &str) -> Result<(), String> {
    if answer.status == 404 && answer.content_type.starts_with("text/html") {
        return Ok(());
    }
    if accept == "application/json" {
        let json: serde_json::Value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        let missing = ["Status", "Message", "Type", "ErrorId"].into_iter().find(|name| json.get(name).is_none());
        return missing.map_or(Ok(()), |name| Err(format!("no {name} in {json}")));
    }
    let document = Node::parse(&answer.text())?;
    let missing = ["Status", "Message"].into_iter().find(|name| document.child(name).is_none());
    match missing {
        None if document.name == "Error" => Ok(()),
        _ => Err(format!("no error document: {}", answer.text())),
    }
}

#[test]
fn hostile_addresses_are_refused() {
    let world = World::small();
    let mut complaints = Vec::new();
    let long = "a".repeat(1_000_000);
    for target in [
        "/api/v1/Bugs?where=%".to_owned(),
        "/api/v1/Bugs?where=%4".into(),
        "/api/v1/Bugs?where=%zz".into(),
        "/api/v1/Bugs?where=%FF%FE".into(),
        "/api/v1/Bugs?%FF=1".into(),
        "/api/v1/Bugs?where=Name%20eq%20'%C0%80'".into(),
        "/api/v1/Bu%zzgs".into(),
        "/api/v1/Bugs/%00".into(),
        "/api/v1/Bugs/%FF".into(),
        "/api/v1/Bugs/99999999999999999999999".into(),
        "/api/v1/Bugs/-1".into(),
        "/api/v1/Bugs/1/".to_owned() + &"Project/".repeat(2_000),
        "/api/v1/Bugs/1/..%2F..%2Fetc%2Fpasswd".into(),
        "/api/v1/Nobody".into(),
        "/api/v1/Bugs/meta/meta".into(),
        "/api/v1/".into(),
        "/api/v9/Bugs".into(),
        "/w/a%20b/api/v1/Bugs".into(),
        "/w/..%2F..%2Fx/api/v1/Bugs".into(),
        format!("/w/{}/api/v1/Bugs", "k".repeat(65)),
    ] {
        for accept in ["application/json", "text/xml"] {
            let started = Instant::now();
            let answer = world.send(Method::GET, &target, &[("Accept", accept)], Vec::new());
            let shown: String = target.chars().take(80).collect();
            complaints.extend(refused(&answer, accept, started).map(|what| format!("{shown}: {what}")));
        }
    }
    // the longest address that a client library hands over at all
    let target = format!("/api/v1/Bugs?where={}", &long[..65_000]);
    let answer = world.send(Method::GET, &target, &[], Vec::new());
    complaints.extend(refused(&answer, "text/xml", Instant::now()).map(|what| format!("a long address: {what}")));
    report("hostile addresses", &complaints);
}

#[test]
fn hostile_bodies_are_refused() {
    let world = World::small();
    let mut complaints = Vec::new();
    let megabyte = 1_000_000;
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("deep JSON", format!("{}{}", "[".repeat(megabyte / 2), "]".repeat(megabyte / 2)).into_bytes()),
        ("deep objects", "{\"a\":".repeat(200_000).into_bytes()),
        ("half a string", b"{\"Name\":\"half".to_vec()),
        ("bad UTF-8", b"{\"Name\":\"\xff\xfe\"}".to_vec()),
        ("a NUL", b"{\"Name\":\0}".to_vec()),
        ("nothing but text", vec![b'x'; megabyte]),
        ("too large", vec![b' '; 33 * 1024 * 1024]),
    ];
    for (name, body) in &bodies {
        for kind in ["application/json", "application/xml"] {
            let started = Instant::now();
            let headers = [("Accept", "application/json"), ("Content-Type", kind)];
            let answer = world.send(Method::POST, "/api/login/validate", &headers, body.clone());
            complaints.extend(refused(&answer, "application/json", started).map(|what| format!("{name}: {what}")));
        }
        let headers = [("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")];
        let started = Instant::now();
        let answer = world.send(Method::GET, "/api/v1/Bugs?take=1", &headers, body.clone());
        // a form may hold anything; only its size and its encoding can be wrong
        if answer.status != 200 {
            complaints.extend(refused(&answer, "application/json", started).map(|what| format!("{name}: {what}")));
        }
    }
    report("hostile bodies", &complaints);
    assert_eq!(world.get("/api/v1/Bugs?take=1").status, 200);
}

/// A long list is one condition: it may be answered, and must be soon.
#[test]
fn a_long_list_of_values_is_no_danger() {
    let world = World::small();
    let body = format!("take=1&where=Id in ({})", vec!["1"; 10_000].join(",")).into_bytes();
    let started = Instant::now();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = world.send(Method::GET, "/api/v1/Bugs", &form, body);
    assert!(matches!(answer.status, 200 | 400), "{} {}", answer.status, answer.text());
    assert!(started.elapsed() < BOUND, "took {:?}", started.elapsed());
}

/// A text that looks like SQL is a text.
#[test]
fn values_are_never_sql() {
    let world = World::small();
    let before = world.items("/api/v1/Bugs?take=1000&format=json&include=[Id]").expect("bugs").len();
    for text in ["' or 1=1 --", "'; drop table General; --", "\\' or ''='", "%", "_", "%%%"] {
        let literal = text.replace('\'', "''").replace('\\', "\\\\");
        let target = format!("/api/v1/Bugs?format=json&where={}", encode(&format!("Name eq '{literal}'")));
        let answer = world.send(Method::GET, &target, &[], Vec::new());
        if answer.status == 200 {
            assert_eq!(answer.json()["Items"].as_array().map(Vec::len), Some(0), "{text}");
        } else {
            assert_eq!(answer.status, 400, "{text}: {}", answer.text());
        }
    }
    assert_eq!(world.items("/api/v1/Bugs?take=1000&format=json&include=[Id]").expect("bugs").len(), before);
}
