//! One server's state: the model, the store, and what is remembered about each workspace.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderValue;

use crate::api::{Faults, Journal, Metrics};
use crate::builtin;
use crate::catalog;
use crate::clock::{Clock, Millis, Zone, parse_instant};
use crate::config::{Config, SeedSource};
use crate::control::Snapshots;
use crate::coverage::Coverage;
use crate::query::{CustomField, Model};
use crate::recent::Recent;
use crate::rules::accounts::Account;
use crate::rules::context::Narrowed;
use crate::rules::world;
use crate::secret;
use crate::sql::{self, Definitions};
use crate::store::seed::{self, SeedFile};
use crate::store::{Connection, DEFAULT, Options, Origin, Store, StoreError, Workspace};
use crate::syntax;

/// Bumped whenever the schema changes: a data file of another version is not opened.
const SCHEMA_VERSION: i32 = 3;

/// Plans kept of each version of the API; one takes some 20 KB.
const MAX_PLANS: usize = 128;

/// Acids kept for a workspace; a client that asks for more distinct ones than this is not at work.
const MAX_CONTEXTS: usize = 10_000;

/// Why a server does not start; one sentence, or one for each mistake of a file.
#[derive(Debug)]
pub struct StartError(pub String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// A server without its sockets. Cheap to clone; the last clone that goes takes the state with it.
#[derive(Clone)]
pub struct App {
    pub(crate) state: Arc<State>,
}

pub(crate) struct State {
    pub config: Config,
    pub model: Arc<Model>,
    pub definitions: Arc<Definitions>,
    pub store: Store,
    /// Plans of recent requests. They hold for every workspace.
    pub v1_plans: Recent<crate::api::V1Plan>,
    pub v2_plans: Recent<crate::api::V2Plan>,
    pub snapshots: Snapshots,
    pub journal: Journal,
    pub faults: Faults,
    pub metrics: Metrics,
    pub coverage: Coverage,
    memories: Mutex<HashMap<String, Arc<Memory>>>,
    /// Where identifiers of the default workspace begin: behind those that a process before this one gave.
    first_guid: u64,
    /// The last `Expires` that was written out, and the second it stands for.
    pub expires: Mutex<Option<(i64, HeaderValue)>>,
}

/// What is remembered about one generation of a workspace, so that it is not asked for at each request.
pub(crate) struct Memory {
    generation: u64,
    /// Moves on whenever an account or a custom field changes: what was read before is not remembered.
    epoch: AtomicU64,
    /// Identifiers given out, so that equal requests get equal ones.
    guids: AtomicU64,
    /// Accounts by the fingerprint of the credential that proved them.
    accounts: Mutex<HashMap<[u8; 32], Arc<Account>>>,
    custom_fields: Mutex<Option<Arc<Vec<CustomField>>>>,
    /// What the acids that were given out stand for.
    contexts: Mutex<HashMap<String, Narrowed>>,
}

impl App {
    /// Loads the model and the seed, and opens the store.
    ///
    /// # Errors
    /// Whatever is wrong with the settings, the seed or the data file.
    pub fn new(config: Config) -> Result<Self, StartError> {
        let catalog = catalog::load(&builtin::catalog()).map_err(|e| StartError(e.to_string()))?;
        let parse = |text: &str| syntax::v2::parse_expression(text).map_err(|e| e.to_string());
        let model = Arc::new(Model::new(catalog, parse));
        let zone = Arc::new(Zone::named(&config.time_zone).map_err(StartError)?);
        let clock = match &config.clock {
            Some(text) => Clock::frozen(parse_instant(text).map_err(|e| StartError(format!("the clock {e}")))?),
            None => Clock::running(),
        };
        let origin = origin(&config.seed, &model, &zone, clock.now())?;
        let options = Options {
            data: config.data.clone(),
            workspaces: config.max_workspaces,
            bytes: config.limits.workspace_bytes,
            streams: config.limits.streams,
            clock,
            zone,
            ..Options::default()
        };
        let store = Store::open(options, origin)?;
        let first_guid = if config.data.is_some() { FIRST_GUIDS.saturating_mul(starts(&store)?) } else { 0 };
        let definitions = Arc::new(sql::definitions(&model.catalog));
        let snapshots = Snapshots::new(config.snapshots.clone(), config.limits.snapshots);
        let journal = Journal::new(config.limits.journal_bytes);
        let (faults, memories) = (Faults::default(), Mutex::default());
        let coverage = Coverage::new(config.strict);
        let state = State {
            config,
            model,
            definitions,
            store,
            v1_plans: Recent::new(MAX_PLANS),
            v2_plans: Recent::new(MAX_PLANS),
            snapshots,
            journal,
            faults,
            metrics: Metrics::default(),
            coverage,
            memories,
            first_guid,
            expires: Mutex::default(),
        };
        Ok(Self { state: Arc::new(state) })
    }

    /// The whole product as a service; it needs no socket.
    pub fn router(&self) -> axum::Router {
        crate::api::router(self)
    }

    pub fn config(&self) -> &Config {
        &self.state.config
    }

    /// Logins with a personal access token that a built-in seed fixes, for the banner.
    pub async fn demo_tokens(&self) -> Vec<(String, String)> {
        if matches!(self.state.config.seed, SeedSource::File(_)) {
            return Vec::new();
        }
        let workspace = self.state.store.default_workspace();
        let read = self.state.store.read(workspace, crate::store::Lane::Short, |c| read_tokens(c)).await;
        read.unwrap_or_default()
    }

    /// Logins of the default workspace that have a personal access token, with it.
    pub fn tokens(&self) -> Vec<(String, String)> {
        let workspace = self.state.store.default_workspace();
        let read = self.state.store.read_blocking(workspace, crate::store::Lane::Short, |c| read_tokens(c));
        read.unwrap_or_default()
    }
}

/// The login that all built-in seeds have, with its password.
const LOGIN: (&str, &str) = ("admin", "admin");

impl App {
    /// What a program needs to find a server at this address. Seeds of somebody's own have logins of their own.
    pub fn environment(&self, url: &str) -> Vec<(&'static str, String)> {
        let mut found = vec![("TP_URL", url.to_owned())];
        let tokens = self.tokens();
        let own = matches!(self.state.config.seed, SeedSource::File(_));
        let token = tokens.iter().find(|(login, _)| login == LOGIN.0).or(tokens.first());
        found.extend(token.map(|(_, token)| ("TP_TOKEN", token.clone())));
        if !own {
            found.extend([("TP_LOGIN", LOGIN.0.to_owned()), ("TP_PASSWORD", LOGIN.1.to_owned())]);
        }
        found
    }
}

impl App {
    /// What programs need that can be told of no server but only of a proxy: the account of `workspace` at the real
    /// service's address, the proxy at `url`, and the authority whose certificates it shows. Empty where the server
    /// is no proxy.
    pub fn proxy_environment(&self, url: &str, workspace: &str) -> Vec<(&'static str, String)> {
        let Some(folder) = &self.state.config.proxy else { return Vec::new() };
        let authority = folder.join(crate::tls::CA_FILE).display().to_string();
        let mut found = vec![("TP_URL", format!("https://{workspace}.tpondemand.com"))];
        found.extend(self.environment(url).into_iter().filter(|(name, _)| *name != "TP_URL"));
        found.extend(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].map(|name| (name, url.to_owned())));
        found.extend(AUTHORITY_VARIABLES.map(|name| (name, authority.clone())));
        // Node.js from 24 on follows the proxy only if it is told to
        found.push(("NODE_USE_ENV_PROXY", "1".to_owned()));
        found
    }
}

/// curl; OpenSSL, Go and .NET; Python's requests; Node.js.
const AUTHORITY_VARIABLES: [&str; 4] = ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// Identifiers that one process may give before they meet those of the next one.
const FIRST_GUIDS: u64 = 1 << 40;

/// How often the data file was opened before. Counted in it.
fn starts(store: &Store) -> Result<u64, StoreError> {
    const COUNT: &str = r#"INSERT INTO "Sequence" VALUES ('Starts', 0)
        ON CONFLICT ("Name") DO UPDATE SET "Value" = "Value" + 1 RETURNING "Value""#;
    let count = || store.write_blocking(store.default_workspace(), |db| crate::store::select(db, COUNT, &[]));
    // the caller may be a thread that must not wait
    let rows = std::thread::scope(|scope| scope.spawn(count).join().unwrap_or(Err(StoreError::Aborted)))??;
    Ok(match rows.first().map(Vec::as_slice) {
        Some([crate::value::Value::Int(starts)]) => starts.unsigned_abs(),
        _ => 0,
    })
}

fn read_tokens(connection: &Connection) -> Vec<(String, String)> {
    let rows = crate::store::select(connection, crate::rules::accounts::TOKENS, &[]).unwrap_or_default();
    let pairs = rows.into_iter().filter_map(|row| match row.as_slice() {
        [crate::value::Value::Text(login), crate::value::Value::Text(token)] => Some((login.clone(), token.clone())),
        _ => None,
    });
    pairs.collect()
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("config", &self.state.config).finish_non_exhaustive()
    }
}

impl State {
    /// What is remembered about the workspace as it is now.
    pub fn memory(&self, workspace: &Workspace) -> Arc<Memory> {
        let generation = workspace.generation();
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(memory) = memories.get(workspace.key()).filter(|m| m.generation == generation) {
            return Arc::clone(memory);
        }
        let first = if workspace.key() == DEFAULT { self.first_guid } else { 0 };
        // identifiers go on where they were, so that what was restored has none of the next ones
        let guids = memories.get(workspace.key()).map_or(first, |m| m.guids.load(Ordering::Relaxed));
        let memory = Arc::new(Memory {
            generation,
            epoch: AtomicU64::new(0),
            guids: AtomicU64::new(guids),
            accounts: Mutex::default(),
            custom_fields: Mutex::default(),
            contexts: Mutex::default(),
        });
        memories.insert(workspace.key().to_owned(), Arc::clone(&memory));
        memory
    }

    /// The certificate that clients are to trust, where there is one.
    pub fn authority(&self) -> Option<String> {
        let folder = self.config.proxy.as_ref().or(self.config.tls.as_ref().map(|tls| &tls.dir))?;
        std::fs::read_to_string(folder.join(crate::tls::CA_FILE)).ok()
    }

    /// Forgets a workspace that was dropped.
    pub fn forget(&self, key: &str) {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Forgets workspaces that are gone; a request under way may have remembered one that was just dropped.
    pub fn forget_strangers(&self) {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        // listed under the lock: one that is made meanwhile is not remembered yet
        let alive: HashSet<String> = self.store.list().iter().map(|w| w.key().to_owned()).collect();
        memories.retain(|key, _| alive.contains(key));
    }

    /// The next identifier of a workspace, or of the server where no workspace is at hand.
    pub fn guid(&self, workspace: Option<&Workspace>) -> String {
        let memory = self.memory(workspace.unwrap_or(self.store.default_workspace()));
        secret::serial_guid(memory.guids.fetch_add(1, Ordering::Relaxed))
    }

    /// Makes a data file: what every account has, and the rows that `fill` hands to its taker as seeds, all by id.
    pub fn build_data(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut dyn FnMut(&str) -> Result<(), String>) -> Result<(), String>,
    ) -> Result<(), StoreError> {
        let (zone, now) = (Zone::utc(), self.store.clock().now());
        let ground = seed::Ground { catalog: &self.model.catalog, zone: &zone, now, hash: &secret::hash_password };
        let base = builtin::seed(&SeedSource::Empty);
        let base: Vec<SeedFile<'_>> = base.iter().map(|(name, text)| SeedFile { name, text }).collect();
        let template = self.store.template(|connection| {
            load_seed(connection, &self.model, &zone, now, &base)?;
            fill(&mut |text| {
                seed::append(connection, &ground, SeedFile { name: "generated", text }).map_err(|e| e.to_string())
            })
            .map_err(StoreError::Seed)
        })?;
        template.save(path)
    }

    /// Loads seed files into an empty database.
    pub fn load_seed(
        &self,
        zone: &Zone,
        now: Millis,
        files: &[SeedFile<'_>],
    ) -> impl FnOnce(&Connection) -> Result<(), StoreError> {
        move |connection| load_seed(connection, &self.model, zone, now, files)
    }
}

impl Memory {
    pub fn account(&self, fingerprint: &[u8; 32]) -> Option<Arc<Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).get(fingerprint).cloned()
    }

    /// To be taken before reading what is to be remembered.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    pub fn remember_account(&self, epoch: u64, fingerprint: [u8; 32], account: &Arc<Account>) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if self.epoch() == epoch {
            accounts.insert(fingerprint, Arc::clone(account));
        }
    }

    pub fn custom_fields(&self) -> Option<Arc<Vec<CustomField>>> {
        self.custom_fields.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn remember_custom_fields(&self, epoch: u64, fields: &Arc<Vec<CustomField>>) {
        let mut known = self.custom_fields.lock().unwrap_or_else(PoisonError::into_inner);
        if self.epoch() == epoch {
            *known = Some(Arc::clone(fields));
        }
    }

    /// Accounts or custom fields changed.
    pub fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *self.custom_fields.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Memory {
    pub fn context(&self, acid: &str) -> Option<Narrowed> {
        self.contexts.lock().unwrap_or_else(PoisonError::into_inner).get(acid).cloned()
    }

    pub fn remember_context(&self, acid: String, narrowed: Narrowed) {
        let mut contexts = self.contexts.lock().unwrap_or_else(PoisonError::into_inner);
        if contexts.len() >= MAX_CONTEXTS {
            contexts.clear();
        }
        contexts.insert(acid, narrowed);
    }
}

/// What a fresh workspace holds when the clock stands at `now`.
fn origin(seed: &SeedSource, model: &Arc<Model>, zone: &Arc<Zone>, now: Millis) -> Result<Origin, StartError> {
    let own = match seed {
        SeedSource::File(path) => own_seed(path)?,
        SeedSource::Demo | SeedSource::Small | SeedSource::Empty => Vec::new(),
    };
    // the database is kept, so the texts are not read again
    let own = Mutex::new(Some(own));
    let (source, load_model, load_zone) = (seed.clone(), Arc::clone(model), Arc::clone(zone));
    let load = move |connection: &Connection| {
        let mut texts = own.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        texts.extend(builtin::seed(&source));
        let files: Vec<SeedFile<'_>> = texts.iter().map(|(name, text)| SeedFile { name, text }).collect();
        load_seed(connection, &load_model, &load_zone, now, &files)
    };
    let (source, schema_model, image_zone) = (seed.clone(), Arc::clone(model), Arc::clone(zone));
    Ok(Origin {
        version: SCHEMA_VERSION,
        schema: Box::new(move || sql::schema(&schema_model.catalog)),
        seed: Box::new(load),
        ready: Box::new(move || builtin::database(&source, &image_zone, now)),
    })
}

fn own_seed(path: &Path) -> Result<Vec<(String, String)>, StartError> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| StartError(format!("the seed {} cannot be read: {e}", path.display())))?;
    Ok(seed_text(path.display().to_string(), text))
}

/// A seed of somebody's: one that brings no entity types stands on those that every account has.
pub(crate) fn seed_text(name: String, text: String) -> Vec<(String, String)> {
    let base = if world::is_whole(&text) { None } else { builtin::seed(&SeedSource::Empty) };
    base.into_iter().chain([(name, text)]).collect()
}

fn load_seed(
    connection: &Connection,
    model: &Model,
    zone: &Zone,
    now: Millis,
    files: &[SeedFile<'_>],
) -> Result<(), StoreError> {
    let ground = seed::Ground { catalog: &model.catalog, zone, now, hash: &secret::hash_password };
    seed::load(connection, &ground, files).map_err(|e| StoreError::Seed(e.to_string()))
}
