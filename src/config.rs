//! Flags and environment → settings, resolved once.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Which account a fresh workspace holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeedSource {
    /// A company at work.
    Demo,
    /// The small world of the tests.
    Small,
    /// What every account has, and no project.
    Empty,
    /// A file in the seed format.
    File(PathBuf),
}

impl std::str::FromStr for SeedSource {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "demo" => SeedSource::Demo,
            "small" => SeedSource::Small,
            "empty" => SeedSource::Empty,
            path => SeedSource::File(path.into()),
        })
    }
}

/// Who gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// The accounts of the seed, as the real service has it.
    #[default]
    Real,
    /// Everybody is the first administrator.
    Open,
}

impl std::str::FromStr for Auth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "real" => Ok(Auth::Real),
            "open" => Ok(Auth::Open),
            other => Err(format!("'{other}' is neither real nor open")),
        }
    }
}

/// Everything a server is made from.
#[derive(Debug, Clone)]
pub struct Config {
    pub host: IpAddr,
    /// 0 picks a free one.
    pub port: u16,
    pub port_file: Option<PathBuf>,
    pub seed: SeedSource,
    /// Durable file of the default workspace; without it nothing outlives the program.
    pub data: Option<PathBuf>,
    pub auth: Auth,
    /// A frozen clock, as an RFC 3339 instant.
    pub clock: Option<String>,
    /// IANA name of the server's zone.
    pub time_zone: String,
    /// Scheme and host of links, where the request does not tell.
    pub base_url: Option<String>,
    pub tls: Option<Tls>,
    /// Folder of the certificates, where the server is a proxy for clients that cannot be told its address.
    pub proxy: Option<PathBuf>,
    pub max_workspaces: usize,
    /// A workspace that nobody asked for as long as this is dropped; `default` stays.
    pub workspace_idle: Option<Duration>,
    /// Where named snapshots are kept as files; without it they go with the program.
    pub snapshots: Option<PathBuf>,
    /// Needed for `/_tpmock` when the server listens beyond loopback.
    pub control_token: Option<String>,
    /// Whether pages of other sites may read answers. The real service does not let them.
    pub cors: bool,
    /// Whether requests are refused that only a guess of ours would answer.
    pub strict: bool,
    pub limits: Limits,
}

/// How much of everything there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body, uploads included.
    pub body: usize,
    /// Connections at a time.
    pub connections: usize,
    /// Streaming answers at a time.
    pub streams: usize,
    /// How long one request may take.
    pub request_time: Duration,
    /// Bytes of one workspace; 0 stands for no limit.
    pub workspace_bytes: u64,
    pub snapshots: usize,
    /// Bytes of the request journal; 0 turns it off.
    pub journal_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 32 * 1024 * 1024,
            connections: 4096,
            streams: 10,
            request_time: Duration::from_secs(60),
            workspace_bytes: 0,
            snapshots: 256,
            journal_bytes: 4 * 1024 * 1024,
        }
    }
}

/// HTTPS beside HTTP.
#[derive(Debug, Clone)]
pub struct Tls {
    pub port: u16,
    pub port_file: Option<PathBuf>,
    /// Where the CA and the certificate are kept between starts.
    pub dir: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::from([127, 0, 0, 1]),
            port: 8080,
            port_file: None,
            seed: SeedSource::Demo,
            data: None,
            auth: Auth::Real,
            clock: None,
            time_zone: "UTC".into(),
            base_url: None,
            tls: None,
            proxy: None,
            max_workspaces: 4096,
            workspace_idle: None,
            snapshots: None,
            control_token: None,
            cors: false,
            strict: false,
            limits: Limits::default(),
        }
    }
}
