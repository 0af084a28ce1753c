//! Rules about the source text: who may import whom, which words stand where, how long a file may be.

mod budget;
mod coverage;
mod imports;
mod names;
mod source;
mod words;

/// Fails with every complaint at once.
fn report(what: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{what}:\n  {}", complaints.join("\n  "));
}
