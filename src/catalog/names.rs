//! How a resource is called in a URL: any case, singular, plural, the naive plural of v1.

use super::model::{Catalog, Entity};

impl Catalog {
    /// The entity a v2 path segment names: singular or proper plural, any case.
    pub fn resource(&self, segment: &str) -> Option<&Entity> {
        self.named(segment).filter(|e| e.has_uri())
    }

    /// The entity a v1 path segment names. The real service strips `.asmx` and blanks and takes `UserStorys` too.
    pub fn resource_v1(&self, segment: &str) -> Option<&Entity> {
        let name: String = segment.chars().filter(|c| !c.is_whitespace()).collect();
        let lower = name.to_ascii_lowercase();
        let name = lower.strip_suffix(".asmx").unwrap_or(&lower);
        self.resource(name).or_else(|| self.resource(name.strip_suffix('s')?))
    }
}
