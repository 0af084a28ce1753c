//! API v2 as a whole: real queries, streams, hostile input.

mod corpus;
mod server;
