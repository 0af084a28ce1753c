//! Texts that the three languages accept, texts they reject, and what both become.

mod corpus;
mod filter;
mod hostile;
mod roundtrip;
mod v1;
mod v2;
