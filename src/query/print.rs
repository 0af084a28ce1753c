//! A tree → text of the v2 language that parses back to the same tree.
//!
//! Words that only the board filter has are printed in its notation. Brackets are written where either
//! language needs them: the two disagree on how tightly `not` binds and on chains of comparisons.

use std::fmt::{self, Formatter, Write};

use super::ast::{BinaryOp, Board, Expr, Literal, Node, Property, UnaryOp, Unit};

/// Words no language lets stand for a name.
const RESERVED: [&str; 14] =
    ["and", "or", "not", "in", "true", "false", "null", "as", "new", "asc", "ascending", "desc", "descending", "it"];

/// How tightly a node binds, loosest first; what an operand needs at least to go without brackets.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    Conditional,
    Or,
    And,
    Not,
    Comparison,
    In,
    Concat,
    Sum,
    Product,
    Negate,
    Primary,
}

pub(super) fn expr(tree: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
    at(Level::Conditional, tree, f)
}

/// Prints an operand, in brackets when it binds looser than its place asks for.
fn at(least: Level, tree: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
    if level(&tree.node) >= least {
        return node(&tree.node, f);
    }
    f.write_char('(')?;
    node(&tree.node, f)?;
    f.write_char(')')
}

fn level(node: &Node) -> Level {
    match node {
        Node::Conditional { .. } => Level::Conditional,
        Node::Binary { op, .. } => sides(*op).0,
        Node::Unary { op: UnaryOp::Not, .. } => Level::Not,
        Node::Unary { op: UnaryOp::Negate, .. } => Level::Negate,
        Node::In { .. } => Level::In,
        Node::Board(Board::Is { .. } | Board::Within { .. }) => Level::Comparison,
        _ => Level::Primary,
    }
}

/// The level of an operator, which its left operand needs, and the one its right operand needs: all chains
/// are left associative, and comparisons are never chained without brackets.
fn sides(op: BinaryOp) -> (Level, Level, Level) {
    match op {
        BinaryOp::Or => (Level::Or, Level::Or, Level::And),
        BinaryOp::And => (Level::And, Level::And, Level::Not),
        BinaryOp::Ne | BinaryOp::Eq | BinaryOp::Le | BinaryOp::Lt | BinaryOp::Ge | BinaryOp::Gt => {
            (Level::Comparison, Level::In, Level::In)
        }
        BinaryOp::Concat => (Level::Concat, Level::Concat, Level::Sum),
        BinaryOp::Add | BinaryOp::Subtract => (Level::Sum, Level::Sum, Level::Product),
        BinaryOp::Multiply | BinaryOp::Divide => (Level::Product, Level::Product, Level::Negate),
    }
}

fn node(node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
    match node {
        Node::Literal(value) => literal(value, f),
        Node::It => f.write_str("it"),
        Node::Name(name) => self::name(name, f),
        Node::Member { target, name } => {
            at(Level::Primary, target, f)?;
            f.write_char('.')?;
            self::name(name, f)
        }
        Node::Call { target, name, args } => {
            if let Some(target) = target {
                at(Level::Primary, target, f)?;
                f.write_char('.')?;
            }
            write!(f, "{name}(")?;
            list(args, f)?;
            f.write_char(')')
        }
        Node::Index { target, index } => {
            at(Level::Primary, target, f)?;
            f.write_char('[')?;
            literal(index, f)?;
            f.write_char(']')
        }
        Node::Cast { target, entity } => {
            at(Level::Primary, target, f)?;
            write!(f, ".as<{entity}>")
        }
        Node::Unary { op: UnaryOp::Negate, operand } => {
            f.write_char('-')?;
            at(Level::Negate, operand, f)
        }
        Node::Unary { op: UnaryOp::Not, operand } => {
            f.write_str("not ")?;
            let again = level(&operand.node) == Level::Not;
            at(if again { Level::Not } else { Level::Negate }, operand, f)
        }
        Node::Binary { op, left, right } => {
            let (_, left_level, right_level) = sides(*op);
            at(left_level, left, f)?;
            write!(f, " {} ", op.symbol())?;
            at(right_level, right, f)
        }
        Node::In { operand, items } => {
            at(Level::In, operand, f)?;
            f.write_str(" in [")?;
            list(items, f)?;
            f.write_char(']')
        }
        Node::Conditional { test, then, otherwise } => {
            at(Level::Conditional, test, f)?;
            f.write_str(" ? ")?;
            at(Level::Conditional, then, f)?;
            f.write_str(" : ")?;
            at(Level::Or, otherwise, f)
        }
        Node::Object(properties) => object(properties, f),
        Node::Board(word) => board(word, f),
    }
}

fn list(items: &[Expr], f: &mut Formatter<'_>) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_str(", ")?;
        }
        expr(item, f)?;
    }
    Ok(())
}

fn object(properties: &[Property], f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('{')?;
    for (place, property) in properties.iter().enumerate() {
        if place > 0 {
            f.write_str(", ")?;
        }
        if let Some(alias) = &property.alias {
            write!(f, "{alias}: ")?;
        }
        expr(&property.value, f)?;
    }
    f.write_char('}')
}

/// A name as it is, or in square brackets when it would not be read as one.
fn name(name: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name));
    if plain { f.write_str(name) } else { write!(f, "[{name}]") }
}

fn literal(value: &Literal, f: &mut Formatter<'_>) -> fmt::Result {
    match value {
        Literal::Null => f.write_str("null"),
        Literal::Bool(value) => write!(f, "{value}"),
        Literal::Integer(value) => write!(f, "{value}"),
        Literal::Real { value, single } => write!(f, "{value:?}{}", if *single { "f" } else { "" }),
        Literal::Text(text) => quoted('"', text.chars(), f),
        Literal::Char(c) => quoted('\'', std::iter::once(*c), f),
    }
}

fn quoted(quote: char, chars: impl Iterator<Item = char>, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char(quote)?;
    for c in chars {
        match c {
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\\' => f.write_str("\\\\")?,
            _ if c == quote => write!(f, "\\{c}")?,
            _ => f.write_char(c)?,
        }
    }
    f.write_char(quote)
}

fn board(word: &Board, f: &mut Formatter<'_>) -> fmt::Result {
    match word {
        Board::Me => f.write_str("Me"),
        Board::Today => f.write_str("Today"),
        Board::Current => f.write_str("Current"),
        Board::Past(count) => timebox("Past", *count, f),
        Board::Future(count) => timebox("Future", *count, f),
        Board::Duration { amount, unit } => write!(f, "{amount}({})", unit_name(*unit)),
        Board::Is { left, right, negated } => sided(left, if *negated { " is not " } else { " is " }, right, f),
        Board::Within { needle, field, negated } => sided(needle, if *negated { " not in " } else { " in " }, field, f),
    }
}

fn timebox(word: &str, count: Option<u32>, f: &mut Formatter<'_>) -> fmt::Result {
    match count {
        None => f.write_str(word),
        Some(count) => write!(f, "{word}({count})"),
    }
}

fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Day => "days",
        Unit::Week => "weeks",
        Unit::Month => "months",
        Unit::Year => "years",
    }
}

fn sided(left: &Expr, between: &str, right: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
    at(Level::Concat, left, f)?;
    f.write_str(between)?;
    at(Level::Concat, right, f)
}
