//! The two formats of an answer and their names.

/// How an answer is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Xml,
    Json,
}

impl Format {
    /// The format a `format` or `resultFormat` parameter names, in any case.
    pub fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("json") {
            Some(Format::Json)
        } else if name.eq_ignore_ascii_case("xml") {
            Some(Format::Xml)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // source: docs, response formats
    #[test]
    fn names_are_read_in_any_case() {
        assert_eq!(Format::named("JSON"), Some(Format::Json));
        assert_eq!(Format::named("xml"), Some(Format::Xml));
        assert_eq!(Format::named("x-array"), None);
    }
}
