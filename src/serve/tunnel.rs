//! `CONNECT NAME.tpondemand.com:443`: the tunnel ends here, with a certificate that this server's authority signed.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::api::workspace_of;

/// Longest head of a request for a tunnel.
const LONGEST_HEAD: usize = 16 * 1024;

const CONNECT: &[u8] = b"CONNECT ";

/// What begins a handshake of TLS.
const HANDSHAKE: u8 = 0x16;

/// What a connection turned out to be.
pub enum Opening {
    /// Requests; nothing was read yet.
    Requests(TcpStream),
    /// A tunnel to the workspace, in which the client speaks TLS or not.
    Tunnel { stream: TcpStream, workspace: String, secure: bool },
    /// A tunnel to a place that is not to be had; the client knows.
    Refused,
}

/// Looks at the first bytes of a connection, and answers a request for a tunnel.
///
/// # Errors
/// The connection's.
pub async fn open(mut stream: TcpStream) -> io::Result<Opening> {
    let mut start = [0; CONNECT.len()];
    loop {
        let n = stream.peek(&mut start).await?;
        if n == 0 || start[..n] != CONNECT[..n] {
            return Ok(Opening::Requests(stream));
        }
        if n == start.len() {
            break;
        }
        // the rest of the word is under way
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let head = head(&mut stream).await?;
    let target = head.split(' ').nth(1).unwrap_or_default();
    let host = target.rsplit_once(':').map_or(target, |(host, _)| host);
    match workspace_of(host) {
        Ok(workspace) => {
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            let mut first = [0; 1];
            stream.peek(&mut first).await?;
            Ok(Opening::Tunnel { stream, workspace, secure: first[0] == HANDSHAKE })
        }
        Err(sentence) => {
            let length = sentence.len() + 1;
            let answer = format!(
                "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{sentence}\n"
            );
            stream.write_all(answer.as_bytes()).await?;
            stream.shutdown().await?;
            Ok(Opening::Refused)
        }
    }
}

/// The head of a request, and not a byte of what follows.
async fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    // byte by byte: what follows is for somebody else, and tunnels are opened rarely
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() == LONGEST_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
