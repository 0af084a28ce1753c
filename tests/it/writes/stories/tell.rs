//! Does a step, in the workspace and in the model.

use axum::http::Method;
use serde_json::{Value, json};

use super::model::{Ends, FEATURE_STATES, FEATURES, Item, PROJECTS, STATES, Told};
use super::step::Step;
use crate::world::World;
use crate::writes::{post, write};

impl Told {
    pub(super) fn tell(&mut self, world: &World, step: &Step) {
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
                let was_finished = self.is_finished(id);
                self.change(world, *item, false, &json!({"EntityState": {"Id": state}}), |i| i.state = state);
                let finished = self.is_finished(id);
                let item = self.items.get_mut(&id).expect("the item");
                if finished {
                    item.done = item.effort;
                } else if was_finished {
                    item.go_by_times();
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
                    item.go_by_times();
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
}
