//! What is to be found in a workspace, by the simplest rules that could hold.

use std::collections::BTreeMap;

pub(super) const FEATURES: [i64; 2] = [85, 86];
pub(super) const WORTH: [&str; 5] = ["Effort", "EffortCompleted", "EffortToDo", "TimeSpent", "TimeRemain"];
/// New, In Progress, Done.
pub(super) const FEATURE_STATES: [i64; 3] = [55, 56, 57];
/// Each leads to the others: states of stories and of tasks in the process that counts in points, and in hours.
pub(super) const STATES: [[[i64; 3]; 2]; 2] = [[[45, 46, 47], [48, 49, 50]], [[40, 41, 24], [25, 26, 26]]];
/// The final ones among them.
pub(super) const FINAL: [[i64; 2]; 2] = [[47, 50], [24, 26]];
/// A project that counts in points, and one in hours.
pub(super) const PROJECTS: [i64; 2] = [7, 2];

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) task_of: Option<i64>,
    pub(super) name: String,
    pub(super) tags: String,
    pub(super) state: i64,
    /// Without that of its tasks; how much of it is done, and whether by a role.
    pub(super) effort: f64,
    pub(super) done: f64,
    pub(super) by_role: bool,
    /// Hours recorded, of which one always remains.
    pub(super) spent: f64,
    pub(super) feature: Option<i64>,
}

/// The two ends of a relation.
pub(super) type Ends = (i64, i64);

/// What is to be found in one workspace.
#[derive(Default)]
pub(super) struct Told {
    /// What its addresses begin with.
    pub(super) prefix: &'static str,
    /// Whether its stories are of the project that counts in hours.
    pub(super) in_hours: bool,
    pub(super) items: BTreeMap<i64, Item>,
    pub(super) relations: BTreeMap<i64, Ends>,
    /// The last deletion: the item and what went along.
    pub(super) gone: Option<Gone>,
    pub(super) given: Vec<i64>,
    /// What the feature without stories of the seed is worth by its role, and by itself.
    pub(super) own: (Option<f64>, f64),
}

pub(super) struct Gone {
    pub(super) id: i64,
    pub(super) items: BTreeMap<i64, Item>,
    pub(super) relations: BTreeMap<i64, Ends>,
}

impl Told {
    pub(super) fn pick(&self, place: usize, stories: bool) -> Option<i64> {
        let ids: Vec<i64> =
            self.items.iter().filter(|(_, i)| !stories || i.task_of.is_none()).map(|(id, _)| *id).collect();
        (!ids.is_empty()).then(|| ids[place % ids.len()])
    }

    pub(super) fn pick_task(&self, place: usize) -> Option<(i64, i64)> {
        let tasks: Vec<(i64, i64)> = self.items.iter().filter_map(|(id, item)| Some((*id, item.task_of?))).collect();
        tasks.get(place % tasks.len().max(1)).copied()
    }

    pub(super) fn is_finished(&self, id: i64) -> bool {
        let item = &self.items[&id];
        FINAL[usize::from(self.in_hours)][usize::from(item.task_of.is_some())] == item.state
    }

    /// What a task is estimated at anew comes out of what its story has to do, where both are in hours.
    pub(super) fn split(&mut self, story: i64, more: f64) {
        if self.in_hours {
            let taken = |item: &Item| more.clamp(0.0, item.effort - item.done);
            self.items.entry(story).and_modify(|item| item.effort -= taken(item));
        }
    }

    /// An effort set on a story is what it is worth with its tasks. `done` is what it showed as done before.
    pub(super) fn estimate(&mut self, story: i64, effort: f64, done: f64) {
        let (finished, [of_tasks, done_of_tasks]) = (self.is_finished(story), self.of_tasks(story));
        self.items.entry(story).and_modify(|item| {
            if !item.by_role {
                item.done = (done.min(effort) - done_of_tasks).max(0.0);
            }
            item.estimate((effort - of_tasks).max(0.0), finished);
        });
    }

    /// What the tasks of a story add to its effort, and to what is done.
    pub(super) fn of_tasks(&self, story: i64) -> [f64; 2] {
        let tasks = self.items.values().filter(|item| self.in_hours && item.task_of == Some(story));
        tasks.fold([0.0; 2], |[effort, done], item| [effort + item.effort, done + item.done])
    }

    /// An item went, and what belonged to it along.
    pub(super) fn forget(&mut self, id: i64) {
        let along = |other: &i64, i: &mut Item| *other == id || i.task_of == Some(id);
        let items: BTreeMap<_, _> = self.items.extract_if(.., along).collect();
        let loose = |_: &i64, ends: &mut Ends| items.contains_key(&ends.0) || items.contains_key(&ends.1);
        let relations = self.relations.extract_if(.., loose).collect();
        self.gone = Some(Gone { id, items, relations });
    }

    pub(super) fn has_stories(&self, feature: i64) -> bool {
        self.items.values().any(|item| item.feature == Some(feature))
    }

    /// An effort without roles is lost with the first story.
    pub(super) fn forget_own_effort(&mut self) {
        if self.has_stories(FEATURES[1]) {
            self.own.1 = 0.0;
        }
    }
}

impl Item {
    pub(super) fn go_by_times(&mut self) {
        self.done = if self.spent > 0.0 { self.effort * self.spent / (self.spent + 1.0) } else { 0.0 };
    }

    pub(super) fn estimate(&mut self, effort: f64, finished: bool) {
        self.effort = effort;
        self.done = if finished { effort } else { self.done.min(effort) };
    }

    /// The first role effort stands for whatever was said without one.
    pub(super) fn estimate_by_role(&mut self, effort: f64, finished: bool) {
        if !std::mem::replace(&mut self.by_role, true) {
            self.done = 0.0;
        }
        self.estimate(effort, finished);
    }

    pub(super) fn fresh() -> Self {
        Self {
            task_of: None,
            name: "n".into(),
            tags: String::new(),
            state: 0,
            effort: 0.0,
            done: 0.0,
            by_role: false,
            spent: 0.0,
            feature: None,
        }
    }
}
