//! The settings of practices. They are not stored: every account of the emulator has the defaults.

use crate::value::Scalar;

/// Settings of the practice, in the order they are shown.
///
/// Source: names from metadata of a 2017 client, the first three with values recorded 2026; the values of time
/// tracking are assumed, as a fresh account leaves them off.
pub fn settings(practice: &str) -> &'static [(&'static str, Scalar<'static>)] {
    match practice {
        "Planning" => &[
            ("EffortPoints", Scalar::Text("Point")),
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
