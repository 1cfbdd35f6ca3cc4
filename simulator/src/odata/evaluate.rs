//! A filter bound to a schema: names have become fields, types are checked, and rows can be asked.
//!
//! The tree is public because the real service does not always do what a filter says: a caller that imitates it looks
//! at the clauses ([`Predicate::comparison`], [`Predicate::fields`]), rewrites them ([`Predicate::map`]) and evaluates
//! what is left. Evaluation allocates nothing unless a function makes a new text.
//!
//! Null follows OData 4.01, "Logical Operators" (documented): `eq` and `ne` take null for a value, `gt` and `lt`
//! are false of it, functions of null are null, `and`, `or` and `not` take null for "unknown", and a row is kept only
//! if the whole filter is true. Texts compare character by character, case included, as OData says; whether the
//! service does so is not known. Enumerations compare without regard to case (observed).

mod bind;
mod scalar;

use super::filter::{Clause, ClauseError, Expr, ExprKind, Function, Lambda, Literal, Operator, Quantifier};
use super::schema::{Entity, Field, Schema};

pub(super) use bind::bind_operand;
pub(super) use scalar::{Scalar, Scope};

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All of these; true of none.
    And(Vec<Predicate>),
    /// Any of these; false of none.
    Or(Vec<Predicate>),
    /// The opposite.
    Not(Box<Predicate>),
    /// Two sides of an operator.
    Compare {
        /// Between the sides.
        operator: Operator,
        /// Before the operator.
        left: Operand,
        /// After it.
        right: Operand,
    },
    /// Equal to one of a list.
    In {
        /// The value looked for.
        item: Operand,
        /// Where.
        list: Vec<Literal>,
    },
    /// An operand that is itself true or false: a field, a literal, `contains(…)`.
    Is(Operand),
    /// A question about the items of a collection.
    Quantified {
        /// Which one.
        quantifier: Quantifier,
        /// The collection.
        collection: Path,
        /// Absent in `any()`.
        body: Option<Box<ItemCondition>>,
    },
}

/// What `any` or `all` asks of each item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemCondition {
    /// As the client called the item.
    pub variable: String,
    /// Asked of it.
    pub condition: Predicate,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Read from the row.
    Field(Path),
    /// Written out.
    Literal(Literal),
    /// Computed; as many arguments as the function takes.
    Call {
        /// By what.
        function: Function,
        /// From what.
        arguments: Vec<Operand>,
    },
    /// A condition whose truth is compared or sorted by.
    Condition(Box<Predicate>),
}

/// How to reach a value from the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Where to begin.
    pub root: Root,
    /// The fields to follow; empty for a variable that is itself the value.
    pub fields: Vec<Field>,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// The row.
    Row,
    /// The item of an enclosing `any` or `all`.
    Variable {
        /// As the client called it.
        name: String,
        /// How many other lambdas stand around the one that declares it.
        level: usize,
    },
}

/// A clause of the commonest kind, the literal always on the right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison<'a> {
    /// A property of the row itself.
    pub field: Field,
    /// Mirrored if the client wrote the literal first.
    pub operator: Operator,
    /// What the property is compared with.
    pub literal: &'a Literal,
}

impl Predicate {
    /// Reads a filter, escapes of the URL already undone, and binds it to `schema`.
    pub fn parse(text: &str, schema: &dyn Schema) -> Result<Self, ClauseError> {
        Self::bind(&Expr::parse(text)?, schema)
    }

    /// Looks up the names of `expr` and checks its types.
    pub fn bind(expr: &Expr, schema: &dyn Schema) -> Result<Self, ClauseError> {
        bind::bind_predicate(Clause::Filter, expr, schema)
    }

    /// True of every row, or of none.
    pub const fn constant(value: bool) -> Self {
        Self::Is(Operand::Literal(Literal::Boolean(value)))
    }

    /// Whether the filter keeps this row: it does when the condition is true, not when it is unknown.
    pub fn matches(&self, row: &dyn Entity) -> bool {
        self.truth(Scope::of(row)) == Some(true)
    }

    /// This clause as field, operator and literal, if it has that form.
    pub fn comparison(&self) -> Option<Comparison<'_>> {
        let Self::Compare { operator, left, right } = self else {
            return None;
        };
        let (path, operator, literal) = match (left, right) {
            (Operand::Field(path), Operand::Literal(literal)) => (path, *operator, literal),
            (Operand::Literal(literal), Operand::Field(path)) => (path, operator.mirrored()?, literal),
            _ => return None,
        };
        Some(Comparison { field: path.field_of_row()?, operator, literal })
    }

    /// The fields of the row that the condition reads, each once, in the order of their first use. For a path into a
    /// complex value it is the field of the row that holds it.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        self.visit_paths(&mut |path| {
            if let (Root::Row, Some(field)) = (&path.root, path.fields.first())
                && !fields.contains(field)
            {
                fields.push(*field);
            }
        });
        fields
    }

    /// Rebuilds the tree from its leaves up, each condition replaced by what `rewrite` makes of it.
    #[must_use]
    pub fn map(self, rewrite: &mut dyn FnMut(Self) -> Self) -> Self {
        let mapped = match self {
            Self::And(clauses) => Self::And(map_all(clauses, rewrite)),
            Self::Or(clauses) => Self::Or(map_all(clauses, rewrite)),
            Self::Not(inner) => Self::Not(Box::new(inner.map(rewrite))),
            Self::Compare { operator, left, right } => {
                Self::Compare { operator, left: left.map(rewrite), right: right.map(rewrite) }
            }
            Self::In { item, list } => Self::In { item: item.map(rewrite), list },
            Self::Is(operand) => Self::Is(operand.map(rewrite)),
            Self::Quantified { quantifier, collection, body } => Self::Quantified {
                quantifier,
                collection,
                body: body.map(|body| {
                    Box::new(ItemCondition { variable: body.variable, condition: body.condition.map(rewrite) })
                }),
            },
        };
        rewrite(mapped)
    }

    fn visit_paths(&self, visit: &mut dyn FnMut(&Path)) {
        match self {
            Self::And(clauses) | Self::Or(clauses) => {
                for clause in clauses {
                    clause.visit_paths(visit);
                }
            }
            Self::Not(inner) => inner.visit_paths(visit),
            Self::Compare { left, right, .. } => {
                left.visit_paths(visit);
                right.visit_paths(visit);
            }
            Self::In { item, .. } | Self::Is(item) => item.visit_paths(visit),
            Self::Quantified { collection, body, .. } => {
                visit(collection);
                if let Some(body) = body {
                    body.condition.visit_paths(visit);
                }
            }
        }
    }
}

impl Operand {
    /// The fields of the row that the operand reads, as [`Predicate::fields`] gives them.
    pub fn fields(&self) -> Vec<Field> {
        Predicate::Is(self.clone()).fields()
    }

    fn map(self, rewrite: &mut dyn FnMut(Predicate) -> Predicate) -> Self {
        match self {
            Self::Field(_) | Self::Literal(_) => self,
            Self::Call { function, arguments } => Self::Call {
                function,
                arguments: arguments.into_iter().map(|argument| argument.map(rewrite)).collect(),
            },
            Self::Condition(predicate) => Self::Condition(Box::new(predicate.map(rewrite))),
        }
    }

    fn visit_paths(&self, visit: &mut dyn FnMut(&Path)) {
        match self {
            Self::Field(path) => visit(path),
            Self::Literal(_) => {}
            Self::Call { arguments, .. } => {
                for argument in arguments {
                    argument.visit_paths(visit);
                }
            }
            Self::Condition(predicate) => predicate.visit_paths(visit),
        }
    }
}

impl Path {
    /// The field, if the path is a property of the row itself.
    pub fn field_of_row(&self) -> Option<Field> {
        match (&self.root, self.fields.as_slice()) {
            (Root::Row, [field]) => Some(*field),
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        let variable = match &self.root {
            Root::Row => None,
            Root::Variable { name, .. } => Some(name.clone()),
        };
        let fields = self.fields.iter().map(|field| field.name.to_owned());
        variable.into_iter().chain(fields).collect()
    }
}

fn map_all(clauses: Vec<Predicate>, rewrite: &mut dyn FnMut(Predicate) -> Predicate) -> Vec<Predicate> {
    clauses.into_iter().map(|clause| clause.map(rewrite)).collect()
}

/// The condition as a filter, names in the schema's spelling.
impl std::fmt::Display for Predicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Expr::from(self).fmt(f)
    }
}

/// The operand as it stands in a filter.
impl std::fmt::Display for Operand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Expr::from(self).fmt(f)
    }
}

impl From<&Predicate> for Expr {
    fn from(predicate: &Predicate) -> Self {
        let kind = match predicate {
            Predicate::And(clauses) => match clauses.as_slice() {
                [] => ExprKind::Literal(Literal::Boolean(true)),
                [only] => return Self::from(only),
                clauses => ExprKind::And(clauses.iter().map(Self::from).collect()),
            },
            Predicate::Or(clauses) => match clauses.as_slice() {
                [] => ExprKind::Literal(Literal::Boolean(false)),
                [only] => return Self::from(only),
                clauses => ExprKind::Or(clauses.iter().map(Self::from).collect()),
            },
            Predicate::Not(inner) => ExprKind::Not(Box::new(Self::from(&**inner))),
            Predicate::Compare { operator, left, right } => ExprKind::Compare {
                operator: *operator,
                left: Box::new(Self::from(left)),
                right: Box::new(Self::from(right)),
            },
            Predicate::In { item, list } => {
                let literals = list.iter().cloned().map(ExprKind::Literal);
                ExprKind::In { item: Box::new(Self::from(item)), list: literals.map(Self::from).collect() }
            }
            Predicate::Is(operand) => return Self::from(operand),
            Predicate::Quantified { quantifier, collection, body } => ExprKind::Quantified {
                quantifier: *quantifier,
                collection: collection.names(),
                body: body.as_ref().map(|body| {
                    Box::new(Lambda { variable: body.variable.clone(), condition: Self::from(&body.condition) })
                }),
            },
        };
        Self::from(kind)
    }
}

impl From<&Operand> for Expr {
    fn from(operand: &Operand) -> Self {
        Self::from(match operand {
            Operand::Field(path) => ExprKind::Path(path.names()),
            Operand::Literal(literal) => ExprKind::Literal(literal.clone()),
            Operand::Call { function, arguments } => {
                ExprKind::Call { function: *function, arguments: arguments.iter().map(Self::from).collect() }
            }
            Operand::Condition(predicate) => return Self::from(&**predicate),
        })
    }
}

#[cfg(test)]
mod tests;
