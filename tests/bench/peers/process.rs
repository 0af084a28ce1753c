//! A server as a child process: started, timed, weighed, ended.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::data::Data;
use crate::http;
use crate::targets::Target;

/// How long a server may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Running {
    child: Child,
    /// From the start of the process to its first answer.
    pub start_ms: f64,
}

impl Running {
    pub fn start(target: &Target, folder: &Path, data: &Data) -> Result<Self, String> {
        data.fresh()?;
        let words = target.start.split_ascii_whitespace().map(|word| {
            word.replace("{port}", &target.port.to_string())
                .replace("{folder}", &folder.to_string_lossy())
                .replace("{tpmock}", &crate::tpmock().to_string_lossy())
        });
        let words: Vec<String> = words.collect();
        let begin = Instant::now();
        let child = Command::new(&words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{}: {e}", words[0]))?;
        let mut running = Running { child, start_ms: 0.0 };
        while !http::answers(target.port, target.ready) {
            if begin.elapsed() > PATIENCE {
                return Err(format!("{} did not answer within {PATIENCE:?}", target.name));
            }
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(format!("{} ended with {status}", target.name));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        running.start_ms = begin.elapsed().as_secs_f64() * 1000.0;
        if let Some(fill) = target.fill {
            fill(target.port, data)?;
        }
        Ok(running)
    }

    /// Resident memory of the process, megabytes.
    pub fn memory_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|l| l.split_ascii_whitespace().next()).and_then(|n| n.parse::<f64>().ok());
        kilobytes.unwrap_or_default() / 1024.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
