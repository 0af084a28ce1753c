//! What an account is made of before anybody works in it.

/// Whether a seed brings its own types; one that does not stands on those that every account has.
pub fn is_whole(seed: &str) -> bool {
    seed.contains("\"EntityTypes\"")
}
