//! What stands around the work: people, programs, projects, teams, releases, sprints, tags and custom fields.

use super::size::{DAYS, PEOPLE, SPRINTS, Size};
use super::words::{ANIMALS, FIRST, LAST, MARKETS, PRODUCTS, TAGS};

const DEVELOPER: u64 = 1;
const MANAGER: u64 = 7;
const TESTER: u64 = 9;

/// The process that everything follows, in the account that every seed stands on.
pub const SCRUM: u64 = 3;

/// States of projects of that process.
const PROJECT_UNDER_WAY: u64 = 99;

impl Size {
    pub fn user_row(self, n: u64) -> String {
        let (first, last) = name(n);
        let login = login(n);
        let role = role(n);
        // hashing a password takes longer than making all the rest of a person
        let password = if n < 5 { format!(",\"Password\":\"{login}\"") } else { String::new() };
        format!(
            "{{\"Id\":{},\"FirstName\":\"{first}\",\"LastName\":\"{last}\",\"Login\":\"{login}\",\"Email\":\"{login}@company.example\",\
             \"IsActive\":{},\"IsAdministrator\":false,\"Kind\":\"User\",\"WeeklyAvailableHours\":40,\"Role\":{{\"Id\":{role}}},\
             \"CreateDate\":\"today-{}d 09:00:00\"{password}}}",
            PEOPLE + n,
            n % 23 != 22,
            DAYS + 30 - n % 30,
        )
    }

    pub fn program_row(self, n: u64) -> String {
        let name = MARKETS[n as usize % MARKETS.len()];
        let more = again(n, MARKETS.len());
        format!("{{\"Id\":{},\"Name\":\"{name}{more}\",{}}}", self.program(n), made(DAYS + 60))
    }

    pub fn project_row(self, n: u64) -> String {
        let (product, market) = (n as usize % PRODUCTS.len(), n as usize / PRODUCTS.len());
        let market = if market == 0 { String::new() } else { format!(" {}", MARKETS[(market - 1) % MARKETS.len()]) };
        format!(
            "{{\"Id\":{},\"Name\":\"{}{market}\",\"Abbreviation\":\"P{}\",\"IsActive\":true,\"Program\":{{\"Id\":{}}},\
             \"Process\":{{\"Id\":{SCRUM}}},\"EntityState\":{{\"Id\":{PROJECT_UNDER_WAY}}},{}}}",
            self.project(n),
            PRODUCTS[product],
            n + 1,
            self.program(n % self.programs()),
            made(DAYS + 50),
        )
    }

    pub fn team_row(self, n: u64) -> String {
        let (name, more) = (ANIMALS[n as usize % ANIMALS.len()], again(n, ANIMALS.len()));
        format!("{{\"Id\":{},\"Name\":\"{name}{more}\",\"IsActive\":true,{}}}", self.team(n), made(DAYS + 40))
    }

    /// A project has one team at least, a team all projects that are a multiple of its number away.
    pub fn team_project_row(self, n: u64) -> String {
        format!(
            "{{\"Id\":{},\"Team\":{{\"Id\":{}}},\"Project\":{{\"Id\":{}}},\"StartDate\":\"today-{}d\"}}",
            n + 1,
            self.team(self.team_of(n)),
            self.project(n),
            DAYS + 40,
        )
    }

    pub fn team_of(self, project: u64) -> u64 {
        project % self.teams()
    }

    pub fn team_member_row(self, n: u64) -> String {
        format!(
            "{{\"Id\":{},\"Team\":{{\"Id\":{}}},\"User\":{{\"Id\":{}}},\"Role\":{{\"Id\":{}}},\"StartDate\":\"today-{DAYS}d\"}}",
            n + 1,
            self.team(n / 6),
            PEOPLE + n,
            role(n),
        )
    }

    /// Everybody works in the project of the number of their team.
    pub fn project_member_row(self, n: u64) -> String {
        format!(
            "{{\"Id\":{},\"Project\":{{\"Id\":{}}},\"User\":{{\"Id\":{}}},\"Role\":{{\"Id\":{}}},\"Allocation\":100,\
             \"WeeklyAvailableHours\":40,\"IsActive\":true}}",
            n + 1,
            self.project((n / 6) % self.projects()),
            PEOPLE + n,
            role(n),
        )
    }

    pub fn release_row(self, n: u64) -> String {
        let (project, quarter) = (n / 4, n % 4);
        let start = DAYS - quarter * DAYS / 3;
        let end = start as i64 - (DAYS / 3) as i64;
        format!(
            "{{\"Id\":{},\"Name\":\"Release {}.{quarter}\",\"Project\":{{\"Id\":{}}},\"Process\":{{\"Id\":{SCRUM}}},\
             \"StartDate\":\"today-{start}d\",\"EndDate\":\"today{}d\",{}}}",
            self.release(n),
            project + 1,
            self.project(project),
            signed(-end),
            made(start + 14),
        )
    }

    /// The sprint of a team that a day falls into; `None` for days before the first.
    pub fn sprint_of(self, team: u64, days_ago: u64) -> Option<u64> {
        let back = days_ago / 14;
        (back + 2 < SPRINTS).then(|| self.sprint(team * SPRINTS + SPRINTS - 3 - back))
    }

    pub fn sprint_row(self, n: u64) -> String {
        let (team, place) = (n / SPRINTS, n % SPRINTS);
        let start = (place as i64 - (SPRINTS as i64 - 3)) * 14 - 13;
        format!(
            "{{\"Id\":{},\"Name\":\"{} {}\",\"Team\":{{\"Id\":{}}},\"StartDate\":\"today{}d\",\"EndDate\":\"today{}d 23:59:59\",\
             \"Duration\":14,\"Velocity\":{},{}}}",
            self.sprint(n),
            ANIMALS[team as usize % ANIMALS.len()],
            place + 1,
            self.team(team),
            signed(start),
            signed(start + 13),
            20 + self.dice.throw(1, n, 20),
            made(DAYS),
        )
    }

    /// Somebody of the team, another one for each question.
    pub fn somebody(self, team: u64, what: u64, thing: u64) -> u64 {
        PEOPLE + team * 6 + self.dice.throw(what, thing, 6)
    }
}

pub fn tag_row(n: u64) -> String {
    format!("{{\"Id\":{},\"Name\":\"{}\"}}", n + 1, TAGS[n as usize])
}

/// Fields of user stories.
pub const CUSTOM_FIELDS: [&str; 2] = [
    r#"{"Id":1,"Name":"Risk","FieldType":"DropDown","Value":"Low\nMedium\nHigh","EntityType":{"Id":4},"Process":{"Id":3},"NumericPriority":1,"EntityFieldName":"CustomField1"}"#,
    r#"{"Id":2,"Name":"Cost","FieldType":"Money","EntityType":{"Id":4},"Process":{"Id":3},"NumericPriority":2,"EntityFieldName":"CustomField2"}"#,
];

fn role(n: u64) -> u64 {
    match n % 6 {
        0 => MANAGER,
        5 => TESTER,
        _ => DEVELOPER,
    }
}

/// No two of the first 1,600 people share a name; later ones get a number in their login.
fn name(n: u64) -> (&'static str, &'static str) {
    let (a, b) = (n as usize % FIRST.len(), (n as usize / FIRST.len() + n as usize) % LAST.len());
    (FIRST[a], LAST[b])
}

fn login(n: u64) -> String {
    let (first, last) = name(n);
    let more = n / (FIRST.len() * LAST.len()) as u64;
    let more = if more == 0 { String::new() } else { more.to_string() };
    format!("{}.{}{more}", first.to_lowercase(), last.to_lowercase())
}

/// A number behind a word that is used again.
fn again(n: u64, words: usize) -> String {
    let round = n as usize / words;
    if round == 0 { String::new() } else { format!(" {}", round + 1) }
}

/// Days as the dates of seeds have them: `+3`, `-14`.
pub fn signed(days: i64) -> String {
    format!("{days:+}")
}

fn made(days_ago: u64) -> String {
    let day = format!("today-{days_ago}d 09:30:00");
    format!(
        "\"CreateDate\":\"{day}\",\"ModifyDate\":\"{day}\",\"Owner\":{{\"Id\":1}},\"Creator\":{{\"Id\":1}},\"LastEditor\":{{\"Id\":1}}"
    )
}
