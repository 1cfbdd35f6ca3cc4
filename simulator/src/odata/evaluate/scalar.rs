//! What conditions and operands come to for one row.

use std::borrow::Cow;
use std::cmp::Ordering;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use uuid::Uuid;

use super::{Function, ItemCondition, Literal, Operand, Operator, Path, Predicate, Root};
use crate::odata::filter::Quantifier;
use crate::odata::schema::Entity;
use crate::odata::value::Value;

/// The documents give no numbers; these are what the inventory shows for "never" and for "no end" (observed: rapid7).
const FIRST_INSTANT: DateTime<Utc> = DateTime::from_timestamp(-62_135_596_800, 0).expect("0001-01-01");
const LAST_INSTANT: DateTime<Utc> = DateTime::from_timestamp(253_402_300_799, 999_999_900).expect("9999-12-31");

/// A single value.
#[derive(Debug, Clone)]
pub(in crate::odata) enum Scalar<'a> {
    Null,
    Boolean(bool),
    Int(i64),
    Double(f64),
    Text(Cow<'a, str>),
    Enum(&'a str),
    DateTime(DateTime<Utc>),
    Date(NaiveDate),
    TimeOfDay(NaiveTime),
    Guid(Uuid),
    /// A complex value or a collection: it is there, and nothing else is known of it.
    Structured,
}

/// The row and the items of the lambdas around an expression.
#[derive(Clone, Copy)]
pub(in crate::odata) struct Scope<'a> {
    row: &'a dyn Entity,
    innermost: Option<&'a Item<'a>>,
}

/// One item of a collection, linked to those outside it so that nothing is allocated.
struct Item<'a> {
    value: Value<'a>,
    level: usize,
    outer: Option<&'a Item<'a>>,
}

impl<'a> Scope<'a> {
    pub(in crate::odata) fn of(row: &'a dyn Entity) -> Self {
        Self { row, innermost: None }
    }

    fn value(self, path: &Path) -> Value<'a> {
        let mut fields = path.fields.iter();
        let mut value = match &path.root {
            Root::Row => match fields.next() {
                Some(field) => self.row.value(field.index),
                None => Value::Entity(self.row),
            },
            Root::Variable { level, .. } => self.item(*level),
        };
        for field in fields {
            value = match value {
                Value::Entity(entity) => entity.value(field.index),
                _ => return Value::Null,
            };
        }
        value
    }

    fn item(self, level: usize) -> Value<'a> {
        let mut next = self.innermost;
        while let Some(item) = next {
            if item.level == level {
                return item.value;
            }
            next = item.outer;
        }
        Value::Null
    }
}

impl Predicate {
    /// True, false or unknown.
    pub(super) fn truth(&self, scope: Scope<'_>) -> Option<bool> {
        match self {
            Self::And(clauses) => decide(clauses, scope, false),
            Self::Or(clauses) => decide(clauses, scope, true),
            Self::Not(inner) => inner.truth(scope).map(|truth| !truth),
            Self::Compare { operator, left, right } => compare(*operator, &left.scalar(scope), &right.scalar(scope)),
            Self::In { item, list } => {
                let item = item.scalar(scope);
                Some(list.iter().any(|one| is_equal(&item, &one.into())))
            }
            Self::Is(operand) => match operand.scalar(scope) {
                Scalar::Boolean(truth) => Some(truth),
                _ => None,
            },
            Self::Quantified { quantifier, collection, body } => {
                let items = match scope.value(collection) {
                    Value::Items(items) => items,
                    // A collection that is absent has no items; one that is only JSON text cannot be asked.
                    Value::Null => return Some(*quantifier == Quantifier::All),
                    _ => return None,
                };
                let Some(body) = body else {
                    return Some(items.count() > 0);
                };
                let mut truths = (0..items.count()).map(|position| body.truth(items.item(position), scope));
                first_decisive(&mut truths, *quantifier == Quantifier::Any)
            }
        }
    }
}

impl ItemCondition {
    fn truth(&self, value: Value<'_>, scope: Scope<'_>) -> Option<bool> {
        let item = Item { value, level: scope.innermost.map_or(0, |item| item.level + 1), outer: scope.innermost };
        self.condition.truth(Scope { row: scope.row, innermost: Some(&item) })
    }
}

impl Operand {
    pub(in crate::odata) fn scalar<'a>(&'a self, scope: Scope<'a>) -> Scalar<'a> {
        match self {
            Self::Field(path) => scope.value(path).into(),
            Self::Literal(literal) => literal.into(),
            Self::Call { function, arguments } => call(*function, arguments, scope).unwrap_or(Scalar::Null),
            Self::Condition(predicate) => predicate.truth(scope).map_or(Scalar::Null, Scalar::Boolean),
        }
    }
}

impl<'a> From<Value<'a>> for Scalar<'a> {
    fn from(value: Value<'a>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(value),
            Value::Int(value) => Self::Int(value),
            Value::Double(value) => Self::Double(value),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Enum(member) => Self::Enum(member),
            Value::DateTime(instant) => Self::DateTime(instant),
            Value::Json(_) | Value::Entity(_) | Value::Items(_) => Self::Structured,
        }
    }
}

impl<'a> From<&'a Literal> for Scalar<'a> {
    fn from(literal: &'a Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Boolean(value) => Self::Boolean(*value),
            Literal::Int(value) => Self::Int(*value),
            Literal::Double(value) => Self::Double(*value),
            Literal::String(text) => Self::Text(Cow::Borrowed(text)),
            Literal::Enum { member, .. } => Self::Enum(member),
            Literal::DateTime(instant) => Self::DateTime(*instant),
            Literal::Date(date) => Self::Date(*date),
            Literal::TimeOfDay(time) => Self::TimeOfDay(*time),
            Literal::Guid(guid) => Self::Guid(*guid),
        }
    }
}

impl Scalar<'_> {
    /// Both sides in order, if they are of one kind; never for null, NaN, complex values and enumerations.
    pub(in crate::odata) fn partial_order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Double(b)) => order_int_double(*a, *b),
            (Self::Double(a), Self::Int(b)) => order_int_double(*b, *a).map(Ordering::reverse),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::DateTime(a), Self::DateTime(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::TimeOfDay(a), Self::TimeOfDay(b)) => Some(a.cmp(b)),
            (Self::Guid(a), Self::Guid(b)) => Some(a.cmp(b)),
            (Self::Guid(guid), Self::Text(text)) => Some(guid.cmp(&Uuid::try_parse(text).ok()?)),
            (Self::Text(text), Self::Guid(guid)) => Some(Uuid::try_parse(text).ok()?.cmp(guid)),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Enum(member) => Some(member),
            _ => None,
        }
    }
}

/// A clause that comes to `decisive` decides; otherwise one unknown makes the whole unknown.
fn decide(clauses: &[Predicate], scope: Scope<'_>, decisive: bool) -> Option<bool> {
    first_decisive(&mut clauses.iter().map(|clause| clause.truth(scope)), decisive)
}

fn first_decisive(truths: &mut dyn Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut result = Some(!decisive);
    for truth in truths {
        match truth {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

fn compare(operator: Operator, left: &Scalar<'_>, right: &Scalar<'_>) -> Option<bool> {
    let order_is = |wanted: fn(Ordering) -> bool| left.partial_order(right).is_some_and(wanted);
    let are_null = matches!((left, right), (Scalar::Null, Scalar::Null));
    Some(match operator {
        Operator::Equal => is_equal(left, right),
        Operator::NotEqual => !is_equal(left, right),
        Operator::Greater => order_is(Ordering::is_gt),
        Operator::GreaterOrEqual => are_null || order_is(Ordering::is_ge),
        Operator::Less => order_is(Ordering::is_lt),
        Operator::LessOrEqual => are_null || order_is(Ordering::is_le),
        Operator::Has => return has_flags(left, right),
    })
}

fn is_equal(left: &Scalar<'_>, right: &Scalar<'_>) -> bool {
    match (left, right) {
        (Scalar::Null, Scalar::Null) => true,
        (Scalar::Enum(_), _) | (_, Scalar::Enum(_)) => match (left.text(), right.text()) {
            (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
            _ => false,
        },
        _ => left.partial_order(right) == Some(Ordering::Equal),
    }
}

/// Every flag on the right is among those on the left. Members are known by name only, so a member that is a
/// combination of others has just its own name.
fn has_flags(left: &Scalar<'_>, right: &Scalar<'_>) -> Option<bool> {
    let (left, right) = (left.text()?, right.text()?);
    let mut wanted = right.split(',').map(str::trim);
    Some(wanted.all(|flag| left.split(',').any(|set| set.trim().eq_ignore_ascii_case(flag))))
}

/// Exact, although not every `i64` is a double.
fn order_int_double(int: i64, double: f64) -> Option<Ordering> {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        return None;
    }
    if double >= TWO_TO_63 {
        return Some(Ordering::Less);
    }
    if double < -TWO_TO_63 {
        return Some(Ordering::Greater);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the whole part was just found to fit")]
    let whole = double.trunc() as i64;
    let fraction = 0.0_f64.partial_cmp(&double.fract())?;
    Some(int.cmp(&whole).then(fraction))
}

/// The result, or nothing for null.
fn call<'a>(function: Function, arguments: &'a [Operand], scope: Scope<'a>) -> Option<Scalar<'a>> {
    let mut arguments = arguments.iter().map(|argument| argument.scalar(scope));
    match function {
        Function::MinDateTime => return Some(Scalar::DateTime(FIRST_INSTANT)),
        Function::MaxDateTime => return Some(Scalar::DateTime(LAST_INSTANT)),
        _ => {}
    }
    let first = arguments.next()?;
    Some(match function {
        Function::Contains | Function::StartsWith | Function::EndsWith | Function::IndexOf | Function::Concat => {
            let second = arguments.next()?;
            with_two_texts(function, first.text()?, second.text()?)
        }
        Function::ToLower => text(first.text()?.to_lowercase()),
        Function::ToUpper => text(first.text()?.to_uppercase()),
        Function::Trim => text(first.text()?.trim().to_owned()),
        Function::Length => int(first.text()?.chars().count()),
        Function::Substring => {
            let Scalar::Int(start) = arguments.next()? else {
                return None;
            };
            let length = match arguments.next() {
                None => usize::MAX,
                Some(Scalar::Int(length)) => usize::try_from(length).ok()?,
                Some(_) => return None,
            };
            text(substring(first.text()?, start, length))
        }
        Function::Date => match first {
            Scalar::DateTime(instant) => Scalar::Date(instant.date_naive()),
            Scalar::Date(date) => Scalar::Date(date),
            _ => return None,
        },
        Function::Time => match first {
            Scalar::DateTime(instant) => Scalar::TimeOfDay(instant.time()),
            _ => return None,
        },
        Function::Year | Function::Month | Function::Day => Scalar::Int(part_of_day(function, &first)?),
        Function::Hour | Function::Minute | Function::Second | Function::FractionalSeconds => {
            part_of_time(function, &first)?
        }
        Function::MinDateTime | Function::MaxDateTime => return None,
    })
}

fn with_two_texts<'a>(function: Function, first: &str, second: &str) -> Scalar<'a> {
    match function {
        Function::Contains => Scalar::Boolean(first.contains(second)),
        Function::StartsWith => Scalar::Boolean(first.starts_with(second)),
        Function::EndsWith => Scalar::Boolean(first.ends_with(second)),
        Function::IndexOf => first.find(second).map_or(Scalar::Int(-1), |bytes| int(first[..bytes].chars().count())),
        _ => text(format!("{first}{second}")),
    }
}

fn part_of_day(function: Function, date: &Scalar<'_>) -> Option<i64> {
    let day = match date {
        Scalar::DateTime(instant) => instant.date_naive(),
        Scalar::Date(date) => *date,
        _ => return None,
    };
    Some(match function {
        Function::Year => i64::from(day.year()),
        Function::Month => i64::from(day.month()),
        _ => i64::from(day.day()),
    })
}

fn part_of_time<'a>(function: Function, time: &Scalar<'_>) -> Option<Scalar<'a>> {
    let time = match time {
        Scalar::DateTime(instant) => instant.time(),
        Scalar::TimeOfDay(time) => *time,
        _ => return None,
    };
    Some(match function {
        Function::Hour => Scalar::Int(i64::from(time.hour())),
        Function::Minute => Scalar::Int(i64::from(time.minute())),
        Function::Second => Scalar::Int(i64::from(time.second())),
        // The nearest double, which is also what the same digits in a filter are read as.
        _ => Scalar::Double(f64::from(time.nanosecond()) / 1e9),
    })
}

/// A negative start counts from the end, a start past the end gives nothing (documented: OData 4.01, `substring`).
fn substring(whole: &str, start: i64, length: usize) -> String {
    let start = usize::try_from(start).unwrap_or_else(|_| {
        let from_end = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
        whole.chars().count().saturating_sub(from_end)
    });
    whole.chars().skip(start).take(length).collect()
}

fn text<'a>(text: String) -> Scalar<'a> {
    Scalar::Text(Cow::Owned(text))
}

fn int<'a>(number: usize) -> Scalar<'a> {
    Scalar::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
