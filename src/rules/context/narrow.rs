//! The projects and teams that a request names → those of them the caller sees, and the acid that stands for them.

use sha2::{Digest, Sha256};

use super::{PROJECT, TEAM};
use crate::query::Caller;
use crate::store::{Connection, StoreError, select};
use crate::value::Value;

/// Projects and teams a context is narrowed to, by ascending id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    pub projects: Vec<i64>,
    pub teams: Vec<i64>,
    /// What belongs to no project or to no team is meant too.
    pub no_project: bool,
    pub no_team: bool,
}

/// What a request asks a context to be made of; the parts add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// Items whose projects are meant.
    pub items: Vec<i64>,
    pub projects: Vec<i64>,
    pub teams: Vec<i64>,
    pub every_project: bool,
    pub every_team: bool,
    pub no_project: bool,
    pub no_team: bool,
}

impl Wish {
    /// Nothing is left out.
    pub fn is_everything(&self) -> bool {
        let named = !self.items.is_empty() || !self.projects.is_empty() || !self.teams.is_empty();
        let named = named || self.no_project || self.no_team;
        (self.every_project && self.every_team) || (!named && !self.every_project && !self.every_team)
    }

    pub fn add(&mut self, other: &Narrowed) {
        self.projects.extend(&other.projects);
        self.teams.extend(&other.teams);
        self.no_project |= other.no_project;
        self.no_team |= other.no_team;
    }

    pub fn shows_no_project(&self) -> bool {
        self.is_everything() || self.every_project || self.no_project
    }

    pub fn shows_no_team(&self) -> bool {
        self.is_everything() || self.every_team || self.no_team || self.teams.is_empty()
    }
}

const PROJECTS_OF_ITEMS: &str = r#"SELECT DISTINCT CASE WHEN g."EntityTypeId" = ?2 THEN g."Id" ELSE g."ProjectId" END
FROM "General" g WHERE g."Id" IN (SELECT value FROM json_each(?1))"#;

/// Parameters: entity type, all rows or only those of the list, the list.
const ROWS: &str = r#"SELECT g."Id" FROM "General" g
WHERE g."EntityTypeId" = ?1 AND (?2 OR g."Id" IN (SELECT value FROM json_each(?3)))"#;

/// The projects and teams of a wish that the caller sees; `None` for everything.
///
/// # Errors
/// The store's.
pub fn narrow(connection: &Connection, caller: Caller, wish: &Wish) -> Result<Option<Narrowed>, StoreError> {
    if wish.is_everything() {
        return Ok(None);
    }
    let mut projects = wish.projects.clone();
    if !wish.items.is_empty() {
        let parameters = [list(&wish.items), Value::Int(PROJECT)];
        projects.extend(ids(&select(connection, PROJECTS_OF_ITEMS, &parameters)?));
    }
    let seen = |kind: i64, every: bool, wanted: &[i64], mine: &str| {
        let sql = format!("{ROWS}{}", visible(caller, mine));
        let mut parameters = vec![Value::Int(kind), Value::Bool(every), list(wanted)];
        if !caller.sees_all {
            parameters.push(Value::Int(caller.id));
        }
        let mut found = ids(&select(connection, &sql, &parameters)?);
        found.sort_unstable();
        Ok::<_, StoreError>(found)
    };
    Ok(Some(Narrowed {
        projects: seen(PROJECT, wish.every_project, &projects, PROJECTS_OF_CALLER)?,
        teams: seen(TEAM, wish.every_team, &wish.teams, TEAMS_OF_CALLER)?,
        no_project: wish.no_project,
        no_team: wish.no_team,
    }))
}

pub(super) const PROJECTS_OF_CALLER: &str = r#"SELECT "ProjectId" FROM "ProjectMember" WHERE "UserId" ="#;
pub(super) const TEAMS_OF_CALLER: &str = r#"SELECT "TeamId" FROM "TeamMember" WHERE "UserId" ="#;

/// Condition on `g` that leaves what the caller belongs to; the caller's id is the fourth parameter.
pub(super) fn visible(caller: Caller, mine: &str) -> String {
    if caller.sees_all { String::new() } else { format!(r#" AND g."Id" IN ({mine} ?4)"#) }
}

/// The ids as the text of a JSON list, which SQLite takes as one parameter.
pub(super) fn list(ids: &[i64]) -> Value {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    Value::Text(format!("[{}]", ids.join(",")))
}

fn ids(rows: &[Vec<Value>]) -> Vec<i64> {
    let id = |row: &Vec<Value>| if let Some(Value::Int(id)) = row.first() { Some(*id) } else { None };
    rows.iter().filter_map(id).collect()
}

/// 32 hex digits that follow from the ids alone.
pub fn acid(narrowed: Option<&Narrowed>) -> String {
    let text = match narrowed {
        None => "*".to_owned(),
        Some(n) => format!("{:?}/{:?}/{}/{}", n.projects, n.teams, n.no_project, n.no_team),
    };
    Sha256::digest(format!("acid:{text}"))[..16].iter().map(|b| format!("{b:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acid_has_32_digits_and_follows_from_the_ids() {
        let some = Narrowed { projects: vec![7], ..Narrowed::default() };
        let other = Narrowed { teams: vec![7], ..Narrowed::default() };
        assert_eq!(acid(Some(&some)), acid(Some(&some.clone())));
        assert_ne!(acid(Some(&some)), acid(Some(&other)));
        assert_ne!(acid(Some(&some)), acid(None));
        assert!(acid(None).len() == 32 && acid(None).bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
    }

    #[test]
    fn nothing_asked_for_and_both_stars_are_everything() {
        assert!(Wish::default().is_everything());
        assert!(Wish { every_project: true, every_team: true, ..Wish::default() }.is_everything());
        assert!(!Wish { every_team: true, ..Wish::default() }.is_everything());
        assert!(!Wish { projects: vec![7], ..Wish::default() }.is_everything());
    }
}
