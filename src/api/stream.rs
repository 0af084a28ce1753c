//! The streaming service: all rows of a query in one answer that is sent while it is made.
//!
//! A thread steps the rows and fills chunks; a short queue between it and the connection bounds what waits in memory.
//! A client that goes away ends the thread, also while it searches and finds nothing. An answer that breaks off never
//! becomes valid JSON.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::Method;
use hyper::body::Frame;
use tokio::sync::mpsc;

use super::answer::Answer;
use super::call::Call;
use super::error::{Error, Kind};
use super::v2_page::Job;
use super::v2_parameters::V2Parameters;
use crate::app::App;
use crate::catalog::EntityId;
use crate::event::{CustomValue, Links, ListForm, Name, Sink};
use crate::rules::accounts::Account;
use crate::store::{Interrupt, Reader, Root, StoreError};
use crate::value::Scalar;
use crate::wire::{JsonStyle, JsonWriter};

/// Bytes that leave together.
const CHUNK: usize = 64 * 1024;

/// Chunks that may wait for a slow client.
const QUEUE: usize = 4;

/// # Errors
/// What can be said before the first byte; 429 when too many streams run.
pub async fn read(app: &App, call: &Arc<Call>, caller: &Account, entity: EntityId) -> Result<Answer, Error> {
    let job = Job::new(app, call, caller, entity).await?;
    let (sender, receiver) = mpsc::channel(QUEUE);
    let stop = Arc::<Stop>::default();
    let running = Arc::clone(&stop);
    let mut listener = Listener { receiver, stop };
    let started = app.state.store.stream(&call.workspace, move |reader| {
        let end = reader.map_err(Error::from).and_then(|reader| match running.arm(Interrupt::of(reader)) {
            true => send(&job, reader, &sender),
            false => Ok(()),
        });
        running.disarm();
        let _ = sender.blocking_send(match end {
            Ok(()) => Piece::End,
            Err(error) => Piece::Broken(error),
        });
    });
    match started {
        Err(StoreError::Busy) => {
            return Err(Error::new(Kind::TooManyRequests, "Too many streaming requests run at the same time."));
        }
        other => other?,
    }
    // what goes wrong before the first chunk is still an ordinary error
    let first = match listener.receiver.recv().await {
        Some(Piece::Broken(error)) => return Err(error),
        Some(piece) => piece,
        None => return Err(StoreError::Aborted.into()),
    };
    let mut answer = Answer::new(200, "application/json", Vec::new());
    answer.stream = Some(Body::new(Chunks { first: Some(first), listener }));
    Ok(answer)
}

/// The end of the queue that is read. When it goes, nobody wants the rest.
struct Listener {
    receiver: mpsc::Receiver<Piece>,
    stop: Arc<Stop>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.now();
    }
}

/// Whether the rest is wanted, and how to stop making it.
#[derive(Default)]
struct Stop(Mutex<Wanted>);

#[derive(Default)]
enum Wanted {
    #[default]
    Yes,
    Running(Interrupt),
    No,
}

impl Stop {
    /// Hands over the means to stop; false where it is too late to begin.
    fn arm(&self, interrupt: Interrupt) -> bool {
        let mut wanted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*wanted, Wanted::No) {
            return false;
        }
        *wanted = Wanted::Running(interrupt);
        true
    }

    /// To be called before the connection serves somebody else, who must not be stopped in place of this stream.
    fn disarm(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Wanted::No;
    }

    fn now(&self) {
        let mut wanted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Wanted::Running(interrupt) = std::mem::replace(&mut *wanted, Wanted::No) {
            interrupt.now();
        }
    }
}

/// What the thread sends.
enum Piece {
    Chunk(Vec<u8>),
    /// Nothing follows and all is well.
    End,
    Broken(Error),
}

/// Steps all rows into the queue.
fn send(job: &Job, reader: &Reader, sender: &mpsc::Sender<Piece>) -> Result<(), Error> {
    let parameters = V2Parameters::parse_stream(&job.call)?;
    job.uses(&parameters)?;
    let plan = job.plan(&job.select(None, &parameters, true)?);
    if job.call.method == Method::HEAD {
        return Ok(());
    }
    let (zone, base) = (job.call.workspace.zone(), job.call.base.as_str());
    let out = Vec::with_capacity(CHUNK + CHUNK / 4);
    let writer = JsonWriter::new(out, &JsonStyle::V2, parameters.notation, zone, base);
    let mut sink = Draining { writer, sender, gone: false };
    let root = Root::Page { name: None, form: ListForm::Envelope, links: &|_| Links::default() };
    match job.run(reader, &plan, &root, &mut sink) {
        // Whoever asked has gone, which is what the statement was interrupted for.
        Err(_) if sender.is_closed() => {}
        Err(error) => return Err(error.into()),
        Ok(_) => sink.drain(),
    }
    Ok(())
}

/// A JSON writer whose text leaves whenever a chunk is full.
struct Draining<'a> {
    writer: JsonWriter<'a>,
    sender: &'a mpsc::Sender<Piece>,
    /// Nobody listens any more.
    gone: bool,
}

impl Draining<'_> {
    fn drain(&mut self) {
        self.gone = self.gone || self.sender.blocking_send(Piece::Chunk(self.writer.take())).is_err();
    }

    fn drain_when_full(&mut self) {
        if self.writer.len() >= CHUNK {
            self.drain();
        }
    }
}

impl Sink for Draining<'_> {
    fn entity_start(&mut self, name: Option<&Name>, resource_type: &Name) {
        self.writer.entity_start(name, resource_type);
    }

    fn entity_end(&mut self) {
        self.writer.entity_end();
        self.drain_when_full();
    }

    fn object_start(&mut self, name: Option<&Name>) {
        self.writer.object_start(name);
    }

    fn object_end(&mut self) {
        self.writer.object_end();
        self.drain_when_full();
    }

    fn scalar(&mut self, name: Option<&Name>, value: Scalar<'_>) {
        self.writer.scalar(name, value);
        self.drain_when_full();
    }

    fn list_start(&mut self, name: Option<&Name>, form: ListForm) {
        self.writer.list_start(name, form);
    }

    fn list_end(&mut self, links: &Links) {
        self.writer.list_end(links);
    }

    fn custom_fields_start(&mut self, name: Option<&Name>) {
        self.writer.custom_fields_start(name);
    }

    fn custom_field(&mut self, name: &str, field_type: &str, value: CustomValue<'_>) {
        self.writer.custom_field(name, field_type, value);
    }

    fn custom_fields_end(&mut self) {
        self.writer.custom_fields_end();
    }

    fn style(&self) -> Option<u64> {
        self.writer.style()
    }

    fn mark(&self) -> usize {
        self.writer.mark()
    }

    fn since(&self, mark: usize) -> Option<&[u8]> {
        self.writer.since(mark)
    }

    fn again(&mut self, text: &[u8]) {
        self.writer.again(text);
        self.drain_when_full();
    }

    fn is_open(&self) -> bool {
        !self.gone
    }
}

/// The chunks as the body of a response.
struct Chunks {
    first: Option<Piece>,
    listener: Listener,
}

impl hyper::body::Body for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = match self.first.take() {
            Some(piece) => Some(piece),
            None => ready!(self.listener.receiver.poll_recv(cx)),
        };
        Poll::Ready(match piece {
            Some(Piece::Chunk(bytes)) => Some(Ok(Frame::data(bytes.into()))),
            Some(Piece::End) => None,
            Some(Piece::Broken(error)) => {
                let what = error.message;
                tracing::error!(target: "tpmock::store", "a stream broke off: {what}");
                Some(Err(io::Error::other("the stream broke off")))
            }
            None => Some(Err(io::Error::other("the stream broke off"))),
        })
    }
}
