//! From names to fields: every name is looked up once, every type checked once, and literals take the type of the
//! other side, so that rows are compared without a question left.

use std::fmt;

use chrono::NaiveTime;
use uuid::Uuid;

use super::{ItemCondition, Literal, Operand, Path, Predicate, Root};
use crate::odata::filter::{Clause, ClauseError, Expr, ExprKind, Function, Lambda, Operator, Problem, Quantifier};
use crate::odata::schema::Schema;
use crate::odata::value::Edm;

/// Binds a whole clause that is true or false.
pub(super) fn bind_predicate(clause: Clause, expr: &Expr, schema: &dyn Schema) -> Result<Predicate, ClauseError> {
    Binder::new(clause, schema).condition(expr)
}

/// Binds a whole clause that is a value to sort by.
pub(in crate::odata) fn bind_operand(clause: Clause, expr: &Expr, schema: &dyn Schema) -> Result<Operand, ClauseError> {
    let mut binder = Binder::new(clause, schema);
    let (operand, kind) = binder.operand(expr)?;
    match (&operand, kind) {
        (Operand::Field(path), Type::Structured(edm)) => {
            let problem = Problem::NotSortable { name: path.names().join("/"), edm: edm.to_string() };
            Err(binder.fault(expr.at, problem))
        }
        _ => Ok(operand),
    }
}

struct Binder<'a> {
    clause: Clause,
    row: &'a dyn Schema,
    variables: Vec<Variable<'a>>,
}

/// The item of a lambda being bound. Its name is found in any case, as the names of properties are, so that the
/// canonical spelling of a property never turns into a variable.
struct Variable<'a> {
    name: &'a str,
    /// Absent for a collection of texts.
    members: Option<&'a dyn Schema>,
    kind: Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Null,
    Boolean,
    Int,
    Double,
    Text,
    Enum(&'static str),
    /// A literal that names its own type, which must be checked against the other side.
    EnumLiteral,
    DateTime,
    Date,
    TimeOfDay,
    Guid,
    Structured(Edm),
}

type Bound<T> = Result<T, ClauseError>;

impl<'a> Binder<'a> {
    fn new(clause: Clause, row: &'a dyn Schema) -> Self {
        Self { clause, row, variables: Vec::new() }
    }

    // One arm, one function: the frames of this recursion would otherwise hold the variables of all arms.
    fn condition(&mut self, expr: &'a Expr) -> Bound<Predicate> {
        match &expr.kind {
            ExprKind::And(clauses) => self.conditions(clauses, Predicate::And),
            ExprKind::Or(clauses) => self.conditions(clauses, Predicate::Or),
            ExprKind::Not(inner) => self.negation(inner),
            ExprKind::Compare { operator, left, right } => self.comparison(expr.at, *operator, left, right),
            ExprKind::In { item, list } => self.membership(expr.at, item, list),
            ExprKind::Quantified { quantifier, collection, body } => {
                self.quantified(expr.at, *quantifier, collection, body.as_deref())
            }
            ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Call { .. } => self.itself(expr),
        }
    }

    fn conditions(&mut self, clauses: &'a [Expr], build: fn(Vec<Predicate>) -> Predicate) -> Bound<Predicate> {
        let mut bound = Vec::with_capacity(clauses.len());
        for clause in clauses {
            bound.push(self.condition(clause)?);
        }
        Ok(build(bound))
    }

    fn negation(&mut self, inner: &'a Expr) -> Bound<Predicate> {
        match self.condition(inner) {
            Ok(condition) => Ok(Predicate::Not(Box::new(condition))),
            Err(error) => Err(with_hint_for_not(error, inner)),
        }
    }

    /// A value that is true or false without being compared.
    fn itself(&mut self, expr: &'a Expr) -> Bound<Predicate> {
        let (operand, kind) = self.operand(expr)?;
        if matches!(kind, Type::Boolean | Type::Null) {
            return Ok(Predicate::Is(operand));
        }
        let problem = Problem::NotACondition { found: kind.to_string(), hint: "" };
        Err(self.fault(expr.at, problem))
    }

    fn comparison(&mut self, at: usize, operator: Operator, left: &'a Expr, right: &'a Expr) -> Bound<Predicate> {
        let positions = (left.at, right.at);
        let left = self.operand(left)?;
        let right = self.operand(right)?;
        self.compared(at, operator, positions, left, right)
    }

    fn compared(
        &self,
        at: usize,
        operator: Operator,
        positions: (usize, usize),
        (mut left, mut left_type): (Operand, Type),
        (mut right, mut right_type): (Operand, Type),
    ) -> Bound<Predicate> {
        if let Operand::Literal(literal) = &mut left {
            left_type = self.adapt(positions.0, literal, left_type, right_type)?;
        }
        if let Operand::Literal(literal) = &mut right {
            right_type = self.adapt(positions.1, literal, right_type, left_type)?;
        }
        self.check(at, operator, left_type, right_type)?;
        Ok(Predicate::Compare { operator, left, right })
    }

    fn membership(&mut self, at: usize, item: &'a Expr, list: &[Expr]) -> Bound<Predicate> {
        let (item, item_type) = self.operand(item)?;
        let mut literals = Vec::with_capacity(list.len());
        for expr in list {
            let ExprKind::Literal(literal) = &expr.kind else {
                return Err(self.fault(expr.at, Problem::NotALiteral));
            };
            let mut literal = literal.clone();
            let own = Type::of(&literal);
            let kind = self.adapt(expr.at, &mut literal, own, item_type)?;
            self.check(expr.at, Operator::Equal, item_type, kind)?;
            literals.push(literal);
        }
        if let Type::Structured(_) = item_type {
            self.check(at, Operator::Equal, item_type, Type::Text)?;
        }
        Ok(Predicate::In { item, list: literals })
    }

    fn quantified(
        &mut self,
        at: usize,
        quantifier: Quantifier,
        names: &'a [String],
        body: Option<&'a Lambda>,
    ) -> Bound<Predicate> {
        let (collection, kind) = self.path(at, names)?;
        let is_of_item = match &collection.root {
            Root::Row => self.variables.is_empty(),
            Root::Variable { level, .. } => level + 1 == self.variables.len(),
        };
        if !is_of_item {
            return Err(self.fault(at, Problem::ForeignCollection(names.join("/"))));
        }
        let (members, item_type) = match kind {
            Type::Structured(Edm::StringCollection) => (None, Type::Text),
            Type::Structured(Edm::GuidCollection) => (None, Type::Guid),
            Type::Structured(Edm::ComplexCollection(name)) => {
                (self.complex(&collection, name), Type::Structured(Edm::Complex(name)))
            }
            _ => return Err(self.fault(at, Problem::NotACollection(names.join("/")))),
        };
        let Some(Lambda { variable, condition }) = body else {
            return Ok(Predicate::Quantified { quantifier, collection, body: None });
        };
        let is_variable = |known: &Variable<'_>| known.name.eq_ignore_ascii_case(variable);
        if self.variables.iter().any(is_variable) {
            return Err(self.fault(at, Problem::VariableInUse(Problem::shown(variable))));
        }
        self.variables.push(Variable { name: variable, members, kind: item_type });
        let condition = self.condition(condition);
        self.variables.pop();
        let body = ItemCondition { variable: variable.clone(), condition: condition? };
        Ok(Predicate::Quantified { quantifier, collection, body: Some(Box::new(body)) })
    }

    fn operand(&mut self, expr: &'a Expr) -> Bound<(Operand, Type)> {
        match &expr.kind {
            ExprKind::Literal(literal) => Ok((Operand::Literal(literal.clone()), Type::of(literal))),
            ExprKind::Path(names) => {
                let (path, kind) = self.path(expr.at, names)?;
                Ok((Operand::Field(path), kind))
            }
            ExprKind::Call { function, arguments } => self.call(expr.at, *function, arguments),
            _ => self.nested_condition(expr),
        }
    }

    fn nested_condition(&mut self, expr: &'a Expr) -> Bound<(Operand, Type)> {
        let condition = self.condition(expr)?;
        Ok((Operand::Condition(Box::new(condition)), Type::Boolean))
    }

    fn call(&mut self, at: usize, function: Function, arguments: &'a [Expr]) -> Bound<(Operand, Type)> {
        let (least, most) = function.arity();
        let given = arguments.len();
        if !(least..=most).contains(&given) {
            return Err(self.fault(at, Problem::ArgumentCount { function, given }));
        }
        let mut bound = Vec::with_capacity(given);
        for (position, argument) in arguments.iter().enumerate() {
            let (operand, kind) = self.operand(argument)?;
            if let Some(problem) = problem_with_argument(function, position, &operand, kind) {
                return Err(self.fault(argument.at, problem));
            }
            bound.push(operand);
        }
        let operand = Operand::Call { function, arguments: bound };
        Ok((operand, result(function)))
    }

    fn path(&self, at: usize, names: &[String]) -> Bound<(Path, Type)> {
        let mut names = names.iter().peekable();
        let first = names.peek().map_or("", |name| name.as_str());
        let variable =
            self.variables.iter().enumerate().find(|(_, variable)| variable.name.eq_ignore_ascii_case(first));
        let (root, mut members, mut kind) = match variable {
            Some((level, variable)) => {
                names.next();
                let name = variable.name.to_owned();
                let root = Root::Variable { name, level };
                (root, variable.members, variable.kind)
            }
            None => (Root::Row, Some(self.row), Type::Null),
        };
        let mut path = Path { root, fields: Vec::new() };
        let mut owner = first;
        for name in names {
            let Some(schema) = members else {
                let problem = match kind {
                    Type::Structured(Edm::ComplexCollection(_) | Edm::StringCollection | Edm::GuidCollection) => {
                        Problem::IsCollection(Problem::shown(owner))
                    }
                    _ => Problem::NoMembers {
                        name: Problem::shown(owner),
                        edm: kind.to_string(),
                        member: Problem::shown(name),
                    },
                };
                return Err(self.fault(at, problem));
            };
            let Some(field) = schema.resolve(name) else {
                let problem =
                    Problem::UnknownProperty { name: Problem::shown(name), type_name: schema.type_name().to_owned() };
                return Err(self.fault(at, problem));
            };
            kind = Type::of_edm(field.edm);
            members = match field.edm {
                Edm::Complex(name) => schema.complex(name),
                _ => None,
            };
            owner = name;
            path.fields.push(field);
        }
        Ok((path, kind))
    }

    /// The schema of the items at the end of `path`.
    fn complex(&self, path: &Path, type_name: &str) -> Option<&'a dyn Schema> {
        let mut schema = match &path.root {
            Root::Row => self.row,
            Root::Variable { level, .. } => self.variables.get(*level)?.members?,
        };
        for field in &path.fields {
            if let Edm::Complex(name) = field.edm {
                schema = schema.complex(name)?;
            }
        }
        schema.complex(type_name)
    }

    /// Gives a literal the type of the other side, where it has another spelling of it.
    fn adapt(&self, at: usize, literal: &mut Literal, own: Type, other: Type) -> Bound<Type> {
        match (&*literal, other) {
            (Literal::String(text), Type::Guid) => {
                let not_a_guid = |_| self.fault(at, Problem::NotAGuid(Problem::shown(text)));
                *literal = Literal::Guid(Uuid::try_parse(text).map_err(not_a_guid)?);
                Ok(Type::Guid)
            }
            (Literal::String(_), Type::Enum(_)) => Ok(other),
            (Literal::Enum { type_name, .. }, Type::Enum(name)) => {
                let own_name = type_name.rsplit('.').next().unwrap_or_default();
                let is_same = own_name.eq_ignore_ascii_case(name);
                Ok(if is_same { other } else { own })
            }
            (Literal::Date(date), Type::DateTime) => {
                *literal = Literal::DateTime(date.and_time(NaiveTime::MIN).and_utc());
                Ok(Type::DateTime)
            }
            _ => Ok(own),
        }
    }

    fn check(&self, at: usize, operator: Operator, left: Type, right: Type) -> Bound<()> {
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let hint = match (operator, left, right) {
            (Operator::Has, Type::Enum(_) | Type::Null, Type::Enum(_) | Type::Null) => {
                return Ok(());
            }
            (Operator::Has, ..) => "; it asks for the flags of an enumeration",
            (_, Type::Null, _) | (_, _, Type::Null) | (_, Type::Int | Type::Double, Type::Int | Type::Double) => {
                return Ok(());
            }
            (_, Type::Enum(a), Type::Enum(b)) if a == b && is_equality => return Ok(()),
            (_, Type::Enum(a), Type::Enum(b)) if a == b => "; members of an enumeration have no order here",
            (_, Type::Structured(_), _) | (_, _, Type::Structured(_)) => {
                "; a complex value or a collection can be compared with null only"
            }
            (_, Type::Text, Type::Guid) | (_, Type::Guid, Type::Text) if is_equality => {
                return Ok(());
            }
            (_, Type::DateTime, Type::Text) | (_, Type::Text, Type::DateTime) => "; dates are written without quotes",
            (_, Type::Text, Type::Int | Type::Double | Type::Boolean)
            | (_, Type::Int | Type::Double | Type::Boolean, Type::Text) => {
                "; text is written in quotes, numbers, true and false are not"
            }
            (_, a, b) if a == b && !matches!(a, Type::EnumLiteral) => return Ok(()),
            _ => "",
        };
        let problem = Problem::IncompatibleTypes {
            operator: operator.as_str(),
            left: left.to_string(),
            right: right.to_string(),
            hint,
        };
        Err(self.fault(at, problem))
    }

    fn fault(&self, at: usize, problem: Problem) -> ClauseError {
        ClauseError { clause: self.clause, at, problem }
    }
}

impl Type {
    fn of(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Boolean(_) => Self::Boolean,
            Literal::Int(_) => Self::Int,
            Literal::Double(_) => Self::Double,
            Literal::String(_) => Self::Text,
            Literal::Enum { .. } => Self::EnumLiteral,
            Literal::DateTime(_) => Self::DateTime,
            Literal::Date(_) => Self::Date,
            Literal::TimeOfDay(_) => Self::TimeOfDay,
            Literal::Guid(_) => Self::Guid,
        }
    }

    fn of_edm(edm: Edm) -> Self {
        match edm {
            Edm::String => Self::Text,
            Edm::Boolean => Self::Boolean,
            Edm::Int32 | Edm::Int64 => Self::Int,
            Edm::Double => Self::Double,
            Edm::DateTimeOffset => Self::DateTime,
            Edm::Guid => Self::Guid,
            Edm::Enum(name) => Self::Enum(name),
            Edm::Complex(_) | Edm::ComplexCollection(_) | Edm::StringCollection | Edm::GuidCollection => {
                Self::Structured(edm)
            }
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "Edm.Boolean",
            Self::Int => "an integer",
            Self::Double => "Edm.Double",
            Self::Text => "Edm.String",
            Self::Enum(name) => return write!(f, "the enumeration {name}"),
            Self::EnumLiteral => "a member of another type",
            Self::DateTime => "Edm.DateTimeOffset",
            Self::Date => "Edm.Date",
            Self::TimeOfDay => "Edm.TimeOfDay",
            Self::Guid => "Edm.Guid",
            Self::Structured(edm) => return write!(f, "{edm}"),
        })
    }
}

fn result(function: Function) -> Type {
    match function {
        Function::Contains | Function::StartsWith | Function::EndsWith => Type::Boolean,
        Function::ToLower | Function::ToUpper | Function::Trim | Function::Substring | Function::Concat => Type::Text,
        Function::Date => Type::Date,
        Function::Time => Type::TimeOfDay,
        Function::FractionalSeconds => Type::Double,
        Function::MinDateTime | Function::MaxDateTime => Type::DateTime,
        _ => Type::Int,
    }
}

fn problem_with_argument(function: Function, position: usize, operand: &Operand, kind: Type) -> Option<Problem> {
    let (is_right, expected) = match function {
        Function::Substring if position > 0 => (kind == Type::Int, "an integer"),
        Function::Year | Function::Month | Function::Day | Function::Date => {
            (matches!(kind, Type::DateTime | Type::Date), "Edm.DateTimeOffset or Edm.Date")
        }
        Function::Time => (kind == Type::DateTime, "Edm.DateTimeOffset"),
        Function::Hour | Function::Minute | Function::Second | Function::FractionalSeconds => {
            (matches!(kind, Type::DateTime | Type::TimeOfDay), "Edm.DateTimeOffset or Edm.TimeOfDay")
        }
        _ => (kind == Type::Text, "Edm.String"),
    };
    if !is_right && kind != Type::Null {
        return Some(Problem::ArgumentType { function: function.as_str(), expected, found: kind.to_string() });
    }
    // Only `substring` has a third argument.
    let is_negative = matches!(operand, Operand::Literal(Literal::Int(..0)));
    (position == 2 && is_negative).then_some(Problem::NegativeLength)
}

/// `not a eq 'x'` means `(not a) eq 'x'`, which surprises everybody once.
fn with_hint_for_not(error: ClauseError, inner: &Expr) -> ClauseError {
    match error.problem {
        Problem::NotACondition { found, .. } if error.at == inner.at => ClauseError {
            problem: Problem::NotACondition {
                found,
                hint: "; 'not' binds tighter than a comparison, put that in parentheses: not (…)",
            },
            ..error
        },
        _ => error,
    }
}
