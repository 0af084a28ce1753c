//! Tells random stories and looks after each step whether everything is as the model says.

use proptest::prelude::*;
use tpmock::SeedSource;

use super::model::Told;
use super::step::step;
use crate::world::World;

const WORKSPACES: [&str; 3] = ["", "/w/one", "/w/two"];

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
