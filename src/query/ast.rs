//! The tree of a query as the client wrote it: names, literals and places in the text.
//!
//! Both API versions and the board filter parse into this one tree; it knows no entity and no type.
//! A tree prints back (`Display`) as text of the v2 language that parses to the same tree.

use std::fmt;

/// Byte range in the parameter text a node came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// An expression with the place it was written at. Two expressions are equal when their nodes are.
#[derive(Debug, Clone)]
pub struct Expr {
    pub node: Node,
    pub span: Span,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Expr {
    pub fn new(node: Node, span: Span) -> Self {
        Self { node, span }
    }

    /// Node without a place, for trees that no text was parsed for.
    pub fn bare(node: Node) -> Self {
        Self { node, span: Span::default() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Literal(Literal),
    /// `it`: the element the expression is evaluated on.
    It,
    /// A name on its own, looked up on `it`.
    Name(String),
    /// `target.name`; the name may hold blanks when it was written in brackets.
    Member {
        target: Box<Expr>,
        name: String,
    },
    /// `name(args)` or `target.name(args)`.
    Call {
        target: Option<Box<Expr>>,
        name: String,
        args: Vec<Expr>,
    },
    /// `target["key"]`.
    Index {
        target: Box<Expr>,
        index: Literal,
    },
    /// `target.as<Type>`.
    Cast {
        target: Box<Expr>,
        entity: String,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `operand in [items]`.
    In {
        operand: Box<Expr>,
        items: Vec<Expr>,
    },
    Conditional {
        test: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// `{a, b: c, d as e}` or `new(a, d as e)`.
    Object(Vec<Property>),
    /// `Me`, `Today`, `Current`, `Past(n)` … of the board filter.
    Board(Board),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Null,
    Bool(bool),
    /// An integer literal within the range of UInt64.
    Integer(u64),
    /// A real literal; `single` when it carried the suffix `f`.
    Real {
        value: f64,
        single: bool,
    },
    Text(String),
    /// A single-quoted text of exactly one character.
    Char(char),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Negate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    Ne,
    Eq,
    Le,
    Lt,
    Ge,
    Gt,
    /// `&`: text concatenation.
    Concat,
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The name the client chose, if any.
    pub alias: Option<String>,
    pub value: Expr,
    /// The text of the value, trimmed: the last resort of name inference.
    pub text: String,
}

/// Words that only the board filter has.
#[derive(Debug, Clone, PartialEq)]
pub enum Board {
    Me,
    Today,
    Current,
    /// `Past` or `Past(n)`.
    Past(Option<u32>),
    /// `Future` or `Future(n)`.
    Future(Option<u32>),
    /// `7(days)`.
    Duration {
        amount: u32,
        unit: Unit,
    },
    /// `left is right` or `left is not right`.
    Is {
        left: Box<Expr>,
        right: Box<Expr>,
        negated: bool,
    },
    /// `'text' in Field` or `'text' not in Field`.
    Within {
        needle: Box<Expr>,
        field: Box<Expr>,
        negated: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// One key of an ordering.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub key: Expr,
    pub descending: bool,
}

/// One entry of a v1 `include`, `append` or `exclude` list.
#[derive(Debug, Clone, PartialEq)]
pub enum Inclusion {
    /// `Field`, `Reference`, `Reference[a,b]`, `Collection[a,b]`.
    Member { name: String, nested: Option<Vec<Inclusion>>, span: Span },
    /// `Tasks-Count`, `Tasks-Effort-Sum`: the words between the hyphens.
    Aggregate { collection: String, field: Option<String>, function: String, span: Span },
}

impl BinaryOp {
    /// The operator as the v2 language spells it.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Or => "or",
            BinaryOp::And => "and",
            BinaryOp::Ne => "!=",
            BinaryOp::Eq => "==",
            BinaryOp::Le => "<=",
            BinaryOp::Lt => "<",
            BinaryOp::Ge => ">=",
            BinaryOp::Gt => ">",
            BinaryOp::Concat => "&",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::print::expr(self, f)
    }
}

impl fmt::Display for Inclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Inclusion::Member { name, nested: None, .. } => f.write_str(name),
            Inclusion::Member { name, nested: Some(nested), .. } => {
                let nested: Vec<String> = nested.iter().map(Inclusion::to_string).collect();
                write!(f, "{name}[{}]", nested.join(","))
            }
            Inclusion::Aggregate { collection, field: None, function, .. } => write!(f, "{collection}-{function}"),
            Inclusion::Aggregate { collection, field: Some(field), function, .. } => {
                write!(f, "{collection}-{field}-{function}")
            }
        }
    }
}
