//! An answer that is made already → the same answer gone wrong.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::time::{Instant, Sleep, sleep_until};

use super::super::answer::Answer;
use super::effect::Effect;

/// Put into a response whose connection is to end before a byte of it leaves.
#[derive(Debug, Clone, Copy)]
pub struct Dropped;

/// Pieces of a slow answer in a second.
const PIECES: usize = 20;

/// What was written needs so long to leave before the connection breaks.
const FLUSH: Duration = Duration::from_millis(20);

pub fn spoil(mut answer: Answer, effect: &Effect) -> Answer {
    match effect {
        Effect::Malformed => {
            answer.stream = None;
            let half = answer.body.len() / 2;
            answer.body = if half == 0 { Bytes::from_static(b"<{") } else { answer.body.slice(..half) };
            answer
        }
        Effect::Cut { after } => {
            let whole = answer.body.len();
            let part = answer.body.slice(..after.unwrap_or(0).min(whole));
            answer.stream =
                Some(Body::new(Broken { part: Some(part), end: Box::pin(sleep_until(Instant::now() + FLUSH)) }));
            // more is announced than comes, as when a connection breaks
            answer.header("content-length", whole.max(1).to_string())
        }
        Effect::Slow { bytes } => {
            if answer.stream.is_none() && !answer.body.is_empty() {
                let length = answer.body.len().to_string();
                let piece = (bytes / PIECES).max(1);
                let pause = Duration::from_secs_f64(piece as f64 / *bytes as f64);
                let next = Box::pin(sleep_until(Instant::now() + pause));
                answer.stream = Some(Body::new(Slow { left: answer.body.clone(), piece, pause, next }));
                return answer.header("content-length", length);
            }
            answer
        }
        Effect::Status { .. } | Effect::Expired | Effect::Limit { .. } => answer,
    }
}

/// Some bytes, then an error.
struct Broken {
    part: Option<Bytes>,
    end: Pin<Box<Sleep>>,
}

impl hyper::body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(part) = self.part.take().filter(|part| !part.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(part))));
        }
        ready!(self.end.as_mut().poll(cx));
        Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut by a fault"))))
    }
}

/// Bytes at a pace.
struct Slow {
    left: Bytes,
    piece: usize,
    pause: Duration,
    next: Pin<Box<Sleep>>,
}

impl hyper::body::Body for Slow {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.next.as_mut().poll(cx));
        let (pause, piece) = (self.pause, self.piece.min(self.left.len()));
        self.next.as_mut().reset(Instant::now() + pause);
        let piece = self.left.split_to(piece);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}
