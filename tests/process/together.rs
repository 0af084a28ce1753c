//! Many clients that read and write at once, in one account and each in its own: nothing fails, nothing is lost.
//!
//! `TOGETHER_SECONDS` says for how long.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, made};
use super::server::Server;
use super::setting;

const CLIENTS: usize = 64;

/// What one client did.
#[derive(Default)]
struct Done {
    /// Ids in the order they were given.
    stories: Vec<i64>,
    versions: Vec<i64>,
    effort: f64,
    spent: f64,
    comments: usize,
    failures: Vec<String>,
    requests: usize,
}

#[test]
fn in_one_workspace() {
    let server = Server::start(&[]);
    let story = shared_story(&server.url);
    let all = run(|_| (server.url.clone(), story));
    check(&server.url, story, &all);
}

#[test]
fn in_as_many_workspaces() {
    let server = Server::start(&[]);
    let url = |n: usize| format!("{}/w/client-{n}", server.url);
    let stories: Vec<_> = (0..CLIENTS).map(|n| shared_story(&url(n))).collect();
    let all = run(|n| (url(n), stories[n]));
    for (n, done) in all.iter().enumerate() {
        check(&url(n), stories[n], std::slice::from_ref(done));
    }
}

/// A story of a feature of its own, on which clients spend their time: both ids.
fn shared_story(url: &str) -> (i64, i64) {
    let client = Client::new(url);
    let project = json!({"Id": 7});
    let feature = made(&client.post("Features", &json!({"Name": "shared", "Project": project}))).expect("a feature");
    let story = json!({"Name": "shared", "Project": project, "Feature": {"Id": feature}});
    (made(&client.post("UserStories", &story)).expect("a story"), feature)
}

/// Lets every client work for the time that is set.
fn run(place: impl Fn(usize) -> (String, (i64, i64))) -> Vec<Done> {
    let end = Instant::now() + Duration::from_secs(setting("TOGETHER_SECONDS", 4));
    let work = |n: usize, (url, (story, feature)): (String, (i64, i64))| {
        move || {
            let (client, mut done) = (Client::new(&url), Done::default());
            let mut round = n;
            while Instant::now() < end && done.failures.len() < 5 {
                done.step(&client, round, story, feature);
                round += 1;
            }
            done
        }
    };
    let threads: Vec<_> = (0..CLIENTS).map(|n| thread::spawn(work(n, place(n)))).collect();
    threads.into_iter().map(|t| t.join().expect("a client that ends")).collect()
}

impl Done {
    fn step(&mut self, client: &Client, round: usize, story: i64, feature: i64) {
        let (what, answer) = match round % 6 {
            0 | 3 => {
                let body = json!({"Name": format!("story {round}"), "Project": {"Id": 7}, "Feature": {"Id": feature}, "Effort": 1.5});
                ("create", client.post("UserStories", &body))
            }
            1 => {
                ("time", client.post("Times", &json!({"Assignable": {"Id": story}, "Spent": 0.25, "Description": "t"})))
            }
            2 => ("list", client.get("UserStories?take=10&include=[Id,Name,Effort,Feature[Effort],Comments-Count]")),
            4 => ("comment", client.post("Comments", &json!({"General": {"Id": story}, "Description": "c"}))),
            _ => ("read", client.get(&format!("UserStories/{story}"))),
        };
        self.requests += 1;
        match (&answer, what) {
            (Some((201, made)), "create") => {
                self.stories.extend(made["Id"].as_i64());
                self.versions.extend(made["EntityVersion"].as_i64());
                self.effort += 1.5;
            }
            (Some((201, _)), "time") => self.spent += 0.25,
            (Some((201, _)), "comment") => self.comments += 1,
            (Some((200, _)), "list" | "read") => {}
            _ => self.failures.push(format!("{what}: {answer:?}")),
        }
    }
}

/// What all wrote is there, once.
fn check(url: &str, (story, feature): (i64, i64), all: &[Done]) {
    let failures: Vec<&String> = all.iter().flat_map(|d| &d.failures).collect();
    assert!(failures.is_empty(), "{} failures, such as {:?}", failures.len(), &failures[..failures.len().min(5)]);
    for done in all {
        assert!(done.stories.is_sorted_by(|a, b| a < b), "ids of a client grow");
        assert!(done.versions.is_sorted_by(|a, b| a < b), "versions of a client grow");
    }
    let given: Vec<i64> = all.iter().flat_map(|d| d.stories.iter().copied()).collect();
    let ids: BTreeSet<i64> = given.iter().copied().collect();
    assert_eq!(ids.len(), given.len(), "an id was given twice");

    let client = Client::new(url);
    assert_eq!(stories_of(&client, feature), ids, "stories that were made and those that are there");
    let number = |path: &str, name: &str| client.get(path).map(|(_, row)| row[name].as_f64()).expect("an answer");
    let sum = |of: fn(&Done) -> f64| Some(all.iter().map(of).sum::<f64>());
    let whole = format!("UserStories/{story}");
    assert_eq!(number(&format!("{whole}?include=[TimeSpent]"), "TimeSpent"), sum(|d| d.spent));
    assert_eq!(
        number(&format!("{whole}?include=[Id]&append=[Comments-Count]"), "Comments-Count"),
        sum(|d| d.comments as f64)
    );
    assert_eq!(number(&format!("Features/{feature}?include=[Effort]"), "Effort"), sum(|d| d.effort));
    let requests: usize = all.iter().map(|d| d.requests).sum();
    assert!(requests > 0, "nobody did anything");
}

/// Ids of the stories below a feature, but for the first one.
fn stories_of(client: &Client, feature: i64) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    loop {
        let path = format!(
            "UserStories?where=(Feature.Id%20eq%20{feature})and(Name%20ne%20'shared')&include=[Id]&take=1000&skip={}",
            ids.len()
        );
        let page = client.items(&path);
        ids.extend(page.iter().filter_map(|row: &Value| row["Id"].as_i64()));
        if page.len() < 1000 {
            return ids;
        }
    }
}
