//! The only source of "now" and of the server's time zone; one per workspace, both settable.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, tz::TimeZone};

/// A point in time as the store keeps it: milliseconds since the Unix epoch, UTC.
pub type Millis = i64;

const HOUR: Millis = 3_600_000;

/// Clocks are not turned further than calendars reach.
const LIMIT: Millis = 250_000_000_000_000;

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

    pub fn is_utc(&self) -> bool {
        self.fixed == Some(0)
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

/// The clock of a workspace: the machine's, shifted, or frozen; with a step, every write moves it on.
#[derive(Debug)]
pub struct Clock {
    hands: Mutex<Hands>,
}

#[derive(Debug, Clone, Copy)]
struct Hands {
    /// Where the clock stands still.
    frozen: Option<Millis>,
    /// What is added to the machine's clock while it runs.
    shift: Millis,
    /// What each write adds.
    step: Millis,
}

/// What a clock shows at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub now: Millis,
    pub frozen: bool,
    /// What each write adds.
    pub step: Millis,
}

/// What is asked of a clock; all of it happens at once, in the order of the fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Setting {
    pub now: Option<Millis>,
    pub advance: Option<Millis>,
    pub frozen: Option<bool>,
    pub step: Option<Millis>,
}

impl Clock {
    pub fn running() -> Self {
        Self::with(Hands { frozen: None, shift: 0, step: 0 })
    }

    pub fn frozen(at: Millis) -> Self {
        Self::with(Hands { frozen: Some(at), shift: 0, step: 0 })
    }

    fn with(hands: Hands) -> Self {
        Self { hands: Mutex::new(hands) }
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Millis {
        self.hands().now()
    }

    pub fn reading(&self) -> Reading {
        let hands = *self.hands();
        Reading { now: hands.now(), frozen: hands.frozen.is_some(), step: hands.step }
    }

    /// Sets, moves, freezes or releases the clock. A released one goes on from where it stands.
    pub fn set(&self, setting: Setting) -> Reading {
        let mut hands = self.hands();
        if let Some(at) = setting.now {
            hands.turn_to(at);
        }
        if let Some(by) = setting.advance {
            hands.turn_by(by);
        }
        match setting.frozen {
            Some(true) => hands.frozen = Some(hands.now()),
            Some(false) => {
                let now = hands.now();
                hands.frozen = None;
                hands.turn_to(now);
            }
            None => {}
        }
        if let Some(step) = setting.step {
            hands.step = step;
        }
        Reading { now: hands.now(), frozen: hands.frozen.is_some(), step: hands.step }
    }

    /// A write was answered.
    pub fn tick(&self) {
        let mut hands = self.hands();
        if hands.step != 0 {
            let step = hands.step;
            hands.turn_by(step);
        }
    }

    /// Takes over what another clock shows.
    pub fn follow(&self, other: &Clock) {
        let hands = *other.hands();
        *self.hands() = hands;
    }

    /// Whether it shows another time than the machine's.
    pub fn is_set(&self) -> bool {
        let hands = self.hands();
        hands.frozen.is_some() || hands.shift != 0
    }

    /// A clock that reads the same now and goes on by itself.
    pub fn fork(&self) -> Self {
        Self::with(*self.hands())
    }
}

impl Hands {
    fn now(&self) -> Millis {
        self.frozen.unwrap_or_else(|| machine_now().saturating_add(self.shift))
    }

    fn turn_to(&mut self, at: Millis) {
        match &mut self.frozen {
            Some(frozen) => *frozen = at,
            None => self.shift = at.saturating_sub(machine_now()),
        }
    }

    fn turn_by(&mut self, by: Millis) {
        let hand = self.frozen.as_mut().unwrap_or(&mut self.shift);
        *hand = hand.saturating_add(by).clamp(-LIMIT, LIMIT);
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

/// An instant as text: `2026-03-10T12:00:00Z`, with milliseconds where there are any.
pub fn print_instant(at: Millis) -> String {
    Timestamp::from_millisecond(at).map(|timestamp| timestamp.to_string()).unwrap_or_default()
}

/// Units of a span, longest first, with their milliseconds.
const UNITS: [(&str, Millis); 6] =
    [("w", 7 * 24 * HOUR), ("d", 24 * HOUR), ("h", HOUR), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Reads a span such as `3d 4h`, `90s`, `250ms` or `-1h`.
///
/// # Errors
/// One sentence when the text is no span.
pub fn parse_span(text: &str) -> Result<Millis, String> {
    let wrong = || format!("'{text}' is no span of time; write it like 3d 4h, 90s or 250ms");
    let (sign, rest) = match text.trim().strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.trim()),
    };
    let mut rest = rest;
    let mut sum: Millis = 0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: Millis = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == &rest[..letters]).ok_or_else(wrong)?;
        sum = number.checked_mul(*unit).and_then(|part| sum.checked_add(part)).ok_or_else(wrong)?;
        rest = rest[letters..].trim_start();
    }
    if sum > LIMIT { Err(wrong()) } else { Ok(sign * sum) }
}

/// A span as text that [`parse_span`] reads.
pub fn print_span(span: Millis) -> String {
    let mut rest = span.unsigned_abs();
    let mut parts = Vec::new();
    for (name, unit) in UNITS.iter().skip(1) {
        let unit = unit.unsigned_abs();
        if rest >= unit {
            parts.push(format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    let text = if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") };
    if span < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = 1_773_144_000_000;

    #[test]
    fn spans_read_and_print() {
        for (text, span, printed) in [
            ("3d 4h", 273_600_000, "3d 4h"),
            ("90s", 90_000, "1m 30s"),
            ("250ms", 250, "250ms"),
            ("-1h", -HOUR, "-1h"),
            ("1w", 604_800_000, "7d"),
            ("1h30m", 5_400_000, "1h 30m"),
        ] {
            assert_eq!(parse_span(text), Ok(span), "{text}");
            assert_eq!(print_span(span), printed);
            assert_eq!(parse_span(printed), Ok(span), "{printed}");
        }
        for bad in ["", "3", "h", "3 d", "3x", "99999999999999999999d", "9999999999w"] {
            assert!(parse_span(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_frozen_clock_moves_when_it_is_told_to_and_with_each_write() {
        let clock = Clock::frozen(NOON);
        clock.tick();
        assert_eq!(clock.now(), NOON);
        let reading = clock.set(Setting { advance: Some(HOUR), step: Some(1000), ..Setting::default() });
        assert_eq!(reading, Reading { now: NOON + HOUR, frozen: true, step: 1000 });
        clock.tick();
        assert_eq!(clock.now(), NOON + HOUR + 1000);
    }

    #[test]
    fn a_released_clock_goes_on_from_where_it_stands() {
        let clock = Clock::frozen(NOON);
        clock.set(Setting { frozen: Some(false), ..Setting::default() });
        let now = clock.now();
        assert!((NOON..NOON + HOUR).contains(&now), "{now}");
        clock.set(Setting { now: Some(0), ..Setting::default() });
        assert!((0..HOUR).contains(&clock.now()));
        clock.follow(&Clock::frozen(NOON));
        assert_eq!(clock.now(), NOON);
    }
}
