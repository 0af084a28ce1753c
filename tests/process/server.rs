//! The built program as a child, stopped or killed with its value.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const START: Duration = Duration::from_secs(60);

pub struct Server {
    child: Child,
    dir: TempDir,
    pub url: String,
}

impl Server {
    /// A server on the small account where everybody who asks is an administrator.
    pub fn start(arguments: &[&str]) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_tpmock")), arguments).unwrap_or_else(|said| panic!("{said}"))
    }

    /// One that keeps its account in a file.
    pub fn on(data: &Path) -> Self {
        Self::start(&["--data", text(data)])
    }

    /// A server by way of another command; what it said where it ended instead.
    pub fn run(mut command: Command, arguments: &[&str]) -> Result<Self, String> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let port_file = dir.path().join("port");
        let log = File::create(dir.path().join("out")).expect("a file for the server's output");
        let child = command
            .args(["--port", "0", "--seed", "small", "--auth", "open", "--log", "warn", "--port-file"])
            .arg(&port_file)
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a second handle on the output"))
            .stdout(log)
            .spawn()
            .expect("the server starts");
        let mut server = Self { child, dir, url: String::new() };
        let end = Instant::now() + START;
        while Instant::now() < end {
            if let Some(port) = fs::read_to_string(&port_file).ok().and_then(|text| text.trim().parse::<u16>().ok()) {
                server.url = format!("http://127.0.0.1:{port}");
                return Ok(server);
            }
            if server.child.try_wait().expect("the server's state").is_some() {
                return Err(server.said());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("no port after {START:?}:\n{}", server.said());
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("the server is there to be killed");
        self.child.wait().expect("the server is over");
    }

    pub fn said(&self) -> String {
        fs::read_to_string(self.dir.path().join("out")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when the server is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
