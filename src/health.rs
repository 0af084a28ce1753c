//! The question a container asks: does the server on this machine answer? It needs no client library and no shell.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A healthy server answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the server on `port` for its health.
///
/// # Errors
/// One sentence about a server that is not there or says that it is not well.
pub fn check(port: u16) -> Result<(), String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let answer = ask(address).map_err(|e| format!("nobody answers at {address}: {e}"))?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status == "200" { Ok(()) } else { Err(format!("the server at {address} answers '{status}'")) }
}

/// The first bytes of the answer: its status line is among them.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /_tpmock/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut start = [0; 64];
    let length = stream.read(&mut start)?;
    Ok(String::from_utf8_lossy(&start[..length]).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::check;

    fn served(answer: &'static str) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            // closing on an unread question would reset the connection
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            while lines.next().is_some_and(|line| !line.is_empty()) {}
            stream.write_all(answer.as_bytes()).expect("an answer");
        });
        let result = check(port);
        server.join().expect("the server ends");
        result
    }

    #[test]
    fn only_200_is_healthy() {
        assert_eq!(served("HTTP/1.1 200 OK\r\n\r\n{}"), Ok(()));
        assert!(served("HTTP/1.1 503 Service Unavailable\r\n\r\n").is_err_and(|e| e.contains("503")));
        assert!(served("").is_err());
    }

    #[test]
    fn nobody_is_not_healthy() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        assert!(check(port).is_err_and(|e| e.contains("nobody answers")));
    }
}
