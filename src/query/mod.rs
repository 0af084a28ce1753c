//! The shared middle: names become ids, types are checked, the vendor's messages are made.
//!
//! In: trees of `ast` and the catalog. Out: `ir`. It knows no grammar and no SQL.

pub mod ast;
mod bind;
pub mod convert;
mod error;
mod extent;
pub mod function;
pub mod ir;
mod model;
pub mod mutate;
pub mod outline;
mod print;

pub use bind::{Read, Select, Selection, read, select};
pub use error::{Error, ErrorKind};
pub use model::{Caller, CustomField, Model, Scene};
