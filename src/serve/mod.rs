//! Sockets: HTTP, HTTPS and the proxy; connections in, a running service out.

mod door;
mod listen;
mod tunnel;

pub(crate) use door::Door;
pub(crate) use listen::embedded;
pub use listen::serve;
