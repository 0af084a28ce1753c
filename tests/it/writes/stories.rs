//! Random stories of writes over several workspaces, against a model that a child could keep: names, tags, states,
//! efforts, who belongs to whom, what is linked.

use std::collections::BTreeMap;

use axum::http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};
use tpmock::SeedSource;

use super::{post, write};
use crate::world::World;

/// A step names rows by their place among those that live, so that every shrunk story still makes sense.
#[derive(Debug, Clone)]
enum Step {
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

const FEATURES: [i64; 2] = [85, 86];
const WORTH: [&str; 5] = ["Effort", "EffortCompleted", "EffortToDo", "TimeSpent", "TimeRemain"];
/// New, In Progress, Done.
const FEATURE_STATES: [i64; 3] = [55, 56, 57];
/// Each leads to the others: states of stories and of tasks in the process that counts in points, and in hours.
const STATES: [[[i64; 3]; 2]; 2] = [[[45, 46, 47], [48, 49, 50]], [[40, 41, 24], [25, 26, 26]]];
/// The final ones among them.
const FINAL: [[i64; 2]; 2] = [[47, 50], [24, 26]];
/// A project that counts in points, and one in hours.
const PROJECTS: [i64; 2] = [7, 2];

#[derive(Debug, Clone, PartialEq)]
struct Item {
    task_of: Option<i64>,
    name: String,
    tags: String,
    state: i64,
    /// Without that of its tasks; how much of it is done, and whether by a role.
    effort: f64,
    done: f64,
    by_role: bool,
    /// Hours recorded, of which one always remains.
    spent: f64,
    feature: Option<i64>,
}

/// The two ends of a relation.
type Ends = (i64, i64);

/// What is to be found in one workspace.
#[derive(Default)]
struct Told {
    /// What its addresses begin with.
    prefix: &'static str,
    /// Whether its stories are of the project that counts in hours.
    in_hours: bool,
    items: BTreeMap<i64, Item>,
    relations: BTreeMap<i64, Ends>,
    /// The last deletion: the item and what went along.
    gone: Option<Gone>,
    given: Vec<i64>,
    /// What the feature without stories of the seed is worth by its role, and by itself.
    own: (Option<f64>, f64),
}

struct Gone {
    id: i64,
    items: BTreeMap<i64, Item>,
    relations: BTreeMap<i64, Ends>,
}

const WORKSPACES: [&str; 3] = ["", "/w/one", "/w/two"];

fn step() -> impl Strategy<Value = Step> {
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

/// Stories told; `STORY_CASES` says another number.
fn cases() -> u32 {
    std::env::var("STORY_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_what_is_read(steps in proptest::collection::vec((0..WORKSPACES.len(), step()), 1..60)) {
        let world = World::open(SeedSource::Small).expect("the small account");
        let mut all = WORKSPACES.map(|prefix| Told { prefix, in_hours: prefix == WORKSPACES[2], ..Told::default() });
        for (workspace, step) in steps {
            all[workspace].tell(&world, &step);
            all[workspace].forget_own_effort();
            all.iter().for_each(|told| told.check(&world, &step));
        }
    }
}

impl Told {
    fn pick(&self, place: usize, stories: bool) -> Option<i64> {
        let ids: Vec<i64> =
            self.items.iter().filter(|(_, i)| !stories || i.task_of.is_none()).map(|(id, _)| *id).collect();
        (!ids.is_empty()).then(|| ids[place % ids.len()])
    }

    fn tell(&mut self, world: &World, step: &Step) {
        match step {
            Step::Story { feature, effort } => {
                let feature = feature.map(|f| FEATURES[f]);
                let state = STATES[usize::from(self.in_hours)][0][0];
                let project = PROJECTS[usize::from(self.in_hours)];
                let mut body = json!({"Name": "n", "Project": {"Id": project}, "EntityState": {"Id": state}});
                if let Some(feature) = feature {
                    body["Feature"] = json!({ "Id": feature });
                }
                if let Some(effort) = effort {
                    body["RoleEfforts"] = json!([{"Role": {"Id": 1}, "Effort": effort}]);
                }
                let by_role = effort.is_some();
                let effort = f64::from(effort.unwrap_or_default());
                let item = Item { task_of: None, state, effort, by_role, feature, ..Item::fresh() };
                self.made(world, "UserStories", &body, item);
            }
            Step::Task { story, effort } => {
                let Some(story) = self.pick(*story, true) else { return };
                let mut body = json!({"Name": "n", "UserStory": {"Id": story}});
                if let Some(effort) = effort {
                    body["RoleEfforts"] = json!([{"Role": {"Id": 1}, "Effort": effort}]);
                    if effort % 2 == 1 {
                        body["Effort"] = json!(effort);
                    }
                }
                let by_role = effort.is_some();
                let effort = f64::from(effort.unwrap_or_default());
                let state = STATES[usize::from(self.in_hours)][1][0];
                let item = Item { task_of: Some(story), state, effort, by_role, ..Item::fresh() };
                self.made(world, "Tasks", &body, item);
                self.split(story, effort);
            }
            Step::TaskEffort { task, effort, way } => {
                let Some((id, story)) = self.pick_task(*task) else { return };
                let half = effort / 2;
                let body = match way {
                    0 => json!({ "RoleEfforts": [{"Role": {"Id": 1}, "Effort": effort}] }),
                    1 => json!({ "EffortCompleted": half, "EffortToDo": effort - half }),
                    _ => json!({ "Effort": effort }),
                };
                let (status, answer) = self.post(world, &format!("Tasks/{id}"), &body);
                assert_eq!(status, 200, "{answer}");
                let (finished, effort) = (self.is_finished(id), f64::from(*effort));
                let item = self.items.get_mut(&id).expect("the task");
                let more = effort - item.effort;
                match way {
                    0 => item.estimate_by_role(effort, finished),
                    1 if !item.by_role => (item.effort, item.done) = (effort, f64::from(half)),
                    _ => item.estimate(effort, finished),
                }
                if finished {
                    item.done = item.effort;
                }
                self.split(story, more);
            }
            Step::MoveTask { task, story, effort } => {
                let (Some((task, _)), Some(story)) = (self.pick_task(*task), self.pick(*story, true)) else { return };
                let body = json!({ "Effort": effort, "Tasks": [{ "Id": task }] });
                let (status, answer) = self.post(world, &format!("UserStories/{story}"), &body);
                assert_eq!(status, 200, "{answer}");
                let shown = self.items[&story].effort + self.of_tasks(story)[0];
                let done = self.items[&story].done + self.of_tasks(story)[1];
                self.items.entry(task).and_modify(|item| item.task_of = Some(story));
                if shown != f64::from(*effort) {
                    self.estimate(story, f64::from(*effort), done);
                }
            }
            Step::Rename { item, name } => {
                self.change(world, *item, false, &json!({ "Name": name }), |i| i.name.clone_from(name))
            }
            Step::Tag { item, tags } => {
                let mut distinct = tags.clone();
                distinct.sort();
                distinct.dedup();
                let body = json!({ "Tags": distinct.join(",") });
                self.change(world, *item, false, &body, |i| i.tags = distinct.join(", "));
            }
            Step::Move { item, state } => {
                let Some(id) = self.pick(*item, false) else { return };
                let state = STATES[usize::from(self.in_hours)][usize::from(self.items[&id].task_of.is_some())][*state];
                self.change(world, *item, false, &json!({"EntityState": {"Id": state}}), |i| i.state = state);
                if self.is_finished(id) {
                    self.items.entry(id).and_modify(|item| item.done = item.effort);
                }
            }
            Step::Effort { story, effort } => {
                let Some(id) = self.pick(*story, true) else { return };
                let (body, finished) =
                    (json!({ "RoleEfforts": [{"Role": {"Id": 1}, "Effort": effort}] }), self.is_finished(id));
                self.change(world, *story, true, &body, |i| i.estimate_by_role(f64::from(*effort), finished));
            }
            Step::Estimate { story, effort } => {
                let Some(id) = self.pick(*story, true) else { return };
                self.change(world, *story, true, &json!({ "Effort": effort }), |_| ());
                let done = self.items[&id].done + self.of_tasks(id)[1];
                self.estimate(id, f64::from(*effort), done);
            }
            Step::Reassign { story, feature } => {
                let feature = feature.map(|f| FEATURES[f]);
                self.change(world, *story, true, &json!({"Feature": {"Id": feature}}), |i| i.feature = feature);
            }
            Step::OwnEffort { feature, effort } => {
                let role = json!({"RoleEfforts": [{"Role": {"Id": 1}, "Effort": effort}]});
                self.change_feature(world, *feature, &role);
                if *feature == 1 {
                    self.own.0 = Some(f64::from(*effort));
                }
            }
            Step::Overwrite { feature, effort } => {
                self.change_feature(world, *feature, &json!({ "Effort": effort }));
                if *feature == 1 && !self.has_stories(FEATURES[1]) {
                    *self.own.0.as_mut().unwrap_or(&mut self.own.1) = f64::from(*effort);
                }
            }
            Step::MoveFeature { feature, state } => {
                self.change_feature(world, *feature, &json!({"EntityState": {"Id": FEATURE_STATES[*state]}}));
            }
            Step::Spend { item, hours } => {
                let Some(id) = self.pick(*item, false) else { return };
                let body = json!({"Assignable": {"Id": id}, "Spent": hours, "Remain": 1, "Role": {"Id": 1}});
                let (status, answer) = self.post(world, "Times", &body);
                assert_eq!(status, 201, "{answer}");
                let finished = self.is_finished(id);
                let item = self.items.get_mut(&id).expect("the item");
                item.spent += f64::from(*hours);
                if !finished {
                    item.done = item.effort * item.spent / (item.spent + 1.0);
                }
            }
            Step::Bulk { task, efforts } => {
                let Some((task, story)) = self.pick_task(*task) else { return };
                let body = json!([{"Id": task, "Effort": efforts[0]}, {"Id": story, "Effort": efforts[1]}]);
                let (status, answer) = self.post(world, "Assignables/bulk", &body);
                assert_eq!(status, 200, "{answer}");
                let finished = self.is_finished(task);
                let done = self.items[&story].done + self.of_tasks(story)[1];
                let item = self.items.get_mut(&task).expect("the task");
                let more = f64::from(efforts[0]) - item.effort;
                item.estimate(f64::from(efforts[0]), finished);
                self.split(story, more);
                self.estimate(story, f64::from(efforts[1]), done);
            }
            Step::Delete { item } => {
                let Some(id) = self.pick(*item, false) else { return };
                self.delete(world, &format!("Assignables/{id}"));
                self.forget(id);
            }
            Step::DeleteBoth { task } => {
                let Some((task, story)) = self.pick_task(*task) else { return };
                let path = format!("{}/api/v1/Assignables/bulk", self.prefix);
                let (status, answer) = write(world, Method::DELETE, &path, &json!([{ "Id": task }, { "Id": story }]));
                assert_eq!(status, 200, "{answer}");
                self.forget(task);
                self.forget(story);
            }
            Step::Undelete => self.undelete(world),
            Step::Link { from, to } => {
                let (Some(from), Some(to)) = (self.pick(*from, false), self.pick(*to, false)) else { return };
                let body = json!({"Inbound": {"Id": from}, "Outbound": {"Id": to}, "RelationType": {"Id": 1}});
                let (status, answer) = self.post(world, "Relations", &body);
                assert_eq!(status, if from == to { 400 } else { 201 }, "{answer}");
                self.relations.extend(answer["Id"].as_i64().map(|id| (id, (from, to))));
            }
            Step::Unlink { relation } => {
                let ids: Vec<i64> = self.relations.keys().copied().collect();
                let Some(id) = ids.get(relation % ids.len().max(1)) else { return };
                self.delete(world, &format!("Relations/{id}"));
                self.relations.remove(id);
            }
            Step::Spoiled { item } => {
                let Some(id) = self.pick(*item, false) else { return };
                let body = json!([{"Id": id, "Name": "spoiled", "Tags": "x"}, {"Id": id, "Name": ""}]);
                assert_eq!(self.post(world, "Assignables/bulk", &body).0, 400);
            }
        }
    }

    fn pick_task(&self, place: usize) -> Option<(i64, i64)> {
        let tasks: Vec<(i64, i64)> = self.items.iter().filter_map(|(id, item)| Some((*id, item.task_of?))).collect();
        tasks.get(place % tasks.len().max(1)).copied()
    }

    fn is_finished(&self, id: i64) -> bool {
        let item = &self.items[&id];
        FINAL[usize::from(self.in_hours)][usize::from(item.task_of.is_some())] == item.state
    }

    /// What a task is estimated at anew comes out of what its story has to do, where both are in hours.
    fn split(&mut self, story: i64, more: f64) {
        if self.in_hours {
            let taken = |item: &Item| more.clamp(0.0, item.effort - item.done);
            self.items.entry(story).and_modify(|item| item.effort -= taken(item));
        }
    }

    /// An effort set on a story is what it is worth with its tasks. `done` is what it showed as done before.
    fn estimate(&mut self, story: i64, effort: f64, done: f64) {
        let (finished, [of_tasks, done_of_tasks]) = (self.is_finished(story), self.of_tasks(story));
        self.items.entry(story).and_modify(|item| {
            if !item.by_role {
                item.done = (done.min(effort) - done_of_tasks).max(0.0);
            }
            item.estimate((effort - of_tasks).max(0.0), finished);
        });
    }

    /// What the tasks of a story add to its effort, and to what is done.
    fn of_tasks(&self, story: i64) -> [f64; 2] {
        let tasks = self.items.values().filter(|item| self.in_hours && item.task_of == Some(story));
        tasks.fold([0.0; 2], |[effort, done], item| [effort + item.effort, done + item.done])
    }

    fn made(&mut self, world: &World, resource: &str, body: &Value, item: Item) {
        let (status, answer) = self.post(world, resource, body);
        assert_eq!(status, 201, "{answer}");
        let id = answer["Id"].as_i64().expect("an id");
        assert!(self.given.iter().all(|g| *g < id), "{id} was given before");
        self.given.push(id);
        self.items.insert(id, item);
    }

    fn change(&mut self, world: &World, place: usize, stories: bool, body: &Value, edit: impl FnOnce(&mut Item)) {
        let Some(id) = self.pick(place, stories) else { return };
        let resource = if self.items[&id].task_of.is_some() { "Tasks" } else { "UserStories" };
        let (status, answer) = self.post(world, &format!("{resource}/{id}"), body);
        assert_eq!(status, 200, "{answer}");
        self.items.entry(id).and_modify(edit);
    }

    fn change_feature(&self, world: &World, place: usize, body: &Value) {
        let (status, answer) = self.post(world, &format!("Features/{}", FEATURES[place]), body);
        assert_eq!(status, 200, "{answer}");
    }

    /// An item went, and what belonged to it along.
    fn forget(&mut self, id: i64) {
        let along = |other: &i64, i: &mut Item| *other == id || i.task_of == Some(id);
        let items: BTreeMap<_, _> = self.items.extract_if(.., along).collect();
        let loose = |_: &i64, ends: &mut Ends| items.contains_key(&ends.0) || items.contains_key(&ends.1);
        let relations = self.relations.extract_if(.., loose).collect();
        self.gone = Some(Gone { id, items, relations });
    }

    fn undelete(&mut self, world: &World) {
        let Some(gone) = self.gone.take() else { return };
        let task_of = gone.items[&gone.id].task_of;
        let kind = if task_of.is_some() { "Task" } else { "UserStory" };
        let (status, answer) = self.post(world, "Undelete", &json!({"Id": gone.id, "EntityType": kind}));
        if task_of.is_some_and(|story| !self.items.contains_key(&story)) {
            assert_eq!(status, 400, "a task without its story: {answer}");
            return;
        }
        assert_eq!(status, 200, "{answer}");
        self.items.extend(gone.items);
        // what is linked to something that went by itself is not linked any more
        let whole = |(_, (from, to)): &(i64, Ends)| self.items.contains_key(from) && self.items.contains_key(to);
        let back: Vec<_> = gone.relations.into_iter().filter(whole).collect();
        self.relations.extend(back);
    }

    fn post(&self, world: &World, path: &str, body: &Value) -> (u16, Value) {
        post(world, &format!("{}/api/v1/{path}", self.prefix), body)
    }

    fn delete(&self, world: &World, path: &str) {
        let path = format!("{}/api/v1/{path}", self.prefix);
        let (status, answer) = write(world, Method::DELETE, &path, &Value::Null);
        assert_eq!(status, 200, "{path}: {answer}");
    }

    /// Everything the model knows, read back.
    fn check(&self, world: &World, step: &Step) {
        let list =
            |path: &str| world.items(&format!("{}/api/v1/{path}&take=1000&format=json", self.prefix)).expect("a list");
        let rows = list("Assignables?where=Id gt 331&include=[Id,Name,Tags,EntityState,Effort,EffortCompleted]");
        let ids: Vec<i64> = rows.iter().rev().filter_map(|r| r["Id"].as_i64()).collect();
        assert_eq!(ids, self.items.keys().copied().collect::<Vec<_>>(), "after {step:?}");
        for row in &rows {
            let item = &self.items[&row["Id"].as_i64().expect("an id")];
            let read = (row["Name"].as_str(), row["Tags"].as_str(), row["EntityState"]["Id"].as_i64());
            assert_eq!(read, (Some(item.name.as_str()), Some(item.tags.as_str()), Some(item.state)), "after {step:?}");
            let [effort, done] = self.of_tasks(row["Id"].as_i64().expect("an id"));
            let worth = [&row["Effort"], &row["EffortCompleted"]].map(|number| number.as_f64().expect("a number"));
            let expected = [item.effort + effort, item.done + done];
            assert!(alike(&worth, &expected), "{expected:?} after {step:?}: {row}");
        }
        self.check_stories(world, step);
        let relations: BTreeMap<i64, Ends> = list("Relations?where=Inbound.Id gt 331&include=[Id,Inbound,Outbound]")
            .iter()
            .filter_map(|r| Some((r["Id"].as_i64()?, (r["Inbound"]["Id"].as_i64()?, r["Outbound"]["Id"].as_i64()?))))
            .collect();
        assert_eq!(relations, self.relations, "after {step:?}");
        for feature in FEATURES {
            self.check_feature(world, feature, step);
        }
        let features = FEATURES.map(|feature| self.worth(world, &format!("Features?where=Id eq {feature}"))[0]);
        let epic = self.worth(world, "Epics?where=Id eq 81")[0];
        assert!(alike(&epic, &sum(&features)), "the epic, after {step:?}");
    }

    /// A story with role efforts is worth them and its tasks, done and to do alike.
    fn check_stories(&self, world: &World, step: &Step) {
        for (id, item) in self.items.iter().filter(|(_, item)| item.task_of.is_none()) {
            let [story] = self.worth(world, &format!("UserStories?where=Id eq {id}"))[..] else {
                panic!("{id} is gone")
            };
            let tasks = sum(&self.worth(world, &format!("Tasks?where=UserStory.Id eq {id}")));
            let path = format!(
                "{}/api/v1/UserStories/{id}/RoleEfforts?include=[Effort,EffortCompleted,EffortToDo]&format=json",
                self.prefix
            );
            let roles = world.items(&path).expect("a list");
            let of_role = |n: usize| roles.iter().map(|role| role[WORTH[n]].as_f64().expect("a number")).sum::<f64>();
            for n in 0..3 {
                let of_tasks = if self.in_hours { tasks[n] } else { 0.0 };
                let sums = alike(&[story[n]], &[of_role(n) + of_tasks]);
                assert!(roles.is_empty() || sums, "{} of {id}, after {step:?}", WORTH[n]);
                assert!(story[n] >= of_tasks - ALIKE, "{} of {id}, after {step:?}: {item:?}", WORTH[n]);
            }
            assert!(story[3] >= tasks[3], "time spent on {id}, after {step:?}");
        }
    }

    fn check_feature(&self, world: &World, feature: i64, step: &Step) {
        let read = self.worth(world, &format!("Features?where=Id eq {feature}"))[0];
        let stories = self.worth(world, &format!("UserStories?where=Feature.Id eq {feature}"));
        let of_feature = self.items.iter().filter(|(_, item)| item.feature == Some(feature));
        let own: f64 = of_feature.map(|(id, item)| item.effort + self.of_tasks(*id)[0]).sum();
        if stories.is_empty() {
            assert_eq!(read[0], self.own.0.unwrap_or(self.own.1), "feature {feature}, after {step:?}");
        } else if read != [0.0; 5] || own != 0.0 {
            // stories of the seed count from the first sum on
            assert!(alike(&read, &sum(&stories)), "feature {feature}, after {step:?}");
            let own = own + if feature == 85 { 13.0 } else { 0.0 };
            assert!(alike(&[read[0]], &[own]), "feature {feature}, after {step:?}");
        }
    }

    /// Efforts and times of items. An effort is what is done and what is to do, and never more is done.
    fn worth(&self, world: &World, path: &str) -> Vec<[f64; 5]> {
        let path =
            format!("{}/api/v1/{path}&include=[{},Progress]&take=1000&format=json", self.prefix, WORTH.join(","));
        let rows = world.items(&path).expect("a list");
        rows.iter()
            .map(|row| {
                let worth = WORTH.map(|member| row[member].as_f64().expect("a number"));
                let [effort, done, open, ..] = worth;
                let progress = row["Progress"].as_f64().expect("a number");
                let share = if effort > 0.0 { done / effort } else { 0.0 };
                assert!(alike(&[effort], &[done + open]) && done >= 0.0 && open >= 0.0, "{path}: {row}");
                // a feature without stories goes by its state
                let by_state = path.contains("Features") && (progress == 0.0 || progress == 1.0);
                assert!(by_state || (progress - share).abs() < 1e-3, "{path}: {row}");
                worth
            })
            .collect()
    }

    fn has_stories(&self, feature: i64) -> bool {
        self.items.values().any(|item| item.feature == Some(feature))
    }

    /// An effort without roles is lost with the first story.
    fn forget_own_effort(&mut self) {
        if self.has_stories(FEATURES[1]) {
            self.own.1 = 0.0;
        }
    }
}

/// What sums of numbers with four digits may differ by.
const ALIKE: f64 = 0.01;

fn alike(left: &[f64], right: &[f64]) -> bool {
    left.iter().zip(right).all(|(l, r)| (l - r).abs() < ALIKE)
}

fn sum(all: &[[f64; 5]]) -> [f64; 5] {
    std::array::from_fn(|column| all.iter().map(|worth| worth[column]).sum())
}

impl Item {
    fn estimate(&mut self, effort: f64, finished: bool) {
        self.effort = effort;
        self.done = if finished { effort } else { self.done.min(effort) };
    }

    /// The first role effort stands for whatever was said without one.
    fn estimate_by_role(&mut self, effort: f64, finished: bool) {
        if !std::mem::replace(&mut self.by_role, true) {
            self.done = 0.0;
        }
        self.estimate(effort, finished);
    }

    fn fresh() -> Self {
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
