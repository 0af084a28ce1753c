//! What tests ask of the emulator itself: workspaces, snapshots, export, import and differences.
//!
//! Plain calls come in and block while they copy; results or a sentence go out. Knows nothing of HTTP.

mod error;
mod seeds;
mod snapshots;
mod workspaces;

pub use error::ControlError;
pub use snapshots::SnapshotInfo;
pub(crate) use snapshots::Snapshots;
