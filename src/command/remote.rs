//! A running server, asked over HTTP: one request on one connection, nothing kept.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::cli::Ask;
use crate::store::DEFAULT;

/// Exports and imports of large accounts take seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sends a request to the control interface of the workspace that is meant; the body of a success comes back.
pub fn ask(ask: &Ask, method: &str, path: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    let url = ask.url.trim_end_matches('/');
    let Some(rest) = url.strip_prefix("http://") else {
        return Err(format!("the address '{url}' must begin with http://"));
    };
    let (host, base) = rest.split_once('/').map_or((rest, String::new()), |(host, base)| (host, format!("/{base}")));
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let token = ask.control_token.as_deref().unwrap_or_default();
    if [host, &base, &ask.workspace, path, token]
        .iter()
        .any(|t| t.contains(|c: char| c.is_whitespace() || c.is_control()))
    {
        return Err("an address, a name and a token have neither blanks nor line breaks".into());
    }
    let token = if token.is_empty() { String::new() } else { format!("X-TPMock-Control: {token}\r\n") };
    let workspace = if ask.workspace == DEFAULT { String::new() } else { format!("/w/{}", ask.workspace) };
    let head = format!(
        "{method} {base}{workspace}/_tpmock/{path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n{token}\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let answer = exchange(&address, head.as_bytes(), body).map_err(|e| format!("nobody answers at {url}: {e}"))?;
    let strange = || format!("what answers at {url} is no tpmock");
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(strange)?;
    let head = String::from_utf8_lossy(&answer[..end]);
    let status: u16 = head.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(strange)?;
    let body = answer[end + 4..].to_vec();
    if (200..300).contains(&status) { Ok(body) } else { Err(refusal(status, &body)) }
}

fn exchange(address: &str, head: &[u8], body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(head)?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// The sentence of a refusal.
fn refusal(status: u16, body: &[u8]) -> String {
    let message = serde_json::from_slice::<Value>(body).ok().and_then(|v| v["Message"].as_str().map(str::to_owned));
    message.unwrap_or_else(|| format!("the server answers {status}"))
}
