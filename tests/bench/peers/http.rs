//! A client that costs little beside the servers it measures: raw HTTP/1.1 over kept connections.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::targets::Request;

#[derive(Clone, Copy)]
pub struct Load {
    pub connections: usize,
    pub time: Duration,
}

pub struct Sample {
    pub per_second: f64,
    /// Answers that were no 2xx.
    pub failures: usize,
}

/// Numbers that nothing was created under so far.
static NEW: AtomicU64 = AtomicU64::new(10_000_000);

/// Puts one question over all connections until the time is up.
pub async fn load(load: &Load, port: u16, request: &Request, headers: &str, ids: &[u64]) -> std::io::Result<Sample> {
    let begin = Instant::now();
    let end = begin + load.time;
    let ids: Arc<[u64]> = ids.into();
    let length = |body: &str| if body.is_empty() { String::new() } else { "Content-Length: {length}\r\n".to_owned() };
    let head = format!(
        "{} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{}{headers}{}{}\r\n",
        request.line,
        if headers.is_empty() { "Content-Type: application/json\r\n" } else { "" },
        request.headers,
        length(request.body)
    );
    let clients = (0..load.connections).map(|number| {
        let (head, body, ids) = (head.clone(), request.body, Arc::clone(&ids));
        tokio::spawn(async move { client(port, &head, body, &ids, number, end).await })
    });
    let (mut count, mut failures) = (0, 0);
    for client in clients.collect::<Vec<_>>() {
        let (answers, failed) = client.await.map_err(std::io::Error::other)??;
        count += answers;
        failures += failed;
    }
    Ok(Sample { per_second: count as f64 / begin.elapsed().as_secs_f64(), failures })
}

/// How many answers came, and how many of them were no success.
async fn client(
    port: u16,
    head: &str,
    body: &str,
    ids: &[u64],
    number: usize,
    end: Instant,
) -> std::io::Result<(usize, usize)> {
    let mut connection = Connection::open(port).await?;
    let (mut count, mut failures, mut turn) = (0, 0, number * 7919);
    while Instant::now() < end {
        turn += 1;
        let id = ids[turn % ids.len()].to_string();
        let new = NEW.fetch_add(1, Ordering::Relaxed).to_string();
        let body = body.replace("{id}", &id).replace("{new}", &new);
        let head = head.replace("{id}", &id).replace("{length}", &body.len().to_string());
        let status = connection.ask(port, format!("{head}{body}").as_bytes()).await?;
        count += 1;
        failures += usize::from(!(200..300).contains(&status));
    }
    Ok((count, failures))
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads its whole answer; connects again where the server has hung up.
    async fn ask(&mut self, port: u16, request: &[u8]) -> std::io::Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut answer = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                if self.buffer.is_empty() {
                    *self = Self::open(port).await?;
                    self.stream.write_all(request).await?;
                    continue;
                }
                return Err(std::io::Error::other("an answer that stops halfway"));
            }
            answer = answer.or_else(|| Answer::of(&self.buffer));
            let Some(answer) = &answer else { continue };
            if answer.whole(&self.buffer) {
                let status = answer.status;
                if answer.last {
                    *self = Self::open(port).await?;
                }
                return Ok(status);
            }
        }
    }
}

/// What the head of an answer says.
struct Answer {
    status: u16,
    head: usize,
    /// `None`: in chunks.
    length: Option<usize>,
    /// The server hangs up afterwards.
    last: bool,
}

impl Answer {
    fn of(buffer: &[u8]) -> Option<Self> {
        let head = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        Some(Self {
            status: text.get(9..12)?.parse().ok()?,
            head,
            length: header("content-length:").and_then(|l| l.parse().ok()),
            last: header("connection:") == Some("close") || text.starts_with("http/1.0"),
        })
    }

    fn whole(&self, buffer: &[u8]) -> bool {
        match self.length {
            Some(length) => buffer.len() >= self.head + length,
            None => buffer.ends_with(b"0\r\n\r\n"),
        }
    }
}

/// Whether a server answers a GET with success by now.
pub fn answers(port: u16, path: &str) -> bool {
    exchange(port, &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")).is_ok()
}

/// One exchange on a connection of its own: the body of a success.
pub fn exchange(port: u16, request: &str) -> Result<Vec<u8>, String> {
    let text = |e: std::io::Error| e.to_string();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).map_err(text)?;
    stream.write_all(request.as_bytes()).map_err(text)?;
    let mut buffer = Vec::new();
    stream.read_to_end(&mut buffer).map_err(text)?;
    let answer = Answer::of(&buffer).ok_or("no answer")?;
    if !(200..300).contains(&answer.status) {
        return Err(format!("status {}", answer.status));
    }
    Ok(buffer.split_off(answer.head))
}
