//! The settings of practices. Only the unit of efforts is stored, with its process; the others are the defaults.

use crate::value::Scalar;

/// Settings of the practice in a process that counts efforts in `unit`, in the order they are shown.
///
/// Source: names from metadata of a 2017 client, those of planning with values recorded 2026; the values of time
/// tracking are assumed, as a fresh account leaves them off.
pub fn settings<'u>(practice: &str, unit: Scalar<'u>) -> Vec<(&'static str, Scalar<'u>)> {
    match practice {
        "Planning" => vec![
            ("EffortPoints", unit),
            ("IsStoryEffortEqualsSumTasksEffort", Scalar::Bool(false)),
            ("AreAllTasksClosedWhenUserStoryIsClosed", Scalar::Bool(true)),
        ],
        "Time Tracking" => vec![
            ("IsCloseAssignableIfZeroTimeRemaining", Scalar::Bool(false)),
            ("IsTimeDescriptionFieldVisible", Scalar::Bool(true)),
            ("IsTimeDescriptionRequired", Scalar::Bool(false)),
            ("IsRequiredShowRoleDropDown", Scalar::Bool(false)),
            ("EntitiesWithTimeTracking", Scalar::Text("UserStory,Task,Bug,Request,TestPlanRun")),
        ],
        _ => Vec::new(),
    }
}
