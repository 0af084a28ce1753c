//! The Authentication service and the login checks.

use super::answer::Answer;
use super::auth::{self, COOKIE, account_token};
use super::call::Call;
use super::error::Error;
use crate::app::App;
use crate::draft::Draft;
use crate::event::{Name, Sink};
use crate::rules::accounts::{self, Account};
use crate::value::{Scalar, Value};
use crate::wire::{Format, JsonStyle, JsonWriter, Notation, decode_json};

/// `GET /api/v1/Authentication[?login=name]`: the service token of the caller, or for administrators of anybody.
///
/// # Errors
/// 403 for another's token without the right to it, 404 for a login nobody has.
pub async fn token(app: &App, call: &Call, caller: &Account) -> Result<Answer, Error> {
    let account = match call.parameters.text("login") {
        Some(login) if !login.eq_ignore_ascii_case(&caller.login) => {
            if !caller.sees_all() {
                return Err(Error::forbidden("Only administrators can get a token of another user."));
            }
            let found = auth::find(app, call, accounts::by_login(), Some(Value::Text(login.to_owned()))).await?;
            found.ok_or_else(|| {
                Error::new(super::error::Kind::NotFound, format!("User with login '{login}' not found."))
            })?
        }
        _ => caller.clone(),
    };
    let token = account_token(&account);
    let (body, content_type) = match call.formats.success {
        Format::Xml => {
            // base64 needs no escape
            (format!("<Authentication Token=\"{token}\" />").into_bytes(), "application/xml; charset=utf-8")
        }
        Format::Json => {
            let mut writer =
                JsonWriter::new(Vec::new(), &JsonStyle::V1, Notation::Ms, call.workspace.zone(), &call.base);
            writer.object_start(None);
            writer.scalar(Some(&Name::new("Token")), Scalar::Text(&token));
            writer.object_end();
            (writer.finish(), "application/json")
        }
    };
    Ok(Answer::new(200, content_type, body))
}

/// `POST /api/login/validate` and `…/ValidateRequester`: no credential is needed, and GET is an error.
///
/// # Errors
/// 401 for a wrong pair, 400 for a body that is no object.
pub async fn validate(app: &App, call: &Call, what: &str) -> Result<Answer, Error> {
    if call.method != axum::http::Method::POST {
        return Err(Error::method_not_allowed());
    }
    let draft = decode_json(&call.body).map_err(|e| Error::bad_request(e.to_string()))?;
    let text = |name: &str| match draft.member(name) {
        Some(Draft::Text(text) | Draft::Number(text)) => text.clone(),
        _ => String::new(),
    };
    if what == "validaterequester" {
        let account = auth::find(app, call, accounts::by_email(), Some(Value::Text(text("Email")))).await?;
        let valid = account.is_some_and(|a| {
            a.active
                && a.password.as_deref().is_some_and(|stored| crate::secret::verify_password(stored, &text("Password")))
        });
        let body = format!("{{\"isValid\":{valid}}}").into_bytes();
        return Ok(Answer::new(200, "application/json; charset=utf-8", body));
    }
    let account = auth::by_password(app, call, &text("username"), &text("Password")).await?;
    let account = account.filter(Account::may_enter).ok_or_else(Error::unauthorized)?;
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", account_token(&account));
    Ok(Answer::new(200, "application/json; charset=utf-8", b"{}".to_vec()).header("set-cookie", cookie))
}
