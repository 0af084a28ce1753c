//! The stories that all hold: a seed for tpmock, and what tpmock says of them in the files of the others.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::http;

pub const DYNAMO_HEADERS: &str = "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Date: 20200101T000000Z\r\n\
    Authorization: AWS4-HMAC-SHA256 Credential=bench/20200101/us-east-1/dynamodb/aws4_request, \
    SignedHeaders=host;x-amz-date, Signature=0\r\n";

pub struct Data {
    folder: PathBuf,
    stories: Vec<Value>,
    pub ids: Vec<u64>,
}

/// The id of the first story; all that a seed brings along lies below.
const FIRST: usize = 20_000;

/// Writes a database for tpmock and the files of the others into `folder/data`.
pub fn prepare(folder: &Path, count: usize) -> Result<Data, String> {
    let folder = folder.join("data");
    let text = |e: std::io::Error| format!("{}: {e}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(text)?;
    }
    std::fs::create_dir_all(folder.join("wiremock/mappings")).map_err(text)?;
    write(&folder.join("seed.json"), &seed(count))?;
    let stories = ask_tpmock(&folder, count)?;
    let ids = stories.iter().filter_map(|story| story["Id"].as_u64()).collect();
    let data = Data { folder, stories, ids };
    data.write_peers()?;
    Ok(data)
}

impl Data {
    /// Undoes what a run before has written.
    pub fn fresh(&self) -> Result<(), String> {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.folder.join(format!("run.db{end}")));
        }
        let copy = |from: &str, to: &str| std::fs::copy(self.folder.join(from), self.folder.join(to));
        copy("stories.db", "run.db").map_err(|e| format!("stories.db: {e}"))?;
        write(&self.folder.join("db.json"), &json!({ "UserStories": self.stories }))
    }

    fn write_peers(&self) -> Result<(), String> {
        let (item, page) = (&self.stories[0], json!({ "Items": &self.stories[..self.stories.len().min(25)] }));
        write(&self.folder.join("mockoon.json"), &mockoon(&self.stories))?;
        write(&self.folder.join("openapi.json"), &openapi(item, &page))?;
        for (name, method, path, status, body) in [
            ("item", "GET", "/UserStories/[0-9]+", 200, item),
            ("page", "GET", "/UserStories", 200, &page),
            ("create", "POST", "/UserStories", 201, item),
        ] {
            let stub = json!({
                "request": {"method": method, "urlPathPattern": path},
                "response": {"status": status, "jsonBody": body, "headers": {"Content-Type": "application/json"}},
            });
            write(&self.folder.join(format!("wiremock/mappings/{name}.json")), &stub)?;
        }
        Ok(())
    }
}

fn write(path: &Path, value: &Value) -> Result<(), String> {
    std::fs::write(path, value.to_string()).map_err(|e| format!("{}: {e}", path.display()))
}

/// Stories with the members that a filter and a page show, spread over projects, states and people.
fn seed(count: usize) -> Value {
    let states = ["Open", "In Progress", "Done"];
    let projects = (1..=20).map(|id| json!({"Id": id, "Name": format!("Project {id}")}));
    let stories = (0..count).map(|i| {
        let id = FIRST + i;
        json!({
            "Id": id, "Name": format!("Story {id}: search the board by more than one word"),
            "Description": format!("<div>What card {i} says when a team plans the next release with it</div>"),
            "Project": {"Id": 1 + i % 20}, "EntityState": {"Name": states[i % 3]}, "Owner": {"Login": "admin"},
            "Effort": i % 13, "EffortToDo": i % 13, "NumericPriority": i as f64 * 1.5, "Tags": "board, search",
        })
    });
    json!({ "Projects": projects.collect::<Vec<_>>(), "UserStories": stories.collect::<Vec<_>>() })
}

/// Keeps the seed as a database, and hands out the stories as its answers show them.
fn ask_tpmock(folder: &Path, count: usize) -> Result<Vec<Value>, String> {
    let port = 18_199;
    let mut server = Command::new(crate::tpmock())
        .args(["serve", "--auth", "open", "--log", "warn", "--port", &port.to_string()])
        .arg("--seed")
        .arg(folder.join("seed.json"))
        .arg("--data")
        .arg(folder.join("stories.db"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .map_err(|e| format!("tpmock: {e}"))?;
    let stories = all_stories(port, count);
    // SIGTERM, so that the database is left as one file
    let _ = Command::new("kill").arg(server.id().to_string()).status();
    server.wait().map_err(|e| e.to_string())?;
    stories
}

fn all_stories(port: u16, count: usize) -> Result<Vec<Value>, String> {
    let page = |skip: usize| {
        let path = format!("/api/v1/UserStories?format=json&take=1000&skip={skip}&orderBy=Id");
        http::exchange(port, &format!("GET {path} HTTP/1.1\r\nHost: tp\r\nConnection: close\r\n\r\n"))
    };
    let patience = std::time::Instant::now();
    while page(0).is_err() && patience.elapsed().as_secs() < 60 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let mut stories = Vec::new();
    while stories.len() < count {
        let mut body: Value = serde_json::from_slice(&page(stories.len())?).map_err(|e| e.to_string())?;
        match body["Items"].take() {
            Value::Array(items) if !items.is_empty() => stories.extend(items),
            _ => return Err("tpmock shows fewer stories than its seed has".to_owned()),
        }
    }
    Ok(stories)
}

/// A route for each operation on a bucket of data.
fn mockoon(stories: &[Value]) -> Value {
    let response = json!({
        "uuid": "response", "body": "", "latency": 0, "statusCode": 200, "label": "", "headers": [],
        "bodyType": "DATABUCKET", "filePath": "", "databucketID": "stories", "sendFileAsBody": false, "rules": [],
        "rulesOperator": "OR", "disableTemplating": false, "fallbackTo404": false, "default": true, "crudKey": "Id",
        "callbacks": [],
    });
    json!({
        "uuid": "environment", "lastMigration": 33, "name": "stories", "port": 18202, "hostname": "127.0.0.1",
        "endpointPrefix": "", "latency": 0, "folders": [], "rootChildren": [{"type": "route", "uuid": "route"}],
        "proxyMode": false, "proxyHost": "", "proxyRemovePrefix": false, "proxyReqHeaders": [], "proxyResHeaders": [],
        "headers": [], "cors": false, "callbacks": [],
        "tlsOptions": {
            "enabled": false, "type": "CERT", "pfxPath": "", "certPath": "", "keyPath": "", "caPath": "",
            "passphrase": "",
        },
        "data": [{
            "uuid": "bucket", "id": "stories", "name": "stories", "documentation": "",
            "value": Value::from(stories).to_string(),
        }],
        "routes": [{
            "uuid": "route", "type": "crud", "documentation": "", "method": "", "endpoint": "UserStories",
            "responseMode": null, "streamingMode": null, "streamingInterval": 0, "responses": [response],
        }],
    })
}

fn openapi(item: &Value, page: &Value) -> Value {
    let answer = |example: &Value| {
        json!({
            "description": "a recorded answer",
            "content": {"application/json": {"schema": {"type": "object"}, "example": example}},
        })
    };
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}});
    let body = json!({"required": true, "content": {"application/json": {"schema": {"type": "object"}}}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "stories", "version": "1"},
        "paths": {
            "/UserStories": {
                "get": {"responses": {"200": answer(page)}},
                "post": {"requestBody": body, "responses": {"201": answer(item)}},
            },
            "/UserStories/{id}": {"get": {"parameters": [id], "responses": {"200": answer(item)}}},
        },
    })
}

/// A table of one partition, the story as text beside its key.
pub fn fill_dynamo(port: u16, data: &Data) -> Result<(), String> {
    let call = |operation: &str, body: &Value| {
        let body = body.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{DYNAMO_HEADERS}\
             X-Amz-Target: DynamoDB_20120810.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        http::exchange(port, &request)
    };
    call(
        "CreateTable",
        &json!({
            "TableName": "stories", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "P", "AttributeType": "S"}, {"AttributeName": "Id", "AttributeType": "N"},
            ],
            "KeySchema": [{"AttributeName": "P", "KeyType": "HASH"}, {"AttributeName": "Id", "KeyType": "RANGE"}],
        }),
    )?;
    for stories in data.stories.chunks(25) {
        let puts = stories.iter().map(|story| {
            let item = json!({
                "P": {"S": "all"}, "Id": {"N": story["Id"].to_string()}, "Doc": {"S": story.to_string()},
            });
            json!({"PutRequest": {"Item": item}})
        });
        call("BatchWriteItem", &json!({"RequestItems": {"stories": puts.collect::<Vec<_>>()}}))?;
    }
    Ok(())
}
