//! Documents in their two tables: what everybody shares, and what each user has of his own.

use serde_json::{Map, Value as Json, json};

use crate::store::{Connection, StoreError, execute, select};
use crate::value::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Public,
    /// Seen by its owner alone.
    Private,
}

impl Scope {
    pub fn named(text: &str) -> Option<Self> {
        [Self::Public, Self::Private].into_iter().find(|s| s.name().eq_ignore_ascii_case(text))
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::Private => "Private",
        }
    }
}

/// A document as one user sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    id: i64,
    pub key: String,
    pub owner: i64,
    pub scope: Scope,
    pub public_data: Map<String, Json>,
    /// What this user has of his own.
    pub user_data: Map<String, Json>,
}

impl Document {
    /// The document as it leaves, and as expressions see it.
    pub fn members(&self) -> Json {
        json!({
            "key": self.key,
            "ownerId": self.owner,
            "ownerIds": [self.owner],
            "scope": self.scope.name(),
            "publicData": self.public_data,
            "userData": self.user_data,
        })
    }
}

/// What a write says. Members that are null are taken away, others are set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    pub scope: Option<Scope>,
    pub public_data: Map<String, Json>,
    pub user_data: Map<String, Json>,
}

/// Who writes.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub user: i64,
    pub administrator: bool,
}

/// Why a write is refused.
#[derive(Debug)]
pub enum Denied {
    /// There is no such document, as far as the user can tell.
    Missing,
    /// Scope and public data belong to the owner and to administrators.
    NotOwner,
    Store(StoreError),
}

impl From<StoreError> for Denied {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Change {
    fn owns(self, document: &Document) -> bool {
        self.administrator || document.owner == self.user
    }
}

const GROUPS: &str = r#"SELECT DISTINCT "Group" FROM "StorageItem" WHERE "Scope" = 'Public' OR "OwnerId" = ?1 OR ?2
ORDER BY "Group""#;

/// Groups with a document that the user sees.
///
/// # Errors
/// The store's.
pub fn groups(connection: &Connection, user: Change) -> Result<Vec<String>, StoreError> {
    let rows = select(connection, GROUPS, &[Value::Int(user.user), Value::Bool(user.administrator)])?;
    Ok(rows.iter().map(|row| text(&row[0])).collect())
}

const DOCUMENTS: &str = r#"SELECT i."Id", i."Key", i."OwnerId", i."Scope", i."PublicData", u."Data"
FROM "StorageItem" i LEFT JOIN "StorageUserData" u ON u."ItemId" = i."Id" AND u."UserId" = ?2
WHERE i."Group" = ?1 AND (i."Scope" = 'Public' OR i."OwnerId" = ?2 OR ?3)"#;

/// All documents of a group that the user sees, in the order they were made.
///
/// # Errors
/// The store's.
pub fn documents(connection: &Connection, user: Change, group: &str) -> Result<Vec<Document>, StoreError> {
    let parameters = [Value::Text(group.to_owned()), Value::Int(user.user), Value::Bool(user.administrator)];
    let rows = select(connection, &format!(r#"{DOCUMENTS} ORDER BY i."Id""#), &parameters)?;
    Ok(rows.iter().filter_map(|row| document(row)).collect())
}

/// The document under a key, if the user sees it.
///
/// # Errors
/// The store's.
pub fn find(connection: &Connection, user: Change, group: &str, key: &str) -> Result<Option<Document>, StoreError> {
    let parameters = [
        Value::Text(group.to_owned()),
        Value::Int(user.user),
        Value::Bool(user.administrator),
        Value::Text(key.to_owned()),
    ];
    let rows = select(connection, &format!(r#"{DOCUMENTS} AND i."Key" = ?4"#), &parameters)?;
    Ok(rows.first().and_then(|row| document(row)))
}

const TAKEN: &str = r#"SELECT 1 FROM "StorageItem" WHERE "Group" = ?1 AND "Key" = ?2"#;
const INSERT: &str = r#"INSERT INTO "StorageItem" ("Group", "Key", "OwnerId", "Scope", "PublicData")
VALUES (?1, ?2, ?3, ?4, '{}')"#;
const UPDATE: &str = r#"UPDATE "StorageItem" SET "Scope" = ?2, "PublicData" = ?3 WHERE "Id" = ?1"#;
const UPSERT: &str = r#"INSERT INTO "StorageUserData" ("ItemId", "UserId", "Data") VALUES (?1, ?2, ?3)
ON CONFLICT ("ItemId", "UserId") DO UPDATE SET "Data" = excluded."Data""#;

/// Writes a draft to the document under a key, making it first where there is none.
///
/// # Errors
/// A document of somebody else, hidden or not, or the store's.
pub fn keep(connection: &Connection, user: Change, group: &str, key: &str, draft: &Draft) -> Result<Document, Denied> {
    let names = [Value::Text(group.to_owned()), Value::Text(key.to_owned())];
    let mut document = match find(connection, user, group, key)? {
        Some(document) => document,
        None if !select(connection, TAKEN, &names)?.is_empty() => return Err(Denied::Missing),
        None => {
            let [g, k] = names;
            let scope = draft.scope.unwrap_or(Scope::Private).name().to_owned();
            execute(connection, INSERT, &[g, k, Value::Int(user.user), Value::Text(scope)])?;
            find(connection, user, group, key)?.ok_or(Denied::Missing)?
        }
    };
    let shared = draft.scope.is_some_and(|s| s != document.scope) || !draft.public_data.is_empty();
    if shared {
        if !user.owns(&document) {
            return Err(Denied::NotOwner);
        }
        document.scope = draft.scope.unwrap_or(document.scope);
        merge(&mut document.public_data, &draft.public_data);
        let scope = Value::Text(document.scope.name().to_owned());
        execute(connection, UPDATE, &[Value::Int(document.id), scope, json(&document.public_data)])?;
    }
    if !draft.user_data.is_empty() {
        merge(&mut document.user_data, &draft.user_data);
        let own = [Value::Int(document.id), Value::Int(user.user), json(&document.user_data)];
        execute(connection, UPSERT, &own)?;
    }
    Ok(document)
}

/// Removes the document under a key.
///
/// # Errors
/// No such document, one of somebody else, or the store's.
pub fn remove(connection: &Connection, user: Change, group: &str, key: &str) -> Result<(), Denied> {
    let document = find(connection, user, group, key)?.ok_or(Denied::Missing)?;
    if !user.owns(&document) {
        return Err(Denied::NotOwner);
    }
    execute(connection, r#"DELETE FROM "StorageUserData" WHERE "ItemId" = ?1"#, &[Value::Int(document.id)])?;
    execute(connection, r#"DELETE FROM "StorageItem" WHERE "Id" = ?1"#, &[Value::Int(document.id)])?;
    Ok(())
}

const REMOVE_OWN: &str = r#"DELETE FROM "StorageUserData"
WHERE "ItemId" IN (SELECT "Id" FROM "StorageItem" WHERE "Group" = ?1)"#;

/// Removes all documents of a group; only administrators may.
///
/// # Errors
/// Somebody else, or the store's.
pub fn remove_group(connection: &Connection, user: Change, group: &str) -> Result<(), Denied> {
    if !user.administrator {
        return Err(Denied::NotOwner);
    }
    let group = [Value::Text(group.to_owned())];
    execute(connection, REMOVE_OWN, &group)?;
    execute(connection, r#"DELETE FROM "StorageItem" WHERE "Group" = ?1"#, &group)?;
    Ok(())
}

fn merge(into: &mut Map<String, Json>, from: &Map<String, Json>) {
    for (key, value) in from {
        if value.is_null() {
            into.shift_remove(key);
        } else {
            into.insert(key.clone(), value.clone());
        }
    }
}

fn document(row: &[Value]) -> Option<Document> {
    let [Value::Int(id), key, Value::Int(owner), scope, public_data, user_data] = row else { return None };
    let data = |value: &Value| serde_json::from_str(&text(value)).unwrap_or_default();
    Some(Document {
        id: *id,
        key: text(key),
        owner: *owner,
        scope: Scope::named(&text(scope)).unwrap_or(Scope::Private),
        public_data: data(public_data),
        user_data: data(user_data),
    })
}

fn json(data: &Map<String, Json>) -> Value {
    Value::Text(serde_json::to_string(data).unwrap_or_default())
}

fn text(value: &Value) -> String {
    if let Value::Text(text) = value { text.clone() } else { String::new() }
}
