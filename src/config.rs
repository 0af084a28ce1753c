//! Flags and environment → settings, resolved once.

use std::net::IpAddr;
use std::path::PathBuf;

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
    pub max_workspaces: usize,
    /// Needed for `/_tpmock` when the server listens beyond loopback.
    pub control_token: Option<String>,
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
            max_workspaces: 4096,
            control_token: None,
        }
    }
}
