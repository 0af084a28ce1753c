//! One case → passed, or a message that shows what differed.

use axum::Router;

use super::case::{Case, Exchange};
use super::client::Answer;
use super::evidence::Evidence;
use super::pattern::Captures;
use super::{client, compare};

/// Longest part of an answer shown in a failure.
const SHOWN: usize = 4000;

/// The first exchange that went wrong.
#[derive(Debug)]
pub struct Failure {
    pub exchange: usize,
    pub answer: Option<Answer>,
    pub message: String,
}

/// Sends the exchanges in turn and stops at the first that differs.
pub fn run(case: &Case, router: &Router, workspace: &str, evidence: &Evidence) -> Result<(), Failure> {
    let mut captures = Captures::new();
    let mut bodies = Vec::new();
    for (number, exchange) in case.exchanges.iter().enumerate() {
        let failed = |message| Failure { exchange: number, answer: None, message };
        Evidence::begin(router, workspace).map_err(failed)?;
        let answer = client::send(router.clone(), workspace, exchange, &captures).map_err(failed)?;
        let found = compare::differences(exchange, &answer, &bodies, &mut captures);
        if !found.is_empty() {
            let message = message(number, exchange, &answer, &found);
            return Err(Failure { exchange: number, answer: Some(answer), message });
        }
        evidence.note(router, workspace, exchange, case.source).map_err(failed)?;
        bodies.push(answer.body);
    }
    Ok(())
}

fn message(number: usize, exchange: &Exchange, answer: &Answer, found: &[String]) -> String {
    let mut text = format!("exchange {}: {} {}\n", number + 1, exchange.method, exchange.target);
    for difference in found.iter().take(12) {
        text.push_str(&format!("  - {difference}\n"));
    }
    if found.len() > 12 {
        text.push_str(&format!("  … and {} more\n", found.len() - 12));
    }
    let kind = answer.header("content-type").unwrap_or("no content type");
    let shown: String = answer.body.chars().take(SHOWN).collect();
    text.push_str(&format!("answer: HTTP {}, {kind}\n{shown}\n", answer.status));
    text
}
