//! Accounts: who may sign in, and how they are found.

use crate::query::Caller;
use crate::value::Value;

/// A user as far as signing in goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: i64,
    pub login: String,
    /// Stored form of the password; without one the account has never been given a password.
    pub password: Option<String>,
    pub administrator: bool,
    pub active: bool,
    pub kind: String,
}

const COLUMNS: &str =
    r#"SELECT u."Id", u."Login", u."Password", u."IsAdministrator", u."IsActive", u."Kind", u."DeleteDate""#;

/// Statement that finds an account by login; the e-mail address serves as a login too.
pub fn by_login() -> String {
    format!(r#"{COLUMNS} FROM "GeneralUser" u WHERE u."Login" = ?1 ORDER BY u."IsActive" DESC, u."Id" LIMIT 1"#)
}

pub fn by_email() -> String {
    format!(r#"{COLUMNS} FROM "GeneralUser" u WHERE u."Email" = ?1 ORDER BY u."IsActive" DESC, u."Id" LIMIT 1"#)
}

pub fn by_id() -> String {
    format!(r#"{COLUMNS} FROM "GeneralUser" u WHERE u."Id" = ?1"#)
}

/// Statement that finds the owner of a personal access token.
pub fn by_token() -> String {
    format!(
        r#"{COLUMNS} FROM "AccessToken" t JOIN "GeneralUser" u ON u."Id" = t."UserId" WHERE t."Token" = ?1 COLLATE BINARY"#
    )
}

/// Statement that finds whom everybody is when signing in is off.
pub fn first_administrator() -> String {
    format!(
        r#"{COLUMNS} FROM "GeneralUser" u WHERE u."IsAdministrator" = 1 AND u."IsActive" = 1 AND u."Kind" = 'User' ORDER BY u."Id" LIMIT 1"#
    )
}

/// Statement over logins with their personal access tokens.
pub const TOKENS: &str =
    r#"SELECT u."Login", t."Token" FROM "AccessToken" t JOIN "GeneralUser" u ON u."Id" = t."UserId" ORDER BY t."Id""#;

impl Account {
    /// Reads a row of the statements above.
    pub fn from_row(row: &[Value]) -> Option<Self> {
        let [Value::Int(id), login, password, administrator, active, kind, deleted] = row else { return None };
        let text = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        };
        Some(Self {
            id: *id,
            login: text(login).unwrap_or_default(),
            password: text(password).filter(|p| !p.is_empty()),
            administrator: *administrator == Value::Int(1),
            active: *active == Value::Int(1) && *deleted == Value::Null,
            kind: text(kind).unwrap_or_default(),
        })
    }

    /// Active users and the System user, once it has a password, have access to the API. Requesters have none.
    pub fn may_enter(&self) -> bool {
        match self.kind.as_str() {
            "User" => self.active,
            "SystemUser" => self.active && self.password.is_some(),
            _ => false,
        }
    }

    pub fn caller(&self) -> Caller {
        Caller { id: self.id, sees_all: self.sees_all() }
    }

    pub fn sees_all(&self) -> bool {
        self.administrator || self.kind == "SystemUser"
    }
}
