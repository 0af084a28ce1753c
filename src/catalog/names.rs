//! How a resource is called in a URL: any case, singular, plural, the naive plural of v1.

use std::borrow::Cow;

use super::model::{Catalog, Entity};

impl Catalog {
    /// The entity a v2 path segment names: singular or proper plural, any case.
    pub fn resource(&self, segment: &str) -> Option<&Entity> {
        self.named(segment).filter(|e| e.has_uri())
    }

    /// The entity a v1 path segment names. The real service strips `.asmx` and blanks and takes `UserStorys` too.
    pub fn resource_v1(&self, segment: &str) -> Option<&Entity> {
        let name = match segment.contains(char::is_whitespace) {
            true => Cow::Owned(segment.chars().filter(|c| !c.is_whitespace()).collect()),
            false => Cow::Borrowed(segment),
        };
        let name = strip(&name, ".asmx").unwrap_or(&name);
        self.resource(name).or_else(|| self.resource(strip(name, "s")?))
    }
}

/// What stands before an ending, in any case of letters.
fn strip<'n>(name: &'n str, ending: &str) -> Option<&'n str> {
    let (before, after) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    after.eq_ignore_ascii_case(ending).then_some(before)
}
