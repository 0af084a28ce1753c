//! Tests that write themselves: each walks the catalog and asks for everything it promises.

mod agreement;
mod collections;
mod fields;
mod hostile;
mod paging;
mod resources;
mod v2;
mod xml;

use tpmock::catalog::{Catalog, Entity, EntityKind};

/// Resources that hold rows. The context is no row: it is computed for the caller, and has a test of its own.
fn resources(catalog: &Catalog) -> impl Iterator<Item = &Entity> {
    catalog.entities().iter().filter(|e| e.has_uri() && e.kind != EntityKind::Context)
}
