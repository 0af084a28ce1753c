//! Trees of a query for people: parsed and bound ones → one shape of labelled lines.
//!
//! In: trees of `ast` and `ir`. Out: an [`Outline`], which knows neither. How it is drawn is for whoever shows it.

mod bound;
mod parsed;
mod tree;

pub use bound::{literal, query, selection};
pub use parsed::{expression, inclusions, orders};
pub use tree::Outline;
