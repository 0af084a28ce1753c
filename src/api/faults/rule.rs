//! Which calls a fault is for, and what became of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::effect::{Delay, Effect, chance};

/// Clients whose patience is watched; a test has a handful.
const CLIENTS: usize = 256;

/// Conditions and effect, as they were given.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// `None` is every workspace.
    pub workspace: Option<String>,
    pub method: Option<String>,
    /// How the path begins, without workspace prefix.
    pub path: Option<String>,
    pub entity: Option<String>,
    /// Numbers of the calls it is for, among those that match; empty is all of them.
    pub nth: Vec<u64>,
    /// Every so-many-th call.
    pub every: Option<u64>,
    /// At most so many times.
    pub times: Option<u64>,
    pub probability: Option<f64>,
    pub seed: u64,
    pub delay: Option<Delay>,
    pub effect: Option<Effect>,
    /// The rule as it was written, to be shown.
    pub written: Map<String, Value>,
}

/// A call as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub workspace: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    pub entity: Option<&'a str>,
    pub client: &'a str,
}

/// A rule at work.
#[derive(Debug)]
pub struct Active {
    pub id: u64,
    pub rule: Rule,
    matched: u64,
    consumed: u64,
    window: Option<Window>,
    /// Until when a client was told to wait.
    waiting: BTreeMap<String, Instant>,
    ignored: BTreeMap<String, Ignored>,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    calls: u64,
}

/// Calls of a client that came before its time to wait was over.
#[derive(Debug, Default)]
struct Ignored {
    calls: u64,
    /// The largest number of milliseconds by which one was early.
    early: u128,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    pub delay: Option<Duration>,
    pub effect: Option<Effect>,
}

impl Active {
    pub fn new(id: u64, rule: Rule) -> Self {
        let (waiting, ignored) = (BTreeMap::new(), BTreeMap::new());
        Self { id, rule, matched: 0, consumed: 0, window: None, waiting, ignored }
    }

    /// Counts a call and says whether it is to go wrong.
    pub fn decide(&mut self, seen: &Seen<'_>, now: Instant) -> Option<Fired> {
        if !self.rule.is_for(seen) {
            return None;
        }
        self.matched += 1;
        self.note_impatience(seen.client, now);
        let effect = match self.rule.effect.clone() {
            Some(Effect::Limit { calls, per }) => Some(self.limited(calls, per, now)?),
            other => other,
        };
        if !self.is_due() {
            return None;
        }
        self.consumed += 1;
        if let Some(Effect::Status { retry_after: Some(seconds), .. }) = &effect
            && (self.waiting.len() < CLIENTS || self.waiting.contains_key(seen.client))
        {
            self.waiting.insert(seen.client.to_owned(), now + Duration::from_secs(*seconds));
        }
        let delay = self.rule.delay.map(|delay| delay.pick(chance(self.rule.seed ^ 1, self.matched)));
        Some(Fired { delay, effect })
    }

    fn is_due(&self) -> bool {
        let rule = &self.rule;
        rule.times.is_none_or(|times| self.consumed < times)
            && (rule.nth.is_empty() || rule.nth.contains(&self.matched))
            && rule.every.is_none_or(|every| self.matched.is_multiple_of(every.max(1)))
            && rule.probability.is_none_or(|p| chance(rule.seed, self.matched) < p)
    }

    /// The refusal of a call beyond the limit; `None` while there is room.
    fn limited(&mut self, calls: u64, per: Duration, now: Instant) -> Option<Effect> {
        let fresh = self.window.as_ref().is_none_or(|w| now.duration_since(w.began) >= per);
        if fresh {
            self.window = Some(Window { began: now, calls: 0 });
        }
        let window = self.window.as_mut()?;
        window.calls += 1;
        if window.calls <= calls {
            return None;
        }
        let left = per.saturating_sub(now.duration_since(window.began));
        let seconds = left.as_millis().div_ceil(1000).max(1);
        Some(Effect::Status { status: 429, message: None, retry_after: u64::try_from(seconds).ok() })
    }

    fn note_impatience(&mut self, client: &str, now: Instant) {
        let Some(until) = self.waiting.get(client) else { return };
        match until.checked_duration_since(now) {
            Some(early) if !early.is_zero() => {
                let ignored = self.ignored.entry(client.to_owned()).or_default();
                ignored.calls += 1;
                ignored.early = ignored.early.max(early.as_millis());
            }
            _ => drop(self.waiting.remove(client)),
        }
    }

    pub fn shown(&self) -> Value {
        let ignored: Vec<Value> = self
            .ignored
            .iter()
            .map(|(client, i)| json!({ "client": client, "calls": i.calls, "early_ms": i.early }))
            .collect();
        json!({
            "id": self.id,
            "rule": self.rule.written,
            "matched": self.matched,
            "consumed": self.consumed,
            "ignored_retry_after": ignored,
        })
    }

    /// How often it fired.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }
}

impl Rule {
    fn is_for(&self, seen: &Seen<'_>) -> bool {
        let path = seen.path.as_bytes();
        let begins = |p: &String| path.len() >= p.len() && path[..p.len()].eq_ignore_ascii_case(p.as_bytes());
        self.workspace.as_ref().is_none_or(|w| w == seen.workspace)
            && self.method.as_ref().is_none_or(|m| m.eq_ignore_ascii_case(seen.method))
            && self.path.as_ref().is_none_or(begins)
            && self.entity.as_ref().is_none_or(|e| seen.entity.is_some_and(|s| s.eq_ignore_ascii_case(e)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Seen<'static> =
        Seen { workspace: "default", method: "GET", path: "/api/v1/Bugs", entity: Some("Bug"), client: "curl" };

    fn fires(rule: Rule, calls: u64) -> Vec<u64> {
        let mut active = Active::new(1, rule);
        let now = Instant::now();
        (1..=calls).filter(|_| active.decide(&CALL, now).is_some()).collect()
    }

    #[test]
    fn conditions_choose_the_calls() {
        let rule = Rule { effect: Some(Effect::Expired), ..Rule::default() };
        assert_eq!(fires(rule.clone(), 3), [1, 2, 3]);
        assert_eq!(fires(Rule { nth: vec![2, 3], ..rule.clone() }, 4), [2, 3]);
        assert_eq!(fires(Rule { every: Some(2), ..rule.clone() }, 5), [2, 4]);
        assert_eq!(fires(Rule { times: Some(1), ..rule.clone() }, 3), [1]);
        assert_eq!(fires(Rule { entity: Some("Task".into()), ..rule.clone() }, 3), [] as [u64; 0]);
        assert_eq!(fires(Rule { path: Some("/API/v1/bug".into()), ..rule.clone() }, 1), [1]);
        let often = Rule { probability: Some(0.5), seed: 3, ..rule };
        assert_eq!(fires(often.clone(), 20), fires(often, 20));
    }

    #[test]
    fn a_limit_tells_when_to_come_back_and_notes_who_does_not_listen() {
        let limit = Effect::Limit { calls: 2, per: Duration::from_secs(10) };
        let mut active = Active::new(1, Rule { effect: Some(limit), ..Rule::default() });
        let start = Instant::now();
        assert_eq!(active.decide(&CALL, start), None);
        assert_eq!(active.decide(&CALL, start), None);
        let late = start + Duration::from_millis(3500);
        let fired = active.decide(&CALL, late).expect("over the limit");
        assert_eq!(fired.effect, Some(Effect::Status { status: 429, message: None, retry_after: Some(7) }));
        assert!(active.decide(&CALL, late + Duration::from_secs(1)).is_some());
        assert_eq!(active.decide(&CALL, start + Duration::from_secs(12)), None, "a new window");
        let shown = active.shown();
        assert_eq!(shown["consumed"], 2);
        assert_eq!(shown["ignored_retry_after"][0], json!({ "client": "curl", "calls": 1, "early_ms": 6000 }));
    }
}
