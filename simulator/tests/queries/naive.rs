//! What a filter and an order come to, straight from the JSON of a device. Nothing is shared with the engine: no
//! parser, no types, no comparison. Dates are texts, texts are lists of characters, unknown is a third truth.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::filter::{Condition, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    False,
    Unknown,
    True,
}

use Truth::{False, True, Unknown};

/// What a value comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Thing {
    Nothing,
    Truth(bool),
    Number(Number),
    Text(Vec<char>),
    /// In lower case.
    Member(String),
    /// `2018-03-08T08:00:00.123456700`, which sorts as time does.
    Date(String),
}

/// Whole numbers beyond 2^53 must not be rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Whole(i128),
    Real(f64),
}

pub(super) fn matches(condition: &Condition, device: &Json) -> bool {
    truth(condition, device, None) == True
}

fn truth(condition: &Condition, device: &Json, action: Option<&Json>) -> Truth {
    let of = |value: &Value| thing(value, device, action);
    match condition {
        Condition::And(clauses) => clauses.iter().map(|clause| truth(clause, device, action)).min().unwrap_or(True),
        Condition::Or(clauses) => clauses.iter().map(|clause| truth(clause, device, action)).max().unwrap_or(False),
        Condition::Not(inner) => match truth(inner, device, action) {
            True => False,
            False => True,
            Unknown => Unknown,
        },
        Condition::Compare(left, operator, right) => compare(&of(left), operator, &of(right)),
        Condition::In(item, list) => known(list.iter().any(|one| compare(&of(item), "eq", &of(one)) == True)),
        Condition::Text(function, whole, part) => match (of(whole), of(part)) {
            (Thing::Text(whole), Thing::Text(part)) => known(match *function {
                "contains" => (0..=whole.len()).any(|start| whole[start..].starts_with(&part)),
                "startsWith" => whole.starts_with(&part),
                _ => whole.ends_with(&part),
            }),
            _ => Unknown,
        },
        Condition::Is(name) => property(device, name).as_bool().map_or(Unknown, known),
        Condition::Actions(quantifier, body) => {
            let actions = device["deviceActionResults"].as_array().expect("a list");
            let Some(body) = body else { return known(!actions.is_empty()) };
            let truths = actions.iter().map(|action| truth(body, device, Some(action)));
            if *quantifier == "any" { truths.max().unwrap_or(False) } else { truths.min().unwrap_or(True) }
        }
    }
}

fn known(truth: bool) -> Truth {
    if truth { True } else { False }
}

/// The member called `name`, in any case.
fn property<'a>(object: &'a Json, name: &str) -> &'a Json {
    let members = object.as_object().expect("an object");
    let member = members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    member.map_or_else(|| panic!("{name} is missing from {object}"), |(_, value)| value)
}

fn compare(left: &Thing, operator: &str, right: &Thing) -> Truth {
    let (is_null, are_null) = match (left, right) {
        (Thing::Nothing, Thing::Nothing) => (true, true),
        (Thing::Nothing, _) | (_, Thing::Nothing) => (true, false),
        _ => (false, false),
    };
    let order = if is_null { are_null.then_some(Ordering::Equal) } else { order(left, right) };
    known(match operator {
        "ne" => order != Some(Ordering::Equal),
        "gt" => order == Some(Ordering::Greater),
        "ge" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        "lt" => order == Some(Ordering::Less),
        "le" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        "has" if is_null => return Unknown,
        // One member is all these enumerations ever hold.
        "eq" | "EQ" | "has" => order == Some(Ordering::Equal),
        other => panic!("{other}"),
    })
}

fn order(left: &Thing, right: &Thing) -> Option<Ordering> {
    match (left, right) {
        (Thing::Truth(a), Thing::Truth(b)) => Some(a.cmp(b)),
        (Thing::Number(a), Thing::Number(b)) => number_order(*a, *b),
        (Thing::Text(a), Thing::Text(b)) => Some(a.cmp(b)),
        (Thing::Member(a), Thing::Member(b)) | (Thing::Date(a), Thing::Date(b)) => Some(a.cmp(b)),
        other => panic!("{other:?}"),
    }
}

fn number_order(left: Number, right: Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
        (Number::Real(a), Number::Real(b)) => a.partial_cmp(&b),
        (Number::Whole(a), Number::Real(b)) => whole_order(a, b),
        (Number::Real(a), Number::Whole(b)) => whole_order(b, a).map(Ordering::reverse),
    }
}

/// By the whole number below the real one, and by whether there is anything between the two.
#[expect(clippy::cast_possible_truncation, reason = "a cast to i128 saturates, which keeps the order of these values")]
fn whole_order(whole: i128, real: f64) -> Option<Ordering> {
    let below = real.floor() as i128;
    Some(whole.cmp(&below).then(if real > real.floor() { Ordering::Less } else { Ordering::Equal }))
}

pub(super) fn thing(value: &Value, device: &Json, action: Option<&Json>) -> Thing {
    match value {
        Value::Null => Thing::Nothing,
        Value::Property(name) => read(name, property(device, name)),
        Value::OfAction(name) => read(name, property(action.expect("inside a lambda"), name)),
        Value::String(text) => Thing::Text(text.chars().collect()),
        Value::Member(_, member) => Thing::Member(member.to_lowercase()),
        Value::Whole(number) => Thing::Number(Number::Whole(*number)),
        Value::Real(number) => Thing::Number(Number::Real(*number)),
        Value::Truth(truth) => Thing::Truth(*truth),
        Value::Instant(instant, _) => Thing::Date(instant.format("%Y-%m-%dT%H:%M:%S%.9f").to_string()),
        Value::Day(instant) => Thing::Date(instant.format("%Y-%m-%dT00:00:00.000000000").to_string()),
        Value::Call(function, arguments) => {
            let arguments: Vec<Thing> = arguments.iter().map(|argument| thing(argument, device, action)).collect();
            if arguments.contains(&Thing::Nothing) { Thing::Nothing } else { call(function, &arguments) }
        }
    }
}

/// A member of the JSON, by what its name says of it.
fn read(name: &str, json: &Json) -> Thing {
    match json {
        Json::Null => Thing::Nothing,
        Json::Bool(truth) => Thing::Truth(*truth),
        Json::Number(number) => Thing::Number(Number::Whole(number.as_i64().expect("whole").into())),
        Json::String(text) if name.ends_with("DateTime") => Thing::Date(date(text)),
        Json::String(text) if name.ends_with("State") || name.ends_with("Agent") => Thing::Member(text.to_lowercase()),
        Json::String(text) => Thing::Text(text.chars().collect()),
        other => panic!("{other}"),
    }
}

/// `2018-03-08T08:00:00.5Z` with nine digits behind the point.
fn date(text: &str) -> String {
    let text = text.strip_suffix('Z').expect("UTC");
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<9}")
}

fn call(function: &str, arguments: &[Thing]) -> Thing {
    let text = |position: usize| match &arguments[position] {
        Thing::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let whole = |position: usize| match &arguments[position] {
        Thing::Number(Number::Whole(number)) => *number,
        other => panic!("{other:?}"),
    };
    let digits = |from: usize, to: usize| match &arguments[0] {
        Thing::Date(date) => Thing::Number(Number::Whole(date[from..to].parse().expect("digits"))),
        other => panic!("{other:?}"),
    };
    let number = |number: usize| Thing::Number(Number::Whole(i128::try_from(number).expect("small")));
    match function {
        "tolower" => Thing::Text(text(0).iter().flat_map(|c| c.to_lowercase()).collect()),
        "toUpper" => Thing::Text(text(0).iter().flat_map(|c| c.to_uppercase()).collect()),
        "trim" => Thing::Text(text(0).iter().collect::<String>().trim().chars().collect()),
        "concat" => Thing::Text([text(0), text(1)].concat()),
        "length" => number(text(0).len()),
        "indexof" => {
            let (whole, part) = (text(0), text(1));
            let found = (0..=whole.len()).find(|&start| whole[start..].starts_with(&part));
            found.map_or(Thing::Number(Number::Whole(-1)), number)
        }
        "substring" => {
            let all = text(0);
            let length = i128::try_from(all.len()).expect("small");
            let start = if whole(1) < 0 { (length + whole(1)).max(0) } else { whole(1) };
            let end = if arguments.len() == 3 { start + whole(2) } else { length };
            let kept = (0..).zip(all).filter(|(position, _)| (start..end).contains(position));
            Thing::Text(kept.map(|(_, character)| character).collect())
        }
        "year" => digits(0, 4),
        "month" => digits(5, 7),
        "day" => digits(8, 10),
        "hour" => digits(11, 13),
        "minute" => digits(14, 16),
        "second" => digits(17, 19),
        "fractionalseconds" => match &arguments[0] {
            Thing::Date(date) => Thing::Number(Number::Real(format!("0{}", &date[19..]).parse().expect("digits"))),
            other => panic!("{other:?}"),
        },
        "mindatetime" => Thing::Date("0001-01-01T00:00:00.000000000".to_owned()),
        "maxdatetime" => Thing::Date("9999-12-31T23:59:59.999999900".to_owned()),
        other => panic!("{other}"),
    }
}

/// One key of an order and whether it descends.
pub(super) type Key = (Value, bool);

/// Nulls first; what no key tells apart stays in the service's own order, which is name and id.
pub(super) fn compare_devices(keys: &[Key], left: &Json, right: &Json) -> Ordering {
    let by_key = |(value, descends): &Key| {
        let ordering = match (thing(value, left, None), thing(value, right, None)) {
            (Thing::Nothing, Thing::Nothing) => Ordering::Equal,
            (Thing::Nothing, _) => Ordering::Less,
            (_, Thing::Nothing) => Ordering::Greater,
            // Members are sorted as they are spelled, not as they are compared.
            (Thing::Member(_), Thing::Member(_)) => spelled(value, left).cmp(&spelled(value, right)),
            (left, right) => order(&left, &right).expect("an order"),
        };
        if *descends { ordering.reverse() } else { ordering }
    };
    let name = |device: &Json| device["deviceName"].as_str().unwrap_or_default().to_owned();
    let id = |device: &Json| device["id"].as_str().expect("an id").to_owned();
    let mut orderings = keys.iter().map(by_key);
    orderings
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| name(left).cmp(&name(right)).then_with(|| id(left).cmp(&id(right))))
}

fn spelled(value: &Value, device: &Json) -> String {
    match value {
        Value::Property(name) => property(device, name).as_str().expect("a member").to_owned(),
        other => panic!("{other:?}"),
    }
}
