//! Pages for whoever finds the server by its address.

use super::super::answer::Answer;
use super::super::call::Call;
use super::markup::{escape, frame};

/// What older clients ask to learn the version.
pub fn info(call: &Call) -> Answer {
    let _ = call;
    Answer::new(200, "application/json; charset=utf-8", b"{\"version\":\"2609.1.0.1\"}".to_vec())
}

/// A person who opens the address in a browser.
pub fn welcome(call: &Call) -> Answer {
    let base = escape(&call.base);
    let link =
        |path: &str, what: &str| format!("<tr><td><a href=\"{base}{path}\">{path}</a></td><td>{what}</td></tr>\n");
    let api = [
        link("/api/v1/UserStories?take=2", "two user stories, in XML"),
        link("/api/v1/UserStories?take=2&amp;format=json", "the same in JSON"),
        link("/api/v2/UserStories?select={id,name,tasks:tasks.count()}&amp;take=2", "a query of API v2"),
        link("/api/v1/Index/meta", "all resources"),
    ];
    let control = [
        link("/_tpmock/coverage.html", "what is emulated, and on whose word"),
        link("/_tpmock/requests", "what clients asked so far"),
        link("/_tpmock/workspaces", "accounts that live here"),
        link("/_tpmock/env", "address and credentials for a program"),
        link("/_tpmock/health", "whether the server answers"),
    ];
    let body = format!(
        "<h1>tpmock</h1>\n<p>An emulator of the Targetprocess REST API. This is workspace <b>{}</b>.</p>\n\
         <pre>curl -u admin:admin '{base}/api/v1/UserStories?take=2&amp;format=json'</pre>\n\
         <h2>API</h2>\n<table>\n{}</table>\n<h2>Control</h2>\n<table>\n{}</table>\n",
        escape(call.workspace.key()),
        api.concat(),
        control.concat(),
    );
    Answer::page(200, frame("tpmock", &body))
}
