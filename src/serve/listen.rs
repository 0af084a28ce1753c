//! Listening: binds, announces, serves, stops without cutting a request off.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::door::{self, Door};
use crate::app::{App, StartError};
use crate::config::{Auth, SeedSource};

/// How long open requests may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until `stop` says so.
///
/// # Errors
/// A port that cannot be had.
pub async fn serve(app: App, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    let config = app.config().clone();
    let address = SocketAddr::new(config.host, config.port);
    let listener = bind(address).await?;
    let url = format!("http://{}", local(&listener)?);
    let tls = match &config.tls {
        None => None,
        Some(tls) => {
            let listener = bind(SocketAddr::new(config.host, tls.port)).await?;
            Some((crate::tls::acceptor(&tls.dir)?, listener))
        }
    };
    let door = Door::plain(&app)?;
    let (stopping, stopped) = watch::channel(false);
    let plain = tokio::spawn(accept(app.clone(), listener, door, stopped.clone()));
    if let Some(file) = &config.port_file {
        write_port(file, &url)?;
    }
    let secure = match tls {
        None => None,
        Some((acceptor, listener)) => {
            let port = local(&listener)?;
            if let Some(file) = config.tls.as_ref().and_then(|t| t.port_file.as_ref()) {
                write_port(file, &format!("https://{port}"))?;
            }
            Some((tokio::spawn(accept(app.clone(), listener, Door::Secure(acceptor), stopped)), port))
        }
    };
    let idle = tokio::spawn(drop_idle_workspaces(app.clone()));
    let tokens = app.demo_tokens().await;
    announce(&app, &url, &tokens, secure.as_ref().map(|(_, address)| *address));
    stop.await;
    idle.abort();
    let _ = stopping.send(true);
    let _ = plain.await;
    if let Some((secure, _)) = secure {
        let _ = secure.await;
    }
    Ok(())
}

/// Serves on a listener of the caller's, without a word to anybody, until told to stop.
pub(crate) async fn embedded(app: App, listener: std::net::TcpListener, door: Door, stopped: watch::Receiver<bool>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let idle = tokio::spawn(drop_idle_workspaces(app.clone()));
    accept(app, listener, door, stopped).await;
    idle.abort();
}

/// Looks for idle workspaces for as long as it runs, if the settings give them an end.
async fn drop_idle_workspaces(app: App) {
    let Some(limit) = app.config().workspace_idle else { return };
    let pause = (limit / 4).clamp(Duration::from_millis(100), Duration::from_secs(60));
    loop {
        tokio::time::sleep(pause).await;
        let state = app.state.clone();
        let dropped = tokio::task::spawn_blocking(move || state.drop_idle()).await.unwrap_or_default();
        if dropped > 0 {
            tracing::info!(target: "tpmock::workspaces", dropped, "dropped {dropped} idle workspace(s)");
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|e| StartError(format!("cannot listen on {address}: {e}")))
}

fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|e| StartError(format!("the listening address is unknown: {e}")))
}

fn write_port(file: &Path, url: &str) -> Result<(), StartError> {
    let port = url.rsplit(':').next().unwrap_or_default();
    std::fs::write(file, port)
        .map_err(|e| StartError(format!("the port file {} cannot be written: {e}", file.display())))
}

/// Takes connections until told to stop, then lets their requests end.
async fn accept(app: App, listener: TcpListener, door: Door, mut stopped: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(door::PATIENCE);
    let service = door::service(door.routes(&app));
    let seats = Arc::new(Semaphore::new(app.config().limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    loop {
        // no more connections are taken than may be open; the others wait in the system's queue
        let seat = tokio::select! {
            seat = Arc::clone(&seats).acquire_owned() => Seat::new(&app, seat.ok()),
            _ = stopped.changed() => break,
        };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // out of descriptors, most likely: wait for some to come back
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        let _ = stream.set_nodelay(true);
        let watcher = graceful.watcher();
        let (http, service) = (http.clone(), service.clone());
        match &door {
            Door::Plain => drop(tokio::spawn(async move {
                door::talk(&http, watcher, stream, service).await;
                drop(seat);
            })),
            Door::Secure(acceptor) => {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Some(stream) = door::shake(&acceptor, stream).await {
                        door::talk(&http, watcher, stream, service).await;
                    }
                    drop(seat);
                });
            }
            Door::Proxy(acceptor) => {
                let (app, acceptor) = (app.clone(), acceptor.clone());
                tokio::spawn(async move {
                    door::proxy(&app, &acceptor, &http, watcher, stream, service).await;
                    drop(seat);
                });
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

/// The place of a connection among those that may be open; given back when dropped.
struct Seat {
    app: App,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Seat {
    fn new(app: &App, permit: Option<OwnedSemaphorePermit>) -> Self {
        app.state.metrics.connections.fetch_add(1, Ordering::Relaxed);
        Self { app: app.clone(), _permit: permit }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.app.state.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The banner; its last line is the sign that the server answers and never changes.
fn announce(app: &App, url: &str, tokens: &[(String, String)], tls: Option<SocketAddr>) {
    let config = app.config();
    let mut out = std::io::stdout().lock();
    let seed = match &config.seed {
        SeedSource::Demo => "demo (a company at work)".to_owned(),
        SeedSource::Small => "small".to_owned(),
        SeedSource::Empty => "empty".to_owned(),
        SeedSource::File(path) => path.display().to_string(),
    };
    let data = config.data.as_ref().map_or("in memory; gone at exit".to_owned(), |p| p.display().to_string());
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "  {name:<8} {text}");
    };
    line("tpmock", env!("CARGO_PKG_VERSION"));
    line("API", &format!("{url}/api/v1/UserStories?take=2"));
    if let (Some(address), Some(tls)) = (tls, &config.tls) {
        line("HTTPS", &format!("https://{address}"));
        line("CA", &tls.dir.join(crate::tls::CA_FILE).display().to_string());
    }
    if let Some(folder) = &config.proxy {
        line("proxy", &format!("{url} for NAME.tpondemand.com"));
        line("CA", &folder.join(crate::tls::CA_FILE).display().to_string());
    }
    match config.auth {
        Auth::Open => line("login", "nobody is asked; everybody is an administrator"),
        Auth::Real => line("login", "admin / admin"),
    }
    for (login, token) in tokens {
        line("token", &format!("{login}: access_token={token}"));
    }
    line("seed", &seed);
    line("data", &data);
    line("control", &format!("{url}/_tpmock/health"));
    let _ = writeln!(out, "tpmock ready: {url}");
    let _ = out.flush();
}
