//! `where` and `orderBy` → expressions, one function per rule of `v1.pest`.

use pest::iterators::Pair;

use super::grammar::{self, Rule};
use crate::query::ast::{BinaryOp, Expr, Literal, Node, Span, UnaryOp};
use crate::syntax::pair::{children, span, unexpected};
use crate::syntax::{Error, Kind, literal as text};

/// Below this name a path is one custom field, whatever characters its name holds.
const CUSTOM_FIELDS: &str = "CustomFields";

/// `None` when the text is blank: clients send an empty `where` all the time.
pub fn parse_where(text: &str) -> Result<Option<Expr>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let filter = grammar::parse(Rule::filter, text)?;
    match filter.into_inner().next() {
        Some(pair) => terms(pair).map(Some),
        None => Ok(None),
    }
}

/// One path, simple or nested; the direction is in the parameter's name.
pub fn parse_order(text: &str) -> Result<Expr, Error> {
    Ok(dotted(grammar::parse(Rule::order, text)?))
}

fn terms(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let mut joined: Option<Expr> = None;
    for pair in pair.into_inner() {
        let right = match pair.as_rule() {
            Rule::terms => terms(pair)?,
            Rule::predicate => predicate(pair)?,
            Rule::and | Rule::EOI => continue,
            _ => unexpected(&pair),
        };
        joined = Some(match joined {
            Some(left) => binary(BinaryOp::And, left, right),
            None => right,
        });
    }
    Ok(joined.unwrap_or_else(|| unreachable!("terms hold at least one term")))
}

fn predicate(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let [field, test] = children(pair);
    let field = path(field)?;
    match test.as_rule() {
        Rule::comparison => comparison(field, test),
        Rule::membership => membership(field, test),
        Rule::containment => containment(field, test),
        Rule::exclusion => exclusion(field, test),
        Rule::absence => Ok(absence(field, &test)),
        _ => unexpected(&test),
    }
}

fn comparison(field: Expr, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let [operator, value] = children(pair);
    let op = match operator.as_str() {
        "eq" => BinaryOp::Eq,
        "ne" => BinaryOp::Ne,
        "gt" => BinaryOp::Gt,
        "gte" => BinaryOp::Ge,
        "lt" => BinaryOp::Lt,
        "lte" => BinaryOp::Le,
        _ => unexpected(&operator),
    };
    Ok(binary(op, field, literal(value)?))
}

fn membership(field: Expr, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = Span { start: field.span.start, end: span(&pair).end };
    let values = pair.into_inner().filter(|pair| pair.as_rule() == Rule::literal);
    let items = values.map(literal).collect::<Result<_, _>>()?;
    Ok(Expr::new(Node::In { operand: Box::new(field), items }, span))
}

fn containment(field: Expr, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = Span { start: field.span.start, end: span(&pair).end };
    let values = pair.into_inner().filter(|pair| pair.as_rule() == Rule::literal);
    let args = values.map(literal).collect::<Result<_, _>>()?;
    let call = Node::Call { target: Some(Box::new(field)), name: "Contains".to_owned(), args };
    Ok(Expr::new(call, span))
}

fn exclusion(field: Expr, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let operand = containment(field, pair)?;
    let span = operand.span;
    Ok(Expr::new(Node::Unary { op: UnaryOp::Not, operand: Box::new(operand) }, span))
}

fn absence(field: Expr, pair: &Pair<'_, Rule>) -> Expr {
    let negated = pair.clone().into_inner().any(|pair| pair.as_rule() == Rule::not);
    let op = if negated { BinaryOp::Ne } else { BinaryOp::Eq };
    binary(op, field, Expr::new(Node::Literal(Literal::Null), span(pair)))
}

fn path(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let whole = pair.clone().into_inner().next().filter(|pair| pair.as_rule() == Rule::single_quoted);
    match whole {
        Some(quoted) => quoted_path(&quoted),
        None => Ok(dotted(pair)),
    }
}

/// Names joined by dots; `pair` may hold other pairs too.
fn dotted(pair: Pair<'_, Rule>) -> Expr {
    let names = pair.into_inner().filter(|pair| pair.as_rule() == Rule::name);
    let names = names.map(|name| (name.as_str().to_owned(), span(&name)));
    names.fold(None, member).unwrap_or_else(|| unreachable!("a path holds at least one name"))
}

/// `'CustomFields.Two Words'`: what follows that name is the name of one field, dots included.
fn quoted_path(pair: &Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = span(pair);
    let content = text::unquote(pair.as_str());
    let mut rest = content.as_str();
    let mut target: Option<Expr> = None;
    while let Some((name, tail)) = rest.split_once('.') {
        let custom = name.eq_ignore_ascii_case(CUSTOM_FIELDS);
        target = member(target, (name.to_owned(), span));
        rest = tail;
        if custom && !rest.trim().is_empty() {
            return Ok(member(target, (rest.to_owned(), span)).unwrap_or_else(|| unreachable!("just made")));
        }
    }
    let found = pair.as_str().to_owned();
    Err(Error { span, kind: Kind::Mismatched { found, expected: "IDENTIFIER".to_owned() } })
}

fn member(target: Option<Expr>, (name, at): (String, Span)) -> Option<Expr> {
    Some(match target {
        None => Expr::new(Node::Name(name), at),
        Some(target) => {
            let span = Span { start: target.span.start, end: at.end };
            Expr::new(Node::Member { target: Box::new(target), name }, span)
        }
    })
}

fn literal(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let [value] = children(pair);
    let span = span(&value);
    let content = value.as_str();
    let node = match value.as_rule() {
        Rule::single_quoted | Rule::double_quoted => Node::Literal(Literal::Text(text::unquote(content))),
        Rule::boolean => Node::Literal(Literal::Bool(content.eq_ignore_ascii_case("true"))),
        Rule::number => return number(content, span),
        _ => unexpected(&value),
    };
    Ok(Expr::new(node, span))
}

fn number(content: &str, span: Span) -> Result<Expr, Error> {
    let digits = content.trim_start_matches('-');
    let value = if digits.contains('.') { text::real(digits, span)? } else { text::integer(digits, span)? };
    let value = Expr::new(Node::Literal(value), span);
    if !content.starts_with('-') {
        return Ok(value);
    }
    Ok(Expr::new(Node::Unary { op: UnaryOp::Negate, operand: Box::new(value) }, span))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    Expr::new(Node::Binary { op, left: Box::new(left), right: Box::new(right) }, span)
}
