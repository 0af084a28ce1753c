//! A process that goes on with the account of one before it.

use super::client::Client;
use super::server::Server;

#[test]
fn identifiers_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("account.db");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let server = Server::on(&data);
        for _ in 0..2 {
            let (status, error) = Client::new(&server.url).get("UserStories/999999").expect("an answer");
            let id = error["ErrorId"].as_str().unwrap_or_default().to_owned();
            assert_eq!((status, id.len()), (404, 36), "{error}");
            assert!(!seen.contains(&id), "{id} was given before");
            seen.push(id);
        }
        server.kill();
    }
}
