//! Reads everything back that the model knows.

use std::collections::BTreeMap;

use super::model::{Ends, FEATURES, Told, WORTH};
use super::step::Step;
use crate::world::World;

impl Told {
    /// Everything the model knows, read back.
    pub(super) fn check(&self, world: &World, step: &Step) {
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
        } else {
            // those of the seed count, too
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
}

/// What sums of numbers with four digits may differ by.
const ALIKE: f64 = 0.01;

fn alike(left: &[f64], right: &[f64]) -> bool {
    left.iter().zip(right).all(|(l, r)| (l - r).abs() < ALIKE)
}

fn sum(all: &[[f64; 5]]) -> [f64; 5] {
    std::array::from_fn(|column| all.iter().map(|worth| worth[column]).sum())
}
