//! `where` and `select` of the storage, evaluated on single documents.
//!
//! Documents are JSON without a description, so there is nothing to bind to and nothing for SQL to know: this is the
//! one place where an expression of a client does not become SQL. Names match in any case; a missing one is null.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json, json};

use super::rows::Document;
use crate::query::ast::{BinaryOp, Expr, Literal, Node, UnaryOp};

/// What an expression comes to, or what in it the storage does not understand.
pub type Evaluated<T> = Result<T, String>;

/// Whether the document passes.
///
/// # Errors
/// An expression that makes no sense on documents.
pub fn test(filter: &Expr, document: &Document) -> Evaluated<bool> {
    Ok(value(filter, &document.members())? == Json::Bool(true))
}

/// The members that a selection asks for, camelCase.
///
/// # Errors
/// An expression that makes no sense on documents.
pub fn select(selection: &Expr, document: &Document) -> Evaluated<Json> {
    let it = document.members();
    let Node::Object(properties) = &selection.node else { return value(selection, &it) };
    let mut result = Map::new();
    for property in properties {
        let name = match (&property.alias, &property.value.node) {
            (Some(alias), _) => alias.clone(),
            (None, Node::Name(name)) | (None, Node::Member { name, .. }) => camel(name),
            (None, Node::Index { index: Literal::Text(name), .. }) => name.clone(),
            (None, _) => property.text.clone(),
        };
        result.insert(name, value(&property.value, &it)?);
    }
    Ok(Json::Object(result))
}

fn camel(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|c| c.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

fn value(expr: &Expr, it: &Json) -> Evaluated<Json> {
    Ok(match &expr.node {
        Node::Literal(literal) => self::literal(literal),
        Node::It => it.clone(),
        Node::Name(name) => member(it, name),
        Node::Member { target, name } => member(&value(target, it)?, name),
        Node::Index { target, index: Literal::Text(name) } => member(&value(target, it)?, name),
        Node::Unary { op: UnaryOp::Not, operand } => Json::Bool(value(operand, it)? != Json::Bool(true)),
        Node::Binary { op: BinaryOp::And, left, right } => {
            Json::Bool(value(left, it)? == Json::Bool(true) && value(right, it)? == Json::Bool(true))
        }
        Node::Binary { op: BinaryOp::Or, left, right } => {
            Json::Bool(value(left, it)? == Json::Bool(true) || value(right, it)? == Json::Bool(true))
        }
        Node::Binary { op, left, right } => Json::Bool(compare(*op, &value(left, it)?, &value(right, it)?)?),
        Node::In { operand, items } => {
            let operand = value(operand, it)?;
            let items: Vec<Json> = items.iter().map(|item| value(item, it)).collect::<Evaluated<_>>()?;
            Json::Bool(items.iter().any(|item| order(&operand, item) == Some(Ordering::Equal)))
        }
        Node::Call { target: Some(target), name, args } if args.len() == 1 => {
            call(name, &value(target, it)?, &value(&args[0], it)?)?
        }
        Node::Object(_) => select_nested(expr, it)?,
        _ => return Err(format!("'{expr}' is not supported here")),
    })
}

fn select_nested(expr: &Expr, it: &Json) -> Evaluated<Json> {
    let Node::Object(properties) = &expr.node else { return Ok(Json::Null) };
    let pairs =
        properties.iter().map(|p| Ok((p.alias.clone().unwrap_or_else(|| p.text.clone()), value(&p.value, it)?)));
    Ok(Json::Object(pairs.collect::<Evaluated<_>>()?))
}

fn call(name: &str, target: &Json, argument: &Json) -> Evaluated<Json> {
    if let (Json::Array(items), true) = (target, name.eq_ignore_ascii_case("contains")) {
        return Ok(Json::Bool(items.contains(argument)));
    }
    let (text, part) = (lower(target), lower(argument));
    Ok(Json::Bool(match name.to_ascii_lowercase().as_str() {
        "contains" => text.contains(&part),
        "startswith" => text.starts_with(&part),
        "endswith" => text.ends_with(&part),
        _ => return Err(format!("no method '{name}' exists here")),
    }))
}

fn lower(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_lowercase()
}

fn compare(op: BinaryOp, left: &Json, right: &Json) -> Evaluated<bool> {
    let order = order(left, right);
    Ok(match op {
        BinaryOp::Eq => order == Some(Ordering::Equal),
        BinaryOp::Ne => order != Some(Ordering::Equal),
        BinaryOp::Lt => order == Some(Ordering::Less),
        BinaryOp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Gt => order == Some(Ordering::Greater),
        BinaryOp::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        other => return Err(format!("the operator '{}' is not supported here", other.symbol())),
    })
}

/// Texts compare without regard to case, as everywhere in the service.
fn order(left: &Json, right: &Json) -> Option<Ordering> {
    match (left, right) {
        (Json::Null, Json::Null) => Some(Ordering::Equal),
        (Json::Bool(a), Json::Bool(b)) => Some(a.cmp(b)),
        (Json::Number(a), Json::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Json::String(_), Json::String(_)) => Some(lower(left).cmp(&lower(right))),
        _ => None,
    }
}

fn member(of: &Json, name: &str) -> Json {
    let Json::Object(members) = of else { return Json::Null };
    let found =
        members.get(name).or_else(|| members.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v));
    found.cloned().unwrap_or(Json::Null)
}

fn literal(literal: &Literal) -> Json {
    match literal {
        Literal::Null => Json::Null,
        Literal::Bool(b) => json!(b),
        Literal::Integer(n) => json!(n),
        Literal::Real { value, .. } => json!(value),
        Literal::Text(text) => json!(text),
        Literal::Char(c) => json!(c.to_string()),
    }
}
