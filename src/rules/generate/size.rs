//! How large an account is: how many of everything there are for so many stories.

use super::dice::Dice;

/// More would not fit into ids of 32 bits.
pub const MAX_STORIES: u64 = 20_000_000;

/// Ids of planning and work items come from one sequence: the frame has the first ones, each story a block of its own.
pub const FRAME: u64 = 10_001;
pub const WORK: u64 = 100_000;
pub const BLOCK: u64 = 10;

/// Days that the work of an account goes back.
pub const DAYS: u64 = 1_095;

/// A story and what belongs to it are about ten entities.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub stories: u64,
    pub dice: Dice,
}

impl Size {
    pub fn new(stories: u64, number: u64) -> Self {
        Self { stories: stories.clamp(1, MAX_STORIES), dice: Dice::new(number) }
    }

    pub fn programs(self) -> u64 {
        self.projects().div_ceil(8)
    }

    pub fn projects(self) -> u64 {
        (self.stories / 400).clamp(3, 250)
    }

    pub fn teams(self) -> u64 {
        (self.stories / 600).clamp(2, 120)
    }

    /// Beside the administrator and the System user.
    pub fn users(self) -> u64 {
        self.teams() * 6
    }

    pub fn releases(self) -> u64 {
        self.projects() * 4
    }

    /// Sprints of two weeks; the last two lie ahead.
    pub fn sprints(self) -> u64 {
        self.teams() * SPRINTS
    }

    pub fn program(self, n: u64) -> u64 {
        FRAME + n
    }

    pub fn project(self, n: u64) -> u64 {
        self.program(self.programs()) + n
    }

    pub fn team(self, n: u64) -> u64 {
        self.project(self.projects()) + n
    }

    pub fn release(self, n: u64) -> u64 {
        self.team(self.teams()) + n
    }

    pub fn sprint(self, n: u64) -> u64 {
        self.release(self.releases()) + n
    }
}

/// Sprints of a team.
pub const SPRINTS: u64 = 28;

/// The first of the people; 1 and 2 are in every account.
pub const PEOPLE: u64 = 3;
