//! `$filter` as a tree: what the client wrote, before anybody asks whether the names exist.
//!
//! Precedence is OData's: `not` binds tighter than `gt ge lt le has in`, those tighter than `eq ne`, then `and`, then
//! `or`. Comparisons of one rank do not chain (`a eq b eq c` needs parentheses), while `and` and `or` do and give one
//! flat list. Operators, functions and the words `true`, `false`, `null` are read in any case (`startsWith` observed,
//! the others documented by OData 4.01).

pub mod error;
mod function;
mod literal;
mod parse;
mod print;
mod token;

pub use error::{Clause, ClauseError, Problem};
pub use function::Function;
pub use literal::Literal;

pub(super) use parse::{Parser, parse_only};

/// The longest text of a clause, in bytes after the URL's escapes are undone. The service's own limit is not known;
/// this one is assumed and above what URLs of its clients carry.
pub const MAX_LENGTH: usize = 8 * 1024;

/// How deep parentheses, `not`, function calls and lambdas nest. Assumed, as for [`MAX_LENGTH`]; at this depth the
/// widest filter needs less than 1 MiB of stack even without optimisation, half of what worker threads have.
pub const MAX_DEPTH: usize = 48;

/// A part of a filter and the byte at which it was written. Two expressions are equal when they say the same,
/// wherever they stand.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Bytes from the beginning of the text; for a comparison, those before its operator.
    pub at: usize,
    /// What is said.
    pub kind: ExprKind,
}

/// What an [`Expr`] can say.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A value written out.
    Literal(Literal),
    /// Names with slashes between them, as the client spelled them; never empty.
    Path(Vec<String>),
    /// All of these, two or more.
    And(Vec<Expr>),
    /// Any of these, two or more.
    Or(Vec<Expr>),
    /// The opposite.
    Not(Box<Expr>),
    /// Two sides of an operator.
    Compare {
        /// Between the sides.
        operator: Operator,
        /// Before the operator.
        left: Box<Expr>,
        /// After it.
        right: Box<Expr>,
    },
    /// `item in (1,2,3)`.
    In {
        /// Before `in`.
        item: Box<Expr>,
        /// Literals; the list may be empty.
        list: Vec<Expr>,
    },
    /// A function and its arguments.
    Call {
        /// Which one.
        function: Function,
        /// As many as were written.
        arguments: Vec<Expr>,
    },
    /// `collection/any(x: …)` or `collection/all(x: …)`.
    Quantified {
        /// Which of the two.
        quantifier: Quantifier,
        /// The path before it.
        collection: Vec<String>,
        /// Absent in `collection/any()`, which asks whether there is any item at all.
        body: Option<Box<Lambda>>,
    },
}

/// The variable of `any` or `all` and what is asked of each item.
#[derive(Debug, Clone, PartialEq)]
pub struct Lambda {
    /// Stands for the item.
    pub variable: String,
    /// True or false for it.
    pub condition: Expr,
}

/// Operators with a value on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
    /// `has`: the flags of an enumeration.
    Has,
}

/// `any` or `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one item.
    Any,
    /// Every item; true of none.
    All,
}

impl Expr {
    /// Reads a filter, escapes of the URL already undone.
    pub fn parse(text: &str) -> Result<Self, ClauseError> {
        parse_only(Clause::Filter, text)
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// An expression that was not read from a text stands at its beginning.
impl From<ExprKind> for Expr {
    fn from(kind: ExprKind) -> Self {
        Self { at: 0, kind }
    }
}

impl Operator {
    /// All of them, in the order the documentation lists them.
    pub const ALL: [Self; 7] =
        [Self::Equal, Self::NotEqual, Self::Greater, Self::GreaterOrEqual, Self::Less, Self::LessOrEqual, Self::Has];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
            Self::Has => "has",
        }
    }

    /// The operator that says the same with the sides exchanged; `has` has none.
    pub const fn mirrored(self) -> Option<Self> {
        match self {
            Self::Equal => Some(Self::Equal),
            Self::NotEqual => Some(Self::NotEqual),
            Self::Greater => Some(Self::Less),
            Self::GreaterOrEqual => Some(Self::LessOrEqual),
            Self::Less => Some(Self::Greater),
            Self::LessOrEqual => Some(Self::GreaterOrEqual),
            Self::Has => None,
        }
    }

    const fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }

    fn from_name(name: &str) -> Option<Self> {
        let is_named = |operator: &Self| operator.as_str().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(is_named)
    }
}

impl Quantifier {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let is_named = |quantifier: &Self| quantifier.as_str().eq_ignore_ascii_case(name);
        [Self::Any, Self::All].into_iter().find(is_named)
    }
}

#[cfg(test)]
mod tests;
