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
mod output;
mod parts;
mod sequence;
mod server;
mod statics;
mod timebox;
mod v1;
mod v2;
mod visible;

pub use v1::{Read, read};
pub use v2::{Select, Selection, select};

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
    /// References compare with names, dates by their day; collections are conditions.
    Board,
}

/// Binds the expressions of one query.
pub(super) struct Binder<'a> {
    pub scene: Scene<'a>,
    pub dialect: Dialect,
    scopes: Cell<Scope>,
    /// Computed members being expanded; guards against a catalog that computes in circles.
    depth: Cell<u8>,
    /// Nodes copied so far.
    spent: Cell<usize>,
}

/// Computed members may build on each other, but not deeper than this.
const MAX_COMPUTED_DEPTH: u8 = 8;

/// Nodes a query may copy. An item may repeat what it was made from, so chains could grow without end.
const MAX_COPIED: usize = 500_000;

type Result<T> = std::result::Result<T, Error>;

impl<'a> Binder<'a> {
    pub fn new(scene: Scene<'a>, dialect: Dialect) -> Self {
        Self { scene, dialect, scopes: Cell::new(0), depth: Cell::new(0), spent: Cell::new(0) }
    }

    pub fn catalog(&self) -> &'a Catalog {
        &self.scene.model.catalog
    }

    /// Binds a part of the same query in another dialect.
    pub fn speaking<T>(&self, dialect: Dialect, part: impl FnOnce(&Self) -> T) -> T {
        let (scopes, depth, spent) = (self.scopes.clone(), self.depth.clone(), self.spent.clone());
        let inner = Binder { scene: self.scene, dialect, scopes, depth, spent };
        let result = part(&inner);
        self.scopes.set(inner.scopes.get());
        self.spent.set(inner.spent.get());
        result
    }

    /// Accounts for a copy of so many nodes.
    pub fn spend(&self, nodes: usize, span: super::ast::Span) -> Result<()> {
        self.spent.set(self.spent.get().saturating_add(nodes));
        if self.spent.get() > MAX_COPIED {
            return Err(Error::new("The expression is too large.", Vec::new(), span));
        }
        Ok(())
    }

    pub fn next_scope(&self) -> Scope {
        let scope = self.scopes.get();
        self.scopes.set(scope + 1);
        scope
    }
}
