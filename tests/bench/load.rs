//! Reads and creates under load, on one server or on two side by side. Creates come last; a server on a data file takes
//! each of them to the disk.
//!
//! `cargo bench --bench load -- http://127.0.0.1:8080 [http://127.0.0.1:8081] [--connections 32] [--seconds 3]
//! [--rounds 3] [--entity UserStories] [--token access_token=…]`. Rounds alternate between the servers, so that what
//! else the machine does hits both alike; medians and the ratio of the first server to the second are printed.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a page of v2 is asked for; v1 is asked for the same beside it.
const V2: &str = "%7Bid,name,project:%7Bproject.id,project.name%7D,tasks:tasks.count()%7D";

struct Scenario {
    name: &'static str,
    /// `{id}` becomes one of the ids of the first rows of the collection.
    path: String,
    collection: String,
    accept: &'static str,
    /// What is posted, with `{id}` as above; nothing where it is a read.
    body: &'static str,
    /// Two more connections ask for this meanwhile.
    beside: Option<String>,
}

struct Settings {
    servers: Vec<String>,
    connections: usize,
    seconds: f64,
    rounds: usize,
    entity: String,
    token: String,
}

/// One round of one scenario on one server.
#[derive(Clone, Copy)]
struct Sample {
    per_second: f64,
    p50: f64,
    p99: f64,
    bytes: f64,
    failures: usize,
}

fn main() -> ExitCode {
    let settings = match settings(std::env::args().skip(1)) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            println!("load: give the addresses of one or two servers, for example http://127.0.0.1:8080");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("load: {message}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(|e| e.to_string()).and_then(|r| r.block_on(run(&settings))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("load: {message}");
            ExitCode::FAILURE
        }
    }
}

/// `None` where no server is named: `cargo bench` runs this without arguments.
fn settings(arguments: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
    let mut settings = Settings {
        servers: Vec::new(),
        connections: 32,
        seconds: 3.0,
        rounds: 3,
        entity: "UserStories".into(),
        token: String::new(),
    };
    let mut arguments = arguments.filter(|a| a != "--bench");
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
            text.parse().map_err(|_| format!("'{text}' is no number"))
        }
        match argument.as_str() {
            "--connections" => settings.connections = number(&value()?)?,
            "--seconds" => settings.seconds = number(&value()?)?,
            "--rounds" => settings.rounds = number(&value()?)?,
            "--entity" => settings.entity = value()?,
            "--token" => settings.token = format!("&{}", value()?),
            server => match server.strip_prefix("http://") {
                Some(host) => settings.servers.push(host.trim_end_matches('/').to_owned()),
                None => return Err(format!("'{server}' is no http:// address")),
            },
        }
    }
    Ok((!settings.servers.is_empty()).then_some(settings))
}

fn scenarios(entity: &str) -> Vec<Scenario> {
    let all = |rest: &str| format!("/api/v1/{entity}{rest}");
    let scenario = |name, path, accept| {
        let collection = entity.to_owned();
        Scenario { name, path, collection, accept, body: "", beside: None }
    };
    let slow = all("?format=json&take=1&where=(Description%20contains%20'no%20such%20text')");
    let filter = "where=(EntityState.Name%20eq%20'Open')and(Effort%20gt%203)";
    vec![
        scenario("read by id", all("/{id}?format=json"), "application/json"),
        scenario("page of 25", all("?format=json&take=25"), "application/json"),
        scenario("filtered page", all(&format!("?format=json&take=25&{filter}")), "application/json"),
        scenario("page at 5,000", all("?format=json&take=25&skip=5000"), "application/json"),
        scenario("XML page", all("?take=25"), "application/xml"),
        scenario(
            "v1 like v2",
            all("?format=json&take=25&include=[Id,Name,Project[Id,Name]]&append=[Tasks-Count]"),
            "application/json",
        ),
        Scenario { beside: Some(slow), ..scenario("reads beside slow", all("/{id}?format=json"), "application/json") },
        scenario("v2 page", format!("/api/v2/{entity}?take=25&select={V2}"), "application/json"),
        Scenario {
            body: r#"{"Name":"made under load","Effort":5,"Project":{"Id":{id}}}"#,
            collection: "Projects".to_owned(),
            ..scenario("create", all("?format=json"), "application/json")
        },
    ]
}

async fn run(settings: &Settings) -> Result<(), String> {
    println!(
        "{:<17} {:<24} {:>9} {:>9} {:>9} {:>9} {:>7}",
        "scenario", "server", "req/s", "p50 ms", "p99 ms", "bytes", "failed"
    );
    for scenario in scenarios(&settings.entity) {
        let mut samples = vec![Vec::new(); settings.servers.len()];
        for round in 0..settings.rounds {
            for turn in 0..settings.servers.len() {
                let at = (turn + round) % settings.servers.len();
                samples[at].push(sample(settings, &settings.servers[at], &scenario).await?);
            }
        }
        let medians: Vec<Sample> = samples.iter().map(|s| median(s)).collect();
        for (server, m) in settings.servers.iter().zip(&medians) {
            let (name, failures) = (scenario.name, m.failures);
            println!(
                "{name:<17} {server:<24} {:>9.0} {:>9.3} {:>9.3} {:>9.0} {failures:>7}",
                m.per_second, m.p50, m.p99, m.bytes
            );
        }
        if let [first, second] = medians.as_slice() {
            println!("{:<17} ratio {:.2}", scenario.name, first.per_second / second.per_second);
        }
    }
    Ok(())
}

async fn sample(settings: &Settings, server: &str, scenario: &Scenario) -> Result<Sample, String> {
    let asked = scenario.path.contains("{id}") || scenario.body.contains("{id}");
    let ids = Arc::new(if asked { ids(settings, server, &scenario.collection).await? } else { vec![0] });
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(settings.seconds);
    let clients = (0..settings.connections).map(|number| {
        let (server, ids, accept, body) = (server.to_owned(), Arc::clone(&ids), scenario.accept, scenario.body);
        let path = format!("{}{}", scenario.path, settings.token);
        tokio::spawn(async move { client(&server, &path, (accept, body), &ids, number, end).await })
    });
    let beside: Vec<_> = scenario.beside.iter().flat_map(|path| [path, path]).enumerate().collect();
    let beside = beside.into_iter().map(|(number, path)| {
        let (server, path) = (server.to_owned(), format!("{path}{}", settings.token));
        tokio::spawn(async move { client(&server, &path, ("application/json", ""), &[0], number, end).await })
    });
    let beside: Vec<_> = beside.collect();
    let mut times = Vec::new();
    let (mut bytes, mut failures) = (0, 0);
    for client in clients.collect::<Vec<_>>() {
        let (t, b, f) = client.await.map_err(|e| e.to_string())?.map_err(|e| format!("{server}: {e}"))?;
        times.extend(t);
        bytes += b;
        failures += f;
    }
    let seconds = begin.elapsed().as_secs_f64();
    for client in beside {
        client.await.map_err(|e| e.to_string())?.map_err(|e| format!("{server}: {e}"))?;
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    let count = times.len() as f64;
    Ok(Sample {
        per_second: count / seconds,
        p50: at(0.5),
        p99: at(0.99),
        bytes: bytes as f64 / count.max(1.0),
        failures,
    })
}

/// Milliseconds of each request, bytes of all bodies, answers that were neither 200 nor 201. Posts where there is a body.
async fn client(
    server: &str,
    path: &str,
    (accept, body): (&str, &str),
    ids: &[u64],
    number: usize,
    end: Instant,
) -> std::io::Result<(Vec<f64>, usize, usize)> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let (mut buffer, mut times, mut bytes, mut failures) = (Vec::with_capacity(64 * 1024), Vec::new(), 0, 0);
    let mut turn = number * 7919;
    while Instant::now() < end {
        turn += 1;
        let id = ids[turn % ids.len()].to_string();
        let (path, sent) = (path.replace("{id}", &id), body.replace("{id}", &id));
        let method = if body.is_empty() { "GET" } else { "POST" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {server}\r\nAccept: {accept}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{sent}",
            sent.len()
        );
        let begin = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let (status, body) = answer(&mut stream, &mut buffer).await?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
        bytes += body.len();
        failures += usize::from(!matches!(status, 200 | 201));
    }
    Ok((times, bytes, failures))
}

/// Status and body of an answer that says its length.
async fn answer<'b>(stream: &mut TcpStream, buffer: &'b mut Vec<u8>) -> std::io::Result<(u16, &'b [u8])> {
    buffer.clear();
    let broken = || std::io::Error::other("an answer without status or length");
    let (mut head, mut whole) = (0, usize::MAX);
    while buffer.len() < whole {
        if stream.read_buf(buffer).await? == 0 {
            return Err(broken());
        }
        if head == 0
            && let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n")
        {
            head = at + 4;
            let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
            let length = text.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
            whole = head + length.and_then(|l| l.trim().parse::<usize>().ok()).ok_or_else(broken)?;
        }
    }
    let status = buffer.get(9..12).and_then(|s| std::str::from_utf8(s).ok()).and_then(|s| s.parse().ok());
    Ok((status.ok_or_else(broken)?, &buffer[head..]))
}

/// Ids to read: those of the first thousand rows.
async fn ids(settings: &Settings, server: &str, collection: &str) -> Result<Vec<u64>, String> {
    let mut stream = TcpStream::connect(server).await.map_err(|e| format!("{server}: {e}"))?;
    let token = &settings.token;
    let path = format!("/api/v1/{collection}?format=json&include=[Id]&take=1000{token}");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|e| e.to_string())?;
    let mut buffer = Vec::new();
    let (_, body) = answer(&mut stream, &mut buffer).await.map_err(|e| e.to_string())?;
    let body: serde_json::Value = serde_json::from_slice(body).map_err(|e| format!("{server}: {e}"))?;
    let items = body["Items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<u64> = items.iter().filter_map(|item| item["Id"].as_u64()).collect();
    if ids.is_empty() { Err(format!("{server} has no {collection}")) } else { Ok(ids) }
}

fn median(samples: &[Sample]) -> Sample {
    let of = |value: fn(&Sample) -> f64| {
        let mut values: Vec<f64> = samples.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Sample {
        per_second: of(|s| s.per_second),
        p50: of(|s| s.p50),
        p99: of(|s| s.p99),
        bytes: of(|s| s.bytes),
        failures: samples.iter().map(|s| s.failures).sum(),
    }
}
