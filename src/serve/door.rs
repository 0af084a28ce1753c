//! A connection → a conversation: in plain text, behind TLS, or behind whatever it asks a proxy for.

use std::convert::Infallible;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::Watcher;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use super::tunnel::{self, Opening};
use crate::api::{Dropped, Routes};
use crate::app::{App, StartError};
use crate::head::Lenient;

/// A client has this long to say what it wants; a connection that says nothing does not stay for ever.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

type Broken = Box<dyn std::error::Error + Send + Sync>;

/// What a listener takes connections for.
pub(crate) enum Door {
    Plain,
    Secure(TlsAcceptor),
    /// Plain, and tunnels that end here.
    Proxy(TlsAcceptor),
}

impl Door {
    /// The one for plain HTTP, which may be a proxy's.
    ///
    /// # Errors
    /// Certificates that cannot be made.
    pub fn plain(app: &App) -> Result<Self, StartError> {
        match &app.config().proxy {
            None => Ok(Self::Plain),
            Some(folder) => crate::tls::acceptor(folder).map(Self::Proxy),
        }
    }

    pub(super) fn routes(&self, app: &App) -> Routes {
        match self {
            Self::Plain => app.router(),
            Self::Secure(_) => crate::api::secure_router(app),
            Self::Proxy(_) => crate::api::proxy_router(app),
        }
    }
}

/// Routes as hyper calls them.
pub(super) fn service(
    routes: Routes,
) -> impl HttpService<
    Incoming,
    ResBody: Body<Data: Send, Error: Into<Broken>> + Send + 'static,
    Error: Into<Broken>,
    Future: Send,
> + Clone
+ Send {
    TowerToHyperService::new(ServiceExt::<Request<Incoming>>::map_result(routes, unless_dropped))
}

/// An error ends a connection without an answer, which is what a fault may ask for.
fn unless_dropped<B>(result: Result<Response<B>, Infallible>) -> Result<Response<B>, Broken> {
    match result {
        Ok(response) if response.extensions().get::<Dropped>().is_none() => Ok(response),
        _ => Err("cut by a fault".into()),
    }
}

/// Answers requests until either side is done.
pub(super) async fn talk<S>(
    http: &http1::Builder,
    watcher: Watcher,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: S,
) where
    S: HttpService<Incoming, ResBody: Body<Error: Into<Broken>> + 'static, Error: Into<Broken>>,
{
    let _ = watcher.watch(http.serve_connection(TokioIo::new(Lenient::new(stream)), service)).await;
}

/// The handshake; `None` for a client that gives it up or takes too long.
pub(super) async fn shake(acceptor: &TlsAcceptor, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
    timeout(PATIENCE, acceptor.accept(stream)).await.ok()?.ok()
}

/// A connection to a proxy: requests, or a tunnel that ends here.
pub(super) async fn proxy<S>(
    app: &App,
    acceptor: &TlsAcceptor,
    http: &http1::Builder,
    watcher: Watcher,
    stream: TcpStream,
    requests: S,
) where
    S: HttpService<Incoming, ResBody: Body<Error: Into<Broken>> + 'static, Error: Into<Broken>>,
{
    match timeout(PATIENCE, tunnel::open(stream)).await {
        Ok(Ok(Opening::Requests(stream))) => talk(http, watcher, stream, requests).await,
        Ok(Ok(Opening::Tunnel { stream, workspace, secure })) => {
            let inside = service(crate::api::tunnel_router(app, workspace, secure));
            if !secure {
                talk(http, watcher, stream, inside).await;
            } else if let Some(stream) = shake(acceptor, stream).await {
                talk(http, watcher, stream, inside).await;
            }
        }
        Ok(Ok(Opening::Refused) | Err(_)) | Err(_) => {}
    }
}
