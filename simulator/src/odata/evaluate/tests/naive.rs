//! A second opinion: random well-typed conditions, and an evaluator that shares nothing with the real one but the tree
//! that was parsed. It works on optional values by field name and spells out three-valued logic as numbers.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use proptest::prelude::*;

use crate::odata::filter::{Expr, ExprKind, Function, Literal, Operator};
use crate::odata::sample::{KEYS, Row, STATES, any_instant};

pub(super) fn matches(expr: &Expr, row: &Row) -> bool {
    truth(expr, row) == TRUE
}

/// Łukasiewicz: `and` is the minimum, `or` the maximum, `not` the distance from 2.
const FALSE: u8 = 0;
const UNKNOWN: u8 = 1;
const TRUE: u8 = 2;

fn truth(expr: &Expr, row: &Row) -> u8 {
    match &expr.kind {
        ExprKind::And(clauses) => clauses.iter().map(|clause| truth(clause, row)).min().unwrap(),
        ExprKind::Or(clauses) => clauses.iter().map(|clause| truth(clause, row)).max().unwrap(),
        ExprKind::Not(inner) => 2 - truth(inner, row),
        _ => match value(expr, row) {
            None => UNKNOWN,
            Some(Thing::Truth(true)) => TRUE,
            Some(Thing::Truth(false)) => FALSE,
            Some(other) => panic!("{other:?} is no condition"),
        },
    }
}

/// Numbers are kept twice, so that whole ones compare exactly.
#[derive(Debug, Clone, PartialEq)]
enum Thing {
    Truth(bool),
    Whole(i128),
    Real(f64),
    Text(Vec<char>),
    Member(String),
    Instant(DateTime<Utc>),
    Day(NaiveDate),
    Clock(NaiveTime),
    Key(String),
}

fn value(expr: &Expr, row: &Row) -> Option<Thing> {
    match &expr.kind {
        ExprKind::Path(names) => field(&names[0], row),
        ExprKind::Literal(literal) => constant(literal),
        ExprKind::Compare { operator, left, right } => {
            let (left, right) = (value(left, row), value(right, row));
            compare(*operator, left.as_ref(), right.as_ref()).map(Thing::Truth)
        }
        ExprKind::In { item, list } => {
            let item = value(item, row);
            let is_found =
                list.iter().any(|one| compare(Operator::Equal, item.as_ref(), value(one, row).as_ref()) == Some(true));
            Some(Thing::Truth(is_found))
        }
        ExprKind::Call { function, arguments } => {
            let arguments: Option<Vec<_>> = arguments.iter().map(|argument| value(argument, row)).collect();
            call(*function, &arguments?)
        }
        _ => match truth(expr, row) {
            UNKNOWN => None,
            certain => Some(Thing::Truth(certain == TRUE)),
        },
    }
}

fn field(name: &str, row: &Row) -> Option<Thing> {
    let text = |text: &Option<String>| text.as_ref().map(|text| Thing::Text(text.chars().collect()));
    match name {
        "name" => text(&row.name),
        "note" => text(&row.note),
        "size" => row.size.map(|size| Thing::Whole(size.into())),
        "ratio" => row.ratio.map(Thing::Real),
        "flag" => row.flag.map(Thing::Truth),
        "state" => row.state.map(|state| Thing::Member(state.to_lowercase())),
        "seen" => row.seen.map(Thing::Instant),
        "key" => row.key.map(|key| Thing::Key(key.to_lowercase())),
        other => panic!("{other}"),
    }
}

fn constant(literal: &Literal) -> Option<Thing> {
    Some(match literal {
        Literal::Null => return None,
        Literal::Boolean(truth) => Thing::Truth(*truth),
        Literal::Int(number) => Thing::Whole((*number).into()),
        Literal::Double(number) => Thing::Real(*number),
        Literal::String(text) => Thing::Text(text.chars().collect()),
        Literal::Enum { member, .. } => Thing::Member(member.to_lowercase()),
        Literal::DateTime(instant) => Thing::Instant(*instant),
        Literal::Date(date) => Thing::Day(*date),
        Literal::TimeOfDay(time) => Thing::Clock(*time),
        Literal::Guid(guid) => Thing::Key(guid.to_string()),
    })
}

fn compare(operator: Operator, left: Option<&Thing>, right: Option<&Thing>) -> Option<bool> {
    use Operator::{Equal, Greater, GreaterOrEqual, Has, Less, LessOrEqual, NotEqual};
    let (Some(left), Some(right)) = (left, right) else {
        let are_both_null = left.is_none() && right.is_none();
        return match operator {
            Equal | GreaterOrEqual | LessOrEqual => Some(are_both_null),
            NotEqual => Some(!are_both_null),
            Greater | Less => Some(false),
            Has => None,
        };
    };
    let order = order(left, right);
    Some(match operator {
        Equal => order == Some(Ordering::Equal),
        NotEqual => order != Some(Ordering::Equal),
        Greater => order == Some(Ordering::Greater),
        GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Less => order == Some(Ordering::Less),
        LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Has => {
            let flags = |thing: &Thing| -> Vec<String> {
                let text = match thing {
                    Thing::Member(member) => member.clone(),
                    Thing::Text(text) => text.iter().collect::<String>().to_lowercase(),
                    other => panic!("{other:?}"),
                };
                text.split(',').map(|flag| flag.trim().to_owned()).collect()
            };
            let set = flags(left);
            flags(right).iter().all(|flag| set.contains(flag))
        }
    })
}

/// Members order as equal or not, by spelling; everything else as mathematics has it.
#[expect(clippy::cast_precision_loss, reason = "the pools hold small numbers only")]
fn order(left: &Thing, right: &Thing) -> Option<Ordering> {
    use Thing::{Clock, Day, Instant, Key, Member, Real, Text, Truth, Whole};
    let lower = |text: &[char]| text.iter().collect::<String>().to_lowercase();
    match (left, right) {
        (Truth(a), Truth(b)) => Some(a.cmp(b)),
        (Whole(a), Whole(b)) => Some(a.cmp(b)),
        (Whole(a), Real(b)) => (*a as f64).partial_cmp(b),
        (Real(a), Whole(b)) => a.partial_cmp(&(*b as f64)),
        (Real(a), Real(b)) => a.partial_cmp(b),
        (Text(a), Text(b)) => Some(a.cmp(b)),
        (Instant(a), Instant(b)) => Some(a.cmp(b)),
        (Day(a), Day(b)) => Some(a.cmp(b)),
        (Clock(a), Clock(b)) => Some(a.cmp(b)),
        (Instant(a), Day(b)) => Some(a.cmp(&b.and_hms_opt(0, 0, 0)?.and_utc())),
        (Day(a), Instant(b)) => Some(a.and_hms_opt(0, 0, 0)?.and_utc().cmp(b)),
        (Key(a) | Member(a), Key(b) | Member(b)) => Some(a.cmp(b)),
        (Key(a) | Member(a), Text(b)) => Some(a.cmp(&lower(b))),
        (Text(a), Key(b) | Member(b)) => Some(lower(a).cmp(b)),
        other => panic!("{other:?}"),
    }
}

fn call(function: Function, arguments: &[Thing]) -> Option<Thing> {
    let text = |position: usize| -> Vec<char> {
        match &arguments[position] {
            Thing::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        }
    };
    let whole = |position: usize| match arguments.get(position) {
        Some(Thing::Whole(number)) => Some(*number),
        _ => None,
    };
    // Where the second text fits into the first, position by position.
    let found = || {
        let (hay, needle) = (text(0), text(1));
        (0..=hay.len()).find(|&start| hay[start..].starts_with(&needle))
    };
    let part = |pattern: &str| {
        let written = match &arguments[0] {
            Thing::Instant(instant) => instant.format(pattern).to_string(),
            Thing::Day(day) => day.format(pattern).to_string(),
            Thing::Clock(time) => time.format(pattern).to_string(),
            other => panic!("{other:?}"),
        };
        if pattern == "0%.f" { Thing::Real(written.parse().unwrap()) } else { Thing::Whole(written.parse().unwrap()) }
    };
    Some(match function {
        Function::Contains => Thing::Truth(found().is_some()),
        Function::StartsWith => Thing::Truth(found() == Some(0)),
        Function::EndsWith => {
            let (mut hay, mut needle) = (text(0), text(1));
            hay.reverse();
            needle.reverse();
            Thing::Truth(hay.starts_with(&needle))
        }
        Function::IndexOf => Thing::Whole(found().map_or(-1, |start| start as i128)),
        Function::Length => Thing::Whole(text(0).len() as i128),
        Function::Concat => Thing::Text([text(0), text(1)].concat()),
        Function::ToLower => Thing::Text(text(0).iter().flat_map(|c| c.to_lowercase()).collect()),
        Function::ToUpper => Thing::Text(text(0).iter().flat_map(|c| c.to_uppercase()).collect()),
        Function::Trim => {
            let mut kept = text(0);
            while kept.last().is_some_and(|c| c.is_whitespace()) {
                kept.pop();
            }
            while kept.first().is_some_and(|c| c.is_whitespace()) {
                kept.remove(0);
            }
            Thing::Text(kept)
        }
        Function::Substring => {
            let all = text(0);
            let length = all.len() as i128;
            let start = whole(1)?;
            let start = if start < 0 { (length + start).max(0) } else { start };
            let end = match arguments.len() {
                3 if whole(2)? < 0 => return None,
                3 => start + whole(2)?,
                _ => length,
            };
            let is_inside = |position: i128| position >= start && position < end;
            let positions = (0..length).zip(all);
            Thing::Text(positions.filter(|(position, _)| is_inside(*position)).map(|(_, c)| c).collect())
        }
        Function::Year => part("%Y"),
        Function::Month => part("%m"),
        Function::Day => part("%d"),
        Function::Hour => part("%H"),
        Function::Minute => part("%M"),
        Function::Second => part("%S"),
        Function::FractionalSeconds => part("0%.f"),
        Function::Time => match &arguments[0] {
            Thing::Instant(instant) => Thing::Clock(instant.time()),
            other => panic!("{other:?}"),
        },
        Function::MinDateTime => Thing::Instant("0001-01-01T00:00:00Z".parse().unwrap()),
        Function::MaxDateTime => Thing::Instant("9999-12-31T23:59:59.9999999Z".parse().unwrap()),
        Function::Date => match &arguments[0] {
            Thing::Instant(instant) => Thing::Day(instant.date_naive()),
            other => other.clone(),
        },
    })
}

type Any = BoxedStrategy<Expr>;

pub(super) fn any_condition() -> Any {
    let leaf = prop_oneof![
        literal(any::<bool>().prop_map(Literal::Boolean)),
        Just(path("flag")),
        membership(),
        ordered(text()),
        ordered(number()),
        ordered(date()),
        ordered(time()),
        equal(path("state"), literal(states())),
        has(),
        equal(path("key"), literal(keys())),
        call_of(Function::Contains, vec![text(), text()]),
        call_of(Function::StartsWith, vec![text(), text()]),
        call_of(Function::EndsWith, vec![text(), text()]),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|all| ExprKind::And(all).into()),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|all| ExprKind::Or(all).into()),
            inner.clone().prop_map(|inner| ExprKind::Not(Box::new(inner)).into()),
            ordered(inner.boxed()),
        ]
    })
    .boxed()
}

fn text() -> Any {
    let leaf =
        prop_oneof![Just(path("name")), Just(path("note")), literal("[aBé' ]{0,2}".prop_map(Literal::String)), null(),];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let inner = inner.boxed();
        prop_oneof![
            call_of(Function::ToLower, vec![inner.clone()]),
            call_of(Function::ToUpper, vec![inner.clone()]),
            call_of(Function::Trim, vec![inner.clone()]),
            call_of(Function::Concat, vec![inner.clone(), inner.clone()]),
            call_of(Function::Substring, vec![inner.clone(), small()]),
            call_of(Function::Substring, vec![inner, small(), literal((0..4_i64).prop_map(Literal::Int))]),
        ]
    })
    .boxed()
}

fn number() -> Any {
    let doubles = prop_oneof![Just(-0.5), Just(0.0), Just(0.5), Just(2.0), Just(f64::INFINITY)];
    prop_oneof![
        Just(path("size")),
        Just(path("ratio")),
        small(),
        literal(doubles.prop_map(Literal::Double)),
        null(),
        call_of(Function::Length, vec![text()]),
        call_of(Function::IndexOf, vec![text(), text()]),
        call_of(Function::Year, vec![date()]),
        call_of(Function::Month, vec![date()]),
        call_of(Function::Day, vec![date()]),
        call_of(Function::Hour, vec![instant()]),
        call_of(Function::Minute, vec![instant()]),
        call_of(Function::Second, vec![time()]),
        call_of(Function::FractionalSeconds, vec![instant()]),
    ]
    .boxed()
}

fn small() -> Any {
    literal((-3..4_i64).prop_map(Literal::Int))
}

fn instant() -> Any {
    prop_oneof![
        4 => Just(path("seen")),
        4 => literal(any_instant().prop_map(Literal::DateTime)),
        1 => call_of(Function::MinDateTime, vec![]),
        1 => call_of(Function::MaxDateTime, vec![]),
    ]
    .boxed()
}

fn time() -> Any {
    prop_oneof![
        call_of(Function::Time, vec![instant()]),
        literal(any_instant().prop_map(|instant| Literal::TimeOfDay(instant.time()))),
    ]
    .boxed()
}

/// Instants throughout, or days throughout: only a literal day may meet an instant.
fn date() -> Any {
    instant()
}

fn states() -> impl Strategy<Value = Literal> {
    proptest::sample::select(&STATES[..]).prop_map(|state| Literal::String(state.to_uppercase()))
}

fn keys() -> impl Strategy<Value = Literal> {
    proptest::sample::select(&KEYS[..]).prop_map(|key| Literal::String(key.to_owned()))
}

fn has() -> Any {
    let flags = prop_oneof![Just("READ"), Just("write,read"), Just("compliant"), Just("own")];
    let flags = flags.prop_map(|flags| Literal::String(flags.to_owned()));
    compared(Just(Operator::Has).boxed(), Just(path("state")).boxed(), literal(flags))
}

fn membership() -> Any {
    let literals = |literals: BoxedStrategy<Literal>| {
        let literals = prop_oneof![4 => literals, 1 => Just(Literal::Null)];
        proptest::collection::vec(literals.prop_map(|one| Expr::from(ExprKind::Literal(one))), 0..4)
    };
    prop_oneof![
        (text(), literals("[aBé]{0,1}".prop_map(Literal::String).boxed())),
        (number(), literals((-2..3_i64).prop_map(Literal::Int).boxed())),
        (Just(path("state")), literals(states().boxed())),
        (Just(path("key")), literals(keys().boxed())),
        (instant(), literals(any_instant().prop_map(|instant| Literal::Date(instant.date_naive())).boxed())),
    ]
    .prop_map(|(item, list)| ExprKind::In { item: Box::new(item), list }.into())
    .boxed()
}

fn ordered(side: Any) -> Any {
    let operators = [
        Operator::Equal,
        Operator::NotEqual,
        Operator::Greater,
        Operator::GreaterOrEqual,
        Operator::Less,
        Operator::LessOrEqual,
    ];
    compared(proptest::sample::select(operators.to_vec()).boxed(), side.clone(), side)
}

fn equal(left: Expr, right: Any) -> Any {
    let operators = proptest::sample::select(vec![Operator::Equal, Operator::NotEqual]);
    prop_oneof![
        compared(operators.clone().boxed(), Just(left.clone()).boxed(), right.clone()),
        compared(operators.boxed(), right, Just(left).boxed()),
    ]
    .boxed()
}

fn compared(operator: BoxedStrategy<Operator>, left: Any, right: Any) -> Any {
    (operator, left, right)
        .prop_map(|(operator, left, right)| {
            ExprKind::Compare { operator, left: Box::new(left), right: Box::new(right) }.into()
        })
        .boxed()
}

fn call_of(function: Function, arguments: Vec<Any>) -> Any {
    arguments.prop_map(move |arguments| ExprKind::Call { function, arguments }.into()).boxed()
}

fn null() -> Any {
    literal(Just(Literal::Null))
}

fn literal(literals: impl Strategy<Value = Literal> + 'static) -> Any {
    literals.prop_map(|literal| ExprKind::Literal(literal).into()).boxed()
}

fn path(name: &str) -> Expr {
    ExprKind::Path(vec![name.to_owned()]).into()
}
