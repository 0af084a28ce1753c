//! Who is measured: how each is installed and started, and how the same question is put to it.

use std::path::Path;
use std::process::Command;

use crate::data::Data;

/// One question that is put over and over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    Read,
    Page,
    Filter,
    Create,
}

impl Scenario {
    pub const ALL: [Self; 4] = [Self::Read, Self::Page, Self::Filter, Self::Create];

    pub fn title(self) -> &'static str {
        match self {
            Self::Read => "by id, /s",
            Self::Page => "page of 25, /s",
            Self::Filter => "filtered page, /s",
            Self::Create => "creates, /s",
        }
    }
}

/// A request with `{id}` for one of the ids and `{new}` for a number not used yet.
pub struct Request {
    pub line: &'static str,
    pub headers: &'static str,
    pub body: &'static str,
}

/// Puts the stories into a server that has just started.
pub type Fill = fn(u16, &Data) -> Result<(), String>;

pub struct Target {
    pub name: &'static str,
    pub title: &'static str,
    pub port: u16,
    /// Whether what is written can be read, or answers are fixed.
    pub holds_data: bool,
    /// Shell commands, run in the folder of the peers.
    install: &'static [&'static str],
    /// A file in that folder that is there once it is installed.
    installed: &'static str,
    /// Program and arguments, with `{port}`, `{folder}` and `{tpmock}`.
    pub start: &'static str,
    pub ready: &'static str,
    pub headers: &'static str,
    pub requests: [Option<Request>; 4],
    pub fill: Option<Fill>,
}

const fn get(line: &'static str) -> Option<Request> {
    Some(Request { line, headers: "", body: "" })
}

const fn post(line: &'static str, body: &'static str) -> Option<Request> {
    Some(Request { line, headers: "", body })
}

const fn dynamo(operation: &'static str, body: &'static str) -> Option<Request> {
    Some(Request { line: "POST /", headers: operation, body })
}

const STORY: &str = r#"{"Name":"A new story","Description":"made by the benchmark","Effort":5,"Project":{"Id":1}}"#;

pub const ALL: &[Target] = &[
    Target {
        name: "tpmock",
        title: "**tpmock**",
        port: 18200,
        holds_data: true,
        install: &[],
        installed: "",
        start: "{tpmock} serve --port {port} --auth open --log warn --data {folder}/data/run.db",
        ready: "/api/v1/UserStories?format=json&take=1",
        headers: "",
        requests: [
            get("GET /api/v1/UserStories/{id}?format=json"),
            get("GET /api/v1/UserStories?format=json&take=25"),
            get(
                "GET /api/v1/UserStories?format=json&take=25&where=(EntityState.Name%20eq%20'Open')and(Effort%20gt%203)",
            ),
            post("POST /api/v1/UserStories?format=json", STORY),
        ],
        fill: None,
    },
    Target {
        name: "json-server",
        title: "json-server 0.17",
        port: 18201,
        holds_data: true,
        install: &["npm install --no-audit --no-fund --prefix json-server json-server@0.17.4"],
        installed: "json-server/node_modules/json-server/lib/cli/bin.js",
        start: "node {folder}/json-server/node_modules/json-server/lib/cli/bin.js --quiet --id Id --host 127.0.0.1 \
                --port {port} {folder}/data/db.json",
        ready: "/UserStories?_limit=1",
        headers: "",
        requests: [
            get("GET /UserStories/{id}"),
            get("GET /UserStories?_page=1&_limit=25"),
            get("GET /UserStories?EntityState.Name=Open&Effort_gte=4&_limit=25"),
            post("POST /UserStories", STORY),
        ],
        fill: None,
    },
    Target {
        name: "mockoon",
        title: "Mockoon 9.9 (data bucket)",
        port: 18202,
        holds_data: true,
        install: &["npm install --no-audit --no-fund --prefix mockoon @mockoon/cli@9.9.0"],
        installed: "mockoon/node_modules/@mockoon/cli/bin/run.js",
        start: "node {folder}/mockoon/node_modules/@mockoon/cli/bin/run.js start --disable-log-to-file \
                --disable-admin-api --data {folder}/data/mockoon.json --port {port} --hostname 127.0.0.1",
        ready: "/UserStories?page=1&limit=1",
        headers: "",
        requests: [
            get("GET /UserStories/{id}"),
            get("GET /UserStories?page=1&limit=25"),
            get("GET /UserStories?EntityState.Name_eq=Open&Effort_gt=3&page=1&limit=25"),
            post("POST /UserStories", STORY),
        ],
        fill: None,
    },
    Target {
        name: "moto",
        title: "moto 5.2 (DynamoDB)",
        port: 18203,
        holds_data: true,
        install: &["python3 -m venv moto", "moto/bin/pip install -q 'moto[server]==5.2.5'"],
        installed: "moto/bin/moto_server",
        start: "{folder}/moto/bin/moto_server -H 127.0.0.1 -p {port}",
        ready: "/moto-api/",
        headers: crate::data::DYNAMO_HEADERS,
        requests: [
            dynamo(
                "X-Amz-Target: DynamoDB_20120810.GetItem\r\n",
                r#"{"TableName":"stories","Key":{"P":{"S":"all"},"Id":{"N":"{id}"}}}"#,
            ),
            dynamo(
                "X-Amz-Target: DynamoDB_20120810.Query\r\n",
                r#"{"TableName":"stories","Limit":25,"KeyConditionExpression":"P = :p","ExpressionAttributeValues":{":p":{"S":"all"}}}"#,
            ),
            None,
            dynamo(
                "X-Amz-Target: DynamoDB_20120810.PutItem\r\n",
                r#"{"TableName":"stories","Item":{"P":{"S":"new"},"Id":{"N":"{new}"},"Doc":{"S":"made by the benchmark"}}}"#,
            ),
        ],
        fill: Some(crate::data::fill_dynamo),
    },
    Target {
        name: "wiremock",
        title: "WireMock 3.13 (stubs)",
        port: 18204,
        holds_data: false,
        install: &["npm install --no-audit --no-fund --prefix wiremock wiremock@3.13.2"],
        installed: "wiremock/node_modules/wiremock/build/wiremock-standalone-3.13.2.jar",
        start: "java -jar {folder}/wiremock/node_modules/wiremock/build/wiremock-standalone-3.13.2.jar --bind-address \
                127.0.0.1 --port {port} --root-dir {folder}/data/wiremock --no-request-journal \
                --disable-request-logging --disable-banner",
        ready: "/UserStories/1",
        headers: "",
        requests: [get("GET /UserStories/{id}"), get("GET /UserStories"), None, post("POST /UserStories", STORY)],
        fill: None,
    },
    Target {
        name: "prism",
        title: "Prism 5.14 (examples)",
        port: 18205,
        holds_data: false,
        install: &["npm install --no-audit --no-fund --prefix prism @stoplight/prism-cli@5.14.2"],
        installed: "prism/node_modules/@stoplight/prism-cli/dist/index.js",
        start: "node {folder}/prism/node_modules/@stoplight/prism-cli/dist/index.js mock --verboseLevel silent -h \
                127.0.0.1 -p {port} {folder}/data/openapi.json",
        ready: "/UserStories/1",
        headers: "",
        requests: [get("GET /UserStories/{id}"), get("GET /UserStories"), None, post("POST /UserStories", STORY)],
        fill: None,
    },
];

impl Target {
    pub fn request(&self, scenario: Scenario) -> Option<&Request> {
        self.requests[scenario as usize].as_ref()
    }

    pub fn installed(&self, folder: &Path) -> bool {
        folder.join(self.installed).exists()
    }
}

/// Installs what is not there yet.
pub fn install(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for target in ALL.iter().filter(|t| !t.installed(folder)) {
        for command in target.install {
            eprintln!("{}: {command}", target.name);
            let status = Command::new("sh").args(["-c", command]).current_dir(folder).status();
            if !status.map_err(|e| e.to_string())?.success() {
                return Err(format!("{} was not installed", target.name));
            }
        }
    }
    Ok(())
}
