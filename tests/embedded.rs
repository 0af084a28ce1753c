//! How a test suite uses tpmock in its own process: one server, a workspace for each test, a real HTTP client.

use std::sync::OnceLock;

use serde_json::{Value, json};
use tpmock::{Config, SeedSource, Server, Workspace};

/// One server for the whole suite. It starts in milliseconds and stops with the process.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let config =
            Config { seed: SeedSource::Small, clock: Some("2026-03-10T12:00:00Z".into()), ..Config::default() };
        Server::start(config).expect("a server")
    })
}

/// The program under test: a client that knows an address and a token.
struct Client {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Client {
    fn new(workspace: &Workspace) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let token = server().token().expect("a token").replace('+', "%2B").replace('=', "%3D");
        Self { agent: config.into(), url: workspace.url().to_owned(), token }
    }

    fn address(&self, path: &str) -> String {
        let sign = if path.contains('?') { '&' } else { '?' };
        format!("{}{path}{sign}format=json&access_token={}", self.url, self.token)
    }

    fn get(&self, path: &str) -> (u16, Value) {
        read(self.agent.get(self.address(path)).call())
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.post(self.address(path));
        read(request.header("Content-Type", "application/json").send(body.to_string()))
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> (u16, Value) {
    let mut answer = answer.expect("an answer");
    let text = answer.body_mut().read_to_string().expect("a body");
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null))
}

fn project(client: &Client) -> i64 {
    client.get("/api/v1/Projects?take=1").1["Items"][0]["Id"].as_i64().expect("a project")
}

#[test]
fn a_new_story_is_found_again() {
    let workspace = server().workspace("new-story").expect("a workspace");
    let client = Client::new(&workspace);
    let (status, story) =
        client.post("/api/v1/UserStories", &json!({ "Name": "Embedded", "Project": { "Id": project(&client) } }));
    assert_eq!(status, 201, "{story}");
    let (_, found) = client.get("/api/v1/UserStories?where=Name%20eq%20'Embedded'");
    assert_eq!(found["Items"][0]["Id"], story["Id"]);
}

#[test]
fn one_call_changes_what_it_should_and_nothing_else() {
    let workspace = server().workspace("diff").expect("a workspace");
    let client = Client::new(&workspace);
    let id = client.get("/api/v1/Bugs?take=1").1["Items"][0]["Id"].as_i64().expect("a bug");
    workspace.snapshot("before the call").expect_err("a name has no blanks");
    workspace.snapshot("before-the-call").expect("a snapshot");
    client.post(&format!("/api/v1/Bugs/{id}"), &json!({ "Name": "Renamed" }));
    let changes = workspace.changes("before-the-call").expect("changes");
    let bug = changes.updated.iter().find(|u| u.entity == "Bug").expect("the bug changed");
    assert_eq!(bug.id, id);
    assert!(bug.fields.iter().any(|f| f.field == "Name" && f.to == "Renamed"), "{bug:?}");
    assert!(changes.deleted.is_empty());
}

#[test]
fn a_client_that_retries_gets_through() {
    let workspace = server().workspace("retry").expect("a workspace");
    let client = Client::new(&workspace);
    let fault = workspace.fault(r#"{"entity":"Task","times":2,"status":503}"#).expect("a fault");
    let statuses: Vec<u16> = (0..3).map(|_| client.get("/api/v1/Tasks?take=1").0).collect();
    assert_eq!(statuses, [503, 503, 200]);
    assert_eq!(workspace.fault_count(fault), 2, "the test met its faults");
}

#[test]
fn time_passes_as_the_test_says() {
    let workspace = server().workspace("clock").expect("a workspace");
    let client = Client::new(&workspace);
    workspace.freeze_clock("2027-01-01T00:00:00Z").expect("a clock");
    workspace.advance_clock("3d 4h").expect("a clock");
    let (_, bug) = client.post("/api/v1/Bugs", &json!({ "Name": "Late", "Project": { "Id": project(&client) } }));
    assert_eq!(bug["CreateDate"], "/Date(1799035200000+0000)/");
}

#[test]
fn the_service_answers_without_a_socket() {
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    let router = server().app().router();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(async {
        let request = axum::http::Request::get("/_tpmock/health").header("Host", "in.process");
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let answer = router.oneshot(request).await.expect("an answer");
        answer.into_body().collect().await.expect("a body").to_bytes()
    });
    assert!(String::from_utf8_lossy(&answer).contains("\"status\": \"ok\""));
}

/// Sixty-four tests at once, each in its own workspace: the same ids, and nobody sees anybody else.
#[test]
fn sixty_four_tests_at_once_do_not_see_each_other() {
    let test = |n: usize| {
        let workspace = server().workspace(&format!("parallel-{n}")).expect("a workspace");
        let client = Client::new(&workspace);
        let project = project(&client);
        let mut ids = Vec::new();
        for i in 0..3 {
            let (status, bug) = client
                .post("/api/v1/Bugs", &json!({ "Name": format!("Bug {i} of {n}"), "Project": { "Id": project } }));
            assert_eq!(status, 201, "{bug}");
            ids.push(bug["Id"].as_i64().expect("an id"));
        }
        let (_, found) = client.get("/api/v1/Bugs?take=1000&where=Name%20contains%20'%20of%20'&include=[Id,Name]");
        let mut names: Vec<String> = found["Items"]
            .as_array()
            .expect("bugs")
            .iter()
            .map(|b| b["Name"].as_str().unwrap_or_default().to_owned())
            .collect();
        names.sort();
        assert_eq!(names, (0..3).map(|i| format!("Bug {i} of {n}")).collect::<Vec<_>>());
        let posts = workspace.requests().iter().filter(|r| r.method == "POST" && r.status == 201).count();
        assert_eq!(posts, 3);
        ids
    };
    let ids: Vec<Vec<i64>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..64).map(|n| scope.spawn(move || test(n))).collect();
        running.into_iter().map(|t| t.join().expect("the test passes")).collect()
    });
    assert!(ids.iter().all(|own| *own == ids[0]), "every world gives the same ids");
}

#[test]
fn a_server_stops_with_its_value() {
    let server = Server::start(Config { seed: SeedSource::Empty, ..Config::default() }).expect("a server");
    let address = server.url().trim_start_matches("http://").to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    drop(server);
    assert!(std::net::TcpStream::connect(&address).is_err());
}
