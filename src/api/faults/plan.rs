//! All rules of a server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::header;
use serde_json::Value;

use super::super::call::Call;
use super::super::journal::entity_of;
use super::effect::Effect;
use super::rule::{Active, Rule, Seen};
use crate::app::App;
use crate::secret;

/// Rules at a time.
const LIMIT: usize = 1000;

#[derive(Debug, Default)]
pub struct Faults {
    plan: Mutex<Plan>,
    /// Spares calls the lock while there is no rule.
    any: AtomicBool,
}

#[derive(Debug, Default)]
struct Plan {
    rules: Vec<Active>,
    last: u64,
}

/// What is to happen to a call.
#[derive(Debug, Clone)]
pub struct Hit {
    pub rule: u64,
    pub delay: Option<Duration>,
    pub effect: Option<Effect>,
}

impl Hit {
    /// For the journal.
    pub fn words(&self) -> String {
        let what = match &self.effect {
            Some(Effect::Status { status, .. }) => format!("status {status}"),
            Some(Effect::Expired) => "expired".to_owned(),
            Some(Effect::Limit { .. }) => "limit".to_owned(),
            Some(Effect::Slow { .. }) => "slow".to_owned(),
            Some(Effect::Cut { .. }) => "cut".to_owned(),
            Some(Effect::Malformed) => "malformed".to_owned(),
            None => "delay".to_owned(),
        };
        format!("rule {}: {what}", self.rule)
    }
}

impl Faults {
    fn rules(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds rules, all or none; their numbers come back, or how many rules there may be.
    pub fn add(&self, rules: Vec<Rule>) -> Result<Vec<u64>, usize> {
        let mut plan = self.rules();
        if plan.rules.len() + rules.len() > LIMIT {
            return Err(LIMIT);
        }
        let mut ids = Vec::new();
        for rule in rules {
            plan.last += 1;
            let id = plan.last;
            plan.rules.push(Active::new(id, rule));
            ids.push(id);
        }
        self.any.store(!plan.rules.is_empty(), Ordering::Release);
        Ok(ids)
    }

    /// Adds the rule that a text in JSON says.
    pub fn plan(&self, text: &str, workspace: &str) -> Result<u64, String> {
        let object = serde_json::from_str(text).map_err(|e| format!("a fault is a JSON object: {e}"))?;
        let rule = super::read::rule(&object, workspace).map_err(|e| e.message)?;
        let ids = self.add(vec![rule]).map_err(|limit| format!("there may be {limit} faults, drop some before"))?;
        Ok(ids.first().copied().unwrap_or_default())
    }

    /// How often a rule fired.
    pub fn consumed(&self, id: u64) -> u64 {
        self.rules().rules.iter().find(|active| active.id == id).map_or(0, Active::consumed)
    }

    /// The first rule that fires for a call; those before it have counted the call too.
    pub fn decide(&self, app: &App, call: &Call) -> Option<Hit> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let (entity, client) = (entity_of(app, call), client(call));
        let path = format!("/{}", call.segments.join("/"));
        let seen = Seen {
            workspace: call.workspace.key(),
            method: call.method.as_str(),
            path: &path,
            entity: entity.as_deref(),
            client: &client,
        };
        let now = Instant::now();
        self.rules().rules.iter_mut().find_map(|active| {
            let fired = active.decide(&seen, now)?;
            Some(Hit { rule: active.id, delay: fired.delay, effect: fired.effect })
        })
    }

    /// The rules of a workspace with those of all workspaces; of all of them for `None`.
    pub fn shown(&self, workspace: Option<&str>) -> Vec<Value> {
        self.rules().rules.iter().filter(|a| concerns(a, workspace)).map(Active::shown).collect()
    }

    /// How many of them nobody met.
    pub fn unused(&self, workspace: Option<&str>) -> usize {
        self.rules().rules.iter().filter(|a| concerns(a, workspace) && a.consumed() == 0).count()
    }

    /// Drops the rules of a workspace, or of all; those for every workspace go only with all.
    pub fn clear(&self, workspace: Option<&str>) {
        self.retain(|active| workspace.is_some() && active.rule.workspace.as_deref() != workspace);
    }

    /// False when there is no such rule.
    pub fn remove(&self, id: u64) -> bool {
        let before = self.rules().rules.len();
        self.retain(|active| active.id != id);
        self.rules().rules.len() < before
    }

    fn retain(&self, keep: impl FnMut(&Active) -> bool) {
        let mut plan = self.rules();
        plan.rules.retain(keep);
        self.any.store(!plan.rules.is_empty(), Ordering::Release);
    }
}

fn concerns(active: &Active, workspace: Option<&str>) -> bool {
    match (&active.rule.workspace, workspace) {
        (Some(own), Some(asked)) => own == asked,
        _ => true,
    }
}

/// Whom a caller is taken for: the program's name, and a few digits that stand for the credential.
fn client(call: &Call) -> String {
    let header = |name: &header::HeaderName| call.headers.get(name).and_then(|v| v.to_str().ok());
    let agent: String = header(&header::USER_AGENT).unwrap_or("unknown").chars().take(80).collect();
    let credential = header(&header::AUTHORIZATION).or_else(|| call.parameters.text("access_token"));
    match credential.or_else(|| call.parameters.text("token")) {
        None => agent,
        Some(credential) => {
            let print = secret::fingerprint("client", credential);
            format!("{agent} #{:02x}{:02x}{:02x}", print[0], print[1], print[2])
        }
    }
}
