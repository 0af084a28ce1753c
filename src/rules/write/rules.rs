//! The table of rules: what runs before a row is written and what follows from it, each in its own small file.

use super::change::Change;
use super::rollup::EFFORTS;
use super::tx::{Result, Tx};
use super::{
    automation, check, comments, dates, defaults, efforts, history, inherit, moves, people, processes, projects,
    relations, rich_text, sums, tags, tasks, teams, testing, times, workflow,
};
use crate::catalog::Entity;

type Before = fn(&Tx<'_>, &mut Change<'_>) -> Result<()>;
type After = fn(&Tx<'_>, &Change<'_>) -> Result<()>;

/// In this order: what is inherited decides the process, the process decides defaults and states.
const BEFORE: &[Before] = &[
    inherit::from_owner,
    check::within_reach,
    moves::leave_plans,
    defaults::authors,
    defaults::rank,
    projects::complete,
    testing::complete_run,
    testing::complete_case_run,
    times::complete,
    people::complete_account,
    people::complete_membership,
    people::may_be_assigned,
    relations::complete,
    relations::tied_once,
    relations::milestone,
    comments::complete,
    rich_text::encode,
    dates::boundaries,
    dates::order,
    tags::unique,
    defaults::importance,
    workflow::state,
    teams::team_of_iteration,
    efforts::role_effort,
    efforts::direct,
];

const AFTER: &[After] = &[
    teams::assignment_of_team,
    teams::assignment_changed,
    teams::follow_state,
    inherit::to_children,
    moves::into_process,
    moves::take_times,
    projects::follow,
    efforts::follow_estimate,
    efforts::follow_state,
    efforts::follow,
    tasks::split_estimate,
    tasks::change_unit,
    times::follow,
    comments::follow,
    testing::start_run,
    testing::follow_result,
    testing::link_plan,
    tags::renamed,
    people::accounts_changed,
    processes::furnish,
    automation::follow,
];

pub(super) fn before(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    BEFORE.iter().try_for_each(|rule| rule(tx, change))
}

pub(super) fn after(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    AFTER.iter().try_for_each(|rule| rule(tx, change))
}

/// Brings everything up to date that the answer shows.
///
/// # Errors
/// The store's.
pub fn settle(tx: &Tx<'_>) -> Result<()> {
    sums::settle(tx)?;
    history::settle(tx)
}

/// Brings up to date what the service recalculates only after it answered.
///
/// # Errors
/// The store's.
pub fn settle_later(tx: &Tx<'_>) -> Result<()> {
    sums::settle_later(tx)?;
    history::settle(tx)
}

/// Settable by their description, and yet kept by the server (recordings show them moving by themselves).
const KEPT_BY_SERVER: &[&str] =
    &["ModifyDate", "LastEditor", "Progress", "TimeSpent", "TimeRemain", "LastCommentDate", "DescriptionModifyDate"];

/// Settable by their description, and yet computed where work is planned. Source: model.md, section 0; for team
/// iterations assumed.
const COMPUTED: (&[&str], &[&str]) = (&["Project", "Release", "Iteration", "TeamIteration"], &EFFORTS);

pub(super) fn kept_by_server(entity: &Entity, member: &str) -> bool {
    let (entities, members) = COMPUTED;
    KEPT_BY_SERVER.contains(&member) || (members.contains(&member) && entities.contains(&entity.name.as_str()))
}

/// Read-only members that are given once, with the create. Source: required read-only members of the metadata,
/// and what a row would be meaningless without.
const ONCE: &[(&str, &[&str])] = &[
    ("EntityState", &["EntityType", "Process", "ParentEntityState", "IsInitial"]),
    ("Workflow", &["Process", "ParentWorkflow"]),
    ("TestCaseRun", &["TestCase"]),
    ("Revision", &["Description", "CommitDate", "Author"]),
    ("RevisionFile", &["FileName"]),
];

pub(super) fn set_once(entity: &Entity, member: &str) -> bool {
    ONCE.iter().any(|(name, members)| *name == entity.name && members.contains(&member))
}

/// What is created by an upload. Source: vendor's attachments page.
pub(super) const NEEDS_A_FILE: &[&str] = &["Attachment"];

/// Required where the metadata does not say so. Source: a client of 2017 creates users with these three; assumed: a custom
/// field is of some type.
const REQUIRED: &[(&str, &[&str])] = &[("User", &["Login", "Email", "Password"]), ("CustomField", &["FieldType"])];

pub(super) fn also_required(entity: &Entity, member: &str) -> bool {
    REQUIRED.iter().any(|(name, members)| *name == entity.name && members.contains(&member))
}
