//! `ast` → `ir`: names become ids, types are checked, defaults applied.

mod board;
mod bound;
mod call;
mod expr;
mod functions;
mod include;
mod infer;
mod member;
mod operator;
mod sequence;
mod statics;
mod v1;
mod visible;

pub use v1::{Read, read};

use std::cell::Cell;

use super::error::Error;
use super::ir::Scope;
use super::model::Scene;
use crate::catalog::Catalog;

/// What v1 and v2 answer differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Literals take the type of the field they meet; `ne` drops nulls as SQL does.
    V1,
    /// Literals have .NET types; `!=` holds for null.
    V2,
}

/// Binds the expressions of one query.
pub(super) struct Binder<'a> {
    pub scene: Scene<'a>,
    pub dialect: Dialect,
    scopes: Cell<Scope>,
    /// Computed members being expanded; guards against a catalog that computes in circles.
    depth: Cell<u8>,
}

/// Computed members may build on each other, but not deeper than this.
const MAX_COMPUTED_DEPTH: u8 = 8;

type Result<T> = std::result::Result<T, Error>;

impl<'a> Binder<'a> {
    pub fn new(scene: Scene<'a>, dialect: Dialect) -> Self {
        Self { scene, dialect, scopes: Cell::new(0), depth: Cell::new(0) }
    }

    pub fn catalog(&self) -> &'a Catalog {
        &self.scene.model.catalog
    }

    pub fn next_scope(&self) -> Scope {
        let scope = self.scopes.get();
        self.scopes.set(scope + 1);
        scope
    }
}
