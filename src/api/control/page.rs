//! Pages for whoever finds the server by its address.

use super::super::answer::Answer;
use super::super::call::Call;

/// What older clients ask to learn the version.
pub fn info(call: &Call) -> Answer {
    let _ = call;
    Answer::new(200, "application/json; charset=utf-8", b"{\"version\":\"2609.1.0.1\"}".to_vec())
}

/// A person who opens the address in a browser.
pub fn welcome(call: &Call) -> Answer {
    let base = &call.base;
    Answer::page(
        200,
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>tpmock</title></head>\n<body>\n\
             <h1>tpmock</h1>\n<p>This is an emulator of the Targetprocess REST API. Try</p>\n<ul>\n\
             <li><a href=\"{base}/api/v1/UserStories?take=2\">{base}/api/v1/UserStories?take=2</a></li>\n\
             <li><a href=\"{base}/api/v1/Index/meta\">{base}/api/v1/Index/meta</a></li>\n\
             <li><a href=\"{base}/_tpmock/health\">{base}/_tpmock/health</a></li>\n</ul>\n</body></html>\n"
        ),
    )
}
