//! Real clients from the registries, unmodified, against the built server.
//!
//! Each test starts a server of its own with the demo account, on HTTP and HTTPS, and runs one driver of
//! `tests/clients` against it. The drivers assert on values and print a line for each check; what they print is
//! shown when one fails. `tests/clients/setup.sh` installs the clients, once for all tests and processes.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

const LOGIN: &str = "admin";
const PASSWORD: &str = "admin";
const START: Duration = Duration::from_secs(60);
const DRIVER: Duration = Duration::from_secs(180);

#[test]
fn targetprocess_py_reads() {
    drive("targetprocess_py", "read");
}

#[test]
fn targetprocess_client_reads() {
    drive("targetprocess_client", "read");
}

#[test]
fn targetprocess_api_reads() {
    drive("targetprocess_api", "read");
}

#[test]
fn tp_api_reads() {
    drive("tp_api", "read");
}

#[test]
fn targetprocess_rest_api_reads() {
    drive("targetprocess_rest_api", "read");
}

#[test]
fn targetprocess_py_writes() {
    drive("targetprocess_py", "write");
}

#[test]
fn targetprocess_client_writes() {
    drive("targetprocess_client", "write");
}

#[test]
fn targetprocess_api_writes() {
    drive("targetprocess_api", "write");
}

#[test]
fn tp_api_writes() {
    drive("tp_api", "write");
}

#[test]
fn targetprocess_rest_api_writes() {
    drive("targetprocess_rest_api", "write");
}

/// Runs one driver in one mode, and fails with all that it said.
fn drive(client: &str, mode: &str) {
    install();
    let server = Server::start();
    let output = server.dir.path().join("driver.out");
    let status = run(client, mode, &server, &output);
    let said = fs::read_to_string(&output).expect("the driver's output");
    assert!(
        status.is_some_and(|status| status.success()) && said.contains("ok "),
        "{client} {mode}: {}\n{said}\nthe server said:\n{}",
        status.map_or_else(|| format!("stopped after {DRIVER:?}"), |status| status.to_string()),
        server.said(),
    );
    println!("{client} {mode}: {} checks", said.lines().filter(|line| line.starts_with("ok ")).count());
}

fn run(client: &str, mode: &str, server: &Server, output: &Path) -> Option<ExitStatus> {
    let out = File::create(output).expect("a file for the driver's output");
    let mut child = Command::new("sh")
        .arg(folder().join("run.sh"))
        .args([client, mode])
        .env("TPMOCK_CLIENTS_DIR", cache())
        .env("TP_URL", format!("http://127.0.0.1:{}", server.http))
        .env("TP_HTTPS_URL", format!("https://localhost:{}", server.https))
        .env("TP_CA", server.dir.path().join("tls/ca.pem"))
        .env("TP_LOGIN", LOGIN)
        .env("TP_PASSWORD", PASSWORD)
        .env("TP_TOKEN", personal_token())
        .env("TP_SERVICE_TOKEN", server.service_token())
        .stdin(Stdio::null())
        .stderr(out.try_clone().expect("a second handle on the output"))
        .stdout(out)
        .spawn()
        .expect("sh starts");
    let status = wait(DRIVER, || child.try_wait().expect("the driver's state"));
    if status.is_none() {
        child.kill().expect("the driver stops");
        child.wait().expect("the driver is over");
    }
    status
}

/// Installs the clients on the first call of this process; `setup.sh` itself locks out other processes.
fn install() {
    static DONE: OnceLock<Result<(), String>> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        let setup = Command::new("sh")
            .arg(folder().join("setup.sh"))
            .arg(cache())
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("sh does not start: {error}"))?;
        if setup.status.success() {
            return Ok(());
        }
        let said = [setup.stdout, setup.stderr].concat();
        Err(String::from_utf8_lossy(&said).into_owned())
    });
    if let Err(said) = done {
        panic!("the clients could not be installed:\n{said}");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

fn cache() -> PathBuf {
    std::env::var_os("TPMOCK_CLIENTS_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients"), PathBuf::from)
}

/// The administrator's access token in the seed that the server starts with.
fn personal_token() -> String {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seed/demo.json");
    let text = fs::read_to_string(&seed).expect("the demo seed");
    let seed: Value = serde_json::from_str(&text).expect("the demo seed is JSON");
    let tokens = seed["AccessTokens"].as_array().expect("the demo seed has access tokens");
    let token = tokens.iter().find(|token| token["User"]["Login"] == LOGIN);
    token.and_then(|token| token["Token"].as_str()).expect("an access token of the administrator").to_owned()
}

/// A running server, stopped when dropped.
struct Server {
    child: Child,
    dir: TempDir,
    http: u16,
    https: u16,
}

impl Server {
    fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| dir.path().join(name);
        let log = File::create(path("server.out")).expect("a file for the server's output");
        let child = Command::new(env!("CARGO_BIN_EXE_tpmock"))
            .args(["--port", "0", "--port-file"])
            .arg(path("http.port"))
            .args(["--tls", "--tls-port", "0", "--tls-port-file"])
            .arg(path("https.port"))
            .arg("--tls-dir")
            .arg(path("tls"))
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a second handle on the output"))
            .stdout(log)
            .spawn()
            .expect("the server starts");
        let mut server = Server { child, dir, http: 0, https: 0 };
        server.http = server.port("http.port");
        server.https = server.port("https.port");
        server
    }

    /// Waits for a port file; a server that has ended instead fails with its own words.
    fn port(&mut self, name: &str) -> u16 {
        let file = self.dir.path().join(name);
        let port = wait(START, || {
            if let Some(status) = self.child.try_wait().expect("the server's state") {
                panic!("the server ended ({status}):\n{}", self.said());
            }
            fs::read_to_string(&file).ok()?.trim().parse().ok()
        });
        port.unwrap_or_else(|| panic!("no {name} after {START:?}:\n{}", self.said()))
    }

    /// What `GET /api/v1/Authentication` gives for the login.
    fn service_token(&self) -> String {
        let login = STANDARD.encode(format!("{LOGIN}:{PASSWORD}"));
        let request = format!(
            "GET /api/v1/Authentication?format=json HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nAuthorization: Basic {login}\r\n\r\n",
            self.http
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.http)).expect("the server listens");
        stream.write_all(request.as_bytes()).expect("the request is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let body: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("a token, not {answer}"));
        body["Token"].as_str().unwrap_or_else(|| panic!("a token, not {answer}")).to_owned()
    }

    fn said(&self) -> String {
        fs::read_to_string(self.dir.path().join("server.out")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when the server is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks until there is an answer, or the time is over.
fn wait<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        let answer = ask();
        if answer.is_some() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}
