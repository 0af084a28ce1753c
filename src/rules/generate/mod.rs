//! Accounts of any size, made up: a company that makes software, its people, its projects and years of their work.
//!
//! In: a number of user stories and a number that picks one of many such accounts. Out: the sections of a seed, piece by
//! piece, in an order in which everything stands before what refers to it. Nothing is kept: whatever is said about a
//! story follows from its place and the number, so that memory does not grow with the account.

mod dice;
mod frame;
mod sections;
mod size;
mod words;
mod work;

pub use sections::generate;
pub use size::{MAX_STORIES, Size};
