//! The streaming service over its connection: chunks, slow and vanished clients, the limit.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use http_body_util::BodyExt;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use tpmock::{App, Auth, Config, Limits, SeedSource};

use super::address;

/// A row is widened to this many members so that an answer needs many chunks.
const WIDTH: usize = 200;

fn server() -> (Router, Runtime) {
    limited(Limits::default().streams)
}

fn limited(streams: usize) -> (Router, Runtime) {
    let limits = Limits { streams, ..Limits::default() };
    let config = Config { seed: SeedSource::Demo, auth: Auth::Open, limits, ..Config::default() };
    let runtime = Runtime::new().expect("a runtime");
    (App::new(config).expect("a server").router(), runtime)
}

async fn open(router: &Router, parameters: &[(&str, &str)]) -> Response<Body> {
    let target = address("/svc/tp-apiv2-streaming-service/stream/general", parameters);
    let request = Request::get(target).header("Host", "tp.example").body(Body::empty()).expect("a request");
    router.clone().oneshot(request).await.expect("an answer")
}

fn wide() -> String {
    let members: Vec<String> = (0..WIDTH).map(|n| format!("\"{n} of a long row\" as m{n}")).collect();
    format!("{{name,{}}}", members.join(","))
}

async fn frame(body: &mut Body) -> Option<Bytes> {
    body.frame().await.map(|f| f.expect("a frame").into_data().expect("data"))
}

// source: docs, v2 streaming (a body that is produced while pages are fetched)
#[test]
fn a_large_answer_leaves_in_chunks_and_is_one_document() {
    let (router, runtime) = server();
    runtime.block_on(async {
        let answer = open(&router, &[("select", &wide())]).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.headers().get("content-length").is_none());
        let mut body = answer.into_body();
        let (mut text, mut chunks) = (Vec::new(), 0);
        while let Some(chunk) = frame(&mut body).await {
            chunks += 1;
            text.extend_from_slice(&chunk);
        }
        assert!(chunks > 10, "{chunks}");
        let document: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let ids: Vec<i64> =
            document["items"].as_array().expect("items").iter().filter_map(|i| i["__id"].as_i64()).collect();
        assert!(ids.len() > 100 && ids.is_sorted(), "{}", ids.len());
    });
}

// source: docs, v2 streaming (at most ten); the status is assumed
#[test]
fn the_eleventh_stream_is_refused_until_one_ends() {
    let (router, runtime) = server();
    runtime.block_on(async {
        let select = wide();
        let mut open_streams = Vec::new();
        for _ in 0..10 {
            let answer = open(&router, &[("select", &select)]).await;
            assert_eq!(answer.status(), 200);
            open_streams.push(answer.into_body());
        }
        let refused = open(&router, &[("select", &select)]).await;
        assert_eq!(refused.status(), 429);
        let body = refused.into_body().collect().await.expect("a body").to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["Status"], "TooManyRequests");
        // nobody reads them: their threads wait for room, and end when the client goes
        drop(open_streams);
        for _ in 0..200 {
            if open(&router, &[("select", "{id}")]).await.status() == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the streams of vanished clients still run");
    });
}

// source: assumed from how a client could tell: the closing brackets are missing
#[test]
fn a_stream_that_breaks_is_no_document() {
    let (router, runtime) = server();
    runtime.block_on(async {
        // the conversion fails on a row behind the first chunks
        let select = format!("{{x:id>0?Convert.ToInt32(id.ToString()):0,{}", &wide()[1..]);
        let whole = open(&router, &[("select", &select)]).await;
        let body = whole.into_body().collect().await.expect("a whole body").to_bytes();
        let document: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let items = document["items"].as_array().expect("items");
        let late = items[items.len() * 3 / 4]["__id"].as_i64().expect("an id");
        let select = format!("{{x:Convert.ToInt32(id<{late}?\"1\":name),{}", &wide()[1..]);
        let answer = open(&router, &[("select", &select)]).await;
        assert_eq!(answer.status(), 200);
        let mut body = answer.into_body();
        let mut text = Vec::new();
        let broke = loop {
            match body.frame().await {
                Some(Ok(frame)) => text.extend_from_slice(&frame.into_data().expect("data")),
                Some(Err(_)) => break true,
                None => break false,
            }
        };
        assert!(broke);
        assert!(text.len() > 64 * 1024, "{}", text.len());
        assert!(serde_json::from_slice::<serde_json::Value>(&text).is_err());
    });
}

// source: assumed ordinary errors as long as nothing was sent
#[test]
fn what_fails_before_the_first_chunk_is_an_ordinary_error() {
    let (router, runtime) = server();
    runtime.block_on(async {
        let answer = open(&router, &[("select", "{x:Convert.ToInt32(name)}")]).await;
        assert_eq!(answer.status(), 500);
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["Status"], "InternalServerError");
    });
}

/// A condition that no row meets, after minutes of counting.
fn endless() -> String {
    let mut test = "id<0".to_owned();
    for _ in 0..9 {
        test = format!("project.generals.count({test})>99999");
    }
    test
}

#[test]
fn a_client_that_leaves_while_nothing_is_found_stops_the_search() {
    let (router, runtime) = limited(1);
    runtime.block_on(async {
        let gone = tokio::time::timeout(Duration::from_millis(300), open(&router, &[("where", &endless())])).await;
        assert!(gone.is_err(), "the search was over too soon");
        for _ in 0..400 {
            if open(&router, &[("select", "{id}")]).await.status() == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the search of a vanished client still runs");
    });
}

#[test]
fn slow_readers_block_nobody() {
    let (router, runtime) = limited(5);
    runtime.block_on(async {
        let select = wide();
        let mut slow = Vec::new();
        for _ in 0..4 {
            slow.push(open(&router, &[("select", &select)]).await.into_body());
        }
        let whole = open(&router, &[("select", &select)]).await.into_body().collect().await.expect("a whole body");
        for _ in 0..20 {
            let request = Request::get("/api/v2/Bug?take=1").header("Host", "tp.example").body(Body::empty());
            assert_eq!(router.clone().oneshot(request.expect("a request")).await.expect("an answer").status(), 200);
        }
        // and the slow ones still get all of it
        let expected = whole.to_bytes();
        for body in slow {
            assert!(body.collect().await.expect("a whole body").to_bytes() == expected);
        }
    });
}

/// A stream that is over has given its connection back; letting go of its body then must not stop who has it now.
#[test]
fn the_end_of_one_stream_does_not_stop_another() {
    let (router, runtime) = limited(2);
    runtime.block_on(async {
        let mut over = open(&router, &[("select", "{id}")]).await.into_body();
        while frame(&mut over).await.is_some() {}
        // the thread has a moment to put the connection back after its last word
        tokio::time::sleep(Duration::from_millis(100)).await;
        let search = [("where", endless())];
        let search: Vec<(&str, &str)> = search.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let mut other = std::pin::pin!(open(&router, &search));
        assert!(tokio::time::timeout(Duration::from_millis(200), &mut other).await.is_err(), "the search has ended");
        drop(over);
        assert!(tokio::time::timeout(Duration::from_millis(200), &mut other).await.is_err(), "the search was stopped");
    });
}
