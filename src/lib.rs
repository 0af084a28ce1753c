//! tpmock: an emulator of the Targetprocess REST API.
//!
//! # The way of a request
//!
//! ```text
//! api      HTTP parts -> Call            axum lives here
//! syntax   parameter text -> ast         pest lives here and nowhere else
//! query    ast + catalog -> ir           names become ids, types are checked
//! sql      ir -> Plan                    text and parameters; runs nothing
//! store    Plan -> events                rusqlite lives here and nowhere else
//! wire     events -> bytes               JSON and XML; never renames anything
//! ```
//!
//! What points against this order does not pass `tests/it/tidy`.
//!
//! # Modules in reading order
//!
//! What everybody shares:
//! * [`value`]: the scalar values and their types.
//! * [`clock`]: the only source of "now" and of the time zone; [`date`] reads and writes dates in all notations.
//! * [`catalog`]: the entity model as data, from `fixtures/catalog.json`. Almost every question "where is it said
//!   that bugs have a severity?" ends there; no other module names an entity.
//!
//! The pipeline:
//! * [`api`]: routes, credentials, parameters, links, refusals. One generic handler serves all resources.
//! * [`syntax`]: the grammars of v1 and v2 to one tree, [`query::ast`].
//! * [`query`]: binds that tree to the catalog; the result, [`query::ir`], has ids in place of names.
//! * [`sql`]: the tables of the catalog, and a bound query as a tree of select statements, one for each collection.
//! * [`store`]: workspaces (a SQLite file each), threads that read, one that writes, the functions SQLite lacks,
//!   seed files.
//! * [`event`]: what the store says about each row and the wire writes down; there is no tree in between.
//! * [`wire`]: events to JSON and XML, and bodies to a [`draft`].
//! * [`rules`]: what is no data: accounts, workflow, defaults. The only place that names entities.
//!
//! Around it:
//! * [`App`]: one server's state, a router without a socket. [`serve()`] gives it sockets, HTTPS included.
//! * [`Server`]: the same in a test, on a free port, with a [`Workspace`] for each test. What it can be told is in
//!   `control`; `api/control` says it over HTTP, `api/journal` remembers requests, `api/faults` makes them go wrong,
//!   `api/explain` takes a read apart and shows what each stage makes of it.
//! * [`coverage`]: which parts of the service are emulated and on whose word, and what of it was used.
//! * `builtin`: the accounts that come with the program, as seeds and as databases made of them beforehand.
//! * [`cli`] and [`Config`]: flags and environment; [`command`]: what beside serving they do; [`health`]: the probe
//!   for containers; [`secret`]: passwords and tokens.
//!
//! # One request, through the code
//!
//! `GET /api/v1/UserStories?where=EntityState.Name eq 'Open'&include=[Id,Project,Tasks[Id]]&take=2`
//!
//! 1. `api::handle` makes a `Call` of it (`api/call.rs`): workspace, decoded path, parameters, formats. `api::route`
//!    finds the caller (`api/auth.rs`) and hands over to `api/v1.rs`, which asks the catalog for `UserStories`.
//! 2. `api/v1_parameters.rs` has `syntax::v1` parse the filter and the list of members. A slip is a 400 in the
//!    vendor's words.
//! 3. `query::read` binds: `EntityState.Name` becomes a path of two ids that ends in text, what a project shows by
//!    default is added, rows the caller may not see are filtered out. An unknown member is refused here, with the
//!    nearest name.
//! 4. `sql::plan` makes a statement over the table of the family with a join for the state, a second one for what is
//!    shown of one project, and a third for the tasks of one story. Values are parameters; no text of a client becomes
//!    SQL.
//! 5. A reader thread runs the plan (`store/run.rs`): it steps rows and says events to a writer of `wire`, which
//!    writes bytes straight from SQLite's buffers. The text of a project is remembered for the next story that refers
//!    to it, until somebody commits (`store/memory.rs`).
//! 6. `api/page.rs` puts `Next` and `Prev` around it, `api/answer.rs` the headers, and one line goes to the log.
//!
//! # A server in a test
//!
//! ```
//! use tpmock::{App, Auth, Config};
//!
//! let app = App::new(Config { auth: Auth::Open, ..Config::default() })?;
//! let router = app.router(); // a tower service: call it, or give it to axum::serve
//! # drop(router);
//! # Ok::<(), tpmock::StartError>(())
//! ```

pub mod api;
mod app;
mod builtin;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod command;
mod conduct;
mod config;
mod control;
pub mod coverage;
pub mod date;
pub mod draft;
pub mod event;
mod head;
pub mod health;
pub mod query;
mod recent;
pub mod rules;
pub mod secret;
mod serve;
mod server;
pub mod sql;
pub mod store;
pub mod syntax;
mod tls;
pub mod value;
pub mod wire;

pub use api::Recorded;
pub use app::{App, StartError};
pub use config::{Auth, Config, Limits, SeedSource, Tls};
pub use control::{ControlError, SnapshotInfo};
pub use serve::serve;
pub use server::{Server, Workspace};
