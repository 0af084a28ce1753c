//! Request heads as clients send them, made fit for a strict parser.
//!
//! Clients of the real service put blanks, quotes and brackets into addresses unescaped, and it takes them. Here they
//! are escaped before the parser sees them; an address too long to be read is replaced by [`TOO_LONG`], so that even
//! that refusal has the service's shape. Bodies pass untouched.

use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Path that stands for an address longer than [`MAX_LINE`].
pub const TOO_LONG: &str = "/.address-too-long";

/// Longest request line that is read.
const MAX_LINE: usize = 64 * 1024;

/// Largest head after its first line; the parser behind refuses smaller ones already.
const MAX_HEADERS: usize = 512 * 1024;

/// Bytes asked of the connection at once.
const CHUNK: usize = 16 * 1024;

#[derive(Debug)]
pub struct Lenient<S> {
    inner: S,
    state: State,
    /// The part of a head that has arrived.
    head: Vec<u8>,
    /// Ready for the parser, from `sent` on.
    ready: Vec<u8>,
    sent: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Collecting a request line.
    Line,
    /// Dropping the rest of a line that is too long.
    Overlong,
    /// Collecting headers.
    Headers,
    /// So many bytes of body to pass.
    Body(u64),
    /// In a chunked body: at a size line, in data, after the last chunk.
    ChunkSize,
    ChunkData(u64),
    Trailers,
    /// No longer understood; the parser decides.
    Raw,
}

impl<S> Lenient<S> {
    pub fn new(inner: S) -> Self {
        Self { inner, state: State::Line, head: Vec::new(), ready: Vec::new(), sent: 0 }
    }

    /// Takes what arrived and moves what is finished to `ready`.
    fn feed(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Raw => {
                    self.ready.extend_from_slice(bytes);
                    &[]
                }
                State::Body(left) | State::ChunkData(left) => self.pass(bytes, left),
                State::Line | State::Overlong | State::Headers | State::ChunkSize | State::Trailers => self.line(bytes),
            };
        }
    }

    fn pass<'b>(&mut self, bytes: &'b [u8], left: u64) -> &'b [u8] {
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        self.ready.extend_from_slice(&bytes[..n]);
        let left = left - n as u64;
        self.state = match (self.state, left) {
            (State::Body(_), 0) => State::Line,
            (State::Body(_), left) => State::Body(left),
            (_, 0) => State::ChunkSize,
            (_, left) => State::ChunkData(left),
        };
        &bytes[n..]
    }

    /// Collects one line, its end included, and acts on it.
    fn line<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let end = bytes.iter().position(|b| *b == b'\n').map(|at| at + 1);
        let (part, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        if self.state != State::Overlong {
            self.head.extend_from_slice(part);
        }
        match (self.state, end) {
            (State::Line, None) if self.head.len() > MAX_LINE => {
                self.state = State::Overlong;
                self.head.truncate(16);
            }
            (State::Headers, _) if self.head.len() > MAX_HEADERS => self.give_up(),
            (State::ChunkSize | State::Trailers, _) if self.head.len() > MAX_LINE => self.give_up(),
            (_, None) => {}
            (State::Line, Some(_)) => self.request_line(),
            (State::Overlong, Some(_)) => {
                let method = self.head.split(|b| *b == b' ').next().unwrap_or(b"GET").to_vec();
                self.head = [&method[..], b" ", TOO_LONG.as_bytes(), b" HTTP/1.1\r\n"].concat();
                self.state = State::Headers;
            }
            (State::Headers, Some(_)) if ends_blank(&self.head) => self.end_of_head(),
            (State::ChunkSize, Some(_)) => self.chunk_size(),
            (State::Trailers, Some(_)) => {
                let last = is_blank(&self.head);
                self.release();
                self.state = if last { State::Line } else { State::Trailers };
            }
            _ => {}
        }
        rest
    }

    fn request_line(&mut self) {
        // blank lines between requests are legal
        if is_blank(&self.head) {
            self.release();
            return;
        }
        let Some(address) = address(&self.head) else { return self.give_up() };
        let fits = self.head.len() <= MAX_LINE
            && self.head.ends_with(b"\r\n")
            && self.head[address.clone()].iter().all(|b| may_stand(*b));
        if !fits {
            let line = escaped(&self.head, address);
            self.head = if line.len() > MAX_LINE { too_long(&line) } else { line };
        }
        self.state = State::Headers;
    }

    fn end_of_head(&mut self) {
        self.state = after(&self.head);
        self.release();
    }

    fn chunk_size(&mut self) {
        let text = String::from_utf8_lossy(&self.head);
        let size = text.split(';').next().map(str::trim).unwrap_or_default();
        // a chunk ends with a line break of its own
        let next = match u64::from_str_radix(size, 16) {
            Ok(0) => State::Trailers,
            Ok(size) => State::ChunkData(size.saturating_add(2)),
            Err(_) => State::Raw,
        };
        self.release();
        self.state = next;
    }

    fn release(&mut self) {
        self.ready.append(&mut self.head);
    }

    fn give_up(&mut self) {
        self.release();
        self.state = State::Raw;
    }
}

/// What follows a head, by its first header of each name.
fn after(head: &[u8]) -> State {
    let (mut encoding, mut upgrade, mut length) = (None, None, None);
    for line in head.split(|b| *b == b'\n').skip(1) {
        match line.first() {
            Some(b't' | b'T') => encoding = encoding.or_else(|| value(line, "transfer-encoding")),
            Some(b'u' | b'U') => upgrade = upgrade.or_else(|| value(line, "upgrade")),
            Some(b'c' | b'C') => length = length.or_else(|| value(line, "content-length")),
            _ => {}
        }
    }
    if encoding.is_some_and(|encoding| contains(encoding, b"chunked")) {
        return State::ChunkSize;
    }
    if upgrade.is_some() {
        return State::Raw;
    }
    match length.map(|length| std::str::from_utf8(length).map(str::parse::<u64>)) {
        None | Some(Ok(Ok(0))) => State::Line,
        Some(Ok(Ok(length))) => State::Body(length),
        Some(_) => State::Raw,
    }
}

/// The value of a line if it is the header `name`, without the blanks around it.
fn value<'l>(line: &'l [u8], name: &str) -> Option<&'l [u8]> {
    let (found, value) = line.split_at_checked(name.len())?;
    let value = value.trim_ascii_start().strip_prefix(b":")?;
    found.eq_ignore_ascii_case(name.as_bytes()).then(|| value.trim_ascii())
}

/// Whether `word` occurs in `text`, in any case of letters.
fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

/// Whether the last line of a head has come.
fn ends_blank(head: &[u8]) -> bool {
    head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n")
}

fn too_long(line: &[u8]) -> Vec<u8> {
    let method = line.split(|b| *b == b' ').next().unwrap_or(b"GET");
    [method, b" ", TOO_LONG.as_bytes(), b" HTTP/1.1\r\n"].concat()
}

/// Where the address of a request line stands; nowhere if the line has no three parts.
fn address(line: &[u8]) -> Option<Range<usize>> {
    let first = line.iter().position(|b| *b == b' ')?;
    let last = line.iter().rposition(|b| *b == b' ').filter(|last| *last > first)?;
    Some(first + 1..last)
}

/// Whether a byte may stand in an address.
fn may_stand(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#')
}

/// The request line with every byte of its address escaped that may not stand there.
fn escaped(line: &[u8], address: Range<usize>) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len() + 32);
    out.extend_from_slice(&line[..address.start]);
    for &byte in &line[address.clone()] {
        if may_stand(byte) {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    let rest = line[address.end..].strip_suffix(b"\n").unwrap_or_default();
    out.extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
    out.extend_from_slice(b"\r\n");
    out
}

impl<S: AsyncRead + Unpin> AsyncRead for Lenient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.sent == this.ready.len() {
            this.ready.clear();
            this.sent = 0;
            let mut chunk = [MaybeUninit::uninit(); CHUNK];
            let mut incoming = ReadBuf::uninit(&mut chunk);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut incoming))?;
            if incoming.filled().is_empty() {
                // what was collected is all there will be
                this.release();
                if this.ready.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                break;
            }
            this.feed(incoming.filled());
        }
        let n = (this.ready.len() - this.sent).min(buf.remaining());
        buf.put_slice(&this.ready[this.sent..this.sent + n]);
        this.sent += n;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lenient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the parser sees of `input`, arriving in pieces of `size`.
    fn seen(input: &[u8], size: usize) -> Vec<u8> {
        let mut lenient = Lenient::new(());
        for piece in input.chunks(size) {
            lenient.feed(piece);
        }
        lenient.ready
    }

    #[test]
    fn addresses_are_escaped_and_bodies_are_not() {
        let input = b"POST /a?where=(Name eq 'x y')|\"{z} HTTP/1.1\r\nContent-Length: 9\r\n\r\nG T /a b\nGET /b c HTTP/1.1\r\n\r\n";
        let wanted = b"POST /a?where=(Name%20eq%20'x%20y')%7C%22%7Bz%7D HTTP/1.1\r\nContent-Length: 9\r\n\r\nG T /a b\nGET /b%20c HTTP/1.1\r\n\r\n";
        for size in [1, 2, 7, 4096] {
            assert_eq!(
                String::from_utf8_lossy(&seen(input, size)),
                String::from_utf8_lossy(wanted),
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn a_chunked_body_passes_and_the_next_request_is_seen() {
        let input =
            b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na b\n\r\n0\r\n\r\nGET /c d HTTP/1.1\r\n\r\n";
        let wanted =
            b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na b\n\r\n0\r\n\r\nGET /c%20d HTTP/1.1\r\n\r\n";
        for size in [1, 3, 4096] {
            assert_eq!(seen(input, size), wanted, "in pieces of {size}");
        }
    }

    #[test]
    fn an_address_without_end_becomes_a_short_one() {
        let mut input = b"GET /".to_vec();
        input.resize(1_000_000, b'a');
        input.extend_from_slice(b" HTTP/1.1\r\nHost: x\r\n\r\n");
        let wanted = format!("GET {TOO_LONG} HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(String::from_utf8_lossy(&seen(&input, 4096)), wanted);
    }
}
