//! Filters as this test understands them: a small tree of its own, random trees, and how a client would write them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use proptest::prelude::*;

/// True, false or unknown of a device.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Value, &'static str, Value),
    In(Value, Vec<Value>),
    /// `contains`, `startswith` or `endswith`.
    Text(&'static str, Value, Value),
    /// A property that is itself true or false.
    Is(&'static str),
    /// `deviceActionResults/any(…)` or `all(…)`; `None` asks for anything at all.
    Actions(&'static str, Option<Box<Condition>>),
}

/// A value in a condition.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Property(&'static str),
    /// A property of the action that a lambda stands on.
    OfAction(&'static str),
    String(String),
    Member(&'static str, String),
    Whole(i128),
    Real(f64),
    Truth(bool),
    Instant(DateTime<Utc>, Spelling),
    Day(DateTime<Utc>),
    Call(&'static str, Vec<Value>),
}

/// How an instant is written down.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spelling {
    Utc,
    East,
    LongFraction,
}

impl Condition {
    /// As a client would write it, with no parentheses that precedence makes needless.
    pub(super) fn text(&self) -> String {
        let chain = |clauses: &[Self], word: &str, loose: fn(&Self) -> bool| {
            let parts: Vec<String> = clauses
                .iter()
                .map(|clause| if loose(clause) { format!("({})", clause.text()) } else { clause.text() })
                .collect();
            parts.join(word)
        };
        match self {
            Self::And(clauses) => chain(clauses, " and ", |clause| matches!(clause, Self::Or(_) | Self::And(_))),
            Self::Or(clauses) => chain(clauses, " OR ", |clause| matches!(clause, Self::Or(_))),
            Self::Not(inner) => match &**inner {
                Self::Text(..) | Self::Is(_) | Self::Actions(..) => format!("not {}", inner.text()),
                inner => format!("not ({})", inner.text()),
            },
            Self::Compare(left, operator, right) => format!("{} {operator} {}", left.text(), right.text()),
            Self::In(item, list) => format!("{} in ({})", item.text(), texts(list)),
            Self::Text(function, whole, part) => format!("{function}({},{})", whole.text(), part.text()),
            Self::Is(property) => (*property).to_owned(),
            Self::Actions(quantifier, None) => format!("deviceActionResults/{quantifier}()"),
            Self::Actions(quantifier, Some(body)) => format!("deviceActionResults/{quantifier}(r: {})", body.text()),
        }
    }
}

impl Value {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Property(name) => (*name).to_owned(),
            Self::OfAction(name) => format!("r/{name}"),
            Self::String(text) => quoted(text),
            Self::Member("", member) => quoted(member),
            Self::Member(kind, member) => format!("microsoft.graph.{kind}{}", quoted(member)),
            Self::Whole(number) => number.to_string(),
            Self::Real(number) => format!("{number:e}"),
            Self::Truth(truth) => truth.to_string(),
            Self::Instant(instant, Spelling::Utc) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Self::Instant(instant, Spelling::East) => {
                let local = *instant + TimeDelta::minutes(90);
                local.to_rfc3339_opts(SecondsFormat::AutoSi, true).replace('Z', "+01:30")
            }
            Self::Instant(instant, Spelling::LongFraction) => {
                instant.to_rfc3339_opts(SecondsFormat::Nanos, true).replace('Z', "000000000000Z")
            }
            Self::Day(instant) => instant.format("%Y-%m-%d").to_string(),
            Self::Call(function, arguments) => format!("{function}({})", texts(arguments)),
        }
    }
}

fn texts(values: &[Value]) -> String {
    values.iter().map(Value::text).collect::<Vec<_>>().join(",")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

const COMPARISONS: [&str; 7] = ["eq", "ne", "gt", "ge", "lt", "le", "EQ"];

pub(super) const TEXTS: [&str; 4] = ["deviceName", "model", "userPrincipalName", "SERIALNUMBER"];
pub(super) const DATES: [&str; 2] = ["enrolledDateTime", "lastSyncDateTime"];
pub(super) const ENUMS: [(&str, &str); 2] =
    [("complianceState", "complianceState"), ("managementAgent", "managementAgentType")];
pub(super) const MEMBERS: [&str; 4] = ["compliant", "noncompliant", "easMdm", "25"];
pub(super) const ACTIONS: [&str; 3] = ["resetPasscode", "rebootNow", "syncDevice"];
pub(super) const STATES: [&str; 3] = ["pending", "done", "notSupported"];

/// Short texts of few characters, so that conditions are often true.
pub(super) fn word() -> impl Strategy<Value = String> {
    "[aBé' %+&#]{0,3}"
}

/// Instants with and without a fraction, and the two that mean "never" and "no end".
pub(super) fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    let texts = [
        "0001-01-01T00:00:00Z",
        "2018-03-07T23:59:59.9999999Z",
        "2018-03-08T00:00:00Z",
        "2018-03-08T08:00:00.1234567Z",
        "2026-02-28T23:30:00.5Z",
        "9999-12-31T23:59:59.9999999Z",
    ];
    prop::sample::select(texts.map(|text| text.parse().expect("a date")).to_vec())
}

/// Conditions over the properties that `$filter` is documented for.
pub(super) fn documented() -> BoxedStrategy<Condition> {
    nested(
        prop_oneof![
            6 => on_texts(text()),
            3 => compared(number()),
            3 => compared(date(prop::sample::select(DATES.to_vec()).prop_map(Value::Property).boxed())),
            3 => on_enums(),
        ]
        .boxed(),
    )
}

/// Conditions over anything the engine can evaluate.
pub(super) fn everything() -> BoxedStrategy<Condition> {
    let of_action = |names: Vec<&'static str>| prop::sample::select(names).prop_map(Value::OfAction);
    let state = prop::sample::select(STATES.to_vec()).prop_map(|state| Value::Member("", state.to_uppercase()));
    let in_action = nested(
        prop_oneof![
            on_texts(of_action(vec!["actionName"]).boxed()),
            (of_action(vec!["actionState"]), prop::sample::select(vec!["eq", "ne"]), state)
                .prop_map(|(left, operator, right)| Condition::Compare(left, operator, right)),
            compared(date(of_action(vec!["startDateTime", "lastUpdatedDateTime"]).boxed())),
            documented(),
        ]
        .boxed(),
    );
    nested(
        prop_oneof![
            2 => documented(),
            2 => (prop::sample::select(vec!["any", "all"]), in_action)
                .prop_map(|(quantifier, body)| Condition::Actions(quantifier, Some(Box::new(body)))),
            1 => Just(Condition::Actions("any", None)),
            1 => prop::sample::select(vec!["isEncrypted", "azureADRegistered"]).prop_map(Condition::Is),
            1 => compared(storage()),
        ]
        .boxed(),
    )
}

fn nested(leaf: BoxedStrategy<Condition>) -> BoxedStrategy<Condition> {
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Or),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn text() -> BoxedStrategy<Value> {
    prop::sample::select(TEXTS.to_vec()).prop_map(Value::Property).boxed()
}

fn on_texts(source: BoxedStrategy<Value>) -> BoxedStrategy<Condition> {
    let side = made_from(prop_oneof![4 => source, 3 => word().prop_map(Value::String), 1 => Just(Value::Null)].boxed());
    let list = prop::collection::vec(prop_oneof![word().prop_map(Value::String), Just(Value::Null)], 0..3);
    let functions = prop::sample::select(vec!["contains", "startsWith", "endswith"]);
    prop_oneof![
        2 => compared(side.clone()),
        2 => (functions, side.clone(), side.clone())
            .prop_map(|(function, whole, part)| Condition::Text(function, whole, part)),
        1 => (side, list).prop_map(|(item, list)| Condition::In(item, list)),
    ]
    .boxed()
}

fn made_from(leaf: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    leaf.prop_recursive(2, 4, 2, |inner| {
        let inner = inner.boxed();
        let position = || (-2..4_i128).prop_map(Value::Whole);
        prop_oneof![
            (prop::sample::select(vec!["tolower", "toUpper", "trim"]), inner.clone())
                .prop_map(|(function, inner)| Value::Call(function, vec![inner])),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Value::Call("concat", vec![a, b])),
            (inner.clone(), position()).prop_map(|(whole, from)| Value::Call("substring", vec![whole, from])),
            (inner, position(), (0..3_i128).prop_map(Value::Whole))
                .prop_map(|(whole, from, length)| Value::Call("substring", vec![whole, from, length])),
        ]
    })
    .boxed()
}

fn number() -> BoxedStrategy<Value> {
    let dates = || date(prop::sample::select(DATES.to_vec()).prop_map(Value::Property).boxed());
    let parts = vec!["year", "month", "day", "hour", "minute", "second", "fractionalseconds"];
    prop_oneof![
        made_from(text()).prop_map(|text| Value::Call("length", vec![text])),
        (made_from(text()), word()).prop_map(|(whole, part)| Value::Call("indexof", vec![whole, Value::String(part)])),
        (prop::sample::select(parts), dates()).prop_map(|(part, date)| match date {
            Value::Day(instant) => Value::Call(part, vec![Value::Instant(instant, Spelling::Utc)]),
            date => Value::Call(part, vec![date]),
        }),
        (-2..4_i128).prop_map(Value::Whole),
        prop::sample::select(vec![2018, 9_223_372_036_854_775_808, -9_223_372_036_854_775_808]).prop_map(Value::Whole),
        prop::sample::select(vec![0.5, -0.0, 1e300, 0.123_456_7]).prop_map(Value::Real),
    ]
    .boxed()
}

fn storage() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => Just(Value::Property("totalStorageSpaceInBytes")),
        2 => prop::sample::select(vec![-1, 0, 1, i128::from(i64::MAX)]).prop_map(Value::Whole),
        1 => prop::sample::select(vec![0.5, 9.223_372_036_854_776e18]).prop_map(Value::Real),
    ]
    .boxed()
}

fn date(property: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let literal = (instant(), prop::sample::select(vec![Spelling::Utc, Spelling::East, Spelling::LongFraction]));
    prop_oneof![
        3 => property,
        2 => literal.prop_map(|(instant, spelling)| {
            // An offset would lead out of the calendar at its end.
            let is_last = instant.timestamp() > 253_402_200_000;
            Value::Instant(instant, if is_last { Spelling::Utc } else { spelling })
        }),
        1 => instant().prop_map(Value::Day),
        1 => prop::sample::select(vec!["mindatetime", "maxdatetime"]).prop_map(|name| Value::Call(name, vec![])),
    ]
    .boxed()
}

fn on_enums() -> BoxedStrategy<Condition> {
    let cased = (prop::sample::select(MEMBERS.to_vec()), any::<bool>())
        .prop_map(|(member, upper)| if upper { member.to_uppercase() } else { member.to_owned() });
    let list = prop::collection::vec(cased.clone(), 0..3);
    (
        prop::sample::select(ENUMS.to_vec()),
        prop::sample::select(vec!["eq", "ne", "has", "in"]),
        cased,
        list,
        any::<bool>(),
    )
        .prop_map(|((name, kind), operator, member, list, long)| {
            let item = Value::Property(name);
            let literal = |member| Value::Member(if long { kind } else { "" }, member);
            match operator {
                "in" => Condition::In(item, list.into_iter().map(literal).collect()),
                operator => Condition::Compare(item, operator, literal(member)),
            }
        })
        .boxed()
}

fn compared(side: BoxedStrategy<Value>) -> BoxedStrategy<Condition> {
    (side.clone(), prop::sample::select(COMPARISONS.to_vec()), side)
        .prop_map(|(left, operator, right)| Condition::Compare(left, operator, right))
        .boxed()
}
