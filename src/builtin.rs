//! What comes with the program: the catalog, the accounts to begin with, and their databases made beforehand.

use crate::clock::{Millis, Zone};
use crate::config::SeedSource;
use crate::store::Image;

/// A text that the build packed.
macro_rules! packed {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".lz4"))
    };
}

/// The text of the catalog.
pub(crate) fn catalog() -> String {
    unpacked(packed!("catalog"))
}

/// A seed by the name that mistakes are told with. `None` for a file of somebody's.
pub(crate) fn seed(source: &SeedSource) -> Option<(String, String)> {
    let (name, packed): (_, &[u8]) = match source {
        SeedSource::Demo => ("demo.json", packed!("seed/demo")),
        SeedSource::Small => ("small.json", packed!("seed/small")),
        SeedSource::Empty => ("empty.json", packed!("seed/empty")),
        SeedSource::File(_) => return None,
    };
    Some((name.to_owned(), unpacked(packed)))
}

/// The database that the seed would make at `now`, where it was made beforehand.
pub(crate) fn database(source: &SeedSource, zone: &Zone, now: Millis) -> Option<Vec<u8>> {
    let image = match source {
        SeedSource::Demo => Image(include_bytes!("../fixtures/image/demo.lz4")),
        SeedSource::Small => Image(include_bytes!("../fixtures/image/small.lz4")),
        SeedSource::Empty => Image(include_bytes!("../fixtures/image/empty.lz4")),
        SeedSource::File(_) => return None,
    };
    if zone.is_utc() { image.at(now) } else { None }
}

/// The program packed it itself; what a broken build left would not even be an empty catalog.
fn unpacked(packed: &[u8]) -> String {
    let bytes = lz4_flex::decompress_size_prepended(packed).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
