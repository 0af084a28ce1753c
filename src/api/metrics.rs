//! Counters of the server, and their text for Prometheus. Labels come from short fixed lists, so memory does not grow.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::app::App;

/// What is asked of which part.
const PARTS: [&str; 6] = ["v1", "v2", "storage", "files", "control", "other"];
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Upper ends of the histogram, in milliseconds.
const BUCKETS: [f64; 9] = [0.5, 1.0, 2.5, 5.0, 10.0, 50.0, 250.0, 1000.0, 5000.0];

#[derive(Debug, Default)]
pub struct Metrics {
    requests: [[[AtomicU64; CLASSES.len()]; METHODS.len()]; PARTS.len()],
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    micros: AtomicU64,
    rows: AtomicU64,
    pub not_emulated: AtomicU64,
    pub faults: AtomicU64,
    pub connections: AtomicU64,
}

impl Metrics {
    pub fn note(&self, path: &str, method: &str, status: u16, took: Duration, rows: usize) {
        let at = |list: &[&str], word: &str| list.iter().position(|w| *w == word).unwrap_or(list.len() - 1);
        let (part, method) = (at(&PARTS, part(path)), at(&METHODS, method));
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        self.requests[part][method][class].fetch_add(1, Ordering::Relaxed);
        let ms = took.as_secs_f64() * 1000.0;
        if let Some(bucket) = BUCKETS.iter().position(|end| ms <= *end) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// What was asked so far, control aside, in one sentence.
    pub fn summary(&self) -> String {
        let apis = PARTS.iter().zip(&self.requests).filter(|(part, _)| **part != "control");
        let mut classes = [0; CLASSES.len()];
        for (_, methods) in apis {
            for counts in methods {
                for (sum, n) in classes.iter_mut().zip(counts) {
                    *sum += n.load(Ordering::Relaxed);
                }
            }
        }
        let all: u64 = classes.iter().sum();
        let not_emulated = self.not_emulated.load(Ordering::Relaxed);
        format!("{all} requests, {} refused, {} failed", classes[3], classes[4].saturating_sub(not_emulated))
    }

    /// The page that Prometheus reads.
    pub fn text(&self, app: &App) -> String {
        let mut out = String::new();
        let read = |n: &AtomicU64| n.load(Ordering::Relaxed);
        head(&mut out, "tpmock_requests_total", "counter", "Requests answered.");
        for (p, part) in PARTS.iter().enumerate() {
            for (m, method) in METHODS.iter().enumerate() {
                for (c, class) in CLASSES.iter().enumerate() {
                    let n = read(&self.requests[p][m][c]);
                    if n > 0 {
                        let labels = format!("api=\"{part}\",method=\"{method}\",status=\"{class}\"");
                        let _ = writeln!(out, "tpmock_requests_total{{{labels}}} {n}");
                    }
                }
            }
        }
        head(&mut out, "tpmock_request_seconds", "histogram", "Time from the whole request to its answer.");
        let mut sum = 0;
        for (end, bucket) in BUCKETS.iter().zip(&self.buckets) {
            sum += read(bucket);
            let _ = writeln!(out, "tpmock_request_seconds_bucket{{le=\"{}\"}} {sum}", end / 1000.0);
        }
        let _ = writeln!(out, "tpmock_request_seconds_bucket{{le=\"+Inf\"}} {}", read(&self.count));
        let _ = writeln!(out, "tpmock_request_seconds_sum {}", read(&self.micros) as f64 / 1e6);
        let _ = writeln!(out, "tpmock_request_seconds_count {}", read(&self.count));
        let (entries, bytes) = app.state.journal.size();
        let snapshots = app.state.snapshots.list().len();
        for (name, kind, help, value) in [
            ("tpmock_rows_total", "counter", "Rows at the root of answers.", read(&self.rows)),
            ("tpmock_not_emulated_total", "counter", "Requests for what is not emulated.", read(&self.not_emulated)),
            ("tpmock_faults_total", "counter", "Faults that calls met.", read(&self.faults)),
            ("tpmock_connections", "gauge", "Open connections.", read(&self.connections)),
            ("tpmock_workspaces", "gauge", "Workspaces alive.", app.state.store.list().len() as u64),
            ("tpmock_workspaces_limit", "gauge", "Most workspaces.", app.state.store.workspace_limit() as u64),
            ("tpmock_snapshots", "gauge", "Named snapshots.", snapshots as u64),
            ("tpmock_journal_entries", "gauge", "Requests remembered.", entries as u64),
            ("tpmock_journal_bytes", "gauge", "Bytes of the requests remembered.", bytes as u64),
            ("process_resident_memory_bytes", "gauge", "Resident memory.", resident()),
        ] {
            head(&mut out, name, kind, help);
            let _ = writeln!(out, "{name} {value}");
        }
        head(&mut out, "tpmock_info", "gauge", "The version that runs.");
        let _ = writeln!(out, "tpmock_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));
        out
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

/// Which part of the service an address is of.
fn part(path: &str) -> &'static str {
    let mut segments = path.split('/').filter(|s| !s.is_empty()).peekable();
    if segments.peek() == Some(&"w") {
        segments.nth(1);
    }
    let first = segments.next().unwrap_or_default();
    let second = segments.next().unwrap_or_default();
    let is = |word: &str, wanted: &str| word.eq_ignore_ascii_case(wanted);
    let extension = first.rsplit_once('.').map_or("", |(_, extension)| extension);
    if is(first, "api") && is(second, "v1") {
        "v1"
    } else if is(first, "svc") || (is(first, "api") && (is(second, "v2") || is(second, "history"))) {
        "v2"
    } else if is(first, "_tpmock") {
        "control"
    } else if is(first, "storage") {
        "storage"
    } else if is(extension, "ashx") || is(extension, "aspx") {
        "files"
    } else {
        "other"
    }
}

/// Bytes of memory in use, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn addresses_belong_to_parts() {
        for (path, wanted) in [
            ("/api/v1/Bugs", "v1"),
            ("/w/k/api/V2/bug", "v2"),
            ("/svc/x/stream/bug", "v2"),
            ("/_tpmock/health", "control"),
            ("/UploadFile.ashx", "files"),
            ("/", "other"),
        ] {
            assert_eq!(part(path), wanted, "{path}");
        }
    }
}
