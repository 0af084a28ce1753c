//! The expression language of API v2: levels of operators, literals, objects, orderings, messages.

use tpmock::query::ast::{Expr, Literal, Node, Property};
use tpmock::syntax::v2::{parse_expression, parse_ordering, parse_select};

/// Expressions with every bracket that the tree implies.
const LEVELS: &[(&str, &str)] = &[
    ("a or b and c", "(a or (b and c))"),
    ("a || b && c", "(a or (b and c))"),
    ("A OR B aNd C", "(A or (B and C))"),
    ("a or b or c", "((a or b) or c)"),
    ("a and b != c", "(a and (b != c))"),
    ("a <> b", "(a != b)"),
    ("a = b", "(a == b)"),
    ("a != b == c", "(a != (b == c))"),
    ("a == b <= c", "(a == (b <= c))"),
    ("a <= b < c", "(a <= (b < c))"),
    ("a < b >= c", "(a < (b >= c))"),
    ("a >= b > c", "(a >= (b > c))"),
    ("a > b in [1]", "(a > (b in [1]))"),
    ("a > b > c", "((a > b) > c)"),
    ("a & b in [c & d]", "((a & b) in [(c & d)])"),
    ("a in [1] in [2]", "((a in [1]) in [2])"),
    ("a in []", "(a in [])"),
    ("a & b + c", "(a & (b + c))"),
    ("a + b * c - d / e", "((a + (b * c)) - (d / e))"),
    ("a - b - c", "((a - b) - c)"),
    ("a / b * c", "((a / b) * c)"),
    ("a * -b", "(a * (- b))"),
    ("a - -1", "(a - (- 1))"),
    ("not a == b", "((not a) == b)"),
    ("!a==b", "((not a) == b)"),
    ("not id in [1,2]", "((not id) in [1 2])"),
    ("not (id in [1])", "(not (id in [1]))"),
    ("not(a)", "(not a)"),
    ("not -a.b", "(not (- a.b))"),
    ("- not a", "(- (not a))"),
    ("!!a", "(not (not a))"),
    ("a != b", "(a != b)"),
    ("a!=!b", "(a != (not b))"),
    ("a ? b : c", "(a ? b : c)"),
    ("a?b:c?d:e", "((a ? b : c) ? d : e)"),
    ("a ? b ? c : d : e", "(a ? (b ? c : d) : e)"),
    ("a or b ? c or d : e or f", "((a or b) ? (c or d) : (e or f))"),
    ("a == null ? null : {b}", "((a == null) ? null : {b})"),
    ("(a or b) and c", "((a or b) and c)"),
    ("(a)", "a"),
    ("a.b.c", "a.b.c"),
    (" a . b ", "a.b"),
    ("a.b(c, d.e).f()", "a.b(c d.e).f()"),
    ("f()", "f()"),
    ("IIF(a, 1, 0)", "IIF(a 1 0)"),
    ("a.count(x>1)>0", "(a.count((x > 1)) > 0)"),
    ("x.As<Bug>.name", "x.as<Bug>.name"),
    ("x . as < Bug >", "x.as<Bug>"),
    ("a['k']", "a[k]"),
    ("a[\"Jira ID\"].b[1]", "a[Jira ID].b[1]"),
    ("[Jira ID] = 10042", "(<Jira ID> == 10042)"),
    ("Feature.[Total Time] in [[A b], 1]", "(Feature.<Total Time> in [<A b> 1])"),
    ("[it's] and b", "(<it's> and b)"),
    ("it>5", "(it > 5)"),
    ("IT.id", "it.id"),
    ("[it]", "<it>"),
    ("a.it", "a.it"),
    ("inner + order + android + nottingham", "(((inner + order) + android) + nottingham)"),
    ("nullable and truth", "(nullable and truth)"),
    ("is", "is"),
    ("größe > _x1", "(größe > _x1)"),
    ("a\tand\r\nb", "(a and b)"),
    ("{}", "{}"),
    ("({a,b})", "{a b}"),
    ("{a:b, c as d, e.f}", "{a=b d=c e.f}"),
    ("{a : b ? c : d}", "{a=(b ? c : d)}"),
    ("{a ? b : c}", "{(a ? b : c)}"),
    ("new(a, b AS c)", "{a c=b}"),
    ("{{a} as b, c:{d}}", "{b={a} c={d}}"),
    ("{a,new(b) as c}.a", "{a c={b}}.a"),
    ("newName", "newName"),
    ("(a-b).TotalDays", "(a - b).TotalDays"),
    ("'x'.b", "'x'.b"),
    ("1.ToString()", "1.ToString()"),
];

const REJECTED: &[&str] = &[
    "",
    " ",
    "a b",
    "a and",
    "and a",
    "a ==",
    "== a",
    "a === b",
    "a => b",
    "(a",
    "a)",
    "()",
    "a.",
    ".a",
    "a..b",
    "a in (1,2)",
    "a in 1",
    "a in",
    "a not in [1]",
    "a[b]",
    "a[]",
    "a[-1]",
    "[]",
    "[a",
    "a ? b",
    "a ? b : ",
    "a : b",
    "{a,}",
    "{,a}",
    "{a",
    "{a b}",
    "{description as desc}",
    "{new:createDate}",
    "{in:a}",
    "{a as b as c}",
    "{a:b as c}",
    "{a as 'b'}",
    "new()",
    "new {a}",
    "a.as",
    "a.as<>",
    "a.as<Bug>()",
    "a.as(b)",
    "a.new",
    "a.not",
    "a is null",
    "a like b",
    "a % b",
    "a # b",
    "a | b",
    "a ^ b",
    "a ?? b",
    "a?.b",
    "+a",
    "x => x",
    "'open",
    "\"open",
    "\"a\nb\"",
    "1 2",
    "1a",
    "1.5x",
    ".5",
    "f(,)",
    "f(a,)",
    "f(a b)",
    "(a)(b)",
    "a;b",
    "/* a */ b",
    "true.and",
    "as",
    "desc",
    "\0",
    "a\u{a0}b",
];

fn brackets(tree: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(brackets).collect::<Vec<_>>().join(" ");
    let name = |name: &str| {
        if name.contains([' ', '\'']) || name == "it" { format!("<{name}>") } else { name.to_owned() }
    };
    match &tree.node {
        Node::Name(n) => name(n),
        Node::Member { target, name: n } if n == "it" => format!("{}.{n}", brackets(target)),
        Node::Member { target, name: n } => format!("{}.{}", brackets(target), name(n)),
        Node::Call { target: None, name, args } => format!("{name}({})", list(args)),
        Node::Call { target: Some(target), name, args } => {
            format!("{}.{name}({})", brackets(target), list(args))
        }
        Node::Index { target, index: Literal::Text(key) } => format!("{}[{key}]", brackets(target)),
        Node::Index { target, index: Literal::Char(key) } => format!("{}[{key}]", brackets(target)),
        Node::Index { target, index: Literal::Integer(key) } => {
            format!("{}[{key}]", brackets(target))
        }
        Node::Unary { operand, .. } if tree.to_string().starts_with('-') => {
            format!("(- {})", brackets(operand))
        }
        Node::Unary { operand, .. } => format!("(not {})", brackets(operand)),
        Node::Binary { op, left, right } => {
            format!("({} {} {})", brackets(left), op.symbol(), brackets(right))
        }
        Node::In { operand, items } => format!("({} in [{}])", brackets(operand), list(items)),
        Node::Conditional { test, then, otherwise } => {
            format!("({} ? {} : {})", brackets(test), brackets(then), brackets(otherwise))
        }
        Node::Cast { target, entity } => format!("{}.as<{entity}>", brackets(target)),
        Node::Object(properties) => {
            let shown = properties.iter().map(|Property { alias, value, .. }| match alias {
                Some(alias) => format!("{alias}={}", brackets(value)),
                None => brackets(value),
            });
            format!("{{{}}}", shown.collect::<Vec<_>>().join(" "))
        }
        _ => tree.to_string(),
    }
}

#[test]
fn operators_bind_as_the_table_says() {
    for (text, expected) in LEVELS {
        let tree = parse_expression(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(brackets(&tree), *expected, "{text}");
        let again = parse_expression(&tree.to_string()).unwrap_or_else(|error| panic!("{text} -> {tree}: {error}"));
        assert_eq!(brackets(&again), *expected, "{text} -> {tree}");
    }
}

#[test]
fn other_texts_are_rejected() {
    for text in REJECTED {
        assert!(parse_expression(text).is_err(), "{text}");
    }
}

#[test]
fn literals_have_the_types_of_their_spelling() {
    let text = |text: &str| Literal::Text(text.to_owned());
    let real = |value, single| Literal::Real { value, single };
    let cases = [
        ("1", Literal::Integer(1)),
        ("18446744073709551615", Literal::Integer(u64::MAX)),
        ("1.5", real(1.5, false)),
        ("1e-3", real(0.001, false)),
        ("1E3", real(1000.0, false)),
        ("2.5f", real(2.5, true)),
        ("10f", real(10.0, true)),
        ("TRUE", Literal::Bool(true)),
        ("False", Literal::Bool(false)),
        ("NULL", Literal::Null),
        ("\"x\"", text("x")),
        ("'x'", Literal::Char('x')),
        ("'\\''", Literal::Char('\'')),
        ("'\\n'", Literal::Char('\n')),
        ("'xy'", text("xy")),
        ("''", text("")),
        ("'😀'", text("😀")),
        ("\"it's\"", text("it's")),
        ("'say \"hi\"'", text("say \"hi\"")),
        (r#""\0\a\b\f\n\r\t\v\\\"\'""#, text("\0\u{7}\u{8}\u{c}\n\r\t\u{b}\\\"'")),
    ];
    for (source, expected) in cases {
        let tree = parse_expression(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(tree.node, Node::Literal(expected), "{source}");
    }
}

#[test]
fn properties_keep_their_text() {
    let tree = parse_expression("{ a . b , c: d+1 ,e as f}").expect("an object");
    let Node::Object(properties) = tree.node else { panic!("{tree}") };
    let texts: Vec<_> = properties.iter().map(|property| property.text.as_str()).collect();
    assert_eq!(texts, ["a . b", "d+1", "e"]);
}

#[test]
fn a_selection_may_leave_out_its_braces() {
    for (text, expected) in [
        ("id", "id"),
        ("{id,name}", "{id, name}"),
        ("name,feature:{feature.id}", "{name, feature: {feature.id}}"),
        ("id as x", "{x: id}"),
        ("x:id", "{x: id}"),
    ] {
        let tree = parse_select(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(tree.to_string(), expected, "{text}");
    }
    let error = parse_select("name,feature:{feature.id").expect_err("unclosed");
    assert_eq!(error.to_string(), "mismatched input ',' expecting <EOF>");
}

#[test]
fn orderings_have_directions() {
    let cases = [
        ("name", "name"),
        ("priority.importance desc,name asc", "priority.importance -, name"),
        ("a DESCENDING , b Ascending", "a -, b"),
        ("a>1 ? b : c desc", "a > 1 ? b : c -"),
        ("description desc", "description -"),
    ];
    for (text, expected) in cases {
        let keys = parse_ordering(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let keys = keys.iter().map(|key| format!("{}{}", key.key, if key.descending { " -" } else { "" }));
        assert_eq!(keys.collect::<Vec<_>>().join(", "), expected, "{text}");
    }
    for text in ["", "a,", "desc", "a desc asc", "effort desc,name)", "a desc.b", "a up"] {
        assert!(parse_ordering(text).is_err(), "{text}");
    }
}

/// The texts of the real service where known, of its parser generator elsewhere.
#[test]
fn messages_are_worded_like_the_service() {
    let operand = "{'(', '{', '-', NOT, NEW, TRUE, FALSE, NULL, INTEGER, REAL, STRING, IDENTIFIER}";
    let cases = [
        ("effort>5)", "extraneous input ')' expecting <EOF>".to_owned()),
        ("description is null", "mismatched input 'is' expecting <EOF>".to_owned()),
        ("description is not null", "mismatched input 'is' expecting <EOF>".to_owned()),
        ("a b", "extraneous input 'b' expecting <EOF>".to_owned()),
        ("a % b", "token recognition error at: '%'".to_owned()),
        ("#", "token recognition error at: '#'".to_owned()),
        ("a | b", "token recognition error at: '| '".to_owned()),
        ("a b 'open", "token recognition error at: ''open'".to_owned()),
        ("'a\nb'", "token recognition error at: ''a\\n'".to_owned()),
        ("id==", format!("mismatched input '<EOF>' expecting {operand}")),
        ("", format!("mismatched input '<EOF>' expecting {operand}")),
        ("a == == b", format!("extraneous input '==' expecting {operand}")),
        ("and", format!("mismatched input 'and' expecting {operand}")),
        ("(a", "missing ')' at '<EOF>'".to_owned()),
        ("((a", "mismatched input '<EOF>' expecting ')'".to_owned()),
        ("(a b)", "extraneous input 'b' expecting ')'".to_owned()),
        ("{a", "mismatched input '<EOF>' expecting {',', '}'}".to_owned()),
        ("f(a b)", "extraneous input 'b' expecting {',', ')'}".to_owned()),
        ("id in (1,2)", "mismatched input '(' expecting '['".to_owned()),
        ("{description as desc}", "mismatched input 'desc' expecting IDENTIFIER".to_owned()),
        ("a.not", "mismatched input 'not' expecting IDENTIFIER".to_owned()),
        ("18446744073709551616 > 1", "Invalid integer literal '18446744073709551616'.".to_owned()),
        ("1e400", "Invalid real literal '1e400'.".to_owned()),
        (r#"name == "a\qb""#, "Syntax error 'q'.".to_owned()),
    ];
    for (text, expected) in cases {
        let error = parse_expression(text).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn spans_cover_what_was_written() {
    let text = "  a.b == \"x\\q\"";
    let error = parse_expression(text).expect_err("no such escape");
    assert_eq!(&text[error.span.start..error.span.end], "\\q");
    let text = " (a + b.c(1) ) == d ";
    let tree = parse_expression(text).expect("fine");
    let Node::Binary { left, .. } = &tree.node else { panic!("{tree}") };
    assert_eq!(&text[left.span.start..left.span.end], "a + b.c(1)");
}
