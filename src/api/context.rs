//! `Context`: what the caller works in, and the narrowing that an acid stands for.

use std::sync::Arc;

use super::answer::Answer;
use super::call::Call;
use super::error::Error;
use crate::app::App;
use crate::rules::accounts::Account;

/// Projects and teams a context is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    pub projects: Vec<i64>,
    pub teams: Vec<i64>,
}

/// What an acid of this workspace stands for; `None` for everything.
///
/// # Errors
/// 400 for an acid nobody was given.
pub fn stored(_app: &App, _call: &Call, _acid: &str) -> Result<Option<Narrowed>, Error> {
    Err(Error::not_emulated("acid"))
}

pub async fn context(_app: &App, _call: &Arc<Call>, _caller: &Account, _rest: &[&str]) -> Result<Answer, Error> {
    Err(Error::not_emulated("the context resource"))
}
