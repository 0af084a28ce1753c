//! The kinds of refusals: the status of each, and the vendor's word for it.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    /// A path that names no resource; the real service answers with a page, not with an error document.
    NoResource,
    MethodNotAllowed,
    TimedOut,
    TooLarge,
    UriTooLong,
    UnknownEncoding,
    Conflict,
    Internal,
    NotImplemented,
    Unavailable,
    Full,
    TooManyRequests,
    /// Any other, asked for by a fault.
    Status(u16),
}

impl Kind {
    pub fn status(self) -> u16 {
        match self {
            Kind::BadRequest => 400,
            Kind::Unauthorized => 401,
            Kind::Forbidden => 403,
            Kind::NotFound | Kind::NoResource => 404,
            Kind::MethodNotAllowed => 405,
            Kind::TimedOut => 408,
            Kind::Conflict => 409,
            Kind::TooLarge => 413,
            Kind::UriTooLong => 414,
            Kind::UnknownEncoding => 415,
            Kind::TooManyRequests => 429,
            Kind::Internal => 500,
            Kind::NotImplemented => 501,
            Kind::Unavailable => 503,
            Kind::Full => 507,
            Kind::Status(status) => status,
        }
    }

    /// The status in the vendor's word: the name of .NET's `HttpStatusCode`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::BadRequest => "BadRequest",
            Kind::Unauthorized => "Unauthorized",
            Kind::Forbidden => "Forbidden",
            Kind::NotFound | Kind::NoResource => "NotFound",
            Kind::MethodNotAllowed => "MethodNotAllowed",
            Kind::TimedOut => "RequestTimeout",
            Kind::Conflict => "Conflict",
            Kind::TooLarge => "RequestEntityTooLarge",
            Kind::UriTooLong => "RequestUriTooLong",
            Kind::UnknownEncoding => "UnsupportedMediaType",
            Kind::Internal => "InternalServerError",
            Kind::NotImplemented => "NotImplemented",
            Kind::Unavailable => "ServiceUnavailable",
            Kind::Full => "InsufficientStorage",
            Kind::TooManyRequests => "TooManyRequests",
            Kind::Status(status) => word(status),
        }
    }
}

/// The word for a status that no rule of ours gives.
fn word(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        402 => "PaymentRequired",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        406 => "NotAcceptable",
        408 => "RequestTimeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "PreconditionFailed",
        413 => "RequestEntityTooLarge",
        415 => "UnsupportedMediaType",
        422 => "UnprocessableEntity",
        429 => "TooManyRequests",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        400..=499 => "BadRequest",
        _ => "InternalServerError",
    }
}
