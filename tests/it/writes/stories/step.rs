//! What may happen next. In: dice. Out: a step; it knows no rows, only their places.

use proptest::prelude::*;

/// A step names rows by their place among those that live, so that every shrunk story still makes sense.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Story {
        feature: Option<usize>,
        effort: Option<u8>,
    },
    Task {
        story: usize,
        effort: Option<u8>,
    },
    /// An effort of a task, said in one of four ways.
    TaskEffort {
        task: usize,
        effort: u8,
        way: usize,
    },
    /// A task moves to a story, whose effort is set in the same request.
    MoveTask {
        task: usize,
        story: usize,
        effort: u8,
    },
    Rename {
        item: usize,
        name: String,
    },
    Tag {
        item: usize,
        tags: Vec<String>,
    },
    Move {
        item: usize,
        state: usize,
    },
    Effort {
        story: usize,
        effort: u8,
    },
    /// An effort set on a story itself.
    Estimate {
        story: usize,
        effort: u8,
    },
    Reassign {
        story: usize,
        feature: Option<usize>,
    },
    /// A role effort of a feature itself, of which its stories make nothing.
    OwnEffort {
        feature: usize,
        effort: u8,
    },
    /// An effort set on a feature itself.
    Overwrite {
        feature: usize,
        effort: u8,
    },
    MoveFeature {
        feature: usize,
        state: usize,
    },
    Spend {
        item: usize,
        hours: u8,
    },
    /// Efforts of a task and of its story in one bulk.
    Bulk {
        task: usize,
        efforts: [u8; 2],
    },
    Delete {
        item: usize,
    },
    /// A task and its story in one bulk: the story may come back, the task does not.
    DeleteBoth {
        task: usize,
    },
    Undelete,
    Link {
        from: usize,
        to: usize,
    },
    Unlink {
        relation: usize,
    },
    /// A bulk whose last element is refused.
    Spoiled {
        item: usize,
    },
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let any = 0..64_usize;
    let feature = || proptest::option::of(0..2_usize);
    prop_oneof![
        3 => (feature(), proptest::option::of(0..20_u8)).prop_map(|(feature, effort)| Step::Story { feature, effort }),
        3 => (any.clone(), proptest::option::of(0..20_u8)).prop_map(|(story, effort)| Step::Task { story, effort }),
        3 => (any.clone(), 0..20_u8, 0..4_usize).prop_map(|(task, effort, way)| Step::TaskEffort { task, effort, way }),
        1 => (any.clone(), "[a-z'%]{1,6}").prop_map(|(item, name)| Step::Rename { item, name }),
        1 => (any.clone(), proptest::collection::vec("[abc]", 0..3)).prop_map(|(item, tags)| Step::Tag { item, tags }),
        2 => (any.clone(), 0..3_usize).prop_map(|(item, state)| Step::Move { item, state }),
        2 => (any.clone(), 0..20_u8).prop_map(|(story, effort)| Step::Effort { story, effort }),
        2 => (any.clone(), any.clone(), 0..20_u8).prop_map(|(task, story, effort)| Step::MoveTask { task, story, effort }),
        1 => (any.clone(), 0..20_u8).prop_map(|(story, effort)| Step::Estimate { story, effort }),
        1 => (any.clone(), feature()).prop_map(|(story, feature)| Step::Reassign { story, feature }),
        1 => (0..2_usize, 0..20_u8).prop_map(|(feature, effort)| Step::OwnEffort { feature, effort }),
        1 => (0..2_usize, 0..20_u8).prop_map(|(feature, effort)| Step::Overwrite { feature, effort }),
        2 => (0..2_usize, 0..3_usize).prop_map(|(feature, state)| Step::MoveFeature { feature, state }),
        1 => (any.clone(), 1..9_u8).prop_map(|(item, hours)| Step::Spend { item, hours }),
        2 => (any.clone(), [0..20_u8, 0..20_u8]).prop_map(|(task, efforts)| Step::Bulk { task, efforts }),
        2 => any.clone().prop_map(|item| Step::Delete { item }),
        1 => any.clone().prop_map(|task| Step::DeleteBoth { task }),
        2 => Just(Step::Undelete),
        2 => (any.clone(), any.clone()).prop_map(|(from, to)| Step::Link { from, to }),
        1 => any.clone().prop_map(|relation| Step::Unlink { relation }),
        1 => any.prop_map(|item| Step::Spoiled { item }),
    ]
}
