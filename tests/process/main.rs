//! The program as a process: many clients at once, a power cut at any moment, a full disk, a second process.

mod client;
mod disk;
mod kills;
mod restart;
mod server;
mod together;

/// A number of the environment, or what a test takes without one.
fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not '{text}'")),
        Err(_) => default,
    }
}
