//! Words of the board filter.

use super::bound::Bound;
use super::{Binder, Result};
use crate::query::ast::{Board, Span};
use crate::query::error::Error;

impl Binder<'_> {
    pub fn board(&self, _board: &Board, _it: &Bound, span: Span) -> Result<Bound> {
        Err(Error::not_emulated("filter", span))
    }

    /// Whether the words of the board filter are spoken.
    pub fn board_words(&self) -> bool {
        false
    }
}
