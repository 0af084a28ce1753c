//! Flags of a server and their environment names → [`Config`].

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::world::World;
use crate::config::{Auth, Config, Limits, Tls};

#[derive(Debug, Args, Clone)]
pub struct Serve {
    /// Address to listen on; anything but loopback opens the account to the network.
    #[arg(long, env = "TPMOCK_HOST", default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: IpAddr,
    /// Port to listen on; 0 picks a free one. The plain name PORT works too [default: 8080].
    #[arg(long, env = "TPMOCK_PORT", value_name = "PORT")]
    port: Option<u16>,
    /// Write the port to this file once the server answers.
    #[arg(long, env = "TPMOCK_PORT_FILE", value_name = "FILE")]
    port_file: Option<PathBuf>,
    #[command(flatten)]
    world: World,
    /// real checks logins and tokens as the service does; open lets everybody in as an administrator.
    #[arg(long, env = "TPMOCK_AUTH", default_value = "real", value_name = "MODE")]
    auth: Auth,
    /// What links in answers begin with; by default the scheme and host of the request.
    #[arg(long, env = "TPMOCK_BASE_URL", value_name = "URL")]
    base_url: Option<String>,
    /// Serve HTTPS too, on a port of its own, with a certificate of a CA made here.
    #[arg(long, env = "TPMOCK_TLS")]
    tls: bool,
    /// Port of HTTPS; 0 picks a free one.
    #[arg(long, env = "TPMOCK_TLS_PORT", default_value_t = 8443, value_name = "PORT")]
    tls_port: u16,
    /// Write the HTTPS port to this file once the server answers.
    #[arg(long, env = "TPMOCK_TLS_PORT_FILE", value_name = "FILE")]
    tls_port_file: Option<PathBuf>,
    /// Where the CA and the certificate are kept between starts [default: tpmock in the user's data folder].
    #[arg(long, env = "TPMOCK_TLS_DIR", value_name = "DIR")]
    tls_dir: Option<PathBuf>,
    /// Be an HTTP proxy too, which ends tunnels to NAME.tpondemand.com and answers them from the workspace NAME.
    #[arg(long, env = "TPMOCK_PROXY")]
    proxy: bool,
    /// Most workspaces at a time.
    #[arg(long, env = "TPMOCK_MAX_WORKSPACES", default_value_t = 4096, value_name = "N")]
    max_workspaces: usize,
    /// Drop a workspace that nobody asked for so many seconds; the default one stays.
    #[arg(long, env = "TPMOCK_WORKSPACE_IDLE", value_name = "SECONDS")]
    workspace_idle: Option<u64>,
    /// Most bytes that one workspace may hold; 0 for no limit.
    #[arg(long, env = "TPMOCK_MAX_WORKSPACE_BYTES", default_value_t = 0, value_name = "BYTES")]
    max_workspace_bytes: u64,
    /// Keep named snapshots as files in this folder, so that they outlive the server.
    #[arg(long, env = "TPMOCK_SNAPSHOTS", value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Most named snapshots at a time.
    #[arg(long, env = "TPMOCK_MAX_SNAPSHOTS", default_value_t = Limits::default().snapshots, value_name = "N")]
    max_snapshots: usize,
    /// Bytes of requests and answers that are remembered for /_tpmock/requests; 0 remembers none.
    #[arg(long, env = "TPMOCK_JOURNAL_BYTES", default_value_t = Limits::default().journal_bytes, value_name = "BYTES")]
    journal_bytes: usize,
    /// Most bytes of a request body, uploads included.
    #[arg(long, env = "TPMOCK_MAX_BODY", default_value_t = Limits::default().body, value_name = "BYTES")]
    max_body: usize,
    /// Most connections at a time; more wait.
    #[arg(long, env = "TPMOCK_MAX_CONNECTIONS", default_value_t = Limits::default().connections, value_name = "N")]
    max_connections: usize,
    /// Most streaming answers at a time.
    #[arg(long, env = "TPMOCK_MAX_STREAMS", default_value_t = Limits::default().streams, value_name = "N")]
    max_streams: usize,
    /// Longest time that one request may take.
    #[arg(long, env = "TPMOCK_REQUEST_TIME", default_value_t = 60, value_name = "SECONDS")]
    request_time: u64,
    /// Let pages of other sites read answers, which the real service does not.
    #[arg(long, env = "TPMOCK_CORS")]
    cors: bool,
    /// Refuse requests that only a guess of ours would answer, so that no test passes on one.
    #[arg(long, env = "TPMOCK_STRICT")]
    strict: bool,
    /// Secret that /_tpmock asks for when the server listens beyond loopback.
    #[arg(long, env = "TPMOCK_CONTROL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    control_token: Option<String>,
    /// Log lines: auto (text on a terminal, JSON otherwise), text or json.
    #[arg(long, env = "TPMOCK_LOG_FORMAT", default_value = "auto", value_name = "FORMAT")]
    pub log_format: LogFormat,
    /// What is logged: off, error, warn, info, debug, or a filter such as tpmock::request=off.
    #[arg(long, env = "TPMOCK_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

impl Serve {
    /// # Errors
    /// One sentence about a value that cannot be used.
    pub fn config(&self) -> Result<Config, String> {
        let port = port(self.port)?;
        if let Some(base) = &self.base_url
            && !(base.starts_with("http://") || base.starts_with("https://"))
        {
            return Err(format!("the base URL '{base}' must begin with http:// or https://"));
        }
        let tls = self.tls.then(|| Tls {
            port: self.tls_port,
            port_file: self.tls_port_file.clone(),
            dir: self.certificates(),
        });
        Ok(Config {
            host: self.host,
            port,
            port_file: self.port_file.clone(),
            auth: self.auth,
            base_url: self.base_url.clone(),
            tls,
            proxy: self.proxy.then(|| self.certificates()),
            max_workspaces: self.max_workspaces,
            workspace_idle: self.workspace_idle.map(Duration::from_secs),
            snapshots: self.snapshots.clone(),
            control_token: self.control_token.clone(),
            cors: self.cors,
            strict: self.strict,
            limits: Limits {
                body: self.max_body,
                connections: self.max_connections,
                streams: self.max_streams,
                request_time: Duration::from_secs(self.request_time),
                workspace_bytes: self.max_workspace_bytes,
                snapshots: self.max_snapshots,
                journal_bytes: self.journal_bytes,
            },
            ..self.world.config()
        })
    }
}

impl Serve {
    fn certificates(&self) -> PathBuf {
        let folder = self.tls_dir.clone().unwrap_or_else(user_folder);
        // clients are told of it, wherever they run
        std::path::absolute(&folder).unwrap_or(folder)
    }
}

/// The port of the flag, of `PORT`, or the one that everybody expects.
pub(super) fn port(given: Option<u16>) -> Result<u16, String> {
    match (given, std::env::var("PORT")) {
        (Some(port), _) => Ok(port),
        (None, Ok(text)) if !text.is_empty() => {
            text.parse().map_err(|_| format!("PORT is '{text}', which is no port number"))
        }
        (None, _) => Ok(8080),
    }
}

/// `$XDG_DATA_HOME/tpmock`, or its usual stand-in.
fn user_folder() -> PathBuf {
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let data = data.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")));
    data.unwrap_or_else(std::env::temp_dir).join("tpmock")
}
