//! The work: features and epics, stories, tasks, bugs, and what hangs on them. All of it follows from the number of
//! the story.

use super::size::{BLOCK, DAYS, Size, WORK};
use super::words::{CHORES, PLACES, REMARKS, TAGS, THINGS, TROUBLES, VERBS};

/// How far a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    UnderWay,
    Done,
}

/// What the dice are asked about.
mod ask {
    pub const NAME: u64 = 10;
    pub const PROJECT: u64 = 11;
    pub const STAGE: u64 = 12;
    pub const EFFORT: u64 = 13;
    pub const PRIORITY: u64 = 14;
    pub const DESCRIBED: u64 = 15;
    pub const TAG: u64 = 16;
    pub const RISK: u64 = 17;
    pub const TASKS: u64 = 18;
    pub const BUG: u64 = 19;
    pub const PERSON: u64 = 20;
    pub const CHORE: u64 = 21;
    pub const COMMENT: u64 = 22;
    pub const HOUR: u64 = 23;
}

/// Most tasks of a story.
const TASKS: u64 = 3;

/// A story, as far as others need to know it.
#[derive(Clone, Copy)]
pub struct Story {
    size: Size,
    n: u64,
    project: u64,
    team: u64,
    stage: Stage,
    /// Days since it was written down.
    age: u64,
}

impl Size {
    pub fn story(self, n: u64) -> Story {
        let project = self.dice.throw(ask::PROJECT, n, self.projects());
        let age = (self.stories - 1 - n) * DAYS / self.stories;
        // old work is done, new work is open, and in between it depends
        let settled = age / 4 + self.dice.throw(ask::STAGE, n, 60);
        let stage = match settled {
            0..=25 => Stage::Open,
            26..=55 => Stage::UnderWay,
            _ => Stage::Done,
        };
        Story { size: self, n, project, team: self.team_of(project), stage, age }
    }

    pub fn feature_row(self, n: u64) -> String {
        let story = self.story(n * 10);
        let (state, priority) = (story.stage.of([55, 56, 57]), 8 + self.dice.throw(ask::PRIORITY, n, 3));
        format!(
            "{{\"Id\":{},\"Name\":\"{} made easy, part {}\",\"EntityState\":{{\"Id\":{state}}},\"Priority\":{{\"Id\":{priority}}},\"Epic\":{{\"Id\":{}}},{}}}",
            story.id() + 5,
            capital(self.dice.pick(ask::NAME, n, &THINGS)),
            n + 1,
            self.story(n / 10 * 100).id() + 6,
            story.common(story.age),
        )
    }

    pub fn epic_row(self, n: u64) -> String {
        let story = self.story(n * 100);
        format!(
            "{{\"Id\":{},\"Name\":\"A new home for {} {}\",\"EntityState\":{{\"Id\":{}}},\"Priority\":{{\"Id\":{}}},{}}}",
            story.id() + 6,
            self.dice.pick(ask::NAME, n + 7, &THINGS),
            n + 1,
            story.stage.of([89, 90, 91]),
            26 + self.dice.throw(ask::PRIORITY, n, 4),
            story.common(story.age),
        )
    }
}

impl Story {
    pub fn id(self) -> u64 {
        WORK + self.n * BLOCK
    }

    fn throw(self, what: u64, sides: u64) -> u64 {
        self.size.dice.throw(what, self.n, sides)
    }

    fn thing(self) -> &'static str {
        self.size.dice.pick(ask::NAME + 1, self.n, &THINGS)
    }

    fn effort(self) -> u64 {
        [1, 2, 3, 5, 8, 13][self.throw(ask::EFFORT, 6) as usize]
    }

    fn tag(self) -> Option<u64> {
        (self.throw(ask::TAG, 4) == 0).then(|| self.throw(ask::TAG + 100, TAGS.len() as u64))
    }

    /// Project, team and dates, which all kinds of work have.
    fn common(self, age: u64) -> String {
        let size = self.size;
        let (hour, person) = (8 + self.throw(ask::HOUR, 10), size.somebody(self.team, ask::PERSON, self.n));
        let made = format!("today-{age}d {hour:02}:{:02}:00", self.throw(ask::HOUR + 100, 60));
        let changed = match self.stage {
            Stage::Open => made.clone(),
            Stage::UnderWay => format!("today-{}d {hour:02}:45:00", age * 3 / 4),
            Stage::Done => format!("today-{}d {hour:02}:50:00", age.saturating_sub(14)),
        };
        let started =
            if self.stage == Stage::Open { String::new() } else { format!("\"StartDate\":\"today-{age}d 18:00:00\",") };
        let ended = if self.stage == Stage::Done { format!("\"EndDate\":\"{changed}\",") } else { String::new() };
        format!(
            "{started}{ended}\"Project\":{{\"Id\":{}}},\"Team\":{{\"Id\":{}}},\"Owner\":{{\"Id\":{person}}},\"Creator\":{{\"Id\":{person}}},\
             \"LastEditor\":{{\"Id\":{person}}},\"CreateDate\":\"{made}\",\"ModifyDate\":\"{changed}\",\"LastStateChangeDate\":\"{changed}\",\
             \"NumericPriority\":{}",
            size.project(self.project),
            size.team(self.team),
            self.n + 1,
        )
    }

    pub fn row(self) -> String {
        let size = self.size;
        let name = format!(
            "{} {} {}",
            size.dice.pick(ask::NAME, self.n, &VERBS),
            self.thing(),
            size.dice.pick(ask::NAME + 2, self.n, &PLACES)
        );
        let described = match self.throw(ask::DESCRIBED, 2) {
            0 => format!(
                ",\"Description\":\"<p>As a customer I want this for {}, because today it takes too long.</p>\"",
                self.thing()
            ),
            _ => String::new(),
        };
        let tags = self.tag().map(|tag| format!(",\"Tags\":\"{}\"", TAGS[tag as usize])).unwrap_or_default();
        let sprint = size.sprint_of(self.team, self.age).filter(|_| self.stage != Stage::Open);
        let sprint = sprint.map(|id| format!(",\"TeamIteration\":{{\"Id\":{id}}}")).unwrap_or_default();
        let release = size.release(self.project * 4 + (DAYS - self.age) * 3 / DAYS);
        let fields = match self.throw(ask::RISK, 5) {
            0 | 1 => format!(
                ",\"CustomFields\":[{{\"Name\":\"Risk\",\"Value\":\"{}\"}},{{\"Name\":\"Cost\",\"Value\":{}}}]",
                ["Low", "Medium", "High"][self.throw(ask::RISK + 100, 3) as usize],
                100 * (1 + self.throw(ask::RISK + 200, 90)),
            ),
            _ => String::new(),
        };
        format!(
            "{{\"Id\":{},\"Name\":\"{name}\",\"EntityState\":{{\"Id\":{}}},\"Priority\":{{\"Id\":{}}},\"Feature\":{{\"Id\":{}}},\
             \"Release\":{{\"Id\":{release}}},\"ResponsibleTeam\":{{\"Id\":{}}},\"InitialEstimate\":{},{},{}{described}{tags}{sprint}{fields}}}",
            self.id(),
            self.stage.of([45, 46, 47]),
            1 + self.throw(ask::PRIORITY, 5),
            size.story(self.n / 10 * 10).id() + 5,
            self.id(),
            self.effort(),
            self.efforts(self.effort(), 0),
            self.common(self.age),
        )
    }

    /// Effort and what is left of it. `spent` are hours.
    fn efforts(self, effort: u64, spent: u64) -> String {
        let done = match self.stage {
            Stage::Open => 0.0,
            Stage::UnderWay => effort as f64 / 2.0,
            Stage::Done => effort as f64,
        };
        format!(
            "\"Effort\":{effort},\"EffortCompleted\":{done},\"EffortToDo\":{},\"Progress\":{},\"TimeSpent\":{spent}",
            effort as f64 - done,
            done / effort as f64,
        )
    }

    fn tasks(self) -> u64 {
        self.throw(ask::TASKS, TASKS + 1)
    }

    /// Hours that were booked on a task.
    fn spent(self, task: u64) -> Option<u64> {
        (self.stage != Stage::Open).then(|| 1 + self.size.dice.throw(ask::EFFORT + 1, self.id() + task, 7))
    }

    pub fn task_rows(self, take: &mut dyn FnMut(String)) {
        for task in 1..=self.tasks() {
            let id = self.id() + task;
            take(format!(
                "{{\"Id\":{id},\"Name\":\"{} for {}\",\"UserStory\":{{\"Id\":{}}},\"EntityState\":{{\"Id\":{}}},\"Priority\":{{\"Id\":11}},\
                 \"ResponsibleTeam\":{{\"Id\":{id}}},{},{}}}",
                self.size.dice.pick(ask::CHORE, id, &CHORES),
                self.thing(),
                self.id(),
                self.stage.of([48, 49, 50]),
                self.efforts(self.task_effort(task), self.spent(task).unwrap_or_default()),
                self.common(self.age),
            ));
        }
    }

    fn task_effort(self, task: u64) -> u64 {
        1 + self.size.dice.throw(ask::EFFORT, self.id() + task, 8)
    }

    fn bug_effort(self) -> u64 {
        1 + self.throw(ask::BUG + 300, 5)
    }

    fn has_bug(self) -> bool {
        self.throw(ask::BUG, 10) < 3
    }

    pub fn bug_rows(self, take: &mut dyn FnMut(String)) {
        if self.has_bug() {
            let id = self.id() + 4;
            take(format!(
                "{{\"Id\":{id},\"Name\":\"{} {}\",\"UserStory\":{{\"Id\":{}}},\"Feature\":{{\"Id\":{}}},\"EntityState\":{{\"Id\":{}}},\
                 \"Priority\":{{\"Id\":{}}},\"Severity\":{{\"Id\":{}}},\"ResponsibleTeam\":{{\"Id\":{id}}},{},{}}}",
                capital(self.thing()),
                self.size.dice.pick(ask::BUG, id, &TROUBLES),
                self.id(),
                self.size.story(self.n / 10 * 10).id() + 5,
                self.stage.of([51, 52, 54]),
                6 + self.throw(ask::BUG + 100, 2),
                1 + self.throw(ask::BUG + 200, 5),
                self.efforts(self.bug_effort(), 0),
                self.common(self.age * 9 / 10),
            ));
        }
    }

    /// Ids of the story, its tasks and its bug.
    fn items(self) -> impl Iterator<Item = u64> {
        let bug = self.has_bug().then(|| self.id() + 4);
        (self.id()..=self.id() + self.tasks()).chain(bug)
    }

    /// Who works on a task or a bug also is who worked on the story.
    pub fn assignment_rows(self, take: &mut dyn FnMut(String)) {
        for id in self.items() {
            let person = self.size.somebody(self.team, ask::PERSON + 100, id);
            take(format!(
                "{{\"Id\":{id},\"Assignable\":{{\"Id\":{id}}},\"GeneralUser\":{{\"Id\":{person}}},\"Role\":{{\"Id\":1}}}}"
            ));
        }
    }

    pub fn team_assignment_rows(self, take: &mut dyn FnMut(String)) {
        for id in self.items() {
            let team = self.size.team(self.team);
            take(format!(
                "{{\"Id\":{id},\"Assignable\":{{\"Id\":{id}}},\"Team\":{{\"Id\":{team}}},\"StartDate\":\"today-{}d 18:00:00\"}}",
                self.age
            ));
        }
    }

    pub fn role_effort_rows(self, take: &mut dyn FnMut(String)) {
        let id = self.id();
        let mut row = |id: u64, effort: u64, spent: u64| {
            let efforts = self.efforts(effort, spent);
            let efforts: Vec<&str> = efforts.split(',').filter(|part| !part.contains("Progress")).collect();
            let efforts = efforts.join(",");
            take(format!(
                "{{\"Id\":{id},\"Assignable\":{{\"Id\":{id}}},\"Role\":{{\"Id\":1}},\"InitialEstimate\":{effort},{efforts}}}"
            ));
        };
        row(id, self.effort(), 0);
        for task in 1..=self.tasks() {
            row(id + task, self.task_effort(task), self.spent(task).unwrap_or_default());
        }
        if self.has_bug() {
            row(id + 4, self.bug_effort(), 0);
        }
    }

    pub fn time_rows(self, take: &mut dyn FnMut(String)) {
        for task in 1..=self.tasks() {
            let Some(spent) = self.spent(task) else { continue };
            let id = self.id() + task;
            let person = self.size.somebody(self.team, ask::PERSON + 100, id);
            take(format!(
                "{{\"Id\":{id},\"Spent\":{spent},\"Remain\":0,\"Date\":\"today-{0}d\",\"CreateDate\":\"today-{0}d 17:00:00\",\
                 \"Description\":\"{1}\",\"Assignable\":{{\"Id\":{id}}},\"Task\":{{\"Id\":{id}}},\"Project\":{{\"Id\":{2}}},\
                 \"User\":{{\"Id\":{person}}},\"Role\":{{\"Id\":1}}}}",
                self.age * 3 / 4,
                self.size.dice.pick(ask::CHORE, id, &CHORES),
                self.size.project(self.project),
            ));
        }
    }

    pub fn comment_rows(self, take: &mut dyn FnMut(String)) {
        if self.throw(ask::COMMENT, 10) < 3 {
            take(format!(
                "{{\"Id\":{id},\"General\":{{\"Id\":{id}}},\"Owner\":{{\"Id\":{}}},\"Description\":\"<div>{}</div>\",\
                 \"CreateDate\":\"today-{}d 15:20:00\"}}",
                self.size.somebody(self.team, ask::PERSON + 200, self.n),
                self.size.dice.pick(ask::COMMENT, self.n, &REMARKS),
                self.age * 9 / 10,
                id = self.id(),
            ));
        }
    }

    pub fn tag_link_rows(self, take: &mut dyn FnMut(String)) {
        if let Some(tag) = self.tag() {
            let id = self.id();
            take(format!("{{\"Id\":{id},\"General\":{{\"Id\":{id}}},\"Tag\":{{\"Id\":{}}}}}", tag + 1));
        }
    }
}

impl Stage {
    fn of(self, states: [u64; 3]) -> u64 {
        match self {
            Stage::Open => states[0],
            Stage::UnderWay => states[1],
            Stage::Done => states[2],
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
