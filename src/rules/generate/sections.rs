//! All sections of an account, each handed on in pieces.

use super::frame::{CUSTOM_FIELDS, tag_row};
use super::size::Size;
use super::words::TAGS;
use super::work::Story;

/// Rows of a piece.
const PIECE: usize = 5_000;

/// Takes a piece: the name of the section, the items as JSON with commas between them, and how many they are.
pub type Take<'t> = dyn FnMut(&str, &str, usize) -> Result<(), String> + 't;

/// Rows that hang on a story.
type OfStory = fn(Story, &mut dyn FnMut(String));

const OF_STORIES: [(&str, OfStory); 9] = [
    ("UserStories", |story, take| take(story.row())),
    ("Tasks", Story::task_rows),
    ("Bugs", Story::bug_rows),
    ("Assignments", Story::assignment_rows),
    ("TeamAssignments", Story::team_assignment_rows),
    ("RoleEfforts", Story::role_effort_rows),
    ("Times", Story::time_rows),
    ("Comments", Story::comment_rows),
    ("GeneralTag", Story::tag_link_rows),
];

/// Hands on the whole account. The same size gives the same text.
///
/// # Errors
/// What the taker says; nothing more is handed on.
pub fn generate(size: Size, take: &mut Take<'_>) -> Result<(), String> {
    section("CustomFields", CUSTOM_FIELDS.into_iter().map(str::to_owned), take)?;
    section("Users", (0..size.users()).map(|n| size.user_row(n)), take)?;
    section("Programs", (0..size.programs()).map(|n| size.program_row(n)), take)?;
    section("Projects", (0..size.projects()).map(|n| size.project_row(n)), take)?;
    section("Teams", (0..size.teams()).map(|n| size.team_row(n)), take)?;
    section("TeamProjects", (0..size.projects()).map(|n| size.team_project_row(n)), take)?;
    section("TeamMembers", (0..size.users()).map(|n| size.team_member_row(n)), take)?;
    section("ProjectMembers", (0..size.users()).map(|n| size.project_member_row(n)), take)?;
    section("Releases", (0..size.releases()).map(|n| size.release_row(n)), take)?;
    section("TeamIterations", (0..size.sprints()).map(|n| size.sprint_row(n)), take)?;
    section("Tags", (0..TAGS.len() as u64).map(tag_row), take)?;
    section("Epics", (0..size.stories.div_ceil(100)).map(|n| size.epic_row(n)), take)?;
    section("Features", (0..size.stories.div_ceil(10)).map(|n| size.feature_row(n)), take)?;
    for (name, of_story) in OF_STORIES {
        let mut pieces = Pieces { name, text: String::new(), rows: 0, take };
        for n in 0..size.stories {
            of_story(size.story(n), &mut |row| pieces.add(&row));
            pieces.pass_when_full()?;
        }
        pieces.pass()?;
    }
    Ok(())
}

fn section(name: &str, rows: impl Iterator<Item = String>, take: &mut Take<'_>) -> Result<(), String> {
    let mut pieces = Pieces { name, text: String::new(), rows: 0, take };
    for row in rows {
        pieces.add(&row);
        pieces.pass_when_full()?;
    }
    pieces.pass()
}

struct Pieces<'p, 't> {
    name: &'p str,
    text: String,
    rows: usize,
    take: &'p mut Take<'t>,
}

impl Pieces<'_, '_> {
    fn add(&mut self, row: &str) {
        if self.rows > 0 {
            self.text.push_str(",\n");
        }
        self.text.push_str(row);
        self.rows += 1;
    }

    fn pass_when_full(&mut self) -> Result<(), String> {
        if self.rows >= PIECE { self.pass() } else { Ok(()) }
    }

    fn pass(&mut self) -> Result<(), String> {
        if self.rows > 0 {
            (self.take)(self.name, &self.text, self.rows)?;
        }
        self.text.clear();
        self.rows = 0;
        Ok(())
    }
}
