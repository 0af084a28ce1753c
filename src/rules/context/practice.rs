//! The settings of practices. Only the unit of efforts is stored, with its process; the others are the defaults.

use crate::value::Scalar;

/// The practice that settles in what efforts are counted.
pub(super) const PLANNING: &str = "Planning";

/// The setting of [`PLANNING`] that says it: `Hour` or `Point`.
pub(super) const UNIT: &str = "EffortPoints";

/// Settings of the practice, in the order they are shown; of planning those after the unit.
///
/// Source: names from metadata of a 2017 client, those of planning with values recorded 2026; the values of time
/// tracking are assumed, as a fresh account leaves them off.
pub fn settings(practice: &str) -> &'static [(&'static str, Scalar<'static>)] {
    match practice {
        PLANNING => &[
            ("IsStoryEffortEqualsSumTasksEffort", Scalar::Bool(false)),
            ("AreAllTasksClosedWhenUserStoryIsClosed", Scalar::Bool(true)),
        ],
        "Time Tracking" => &[
            ("IsCloseAssignableIfZeroTimeRemaining", Scalar::Bool(false)),
            ("IsTimeDescriptionFieldVisible", Scalar::Bool(true)),
            ("IsTimeDescriptionRequired", Scalar::Bool(false)),
            ("IsRequiredShowRoleDropDown", Scalar::Bool(false)),
            ("EntitiesWithTimeTracking", Scalar::Text("UserStory,Task,Bug,Request,TestPlanRun")),
        ],
        _ => &[],
    }
}
