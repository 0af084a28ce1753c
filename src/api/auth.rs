//! Who calls: Basic, a token in the address, a session cookie. Every credential is checked on every request;
//! what was proved once is remembered by fingerprint until an account changes.

use std::sync::Arc;

use axum::http::header;

use super::call::Call;
use super::error::Error;
use crate::app::App;
use crate::config::Auth;
use crate::rules::accounts::{self, Account};
use crate::secret;
use crate::store::{Lane, select};
use crate::value::Value;

/// Name of the cookie that `POST /api/login/validate` sets.
pub const COOKIE: &str = "TpSession";

enum Credential {
    /// `login:password`.
    Password(String, String),
    /// From the Authentication service.
    ServiceToken(String),
    /// Issued to a person.
    AccessToken(String),
}

/// The caller's account.
///
/// # Errors
/// 401 where no credential of the request proves an account that may use the API.
pub async fn caller(app: &App, call: &Call) -> Result<Arc<Account>, Error> {
    if app.config().auth == Auth::Open {
        return everybody(app, call).await?.ok_or_else(Error::unauthorized);
    }
    for credential in credentials(call) {
        if let Some(account) = prove(app, call, &credential).await?.filter(|account| account.may_enter()) {
            return Ok(account);
        }
    }
    Err(Error::unauthorized())
}

/// The caller where a request says who it is, else the first administrator.
///
/// # Errors
/// 401 where what it says proves nobody, or nobody is there.
pub async fn caller_or_first(app: &App, call: &Call) -> Result<Arc<Account>, Error> {
    if credentials(call).is_empty() {
        return everybody(app, call).await?.ok_or_else(Error::unauthorized);
    }
    caller(app, call).await
}

/// The account of a login, without a question for its password.
pub async fn named(app: &App, call: &Call, login: &str) -> Result<Option<Account>, Error> {
    find(app, call, accounts::by_login(), Some(Value::Text(login.to_owned()))).await
}

/// Whom everybody is when signing in is off.
async fn everybody(app: &App, call: &Call) -> Result<Option<Arc<Account>>, Error> {
    const FINGERPRINT: [u8; 32] = [0; 32];
    let memory = app.state.memory(&call.workspace);
    if let Some(account) = memory.account(&FINGERPRINT) {
        return Ok(Some(account));
    }
    let epoch = memory.epoch();
    let account = find(app, call, accounts::first_administrator(), None).await?.map(Arc::new);
    if let Some(account) = &account {
        memory.remember_account(epoch, FINGERPRINT, account);
    }
    Ok(account)
}

/// All credentials of a request: a token and a Basic header may stand side by side.
fn credentials(call: &Call) -> Vec<Credential> {
    let mut found = Vec::new();
    if let Some(token) = call.parameters.text("access_token") {
        found.push(Credential::AccessToken(token.replace(' ', "+")));
    }
    if let Some(token) = call.parameters.text("token") {
        found.push(Credential::ServiceToken(token.replace(' ', "+")));
    }
    if let Some((scheme, value)) =
        call.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.trim().split_once(' '))
        && scheme.eq_ignore_ascii_case("basic")
        && let Some((login, password)) = secret::decode_pair(value)
    {
        found.push(Credential::Password(login, password));
    }
    for cookie in call.headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()) {
        let pairs = cookie.split(';').filter_map(|c| c.trim().split_once('='));
        found.extend(pairs.filter(|(n, _)| *n == COOKIE).map(|(_, v)| Credential::ServiceToken(v.to_owned())));
    }
    found
}

async fn prove(app: &App, call: &Call, credential: &Credential) -> Result<Option<Arc<Account>>, Error> {
    let fingerprint = match credential {
        Credential::Password(login, password) => secret::fingerprint("basic", &format!("{login}\0{password}")),
        Credential::ServiceToken(token) => secret::fingerprint("token", token),
        Credential::AccessToken(token) => secret::fingerprint("access", token),
    };
    let memory = app.state.memory(&call.workspace);
    if let Some(account) = memory.account(&fingerprint) {
        return Ok(Some(account));
    }
    let epoch = memory.epoch();
    let account = match credential {
        Credential::Password(login, password) => by_password(app, call, login, password).await?,
        Credential::AccessToken(token) => {
            find(app, call, accounts::by_token(), Some(Value::Text(token.clone()))).await?
        }
        Credential::ServiceToken(token) => by_service_token(app, call, token).await?,
    };
    let account = account.map(Arc::new);
    if let Some(account) = &account {
        memory.remember_account(epoch, fingerprint, account);
    }
    Ok(account)
}

/// The account of a login whose password this is.
pub async fn by_password(app: &App, call: &Call, login: &str, password: &str) -> Result<Option<Account>, Error> {
    let account = find(app, call, accounts::by_login(), Some(Value::Text(login.to_owned()))).await?;
    Ok(account.filter(|a| a.password.as_deref().is_some_and(|stored| secret::verify_password(stored, password))))
}

/// A service token says whose it is; `login:password` in base64 is its oldest form.
async fn by_service_token(app: &App, call: &Call, token: &str) -> Result<Option<Account>, Error> {
    let Some((left, right)) = secret::decode_pair(token) else { return Ok(None) };
    if let Ok(id) = left.parse::<i64>()
        && let Some(account) = find(app, call, accounts::by_id(), Some(Value::Int(id))).await?
        && account_token(&account) == token.trim()
    {
        return Ok(Some(account));
    }
    by_password(app, call, &left, &right).await
}

/// The service token of an account.
pub fn account_token(account: &Account) -> String {
    secret::service_token(account.id, &account.login, account.password.as_deref().unwrap_or_default())
}

pub async fn find(app: &App, call: &Call, sql: String, key: Option<Value>) -> Result<Option<Account>, Error> {
    let rows = app
        .state
        .store
        .read(&call.workspace, Lane::Short, move |connection| select(connection, &sql, key.as_slice()))
        .await??;
    Ok(rows.first().and_then(|row| Account::from_row(row)))
}
