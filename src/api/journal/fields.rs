//! Header fields as the journal keeps them: copied into one text, so that no buffer of a connection is held.

use axum::http::HeaderMap;

/// `name:value` lines, in the order they came.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    text: Box<[u8]>,
}

impl Fields {
    pub fn of(headers: &HeaderMap) -> Self {
        let length = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 2).sum();
        let mut text = Vec::with_capacity(length);
        for (name, value) in headers {
            text.extend_from_slice(name.as_str().as_bytes());
            text.push(b':');
            text.extend_from_slice(value.as_bytes());
            text.push(b'\n');
        }
        Self { text: text.into_boxed_slice() }
    }

    /// Bytes they take.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Names, in lower case, and values.
    pub fn iter(&self) -> impl Iterator<Item = (String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let lines = self.text.split(|b| *b == b'\n');
        lines.filter_map(move |line| {
            let colon = line.iter().position(|b| *b == b':')?;
            Some((text(&line[..colon]), text(&line[colon + 1..])))
        })
    }

    /// The first value of a name in lower case.
    pub fn get(&self, name: &str) -> Option<String> {
        self.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn fields_come_back_as_they_were() {
        let mut headers = HeaderMap::new();
        headers.append("host", HeaderValue::from_static("a:80"));
        headers.append("x-empty", HeaderValue::from_static(""));
        headers.append("cookie", HeaderValue::from_static("a=1"));
        headers.append("cookie", HeaderValue::from_static("b=2"));
        let fields = Fields::of(&headers);
        let pairs: Vec<_> = fields.iter().collect();
        let wanted = [("host", "a:80"), ("x-empty", ""), ("cookie", "a=1"), ("cookie", "b=2")];
        assert_eq!(pairs, wanted.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(fields.get("host").as_deref(), Some("a:80"));
        assert_eq!(fields.get("accept"), None);
    }
}
