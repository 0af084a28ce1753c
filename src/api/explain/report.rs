//! What is known about a read once it was taken apart.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::query::outline::{self, Outline};
use crate::sql::{Param, Plan};
use crate::store::{Connection, PlanStep, StoreError, query_plan};

/// A read and what each stage made of it; stages that were not reached left nothing.
#[derive(Debug, Default)]
pub struct Explained {
    /// Path and query as the client wrote them.
    pub request: String,
    /// Login of the caller.
    pub caller: String,
    /// The tree of each parameter, by its usual spelling.
    pub parsed: Vec<(&'static str, Outline)>,
    pub bound: Option<Outline>,
    /// The statement of the root first, those of its references and collections after it.
    pub statements: Vec<Statement>,
    /// Stages in their order, each with the time it took.
    pub stages: Vec<(&'static str, Duration)>,
    pub rows: usize,
    /// Length of the answer.
    pub bytes: usize,
    pub refusal: Option<Refusal>,
}

#[derive(Debug)]
pub struct Statement {
    /// 0 for the root, one more for each collection or reference it stands in.
    pub depth: usize,
    /// How often it runs.
    pub runs: Runs,
    pub sql: String,
    /// What is bound to each placeholder.
    pub parameters: Vec<String>,
    pub plan: Vec<PlanStep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    Once,
    ForEachRow,
    /// For each entity that rows refer to and whose text is not known yet.
    ForEachReference,
}

impl Runs {
    pub fn text(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::ForEachRow => "for each row above",
            Self::ForEachReference => "for each thing that rows above refer to, once",
        }
    }
}

/// Why the read gets no answer.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub message: String,
    /// The parameter with carets below what is meant.
    pub picture: Option<String>,
}

/// All statements of a plan, with SQLite's own plans.
///
/// # Errors
/// SQLite's.
pub fn statements(connection: &Connection, plan: &Plan) -> Result<Vec<Statement>, StoreError> {
    fn add(
        connection: &Connection,
        plan: &Plan,
        (depth, runs): (usize, Runs),
        into: &mut Vec<Statement>,
    ) -> Result<(), StoreError> {
        into.push(Statement {
            depth,
            runs,
            sql: plan.statement.text.clone(),
            parameters: plan.statement.params.iter().map(|param| parameter(param, plan)).collect(),
            plan: query_plan(connection, &plan.statement.text)?,
        });
        let references = plan.references.iter().map(|reference| (&reference.plan, Runs::ForEachReference));
        let mut below = references.chain(plan.children.iter().map(|child| (child, Runs::ForEachRow)));
        below.try_for_each(|(plan, runs)| add(connection, plan, (depth + 1, runs), into))
    }
    let mut all = Vec::new();
    add(connection, plan, (0, Runs::Once), &mut all)?;
    Ok(all)
}

fn parameter(param: &Param, plan: &Plan) -> String {
    match param {
        Param::Value(value) => outline::literal(value),
        Param::Run(what) => format!("{what:?}").to_lowercase(),
        Param::Owner => "key of the row it belongs to".into(),
        Param::Take => match plan.limit.take {
            Some(take) => (u64::from(take) + 1).to_string(),
            None => "no limit".into(),
        },
        Param::Skip => plan.limit.skip.to_string(),
    }
}

impl Explained {
    pub fn json(&self) -> Value {
        let parsed: Map<String, Value> =
            self.parsed.iter().map(|(name, outline)| ((*name).to_owned(), tree(outline))).collect();
        let statements: Vec<Value> = self.statements.iter().map(Statement::json).collect();
        let micros = |time: &Duration| (time.as_nanos() as f64 / 100.0).round() / 10.0;
        let stages: Map<String, Value> =
            self.stages.iter().map(|(name, time)| ((*name).to_owned(), micros(time).into())).collect();
        json!({
            "request": self.request,
            "caller": self.caller,
            "parsed": parsed,
            "bound": self.bound.as_ref().map(tree),
            "statements": statements,
            "microseconds": stages,
            "rows": self.rows,
            "bytes": self.bytes,
            "refusal": self.refusal.as_ref().map(|refusal| json!({
                "status": refusal.status, "message": refusal.message, "picture": refusal.picture,
            })),
        })
    }
}

impl Statement {
    fn json(&self) -> Value {
        let plan: Vec<Value> = self.plan.iter().map(|step| json!({ "depth": step.depth, "what": step.what })).collect();
        json!({ "depth": self.depth, "runs": self.runs.text(), "sql": self.sql, "parameters": self.parameters, "plan": plan })
    }
}

fn tree(outline: &Outline) -> Value {
    let mut node = Map::new();
    node.insert("label".into(), outline.label.clone().into());
    if let Some(kind) = outline.kind {
        node.insert("type".into(), kind.into());
    }
    if !outline.parts.is_empty() {
        node.insert("parts".into(), outline.parts.iter().map(tree).collect());
    }
    Value::Object(node)
}
