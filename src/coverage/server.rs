//! What the workspaces of a server used so far, and what a strict one refuses.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::evidence::Source;
use super::features::{Feature, Features};
use super::report::Row;
use crate::conduct::Conduct;
use crate::query::Model;

/// Different things that are not emulated, in all workspaces; a client that asks for more is not at work.
const MOST_MISSED: usize = 1000;

#[derive(Debug, Default)]
pub struct Coverage {
    features: OnceLock<Features>,
    rows: OnceLock<Vec<Row>>,
    /// All workspaces together; strict where the settings say so.
    pub server: Conduct,
    /// What was asked for and is not emulated, by workspace and feature, with the number of requests.
    missed: Mutex<BTreeMap<(String, String), u64>>,
}

/// A feature that only a guess stands behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess(pub String);

/// What was used of what is not certain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    /// Everything, by key.
    pub all: Vec<String>,
    /// What only a guess stands behind.
    pub assumed: Vec<String>,
    /// What is not emulated, with the number of requests that asked for it.
    pub not_emulated: BTreeMap<String, u64>,
}

impl Coverage {
    pub fn new(strict: bool) -> Self {
        let coverage = Self::default();
        coverage.server.set_strict(Some(strict));
        coverage
    }

    pub fn features(&self) -> &Features {
        self.features.get_or_init(|| Features::load().unwrap_or_else(|e| unreachable!("fixtures are tested: {e}")))
    }

    /// The rows of the report; made when they are first asked for.
    pub fn rows(&self, model: &Model) -> &[Row] {
        self.rows.get_or_init(|| super::report::rows(self.features(), model))
    }

    /// Remembers what a request uses.
    ///
    /// # Errors
    /// A guess among it, where the workspace or else the server is strict.
    pub fn note(&self, model: &Model, workspace: &Conduct, uses: &[Feature]) -> Result<(), Guess> {
        for feature in uses {
            workspace.note(*feature);
            self.server.note(*feature);
        }
        if !self.is_strict(workspace) {
            return Ok(());
        }
        let guess = uses.iter().find(|feature| self.best(model, **feature) == Source::Assumed);
        guess.map_or(Ok(()), |feature| Err(Guess(self.features().key(&model.catalog, *feature))))
    }

    pub fn is_strict(&self, workspace: &Conduct) -> bool {
        workspace.strict().or(self.server.strict()).unwrap_or(false)
    }

    fn best(&self, model: &Model, feature: Feature) -> Source {
        self.features().evidence(&model.catalog, feature).best()
    }

    /// Remembers that a workspace was asked for what is not emulated.
    pub fn miss(&self, workspace: &str, feature: &str) {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (workspace.to_owned(), feature.to_owned());
        if missed.len() < MOST_MISSED || missed.contains_key(&key) {
            *missed.entry(key).or_default() += 1;
        }
    }

    /// Forgets what a workspace was asked for in vain; all of them for `None`.
    pub fn forget(&self, workspace: Option<&str>) {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        missed.retain(|(of, _), _| workspace.is_some_and(|workspace| of != workspace));
    }

    /// What a workspace used, or all of them.
    pub fn used(&self, model: &Model, workspace: Option<(&str, &Conduct)>) -> Used {
        let (key, conduct) = workspace.map_or((None, &self.server), |(key, conduct)| (Some(key), conduct));
        let mut used = Used::default();
        for feature in conduct.seen() {
            let name = self.features().key(&model.catalog, feature);
            if self.best(model, feature) == Source::Assumed {
                used.assumed.push(name.clone());
            }
            used.all.push(name);
        }
        let missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        for ((_, feature), count) in missed.iter().filter(|((of, _), _)| key.is_none_or(|key| key == of)) {
            *used.not_emulated.entry(feature.clone()).or_default() += count;
        }
        used
    }
}

impl Used {
    /// Half a sentence, for whoever reads the end of a run.
    pub fn summary(&self) -> String {
        let listed =
            |names: Vec<&str>| if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        let assumed = listed(self.assumed.iter().map(String::as_str).collect());
        let missing = listed(self.not_emulated.keys().map(String::as_str).collect());
        let (used, guesses, misses) = (self.all.len(), self.assumed.len(), self.not_emulated.len());
        format!("{used} features used, {guesses} only assumed{assumed}, {misses} not emulated{missing}")
    }
}
