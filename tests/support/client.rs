//! One exchange → an in-process request, and the answer as text.
//!
//! The workspace travels in a header, so paths and links stay as a real client sees them.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::case::Exchange;
use super::encode;
use super::pattern::{self, Captures};

/// The host every request names unless the case says another.
pub const HOST: &str = "tp.example";

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Sends one exchange of a case into its own workspace.
pub fn send(router: Router, workspace: &str, exchange: &Exchange, captures: &Captures) -> Result<Answer, String> {
    ask(router, request(workspace, exchange, captures)?)
}

/// Asks a workspace something that is no part of a case.
pub fn plain(router: &Router, workspace: &str, method: &str, target: &str) -> Result<Answer, String> {
    let request = Request::builder().method(method).uri(target).header("X-TPMock-Workspace", workspace);
    ask(router.clone(), request.body(Body::empty()).map_err(|error| error.to_string())?)
}

fn ask(router: Router, request: Request<Body>) -> Result<Answer, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let answer = router.oneshot(request).await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        let headers = answer.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let bytes = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() })
    })
}

fn request(workspace: &str, exchange: &Exchange, captures: &Captures) -> Result<Request<Body>, String> {
    let target = encode::target(&pattern::fill(&exchange.target, captures), exchange.settings.encoding);
    let body = body(exchange, captures);
    let mut request =
        Request::builder().method(exchange.method.as_str()).uri(target).header("X-TPMock-Workspace", workspace);
    let said = |name: &str| exchange.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    if !said("Host") {
        request = request.header("Host", HOST);
    }
    if !said("Authorization")
        && let Some(credentials) = credentials(&exchange.settings.caller)
    {
        request = request.header("Authorization", credentials);
    }
    if !body.is_empty() {
        request = request.header("Content-Length", body.len());
    }
    for (name, value) in &exchange.headers {
        request = request.header(name, pattern::fill(value, captures));
    }
    request.body(Body::from(body)).map_err(|error| format!("the request cannot be built: {error}"))
}

/// Parts of a form are separated by CRLF, which a case file does not have.
fn body(exchange: &Exchange, captures: &Captures) -> String {
    let text = pattern::fill(&exchange.body, captures);
    let form = exchange
        .headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("Content-Type") && value.starts_with("multipart/"));
    if form { text.replace('\n', "\r\n") + "\r\n" } else { text }
}

/// In the small seed every password is the login; `login:password` says another, `nobody` sends none.
fn credentials(caller: &str) -> Option<String> {
    if caller == "nobody" {
        return None;
    }
    let pair = if caller.contains(':') { caller.to_string() } else { format!("{caller}:{caller}") };
    Some(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
}

#[cfg(test)]
mod tests {
    use super::super::case;
    use super::*;

    #[test]
    fn the_caller_becomes_basic_credentials() {
        assert_eq!(credentials("admin").as_deref(), Some("Basic YWRtaW46YWRtaW4="));
        assert_eq!(credentials("nobody"), None);
    }

    #[test]
    fn a_request_carries_host_workspace_and_encoded_target() {
        let case = case::read("# source: docs\n\nGET /a?include=[Id]\n\nHTTP 200\n").expect("a readable case");
        let request = request("w1", &case.exchanges[0], &Captures::new()).expect("a request");
        assert_eq!(request.uri(), "/a?include=%5BId%5D");
        assert_eq!(request.headers()["host"], HOST);
        assert_eq!(request.headers()["x-tpmock-workspace"], "w1");
    }
}
