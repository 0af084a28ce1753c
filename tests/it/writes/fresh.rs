//! What an answer shows of a reference is of the moment the answer is of, however often the reference was shown before.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;
use tpmock::SeedSource;

use crate::world::World;

const RENAMES: u64 = 150;

/// Addresses that show the project of stories in each spelling.
const READS: [&str; 5] = [
    "/api/v1/UserStories?format=json&take=4&where=Project.Id%20eq%207",
    "/api/v1/UserStories?take=4&where=Project.Id%20eq%207",
    "/api/v1/UserStories/31?format=json",
    "/api/v2/UserStory?where=(project.id==7)&take=4&select={project}",
    "/api/v1/Features?format=json&include=[Project,UserStories[Project]]&where=Project.Id%20eq%207",
];

/// What goes on beside renames: told the latest one that is answered, and when it is over. How often it came round.
type Job<'a> = Box<dyn Fn(&AtomicU64, &AtomicBool) -> usize + Sync + 'a>;

#[test]
fn a_renamed_project_is_renamed_everywhere_at_once() {
    let world = World::open(SeedSource::Small).expect("the small account");
    let world = &world;
    let reader = |address| -> Job<'_> { Box::new(move |latest, over| read(world, address, latest, over)) };
    beside_renames(world, &READS.map(reader));
}

#[test]
fn what_was_made_shows_the_name_its_project_has_by_then() {
    let world = World::open(SeedSource::Small).expect("the small account");
    let maker = |_| -> Job<'_> { Box::new(|latest, over| make(&world, latest, over)) };
    beside_renames(&world, &[0, 1, 2, 3].map(maker));
}

fn beside_renames(world: &World, jobs: &[Job<'_>]) {
    let (latest, over) = (AtomicU64::new(0), AtomicBool::new(false));
    rename(world, 0);
    std::thread::scope(|scope| {
        let running: Vec<_> = jobs.iter().map(|job| scope.spawn(|| job(&latest, &over))).collect();
        for n in 1..=RENAMES {
            rename(world, n);
            latest.store(n, Ordering::SeqCst);
        }
        over.store(true, Ordering::SeqCst);
        for job in running {
            assert!(job.join().expect("a job") > 0);
        }
    });
}

/// Makes stories until it is over; how many.
fn make(world: &World, latest: &AtomicU64, over: &AtomicBool) -> usize {
    let mut times = 0;
    while !over.load(Ordering::SeqCst) {
        let least = latest.load(Ordering::SeqCst);
        let story = json!({"Name": "a story", "Effort": 2, "Project": {"Id": 7}});
        let (status, answer) = super::post(world, "/api/v1/UserStories", &story);
        assert_eq!(status, 201, "{answer}");
        let name = answer["Project"]["Name"].as_str().expect("a name");
        let shown: u64 = name.trim_start_matches("name ").trim_end_matches(" of it").parse().expect("a number");
        assert!(shown >= least, "{name} after {least}");
        times += 1;
    }
    times
}

fn rename(world: &World, n: u64) {
    let (status, answer) = super::post(world, "/api/v1/Projects/7", &json!({"Name": format!("name {n} of it")}));
    assert_eq!(status, 200, "{answer}");
}

/// Reads until it is over; how often.
fn read(world: &World, address: &str, latest: &AtomicU64, over: &AtomicBool) -> usize {
    let mut times = 0;
    while !over.load(Ordering::SeqCst) {
        let least = latest.load(Ordering::SeqCst);
        let body = world.get(address).body;
        let body = String::from_utf8(body).expect("text");
        let shown: Vec<u64> = body
            .split("name ")
            .filter_map(|rest| rest.split_once(" of it").and_then(|(number, _)| number.parse().ok()))
            .collect();
        assert!(shown.windows(2).all(|pair| pair[0] == pair[1]), "{address}: {shown:?}");
        assert!(shown.first() >= Some(&least), "{address}: {shown:?} after {least}");
        times += 1;
    }
    times
}
