//! The only source of "now" and of the server's time zone; one per workspace, both settable.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{Timestamp, tz::TimeZone};

/// A point in time as the store keeps it: milliseconds since the Unix epoch, UTC.
pub type Millis = i64;

const HOUR: Millis = 3_600_000;

/// The time zone of the emulated server. Looking an offset up is cheap for instants close to each other.
#[derive(Debug)]
pub struct Zone {
    zone: TimeZone,
    fixed: Option<i32>,
}

impl Zone {
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, fixed: Some(0) }
    }

    /// # Errors
    /// When `name` is no IANA time zone.
    pub fn named(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let zone = TimeZone::get(name).map_err(|_| format!("unknown time zone '{name}'"))?;
        Ok(Self { zone, fixed: None })
    }

    /// Offset from UTC in seconds that holds at `at`.
    pub fn offset(&self, at: Millis) -> i32 {
        if let Some(offset) = self.fixed {
            return offset;
        }
        match Timestamp::from_millisecond(at) {
            Ok(timestamp) => self.zone.to_offset(timestamp).seconds(),
            Err(_) => 0,
        }
    }

    /// Wall-clock milliseconds at `at`: what a clock on the server's wall counts from 1970-01-01T00:00.
    pub fn to_wall(&self, at: Millis) -> Millis {
        at + i64::from(self.offset(at)) * 1000
    }

    /// The instant a wall-clock reading names; the earlier one where the clock was set back.
    pub fn from_wall(&self, wall: Millis) -> Millis {
        if let Some(offset) = self.fixed {
            return wall - i64::from(offset) * 1000;
        }
        let before = i64::from(self.offset(wall - 14 * HOUR)) * 1000;
        let candidate = wall - before;
        if self.to_wall(candidate) == wall {
            return candidate;
        }
        wall - i64::from(self.offset(candidate)) * 1000
    }
}

/// The clock of a workspace: the machine's, shifted, or frozen.
#[derive(Debug)]
pub struct Clock {
    /// Frozen instant, or `i64::MIN` while the clock runs.
    frozen: AtomicI64,
    /// What is added to the machine's clock while it runs.
    shift: AtomicI64,
}

impl Clock {
    pub fn running() -> Self {
        Self { frozen: AtomicI64::new(i64::MIN), shift: AtomicI64::new(0) }
    }

    pub fn frozen(at: Millis) -> Self {
        Self { frozen: AtomicI64::new(at), shift: AtomicI64::new(0) }
    }

    pub fn now(&self) -> Millis {
        match self.frozen.load(Ordering::Relaxed) {
            i64::MIN => machine_now() + self.shift.load(Ordering::Relaxed),
            at => at,
        }
    }

    /// A clock that reads the same now and goes on by itself.
    pub fn fork(&self) -> Self {
        Self {
            frozen: AtomicI64::new(self.frozen.load(Ordering::Relaxed)),
            shift: AtomicI64::new(self.shift.load(Ordering::Relaxed)),
        }
    }
}

fn machine_now() -> Millis {
    Timestamp::now().as_millisecond()
}

/// Reads an RFC 3339 instant such as `2026-03-10T12:00:00Z`.
///
/// # Errors
/// One sentence when the text is no instant.
pub fn parse_instant(text: &str) -> Result<Millis, String> {
    text.parse::<Timestamp>()
        .map(|timestamp| timestamp.as_millisecond())
        .map_err(|_| format!("'{text}' is no instant; write it like 2026-03-10T12:00:00Z"))
}
