//! Why the emulator does not do what a test asked of it; one sentence each.

use std::fmt;

use crate::store::StoreError;

#[derive(Debug)]
pub enum ControlError {
    /// What was asked cannot be understood.
    Bad(String),
    /// There is nothing of that name.
    Unknown(String),
    /// What is there stands in the way.
    Conflict(String),
    Store(StoreError),
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(text) | Self::Unknown(text) | Self::Conflict(text) => f.write_str(text),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ControlError {}

impl From<StoreError> for ControlError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
