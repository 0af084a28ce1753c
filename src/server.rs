//! A server inside this process: started in one line, steered by calls, stopped with its value.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::api::Recorded;
use crate::app::{App, StartError};
use crate::clock::{Reading, Setting};
use crate::config::Config;
use crate::control::{ControlError, SnapshotInfo};
use crate::coverage::Used;
use crate::serve::Door;
use crate::store::seed::Changes;
use crate::store::{self, DEFAULT};

/// An isolated server on a free port of this machine. It stops when the value is dropped.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tpmock::{Config, Server};
///
/// let server = Server::start(Config::default())?;
/// let url = server.url(); // http://127.0.0.1:41234
/// # assert!(url.starts_with("http://127.0.0.1:"));
///
/// // every test its own world
/// let mine = server.workspace("my-test")?;
/// assert_eq!(mine.url(), format!("{url}/w/my-test"));
/// mine.advance_clock("3d 4h")?;
/// mine.reset()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    app: App,
    url: String,
    token: Option<String>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on a free port of the loopback interface, with a thread and a runtime of its own.
    ///
    /// # Errors
    /// Whatever is wrong with the settings, the seed or the data file.
    pub fn start(config: Config) -> Result<Self, StartError> {
        let failed = |e: std::io::Error| StartError(format!("the server does not start: {e}"));
        let app = App::new(Config { host: Ipv4Addr::LOCALHOST.into(), ..config })?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let token = app.tokens().into_iter().next().map(|(_, token)| token);
        let door = Door::plain(&app)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let serving = app.clone();
        let run = move || runtime.block_on(crate::serve::embedded(serving, listener, door, stopped));
        let thread = std::thread::Builder::new().name("tpmock".to_owned()).spawn(run).map_err(failed)?;
        Ok(Self { app, url, token, stop, thread: Some(thread) })
    }

    /// Scheme, host and port; the default workspace answers there.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A personal access token of the seed, the administrator's in all that come with the program.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// What a program needs to find the server, by the names that `tpmock exec` and `tpmock env` give it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        self.app.environment(&self.url)
    }

    /// What a program needs that cannot be told another address, where the settings make the server a proxy.
    pub fn proxy_environment(&self, workspace: &str) -> Vec<(&'static str, String)> {
        self.app.proxy_environment(&self.url, workspace)
    }

    /// What was asked of it so far, in one sentence.
    pub fn summary(&self) -> String {
        self.app.state.metrics.summary()
    }

    /// Which features all workspaces used so far, and which of them are guesses or not emulated.
    pub fn used(&self) -> Used {
        self.app.state.coverage.used(&self.app.state.model, None)
    }

    /// The service itself: [`App::router`] answers without a socket, on the same state.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The workspace of that key, made if it is not there.
    ///
    /// # Errors
    /// A key that is not allowed, one workspace too many.
    pub fn workspace(&self, key: &str) -> Result<Workspace, ControlError> {
        Workspace::open(&self.app, key, &self.url)
    }

    /// The workspace that answers at the address of the server.
    ///
    /// # Errors
    /// None in practice.
    pub fn default_workspace(&self) -> Result<Workspace, ControlError> {
        self.workspace(DEFAULT)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One workspace of a server, to be steered from a test. Calls block for the milliseconds that a copy takes.
#[derive(Debug, Clone)]
pub struct Workspace {
    app: App,
    workspace: Arc<store::Workspace>,
    url: String,
}

impl Workspace {
    fn open(app: &App, key: &str, server: &str) -> Result<Self, ControlError> {
        let workspace = app.state.touch_workspace(key)?;
        let url = if key == DEFAULT { server.to_owned() } else { format!("{server}/w/{key}") };
        Ok(Self { app: app.clone(), workspace, url })
    }

    pub fn key(&self) -> &str {
        self.workspace.key()
    }

    /// What stands before `/api/v1`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Back to the beginning: data, clock, faults, remembered requests.
    ///
    /// # Errors
    /// The store's.
    pub fn reset(&self) -> Result<(), ControlError> {
        self.app.state.reset_workspace(&self.workspace)?;
        self.clear_faults();
        self.app.state.journal.clear_workspace(self.key());
        Ok(())
    }

    /// Keeps what the workspace holds now under a name that all workspaces know.
    ///
    /// # Errors
    /// A name that is not allowed, one snapshot too many.
    pub fn snapshot(&self, name: &str) -> Result<SnapshotInfo, ControlError> {
        self.app.state.take_snapshot(&self.workspace, name)
    }

    /// Replaces what the workspace holds by a snapshot, at once for everybody.
    ///
    /// # Errors
    /// A name nobody gave, a file that is no good.
    pub fn restore(&self, name: &str) -> Result<(), ControlError> {
        self.app.state.restore_snapshot(&self.workspace, name)
    }

    /// Everything the workspace holds, as a seed.
    ///
    /// # Errors
    /// The store's.
    pub fn export(&self) -> Result<String, ControlError> {
        self.app.state.export(&self.workspace)
    }

    /// Replaces everything the workspace holds by what a seed says.
    ///
    /// # Errors
    /// The mistakes of the seed.
    pub fn import(&self, seed: &str) -> Result<(), ControlError> {
        self.app.state.import(&self.workspace, seed)
    }

    /// What changed since a snapshot, entity by entity and field by field.
    ///
    /// # Errors
    /// A name nobody gave.
    pub fn changes(&self, from: &str) -> Result<Changes, ControlError> {
        self.app.state.changes(&self.workspace, from)
    }

    /// What the clock shows.
    pub fn clock(&self) -> Reading {
        self.workspace.clock.reading()
    }

    pub fn set_clock(&self, setting: Setting) -> Reading {
        self.workspace.clock.set(setting)
    }

    /// Stops the clock at an instant such as `2026-03-10T12:00:00Z`.
    ///
    /// # Errors
    /// A text that is no instant.
    pub fn freeze_clock(&self, instant: &str) -> Result<Reading, ControlError> {
        let now = crate::clock::parse_instant(instant).map_err(ControlError::Bad)?;
        Ok(self.set_clock(Setting { now: Some(now), frozen: Some(true), ..Setting::default() }))
    }

    /// Moves the clock on by a span such as `3d 4h`.
    ///
    /// # Errors
    /// A text that is no span of time.
    pub fn advance_clock(&self, span: &str) -> Result<Reading, ControlError> {
        let by = crate::clock::parse_span(span).map_err(ControlError::Bad)?;
        Ok(self.set_clock(Setting { advance: Some(by), ..Setting::default() }))
    }

    /// The requests that were answered here, oldest first, without credentials.
    pub fn requests(&self) -> Vec<Recorded> {
        self.app.state.journal.recorded(self.key())
    }

    /// Plans a fault, written as for `POST /_tpmock/faults`; its number comes back.
    ///
    /// # Errors
    /// A rule that is not understood.
    pub fn fault(&self, rule: &str) -> Result<u64, ControlError> {
        self.app.state.faults.plan(rule, self.key()).map_err(ControlError::Bad)
    }

    /// How often a fault was met.
    pub fn fault_count(&self, id: u64) -> u64 {
        self.app.state.faults.consumed(id)
    }

    /// Drops the faults of this workspace.
    pub fn clear_faults(&self) {
        self.app.state.faults.clear(Some(self.key()));
    }

    /// Which features this workspace used so far, and which of them are guesses or not emulated.
    pub fn used(&self) -> Used {
        self.app.state.coverage.used(&self.app.state.model, Some((self.key(), &self.workspace.conduct)))
    }

    /// Refuses guesses here, or no longer.
    pub fn set_strict(&self, strict: bool) {
        self.workspace.conduct.set_strict(Some(strict));
    }

    /// Drops the workspace; its address makes a new one on first touch.
    ///
    /// # Errors
    /// The default workspace stays.
    pub fn remove(self) -> Result<(), ControlError> {
        self.app.state.drop_workspace(self.key())?;
        Ok(())
    }
}
