//! The untyped tree of a request body, before anybody asked what its names mean.

/// A JSON or XML body. Numbers keep their spelling, so that nothing is lost before the field's type is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Draft {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Draft>),
    Object(Vec<(String, Draft)>),
}

impl Draft {
    /// The member called `name` in any case; the last one wins where a body repeats a name.
    pub fn member(&self, name: &str) -> Option<&Draft> {
        match self {
            Draft::Object(members) => members.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v),
            _ => None,
        }
    }

    /// An integer written as a number or as text.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Draft::Number(text) | Draft::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The rows of a collection: a bare list or `{"Items": […]}`.
    pub fn items(&self) -> Option<&[Draft]> {
        match self {
            Draft::List(items) => Some(items),
            Draft::Object(_) => match self.member("Items") {
                Some(Draft::List(items)) => Some(items),
                _ => None,
            },
            _ => None,
        }
    }

    /// The rows of a collection however it is written: a list, `{"Items": […]}`, the repeated elements of XML, or
    /// nothing (an empty element).
    pub fn rows(&self) -> Option<Vec<&Draft>> {
        match self {
            Draft::Null => Some(Vec::new()),
            Draft::Text(text) if text.trim().is_empty() => Some(Vec::new()),
            Draft::Object(members) if self.member("Items").is_none() => Some(members.iter().map(|(_, v)| v).collect()),
            Draft::Object(_) => match self.member("Items") {
                Some(Draft::List(items)) => Some(items.iter().collect()),
                Some(other) => other.rows(),
                None => None,
            },
            Draft::List(items) => Some(items.iter().collect()),
            Draft::Bool(_) | Draft::Number(_) | Draft::Text(_) => None,
        }
    }
}
