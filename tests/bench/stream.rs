//! Streams of all rows, alone and several at once: `cargo bench --bench stream -- http://127.0.0.1:8080
//! [--entity userstory] [--select {id,name,effort}] [--at-once 4] [--token access_token=…]`.
//!
//! Prints rows and megabytes a second and the time to the first byte of a body. Rows are told apart by their `__id`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Instant;

/// What every row begins with, and no text holds unescaped.
const ROW: &[u8] = b"{\"__id\":";

struct Settings {
    server: String,
    path: String,
    at_once: usize,
}

/// One stream, read to its end.
#[derive(Clone, Copy, Default)]
struct Seen {
    rows: usize,
    bytes: usize,
    first_ms: f64,
    seconds: f64,
}

fn main() -> ExitCode {
    let Some(settings) = settings(std::env::args().skip(1)) else {
        println!("stream: give the address of a server, for example http://127.0.0.1:8080");
        return ExitCode::SUCCESS;
    };
    println!("{:<9} {:>11} {:>9} {:>9} {:>14}", "streams", "rows", "rows/s", "MB/s", "first byte ms");
    for streams in [1, settings.at_once] {
        match together(&settings, streams) {
            Ok(seen) => println!(
                "{streams:<9} {:>11} {:>9.0} {:>9.1} {:>14.2}",
                seen.rows,
                seen.rows as f64 / seen.seconds,
                seen.bytes as f64 / seen.seconds / 1e6,
                seen.first_ms
            ),
            Err(error) => {
                eprintln!("stream: {}: {error}", settings.server);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// `None` where no server is named: `cargo bench` runs this without arguments.
fn settings(arguments: impl Iterator<Item = String>) -> Option<Settings> {
    let (mut server, mut entity, mut token) = (None, "userstory".to_owned(), String::new());
    let (mut select, mut at_once) = ("{id,name,effort}".to_owned(), 4);
    let mut arguments = arguments.filter(|a| a != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--entity" => entity = arguments.next()?,
            "--select" => select = arguments.next()?,
            "--at-once" => at_once = arguments.next()?.parse().ok()?,
            "--token" => token = format!("&{}", arguments.next()?),
            address => server = Some(address.strip_prefix("http://")?.trim_end_matches('/').to_owned()),
        }
    }
    let path = format!("/svc/tp-apiv2-streaming-service/stream/{entity}?select={select}{token}");
    Some(Settings { server: server?, path, at_once })
}

/// The sum of streams that run beside each other, with the latest first byte.
fn together(settings: &Settings, streams: usize) -> std::io::Result<Seen> {
    let begin = Instant::now();
    let all: Vec<std::io::Result<Seen>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..streams).map(|_| scope.spawn(|| read(settings))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(std::io::Error::other("a panic")))).collect()
    });
    let mut sum = Seen::default();
    for seen in all {
        let seen = seen?;
        sum.rows += seen.rows;
        sum.bytes += seen.bytes;
        sum.first_ms = sum.first_ms.max(seen.first_ms);
    }
    sum.seconds = begin.elapsed().as_secs_f64();
    Ok(sum)
}

fn read(settings: &Settings) -> std::io::Result<Seen> {
    let Settings { server, path, .. } = settings;
    let mut stream = TcpStream::connect(server)?;
    let begin = Instant::now();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n")?;
    let (mut buffer, mut kept, mut seen) = (vec![0; 256 * 1024], 0, Seen::default());
    loop {
        let count = stream.read(&mut buffer[kept..])?;
        if count == 0 {
            break;
        }
        if seen.bytes == 0 {
            seen.first_ms = begin.elapsed().as_secs_f64() * 1000.0;
            if !buffer.starts_with(b"HTTP/1.1 200") {
                return Err(std::io::Error::other(String::from_utf8_lossy(&buffer[..count]).into_owned()));
            }
        }
        seen.bytes += count;
        let filled = kept + count;
        seen.rows += buffer[..filled].windows(ROW.len()).filter(|w| *w == ROW).count();
        // a mark may be cut in two
        kept = filled.min(ROW.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
    Ok(seen)
}
