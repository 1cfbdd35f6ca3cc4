//! A filter written out again, in one canonical spelling and with no more parentheses than needed.

use std::fmt;

use super::{Expr, ExprKind};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Literal(literal) => write!(f, "{literal}"),
            ExprKind::Path(names) => f.write_str(&names.join("/")),
            ExprKind::And(clauses) => chain(f, clauses, " and ", Rank::Equality),
            ExprKind::Or(clauses) => chain(f, clauses, " or ", Rank::And),
            ExprKind::Not(inner) => write!(f, "not {}", Ranked(inner, Rank::Unary)),
            ExprKind::Compare { operator, left, right } => {
                let side = if operator.is_equality() { Rank::Relation } else { Rank::Unary };
                let (left, right) = (Ranked(left, side), Ranked(right, side));
                write!(f, "{left} {} {right}", operator.as_str())
            }
            ExprKind::In { item, list } => {
                write!(f, "{} in (", Ranked(item, Rank::Unary))?;
                comma_separated(f, list)?;
                f.write_str(")")
            }
            ExprKind::Call { function, arguments } => {
                write!(f, "{}(", function.as_str())?;
                comma_separated(f, arguments)?;
                f.write_str(")")
            }
            ExprKind::Quantified { quantifier, collection, body } => {
                write!(f, "{}/{}(", collection.join("/"), quantifier.as_str())?;
                if let Some(lambda) = body {
                    write!(f, "{}: {}", lambda.variable, lambda.condition)?;
                }
                f.write_str(")")
            }
        }
    }
}

/// How tightly an expression holds together, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Or,
    And,
    Equality,
    Relation,
    Unary,
    Primary,
}

/// An expression in a place that needs at least this rank.
struct Ranked<'a>(&'a Expr, Rank);

impl fmt::Display for Ranked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(expr, needed) = self;
        if rank(expr) >= *needed { write!(f, "{expr}") } else { write!(f, "({expr})") }
    }
}

fn rank(expr: &Expr) -> Rank {
    match &expr.kind {
        ExprKind::Or(_) => Rank::Or,
        ExprKind::And(_) => Rank::And,
        ExprKind::Compare { operator, .. } if operator.is_equality() => Rank::Equality,
        ExprKind::Compare { .. } | ExprKind::In { .. } => Rank::Relation,
        ExprKind::Not(_) => Rank::Unary,
        ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Call { .. } | ExprKind::Quantified { .. } => Rank::Primary,
    }
}

fn chain(f: &mut fmt::Formatter<'_>, clauses: &[Expr], word: &str, needed: Rank) -> fmt::Result {
    for (position, clause) in clauses.iter().enumerate() {
        let before = if position == 0 { "" } else { word };
        write!(f, "{before}{}", Ranked(clause, needed))?;
    }
    Ok(())
}

fn comma_separated(f: &mut fmt::Formatter<'_>, list: &[Expr]) -> fmt::Result {
    for (position, item) in list.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        write!(f, "{comma}{item}")?;
    }
    Ok(())
}
