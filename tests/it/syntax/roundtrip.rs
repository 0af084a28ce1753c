//! `parse(print(tree)) == tree` over generated trees of both expression languages.

use proptest::prelude::*;
use tpmock::query::ast::{BinaryOp, Board, Expr, Literal, Node, Property, UnaryOp, Unit};
use tpmock::syntax::filter::{Filter, parse_filter};
use tpmock::syntax::v2::parse_expression;

fn boxed(tree: Expr) -> Box<Expr> {
    Box::new(tree)
}

fn identifier() -> impl Strategy<Value = String> {
    let reserved = [
        "and",
        "or",
        "not",
        "in",
        "true",
        "false",
        "null",
        "as",
        "new",
        "asc",
        "ascending",
        "desc",
        "descending",
        "it",
    ];
    "[a-zA-Z_é][a-zA-Z0-9_]{0,6}"
        .prop_filter("a keyword", move |name| !reserved.iter().any(|word| word.eq_ignore_ascii_case(name)))
}

/// Also names that only fit in square brackets.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => identifier(), 1 => "[a-z '\"(]{1,8}", 1 => prop::sample::select(vec!["it".to_owned(), "Desc".to_owned()])]
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        any::<u64>().prop_map(Literal::Integer),
        (0u32..1000).prop_map(|value| Literal::Integer(value.into())),
        (0.0..1e12f64).prop_map(|value| Literal::Real { value, single: false }),
        prop::sample::select(vec![0.0, 1e-300, f64::MAX, f64::MIN_POSITIVE])
            .prop_map(|value| { Literal::Real { value, single: false } }),
        (0.0..1e12f32).prop_map(|value| Literal::Real { value: value.into(), single: true }),
        any::<String>().prop_map(Literal::Text),
        any::<char>().prop_filter("one UTF-16 unit", |c| c.len_utf16() == 1).prop_map(Literal::Char),
    ]
}

fn binary_op() -> impl Strategy<Value = BinaryOp> + Clone {
    prop::sample::select(vec![
        BinaryOp::Or,
        BinaryOp::And,
        BinaryOp::Ne,
        BinaryOp::Eq,
        BinaryOp::Le,
        BinaryOp::Lt,
        BinaryOp::Ge,
        BinaryOp::Gt,
        BinaryOp::Concat,
        BinaryOp::Add,
        BinaryOp::Subtract,
        BinaryOp::Multiply,
        BinaryOp::Divide,
    ])
}

fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        literal().prop_map(Node::Literal),
        Just(Node::It),
        name().prop_map(Node::Name),
        identifier().prop_map(|name| Node::Call { target: None, name, args: Vec::new() }),
    ];
    leaf.prop_map(Expr::bare).prop_recursive(6, 40, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3);
        let property = (proptest::option::of(identifier()), inner.clone()).prop_map(|(alias, value)| {
            let text = value.to_string();
            Property { alias, value, text }
        });
        prop_oneof![
            (inner.clone(), name()).prop_map(|(target, name)| Node::Member { target: boxed(target), name }),
            (proptest::option::of(inner.clone()), identifier(), list.clone())
                .prop_map(|(target, name, args)| Node::Call { target: target.map(boxed), name, args }),
            (inner.clone(), literal()).prop_map(|(target, index)| Node::Index { target: boxed(target), index }),
            (inner.clone(), identifier()).prop_map(|(target, entity)| Node::Cast { target: boxed(target), entity }),
            (any::<bool>(), inner.clone()).prop_map(|(not, operand)| Node::Unary {
                op: if not { UnaryOp::Not } else { UnaryOp::Negate },
                operand: boxed(operand),
            }),
            (binary_op(), inner.clone(), inner.clone())
                .prop_map(|(op, left, right)| { Node::Binary { op, left: boxed(left), right: boxed(right) } }),
            (inner.clone(), list).prop_map(|(operand, items)| Node::In { operand: boxed(operand), items }),
            (inner.clone(), inner.clone(), inner).prop_map(|(test, then, otherwise)| {
                Node::Conditional { test: boxed(test), then: boxed(then), otherwise: boxed(otherwise) }
            }),
            prop::collection::vec(property, 0..3).prop_map(Node::Object),
        ]
        .prop_map(Expr::bare)
    })
}

fn board_name() -> impl Strategy<Value = String> {
    let words = ["me", "today", "current", "past", "future", "none", "is"];
    identifier().prop_filter("a word", move |name| !words.iter().any(|word| word.eq_ignore_ascii_case(name)))
}

fn board_word() -> impl Strategy<Value = Board> {
    let unit = prop::sample::select(vec![Unit::Day, Unit::Week, Unit::Month, Unit::Year]);
    prop_oneof![
        Just(Board::Me),
        Just(Board::Today),
        Just(Board::Current),
        any::<Option<u32>>().prop_map(Board::Past),
        any::<Option<u32>>().prop_map(Board::Future),
        (any::<u32>(), unit).prop_map(|(amount, unit)| Board::Duration { amount, unit }),
    ]
}

fn condition() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(Node::Literal(Literal::Null)),
        any::<bool>().prop_map(|value| Node::Literal(Literal::Bool(value))),
        any::<u64>().prop_map(|value| Node::Literal(Literal::Integer(value))),
        "[^\r\n]{0,10}".prop_map(|text| Node::Literal(Literal::Text(text))),
        Just(Node::It),
        board_name().prop_map(Node::Name),
        board_word().prop_map(Node::Board),
    ];
    let op = binary_op().prop_filter("not of the boards", |op: &BinaryOp| {
        !matches!(op, BinaryOp::Concat | BinaryOp::Multiply | BinaryOp::Divide)
    });
    leaf.prop_map(Expr::bare).prop_recursive(6, 40, 3, move |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3);
        let pair = (inner.clone(), inner.clone(), any::<bool>());
        prop_oneof![
            (inner.clone(), board_name()).prop_map(|(target, name)| Node::Member { target: boxed(target), name }),
            (proptest::option::of(inner.clone()), board_name(), list).prop_map(|(target, name, args)| Node::Call {
                target: target.map(boxed),
                name,
                args
            }),
            (any::<bool>(), inner.clone()).prop_map(|(not, operand)| Node::Unary {
                op: if not { UnaryOp::Not } else { UnaryOp::Negate },
                operand: boxed(operand),
            }),
            (op.clone(), inner.clone(), inner.clone())
                .prop_map(|(op, left, right)| { Node::Binary { op, left: boxed(left), right: boxed(right) } }),
            pair.clone().prop_map(|(left, right, negated)| {
                Node::Board(Board::Is { left: boxed(left), right: boxed(right), negated })
            }),
            pair.prop_map(|(needle, field, negated)| {
                Node::Board(Board::Within { needle: boxed(needle), field: boxed(field), negated })
            }),
        ]
        .prop_map(Expr::bare)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn expressions_print_as_they_are_read(tree in expression()) {
        let text = tree.to_string();
        prop_assert_eq!(parse_expression(&text).map_err(|error| format!("{text}: {error}")), Ok(tree));
    }

    #[test]
    fn conditions_print_as_they_are_read(tree in condition()) {
        let text = format!("?{tree}");
        prop_assert_eq!(parse_filter(&text).map_err(|error| format!("{text}: {error}")), Ok(Filter::Condition(tree)));
    }
}
