//! Waivers: breaches that are known and put up with, each with a reason and an end.

use std::fmt;

use chrono::{Months, NaiveDate};
use serde::Deserialize;
use toml::Spanned;

use crate::rule::Profile;
use crate::rules;
use crate::verdict::Verdict;

/// Months after which a waiver ends at the latest.
const LONGEST: Months = Months::new(12);

/// A waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Of which rule.
    pub rule: String,
    /// What is put up with.
    pub expect: Expect,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires: NaiveDate,
    /// Where; everywhere without it.
    pub when: When,
    /// Where it is being dealt with.
    pub issue: Option<String>,
}

/// What is put up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// The rule is broken. That it is not makes the waiver stale.
    Fail,
    /// The rule is broken now and then.
    Flaky,
}

/// Where a waiver holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// `linux`, `macos` or `windows`.
    pub os: Option<String>,
    /// A profile's name.
    pub profile: Option<String>,
    /// `wall` or `virtual`.
    pub tier: Option<String>,
}

/// Where a run takes place.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The operating system.
    pub os: &'a str,
    /// The profile's name.
    pub profile: &'a str,
    /// How time is kept.
    pub tier: &'a str,
}

/// A file of waivers that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverError {
    file: String,
    line: usize,
    text: String,
}

impl fmt::Display for WaiverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

impl std::error::Error for WaiverError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: Spanned<String>,
    expect: Expect,
    reason: Spanned<String>,
    expires: Spanned<toml::Value>,
    #[serde(default)]
    when: When,
    #[serde(default)]
    issue: Option<String>,
}

/// Reads a file of waivers.
pub fn read(name: &str, text: &str, today: NaiveDate) -> Result<Vec<Waiver>, WaiverError> {
    let wrong = |offset: usize, why: String| WaiverError {
        file: name.to_owned(),
        line: text[..offset.min(text.len())].matches('\n').count() + 1,
        text: why,
    };
    let file: File = toml::from_str(text)
        .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    let mut waivers = Vec::new();
    for entry in file.waiver {
        let rule = entry.rule.get_ref();
        if rules::rule(rule).is_none() {
            return Err(wrong(
                entry.rule.span().start,
                format!("there is no rule '{rule}'; `simtune-conformance list` names them all"),
            ));
        }
        if entry.reason.get_ref().trim().is_empty() {
            return Err(wrong(entry.reason.span().start, "a waiver says why: its reason is empty".to_owned()));
        }
        let start = entry.expires.span().start;
        let date = entry.expires.get_ref();
        let date = date.as_str().map_or_else(|| date.to_string(), str::to_owned);
        let expires = date
            .parse::<NaiveDate>()
            .map_err(|_| wrong(start, format!("'{date}' is no date; write it like {}", today + LONGEST)))?;
        if expires > today + LONGEST {
            return Err(wrong(
                start,
                format!("a waiver lasts twelve months at most: {} is the latest day, not {expires}", today + LONGEST),
            ));
        }
        if let Some(profile) = &entry.when.profile
            && !Profile::ALL.iter().any(|(name, _)| name == profile)
        {
            let known: Vec<&str> = Profile::ALL.iter().map(|(name, _)| *name).collect();
            return Err(wrong(start, format!("there is no profile '{profile}'; there are {}", known.join(", "))));
        }
        waivers.push(Waiver {
            rule: rule.clone(),
            expect: entry.expect,
            reason: entry.reason.into_inner(),
            expires,
            when: entry.when,
            issue: entry.issue,
        });
    }
    Ok(waivers)
}

impl When {
    fn holds(&self, place: Place<'_>) -> bool {
        let fits = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        fits(&self.os, place.os) && fits(&self.profile, place.profile) && fits(&self.tier, place.tier)
    }
}

/// The waiver that concerns a rule here and today.
pub fn concerning<'a>(waivers: &'a [Waiver], rule: &str, place: Place<'_>, today: NaiveDate) -> Option<&'a Waiver> {
    waivers.iter().find(|waiver| waiver.rule == rule && waiver.when.holds(place) && waiver.expires >= today)
}

impl Waiver {
    /// What a verdict becomes.
    pub const fn applied(&self, verdict: Verdict) -> Verdict {
        match (self.expect, verdict) {
            (_, Verdict::Fail | Verdict::Warn | Verdict::Flaky) => Verdict::ExpectedFail,
            (Expect::Fail, Verdict::Pass) => Verdict::UnexpectedPass,
            (_, other) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 8).unwrap()
    }

    const GOOD: &str = "[[waiver]]\nrule = \"THR-09\"\nexpect = \"fail\"\nreason = \"the SDK caps waits\"\n\
                        expires = 2026-12-31\nwhen = { os = \"linux\" }\nissue = \"https://example.com/1\"\n";

    #[test]
    fn a_waiver_turns_what_it_expects_and_nothing_else() {
        let waivers = read("w.toml", GOOD, today()).unwrap();
        let place = Place { os: "linux", profile: "graph", tier: "wall" };
        let waiver = concerning(&waivers, "THR-09", place, today()).unwrap();
        assert_eq!(waiver.applied(Verdict::Fail), Verdict::ExpectedFail);
        assert_eq!(waiver.applied(Verdict::Pass), Verdict::UnexpectedPass);
        for other in [Verdict::Inconclusive, Verdict::Unsupported, Verdict::Crash, Verdict::HarnessError] {
            assert_eq!(waiver.applied(other), other);
        }
        assert_eq!(concerning(&waivers, "THR-01", place, today()), None);
        assert_eq!(concerning(&waivers, "THR-09", Place { os: "macos", ..place }, today()), None);
        let later = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        assert_eq!(concerning(&waivers, "THR-09", place, later), None);
    }

    #[test]
    fn a_flaky_rule_may_pass() {
        let waivers = read("w.toml", &GOOD.replace("\"fail\"", "\"flaky\""), today()).unwrap();
        assert_eq!(waivers[0].applied(Verdict::Pass), Verdict::Pass);
        assert_eq!(waivers[0].applied(Verdict::Flaky), Verdict::ExpectedFail);
    }

    #[test]
    fn each_mistake_is_named_with_its_line() {
        let wrong = |from: &str, to: &str| read("w.toml", &GOOD.replace(from, to), today()).unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                wrong("THR-09", "THR-99"),
                wrong("\"the SDK caps waits\"", "\" \""),
                wrong("reason = \"the SDK caps waits\"\n", ""),
                wrong("2026-12-31", "2027-12-31"),
                wrong("2026-12-31", "\"soon\""),
                wrong("\"fail\"", "\"never\""),
                wrong("os =", "cpu ="),
                wrong("os = \"linux\"", "profile = \"mine\""),
                wrong("[[waiver]]", "[[waivers]]"),
            ]
            .join("\n")
        );
    }
}
