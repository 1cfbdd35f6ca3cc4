//! The file of a mix: TOML with shares of kinds, and of what is wrong with devices.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Hidden, Mix, ROWS, Share, WHOLE};
use crate::fleet::spelling::{nearest, quoted};

/// Why a file is no mix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct MixError {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// The most one share can weigh.
const HEAVIEST: i64 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table of shares, such as [kinds] with iphone = 40")]
struct File {
    kinds: Spanned<BTreeMap<Spanned<String>, Spanned<i64>>>,
    #[serde(default)]
    physical: Option<Spanned<Percentages>>,
}

/// Per cent of the devices that can be so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[derive(Default)]
struct Percentages {
    offline: f64,
    silent: f64,
    no_passcode: f64,
    no_passcode_policy: f64,
    no_reset_token: f64,
    unlock_token_wrong: f64,
    unlock_token_missing: f64,
}

impl Mix {
    /// Reads a mix file; `name` is what errors call it.
    pub fn read(name: &str, text: &str) -> Result<Self, MixError> {
        let at = |offset: usize, reason: String| MixError {
            file: name.to_owned(),
            line: 1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count(),
            reason,
        };
        let file: File = toml::from_str(text)
            .map_err(|error| at(error.span().map_or(0, |span| span.start), in_plain_words(error.message())))?;
        let mut shares = Vec::with_capacity(file.kinds.get_ref().len());
        let kinds_at = file.kinds.span().start;
        for (kind, weight) in file.kinds.into_inner() {
            let rows: Vec<_> = ROWS.iter().filter(|row| row.name == kind.get_ref()).collect();
            let rows =
                if rows.is_empty() { ROWS.iter().filter(|row| row.family == kind.get_ref()).collect() } else { rows };
            if rows.is_empty() {
                return Err(at(kind.span().start, unknown_kind(kind.get_ref())));
            }
            let weight = Some(*weight.get_ref()).filter(|weight| (0..=HEAVIEST).contains(weight)).ok_or_else(|| {
                let given = weight.get_ref();
                at(weight.span().start, format!("a share is a whole number from 0 to {HEAVIEST}, not {given}"))
            })?;
            shares.push(Share { weight: weight.unsigned_abs(), rows });
        }
        if shares.iter().all(|share| share.weight == 0) {
            return Err(at(kinds_at, format!("a mix needs a share of some kind; the kinds are {}", kinds())));
        }
        let hidden = match file.physical {
            None => Hidden::default(),
            Some(shares) => {
                let start = shares.span().start;
                shares.into_inner().checked().map_err(|reason| at(start, reason))?
            }
        };
        Ok(Self { shares, hidden })
    }
}

impl Percentages {
    fn checked(&self) -> Result<Hidden, String> {
        Ok(Hidden {
            offline: part("offline", self.offline)?,
            silent: part("silent", self.silent)?,
            no_passcode: part("no-passcode", self.no_passcode)?,
            no_passcode_policy: part("no-passcode-policy", self.no_passcode_policy)?,
            no_reset_token: part("no-reset-token", self.no_reset_token)?,
            unlock_token_wrong: part("unlock-token-wrong", self.unlock_token_wrong)?,
            unlock_token_missing: part(
                "unlock-token-wrong and unlock-token-missing together",
                self.unlock_token_wrong + self.unlock_token_missing,
            )
            .and_then(|_| part("unlock-token-missing", self.unlock_token_missing))?,
        })
    }
}

fn part(name: &str, percent: f64) -> Result<u64, String> {
    if !(0.0..=100.0).contains(&percent) {
        return Err(format!("{name} is in per cent, from 0 to 100, not {percent}"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "0 to 100,000"
    )]
    Ok((percent * (WHOLE / 100) as f64).round() as u64)
}

/// What the parser says, in the words of somebody who writes the file.
fn in_plain_words(message: &str) -> String {
    let types = [
        ("expected i64", "expected a whole number"),
        ("expected u64", "expected a whole number"),
        ("expected f64", "expected a number of per cent"),
        ("expected a map", "expected a table of shares, such as [kinds] with iphone = 40"),
        ("missing field `kinds`", "there is no table of shares, such as [kinds] with iphone = 40"),
    ];
    let message = message.lines().collect::<Vec<_>>().join(" ");
    types.iter().fold(message, |message, (from, to)| message.replace(from, to))
}

fn unknown_kind(name: &str) -> String {
    let near = nearest(name, names());
    let guess = near.first().map_or_else(String::new, |near| format!(" (did you mean {near}?)"));
    format!("there is no kind of device called {}{guess}; the kinds are {}", quoted(name), kinds())
}

/// Every family, and every kind that is not a whole family by itself.
fn names() -> impl Iterator<Item = &'static str> {
    let mut known: Vec<&str> = Vec::new();
    for row in &ROWS {
        for name in [row.family, row.name] {
            if !known.contains(&name) {
                known.push(name);
            }
        }
    }
    known.into_iter()
}

fn kinds() -> String {
    names().collect::<Vec<_>>().join(", ")
}
