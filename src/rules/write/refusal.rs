//! Why a write is refused, in the vendor's words. Statuses are made of it in `api`.

use crate::query;
use crate::query::convert::label;
use crate::store::StoreError;

#[derive(Debug)]
pub enum Refusal {
    /// The body breaks rules: one message for each.
    Invalid(Vec<Message>),
    /// The caller lacks the right, or the entity is protected.
    Forbidden(Message),
    NotFound {
        entity: String,
        id: i64,
    },
    /// The resource has no such operation.
    NotAllowed,
    NotEmulated(&'static str),
    Query(query::Error),
    Store(StoreError),
}

/// A template with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub token: String,
    pub data: Vec<(&'static str, String)>,
}

impl Message {
    pub fn new(token: impl Into<String>, data: Vec<(&'static str, String)>) -> Self {
        Self { token: token.into(), data }
    }
}

impl Refusal {
    pub fn invalid(token: impl Into<String>, data: Vec<(&'static str, String)>) -> Self {
        Refusal::Invalid(vec![Message::new(token, data)])
    }

    pub fn forbidden(text: impl Into<String>) -> Self {
        Refusal::Forbidden(Message::new(text, Vec::new()))
    }

    pub fn not_found(entity: &str, id: i64) -> Self {
        Refusal::NotFound { entity: entity.to_owned(), id }
    }

    /// The commonest template of the vendor's code.
    pub fn required(member: &str) -> Message {
        Message::new("{fieldName} should be specified.", vec![("fieldName", label(member))])
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal::Store(error)
    }
}

impl From<query::Error> for Refusal {
    fn from(error: query::Error) -> Self {
        Refusal::Query(error)
    }
}
