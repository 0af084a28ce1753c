//! How long one request may take, its body included.

use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    started: Instant,
    /// All the time there was.
    pub allowed: Duration,
}

impl Deadline {
    /// One that is `allowed` from now.
    pub fn new(allowed: Duration) -> Self {
        Self { started: Instant::now(), allowed }
    }

    /// What comes of it in the time that is left.
    pub async fn limit<T>(self, future: impl Future<Output = T>) -> Option<T> {
        let left = self.allowed.saturating_sub(self.started.elapsed());
        tokio::time::timeout(left, future).await.ok()
    }
}
