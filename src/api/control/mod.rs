//! `/_tpmock`: what tests ask of the emulator itself, over HTTP.
//!
//! Below `/w/{key}/` or with the header `X-TPMock-Workspace` every question is about that workspace.

pub mod body;
mod clock;
mod coverage;
mod coverage_page;
mod faults;
mod guard;
mod markup;
mod page;
mod requests;
mod route;
mod seeds;
mod snapshots;
mod workspaces;

pub use guard::only;
pub use page::{info, welcome};
pub use route::route;

/// Whether an address is one of the control interface, workspace prefix or not.
pub fn is_control(path: &str) -> bool {
    path.split('/').filter(|s| !s.is_empty()).take(3).any(|s| s == "_tpmock")
}
