//! Parsed trees, with their names as the client wrote them.

use super::tree::Outline;
use crate::query::ast::{Board, Expr, Inclusion, Literal, Node, Order, Property, UnaryOp};

pub fn expression(expr: &Expr) -> Outline {
    match &expr.node {
        Node::Literal(value) => literal(value),
        Node::It => Outline::leaf("it"),
        Node::Name(name) => Outline::leaf(format!("name {name}")),
        Node::Member { target, name } => Outline::of(format!("member .{name}"), vec![expression(target)]),
        Node::Call { target, name, args } => {
            let target = target.as_ref().map(|t| expression(t).named("on"));
            let dot = if target.is_some() { "." } else { "" };
            Outline::of(format!("call {dot}{name}()"), target.into_iter().chain(all(args)).collect())
        }
        Node::Index { target, index } => Outline::of("index", vec![expression(target), literal(index)]),
        Node::Cast { target, entity } => Outline::of(format!("as <{entity}>"), vec![expression(target)]),
        Node::Unary { op, operand } => {
            let sign = if *op == UnaryOp::Not { "not" } else { "minus" };
            Outline::of(sign, vec![expression(operand)])
        }
        Node::Binary { op, left, right } => Outline::of(op.symbol(), vec![expression(left), expression(right)]),
        Node::In { operand, items } => {
            let items = Outline::of("list", all(items).collect());
            Outline::of("in", vec![expression(operand), items])
        }
        Node::Conditional { test, then, otherwise } => {
            let parts = [("if", test), ("then", then), ("else", otherwise)];
            Outline::of("choice", parts.into_iter().map(|(word, part)| expression(part).named(word)).collect())
        }
        Node::Object(properties) => Outline::of("object", properties.iter().map(property).collect()),
        Node::Board(word) => board(word, expr),
    }
}

pub fn orders(keys: &[Order]) -> Outline {
    let key = |key: &Order| expression(&key.key).named(if key.descending { "down by" } else { "up by" });
    Outline::of("order", keys.iter().map(key).collect())
}

pub fn inclusions(list: &[Inclusion]) -> Outline {
    let one = |inclusion: &Inclusion| match inclusion {
        Inclusion::Member { name, nested: Some(nested), .. } => inclusions(nested).relabelled(name),
        other => Outline::leaf(other.to_string()),
    };
    Outline::of("list", list.iter().map(one).collect())
}

impl Outline {
    fn relabelled(mut self, label: &str) -> Self {
        self.label = label.to_owned();
        self
    }
}

fn all(list: &[Expr]) -> impl Iterator<Item = Outline> {
    list.iter().map(expression)
}

fn property(property: &Property) -> Outline {
    let value = expression(&property.value);
    match &property.alias {
        Some(alias) => Outline::of(format!("{alias}:"), vec![value]),
        None => value,
    }
}

fn literal(value: &Literal) -> Outline {
    let kind = match value {
        Literal::Null => "null",
        Literal::Bool(_) => "boolean",
        Literal::Integer(_) => "integer",
        Literal::Real { .. } => "real",
        Literal::Text(_) => "text",
        Literal::Char(_) => "character",
    };
    let shown = Expr::bare(Node::Literal(value.clone()));
    Outline::leaf(if *value == Literal::Null { "null".to_owned() } else { format!("{kind} {shown}") })
}

fn board(word: &Board, expr: &Expr) -> Outline {
    let sides = |word: &str, negated: bool, left: &Expr, right: &Expr| {
        let word = if negated { format!("{word} not") } else { word.to_owned() };
        Outline::of(word, vec![expression(left), expression(right)])
    };
    match word {
        Board::Is { left, right, negated } => sides("is", *negated, left, right),
        Board::Within { needle, field, negated } => sides("within", *negated, needle, field),
        Board::Me | Board::Today | Board::Current | Board::Past(_) | Board::Future(_) | Board::Duration { .. } => {
            Outline::leaf(expr.to_string())
        }
    }
}
