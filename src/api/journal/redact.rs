//! Credentials are never shown: not in headers, not in addresses, not in bodies.

use std::borrow::Cow;

use serde_json::Value;

use super::fields::Fields;

const HIDDEN: &str = "[redacted]";

/// Names of parameters and members that hold a credential, in lower case.
const SECRETS: [&str; 5] = ["access_token", "token", "password", "newpassword", "oldpassword"];

fn is_secret(name: &str) -> bool {
    SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// Names and values; of `Authorization` the scheme stays.
pub fn headers(headers: &Fields) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = shown(&name, value);
            (name, value)
        })
        .collect()
}

fn shown(name: &str, value: String) -> String {
    match name {
        "authorization" | "proxy-authorization" => match value.split_once(' ') {
            Some((scheme, _)) => format!("{scheme} {HIDDEN}"),
            None => HIDDEN.to_owned(),
        },
        "cookie" | "set-cookie" | "x-tpmock-control" => HIDDEN.to_owned(),
        _ => value,
    }
}

/// An address whose secret parameters have lost their values.
pub fn address(address: &str) -> String {
    match address.split_once('?') {
        Some((path, query)) => format!("{path}?{}", form(query)),
        None => address.to_owned(),
    }
}

fn form(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => Cow::Owned(format!("{name}={HIDDEN}")),
        _ => Cow::Borrowed(pair),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A text body without secrets.
pub fn body(text: &str) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    if !lower.contains("password") && !lower.contains("token") {
        return Cow::Borrowed(text);
    }
    if let Ok(mut value) = serde_json::from_str::<Value>(text) {
        return if hide(&mut value) { Cow::Owned(value.to_string()) } else { Cow::Borrowed(text) };
    }
    if !text.trim_start().starts_with(['<', '{', '[']) && !text.contains('\n') {
        return Cow::Owned(form(text));
    }
    // half a document, or one of another kind: too little is better than too much
    if SECRETS.iter().any(|s| {
        lower.contains(&format!("{s}=")) || lower.contains(&format!("{s}\"")) || lower.contains(&format!("{s}>"))
    }) {
        Cow::Borrowed(HIDDEN)
    } else {
        Cow::Borrowed(text)
    }
}

fn hide(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => members.iter_mut().fold(false, |hidden, (name, member)| {
            if is_secret(name) && (member.is_string() || member.is_number()) {
                *member = Value::from(HIDDEN);
                return true;
            }
            hide(member) || hidden
        }),
        Value::Array(items) => items.iter_mut().map(hide).filter(|hidden| *hidden).count() > 0,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_tokens_and_nothing_else() {
        assert_eq!(address("/a?Access_Token=x&take=2&token=y"), "/a?Access_Token=[redacted]&take=2&token=[redacted]");
        assert_eq!(address("/a/token"), "/a/token");
    }

    #[test]
    fn bodies_lose_their_secrets() {
        assert_eq!(body(r#"{"Login":"a","Password":"b"}"#), r#"{"Login":"a","Password":"[redacted]"}"#);
        assert_eq!(body(r#"{"Items":[{"Token":"x"}]}"#), r#"{"Items":[{"Token":"[redacted]"}]}"#);
        assert_eq!(body("Password=x&take=1"), "Password=[redacted]&take=1");
        assert_eq!(body("<Authentication Token=\"abc\" />"), HIDDEN);
        assert_eq!(body(r#"{"Name":"a token of thanks"}"#), r#"{"Name":"a token of thanks"}"#);
        assert_eq!(body("{\"Password\":\"cut of"), HIDDEN);
    }
}
