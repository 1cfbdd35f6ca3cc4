//! Rules out of files and messages: one reader, so that every door says the same of a mistake.

use std::fmt;

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use toml::Spanned;

use super::act::Act;
use super::rule::Rule;
use crate::wire::strict;

/// Rules at once.
pub const LIMIT: usize = 1_000;

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The number of the rule, from 1; 0 where the fault is not in one.
    pub number: usize,
    /// Its id, as far as it has one.
    pub id: Option<String>,
    /// The member, like `act.status.code`.
    pub member: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.id, self.number) {
            (Some(id), _) => write!(f, "fault '{id}': ")?,
            (None, 0) => {}
            (None, number) => write!(f, "fault number {number}: ")?,
        }
        if let Some(member) = &self.member {
            write!(f, "{member}: ")?;
        }
        f.write_str(&self.what)
    }
}

/// Reads rules, in order.
pub fn rules(values: Vec<Json>) -> Result<Vec<Rule>, Problem> {
    if values.len() > LIMIT {
        return Err(Problem {
            number: 0,
            id: None,
            member: None,
            what: format!("there are {} faults; {LIMIT} is the limit", values.len()),
        });
    }
    let mut rules: Vec<Rule> = Vec::with_capacity(values.len());
    for (index, value) in values.into_iter().enumerate() {
        let number = index + 1;
        let rule = rule(value, number)?;
        if rules.iter().any(|known| known.id == rule.id) {
            let id = Some(rule.id.as_str().to_owned());
            let what = "another fault before it has that id; each has one of its own".to_owned();
            return Err(Problem { number, id, member: None, what });
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Whether two of them have the same id.
pub fn has_twins(values: &[Json]) -> bool {
    let ids =
        |values: &[Json]| values.iter().filter_map(|value| value.get("id")?.as_str().map(str::to_owned)).collect();
    let all: Vec<String> = ids(values);
    let different: std::collections::BTreeSet<&String> = all.iter().collect();
    different.len() < all.len()
}

fn rule(value: Json, number: usize) -> Result<Rule, Problem> {
    let id = value.get("id").and_then(Json::as_str).map(str::to_owned);
    let problem = |member: Option<String>, what: String| Problem { number, id: id.clone(), member, what };
    // "A map with a single key" is not what anybody would call an act.
    if let Some(act) = value.get("act") {
        let names = Act::ALL.map(|(name, _, _)| name).join(", ");
        let known = |given: &str| Act::ALL.iter().any(|(name, _, _)| *name == given);
        let what = match act.as_object() {
            None => Some(format!("it is an object with exactly one of {names}")),
            Some(acts) => match acts.keys().find(|name| !known(name)) {
                Some(unknown) => Some(format!("there is no act '{unknown}'; there are {names}")),
                None if acts.len() != 1 => {
                    Some(format!("it has {} acts; a fault has exactly one of {names}", acts.len()))
                }
                None => None,
            },
        };
        if let Some(what) = what {
            return Err(problem(Some("act".to_owned()), what));
        }
    }
    strict::read(value).map_err(|error| {
        let path = error.path().to_string();
        problem((path != ".").then_some(path), in_plain_words(&error.inner().to_string()))
    })
}

/// Serde speaks of fields and variants; whoever writes a rule, of members and names.
fn in_plain_words(message: &str) -> String {
    let message = message.replace("unknown field", "unknown member").replace("missing field", "missing member");
    let message = message.replace("unknown variant", "unknown name").replace("invalid type", "wrong type");
    let message = message.replace("there are no fields", "it has no members");
    let message =
        message.replace("a nonzero u64", "a whole number above 0").replace("a nonzero u32", "a whole number above 0");
    message.replace("expected u16", "expected a whole number").replace("expected u32", "expected a whole number")
}

/// Reads the text of a file: TOML with `[[fault]]` tables, or JSON as the control API takes it. The error names file and
/// line.
pub fn file(name: &str, text: &str) -> Result<Vec<Rule>, String> {
    // Windows puts a mark in front of a text.
    let text = text.trim_start_matches('\u{feff}');
    let is_json = name.to_ascii_lowercase().ends_with(".json") || text.trim_start().starts_with('{');
    let starts = if is_json { json_rules(text) } else { toml_rules(text) };
    let (starts, values): (Vec<usize>, Vec<Json>) = match starts {
        Ok(found) => found.into_iter().unzip(),
        Err((line, what)) => return Err(format!("{name}, line {line}: {}", in_plain_words(&what))),
    };
    rules(values).map_err(|problem| {
        let line = problem.number.checked_sub(1).map_or(1, |index| line_of_member(text, &starts, index, &problem));
        format!("{name}, line {line}: {problem}")
    })
}

type Found = Result<Vec<(usize, Json)>, (usize, String)>;

fn toml_rules(text: &str) -> Found {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        fault: Vec<Spanned<Json>>,
    }
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        (line(text, start), error.message().trim().to_owned())
    })?;
    Ok(file.fault.into_iter().map(|rule| (rule.span().start, rule.into_inner())).collect())
}

fn json_rules(text: &str) -> Found {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File<'a> {
        #[serde(borrow)]
        value: Vec<&'a RawValue>,
    }
    let file: File<'_> = serde_json::from_str(text).map_err(|error| (error.line(), error.to_string()))?;
    file.value
        .into_iter()
        .map(|rule| {
            let start = rule.get().as_ptr() as usize - text.as_ptr() as usize;
            let value = serde_json::from_str(rule.get()).map_err(|error| (line(text, start), error.to_string()))?;
            Ok((start, value))
        })
        .collect()
}

fn line(text: &str, offset: usize) -> usize {
    1 + text.get(..offset).unwrap_or(text).matches('\n').count()
}

/// The line of the rule's member that is at fault, as far as it can be found: the last one of the path that is spelled in
/// the rule.
fn line_of_member(text: &str, starts: &[usize], index: usize, problem: &Problem) -> usize {
    let start = starts.get(index).copied().unwrap_or(0);
    let end = starts.get(index + 1).copied().unwrap_or(text.len());
    let of_rule = text.get(start..end).unwrap_or_default();
    let mut at = 0;
    for name in problem.member.as_deref().unwrap_or_default().split('.').filter(|name| !name.is_empty()) {
        match of_rule[at..].find(name) {
            Some(found) => at += found,
            None => break,
        }
    }
    line(text, start + at)
}
