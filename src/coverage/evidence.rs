//! What is known about a feature, and from whom.

use serde::Deserialize;

/// Where knowledge comes from; the best comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// An answer of the real service.
    Recorded,
    /// Source that the vendor published.
    VendorCode,
    /// The vendor's documentation.
    Docs,
    /// What a real client depends on.
    Client,
    /// The documents this project was asked for with.
    Seeds,
    /// Our own reading.
    Assumed,
}

impl Source {
    pub const ALL: [Self; 6] = [Self::Recorded, Self::VendorCode, Self::Docs, Self::Client, Self::Seeds, Self::Assumed];

    /// As case files write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::VendorCode => "vendor-code",
            Self::Docs => "docs",
            Self::Client => "client",
            Self::Seeds => "seeds",
            Self::Assumed => "assumed",
        }
    }
}

/// A set of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence(u8);

impl Evidence {
    #[must_use]
    pub fn and(self, source: Source) -> Self {
        Self(self.0 | 1 << source as u8)
    }

    /// From the best to the weakest.
    pub fn sources(self) -> impl Iterator<Item = Source> {
        Source::ALL.into_iter().filter(move |source| self.0 & 1 << *source as u8 != 0)
    }

    /// The best source there is; what nobody speaks of is assumed.
    pub fn best(self) -> Source {
        self.sources().next().unwrap_or(Source::Assumed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Source};

    #[test]
    fn the_best_source_decides() {
        let none = Evidence::default();
        assert_eq!(none.best(), Source::Assumed);
        let some = none.and(Source::Assumed).and(Source::Client).and(Source::VendorCode);
        assert_eq!(some.best(), Source::VendorCode);
        assert_eq!(some.sources().collect::<Vec<_>>(), [Source::VendorCode, Source::Client, Source::Assumed]);
    }
}
