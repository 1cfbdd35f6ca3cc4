//! Shares of a run, and how they are put together: what comes of it is what the run would have come to in one piece.
//!
//! A file of results says itself what it is. A whole run stands for itself, so that several of them are several clients, or
//! one client at several times. Shares belong together by their client, and are a run only all together.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::process::quoted;
use crate::results::{Results, RuleLine, Run, Summary};
use crate::tempo::Tempo;
use crate::verdict::Verdict;

/// A share of the scenarios that are drawn: `2/8` is the second one of eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// Which one, from 1.
    pub share: u64,
    /// Of how many.
    pub shares: u64,
}

impl Default for Shard {
    fn default() -> Self {
        Self { share: 1, shares: 1 }
    }
}

impl Shard {
    /// Whether it is all there is.
    pub const fn is_whole(self) -> bool {
        self.shares == 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.share, self.shares)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(share, shares)| Some((share.parse().ok()?, shares.parse().ok()?)));
        match parts {
            Some((share, shares)) if share >= 1 && share <= shares => Ok(Self { share, shares }),
            _ => Err("write it like 1/4: the first of four shares".to_owned()),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

/// Results, and the name of the file they are from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The file.
    pub name: String,
    /// What is in it.
    pub results: Results,
}

/// Why shares cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Some are not there.
    #[error(
        "{} of {client} {} missing: give {} results too; `--shard {} {arguments}` runs {} again{}",
        listed(.missing), if .missing.len() == 1 { "is" } else { "are" }, if .missing.len() == 1 { "its" } else { "their" }, .missing[0],
        if .missing.len() == 1 { "it" } else { "the first of them" },
        .strayed.as_ref().map_or_else(String::new, |(file, client)| format!("; {file} is that shard of another client, {client}"))
    )]
    Missing {
        /// Whose.
        client: String,
        /// Which.
        missing: Vec<Shard>,
        /// What else the run was given.
        arguments: String,
        /// A file that is the first of these for somebody else, and for whom.
        strayed: Option<(String, String)>,
    },
    /// One is there twice.
    #[error(
        "{first} and {second} are both shard {shard} of {client}; to compare two runs in shards, merge each by itself \
         first: simtune-conformance report … --out DIR"
    )]
    Twice {
        /// A file.
        first: String,
        /// Another one.
        second: String,
        /// What both are.
        shard: Shard,
        /// Whose.
        client: String,
    },
    /// Two are of different runs.
    #[error("{files} are shards of different runs of {client}: their {what} differ, {values}")]
    Different {
        /// Both files.
        files: String,
        /// Whose.
        client: String,
        /// In what they differ.
        what: &'static str,
        /// What each of them says.
        values: String,
    },
}

fn listed(shards: &[Shard]) -> String {
    let several = if shards.len() > 1 { "shards" } else { "shard" };
    format!("{several} {}", shards.iter().map(Shard::to_string).collect::<Vec<_>>().join(", "))
}

/// The runs that files of results are of, each in the place of its first file.
pub fn runs(sources: Vec<Source>) -> Result<Vec<Results>, MergeError> {
    let all: Vec<(String, String, Shard)> = sources
        .iter()
        .map(|source| (source.name.clone(), source.results.client().to_owned(), shard(&source.results)))
        .collect();
    let mut groups: Vec<Vec<Source>> = Vec::new();
    for source in sources {
        let belongs = |group: &&mut Vec<Source>| {
            let first = &group[0].results;
            !shard(first).is_whole() && !shard(&source.results).is_whole() && first.client() == source.results.client()
        };
        match groups.iter_mut().find(belongs) {
            Some(group) => group.push(source),
            None => groups.push(vec![source]),
        }
    }
    groups.into_iter().map(merged).collect::<Result<_, _>>().map_err(|error| error.with_stray(all))
}

impl MergeError {
    /// Names the file that was taken for the one that is missing.
    fn with_stray(mut self, all: Vec<(String, String, Shard)>) -> Self {
        if let Self::Missing { client: of, missing, strayed, .. } = &mut self {
            let is_stray = |(_, client, shard): &(String, String, Shard)| client != of && *shard == missing[0];
            *strayed = all.into_iter().find(is_stray).map(|(file, client, _)| (file, client));
        }
        self
    }
}

/// Which share of a run results are.
pub fn shard(results: &Results) -> Shard {
    results.run.as_ref().map(|run| run.shard).unwrap_or_default()
}

/// One run of all its shares; a whole run as it is.
fn merged(mut sources: Vec<Source>) -> Result<Results, MergeError> {
    sources.sort_by_key(|source| shard(&source.results));
    let first = &sources[0];
    let Some(run) = first.results.run.clone().filter(|run| !run.shard.is_whole()) else {
        return Ok(sources.remove(0).results);
    };
    for source in &sources[1..] {
        let other = source.results.run.as_ref().unwrap_or(&run);
        if let Some((what, one, another)) = difference(&run, other) {
            let (files, values) = (format!("{} and {}", first.name, source.name), format!("{one} and {another}"));
            return Err(MergeError::Different { files, client: run.client, what, values });
        }
    }
    for pair in sources.windows(2) {
        let shard = (shard(&pair[0].results), shard(&pair[1].results));
        if shard.0 == shard.1 {
            let (first, second) = (pair[0].name.clone(), pair[1].name.clone());
            return Err(MergeError::Twice { first, second, shard: shard.0, client: run.client });
        }
    }
    let shares = run.shard.shares;
    let missing: Vec<Shard> = (1..=shares)
        .map(|share| Shard { share, shares })
        .filter(|wanted| !sources.iter().any(|source| shard(&source.results) == *wanted))
        .collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing { arguments: arguments(&run), client: run.client, missing, strayed: None });
    }

    let mut whole =
        Results { run: Some(Run { shard: Shard::default(), merged: Some(shares), ..run }), ..Results::default() };
    let mut scenarios = 0;
    for Source { results, .. } in sources {
        scenarios += results.summary.unwrap_or_default().scenarios;
        whole.findings.extend(results.findings);
        for line in results.rules {
            match whole.rules.iter_mut().find(|known| known.report.rule == line.report.rule) {
                Some(known) => together(known, line),
                None => whole.rules.push(line),
            }
        }
    }
    whole.summary = Some(Summary::of(&whole.rules, &whole.findings, scenarios));
    Ok(whole)
}

/// In what two shares differ that ought to be alike.
fn difference(one: &Run, other: &Run) -> Option<(&'static str, String, String)> {
    aspects(one).into_iter().zip(aspects(other)).find_map(|((what, one), (_, other))| {
        let differ = one != other;
        differ.then_some((what, one, other))
    })
}

/// What all shares of a run have in common.
fn aspects(run: &Run) -> [(&'static str, String); 9] {
    let spelled = |list: &[String]| if list.is_empty() { "none".to_owned() } else { list.join(" ") };
    [
        ("versions", run.version.clone()),
        ("seeds", run.seed.to_string()),
        ("profiles", run.profile.clone()),
        ("numbers of shards", run.shard.shares.to_string()),
        ("numbers of scenarios to draw", run.cases.to_string()),
        ("kinds of run", if run.smoke { "smoke" } else { "full" }.to_owned()),
        ("rules asked for", spelled(&run.only)),
        ("capabilities", spelled(&run.capabilities)),
        ("ways to keep time", run.time.to_string()),
    ]
}

/// What a share was run with, beside its number.
fn arguments(run: &Run) -> String {
    let smoke = if run.smoke { " --smoke" } else { "" };
    let cases = if run.smoke { String::new() } else { format!(" --cases {}", run.cases) };
    let time = if run.time == Tempo::Wall { "" } else { " --time warp" };
    let mut text = format!("--seed {} --profile {}{cases}{smoke}{time}", run.seed, run.profile);
    for rules in &run.only {
        text.push_str(" --only ");
        text.push_str(&quoted(rules));
    }
    text
}

/// Puts what a rule came to in two shares together. The graver one tells its story; of equals, the first that has one.
fn together(known: &mut RuleLine, other: RuleLine) {
    let mut sum = known.report.clone();
    sum.triggered += other.report.triggered;
    sum.consumed += other.report.consumed;
    sum.scenarios += other.report.scenarios;
    let gravity = (gravity(known.report.verdict), gravity(other.report.verdict));
    let tells_more = gravity.0 == gravity.1 && known.conviction.is_none() && other.conviction.is_some();
    if gravity.1 > gravity.0 || tells_more {
        *known = other;
    }
    let report = &mut known.report;
    (report.triggered, report.consumed, report.scenarios) = (sum.triggered, sum.consumed, sum.scenarios);
}

/// The order of gravity, where a waiver of something that failed elsewhere is not stale.
fn gravity(verdict: Verdict) -> Verdict {
    if verdict == Verdict::UnexpectedPass { Verdict::Pass } else { verdict }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;
    use crate::results::Waived;
    use crate::verdict::RuleReport;
    use crate::waivers::{Expect, Waiver, When};

    fn line(verdict: Verdict, waiver: Option<&Waiver>) -> RuleLine {
        let report = RuleReport {
            rule: "THR-09".to_owned(),
            verdict: waiver.map_or(verdict, |waiver| waiver.applied(verdict)),
            triggered: 1,
            consumed: 1,
            scenarios: 1,
            minimal: None,
        };
        let heeded = waiver.filter(|waiver| waiver.applied(verdict) != verdict);
        let shown = heeded.map(|_| Waived { reason: String::new(), expires: String::new(), issue: None });
        RuleLine { waiver: shown, ..RuleLine::of(&report) }
    }

    fn waiver(expect: Expect) -> Waiver {
        Waiver {
            rule: "THR-09".to_owned(),
            expect,
            reason: "known".to_owned(),
            expires: NaiveDate::default(),
            when: When::default(),
            issue: None,
        }
    }

    fn source(share: u64, shares: u64, change: impl FnOnce(&mut Run)) -> Source {
        let mut run =
            Run { version: "1.0.0".into(), seed: 1, client: "mine".into(), profile: "graph".into(), ..Run::default() };
        run.shard = Shard { share, shares };
        run.cases = 100;
        change(&mut run);
        let rules = vec![line(Verdict::Pass, None)];
        let summary = Some(Summary::of(&rules, &[], 10));
        Source {
            name: format!("{share}.ndjson"),
            results: Results { run: Some(run), rules, summary, ..Results::default() },
        }
    }

    proptest! {
        /// Whether a waiver is heeded in each share or once for all of them makes no difference.
        #[test]
        fn waivers_hold_for_shares_as_for_the_whole(
            verdicts in proptest::collection::vec(proptest::sample::select(vec![
                Verdict::Inconclusive, Verdict::Pass, Verdict::Info, Verdict::Warn, Verdict::Flaky, Verdict::Fail,
            ]), 1..9),
            expect in proptest::sample::select(vec![None, Some(Expect::Fail), Some(Expect::Flaky)]),
        ) {
            let waiver = expect.map(waiver);
            let mut shares = verdicts.iter().map(|verdict| line(*verdict, waiver.as_ref()));
            let mut merged = shares.next().expect("one at least");
            shares.for_each(|share| together(&mut merged, share));
            let gravest = verdicts.iter().max().expect("one at least");
            let whole = line(*gravest, waiver.as_ref());
            prop_assert_eq!(merged.report.verdict, whole.report.verdict);
            prop_assert_eq!(merged.waiver, whole.waiver);
            prop_assert_eq!(merged.report.scenarios as usize, verdicts.len());
        }
    }

    #[test]
    fn a_shard_is_written_as_it_is_read() {
        for text in ["1/1", "2/8", "8/8"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        for text in ["0/4", "5/4", "4", "a/b", "", "1/0", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn whole_runs_stand_side_by_side_and_shards_become_one() {
        let nothing = |_: &mut Run| ();
        let theirs = |run: &mut Run| run.client = "theirs".into();
        let sources = vec![
            source(2, 2, nothing),
            source(1, 1, nothing),
            source(2, 2, theirs),
            source(1, 2, nothing),
            source(1, 1, theirs),
            source(1, 2, theirs),
        ];
        let runs = runs(sources).unwrap();
        let seen: Vec<_> = runs
            .iter()
            .map(|run| (run.client(), run.run.as_ref().unwrap().merged, run.summary.unwrap().scenarios))
            .collect();
        assert_eq!(seen, [("mine", Some(2), 20), ("mine", None, 10), ("theirs", Some(2), 20), ("theirs", None, 10)]);
    }

    #[test]
    fn what_does_not_fit_together_is_named() {
        let nothing = |_: &mut Run| ();
        let wrong = |sources: Vec<Source>| runs(sources).unwrap_err().to_string();
        let with = |change: fn(&mut Run)| wrong(vec![source(1, 2, nothing), source(2, 2, change)]);
        insta::assert_snapshot!(
            [
                wrong(vec![source(2, 8, nothing)]),
                wrong((1..=8).filter(|share| *share != 3).map(|share| source(share, 8, nothing)).collect()),
                wrong(vec![source(1, 2, nothing), source(2, 2, nothing), source(2, 2, nothing)]),
                wrong(vec![source(1, 2, nothing), source(2, 3, nothing)]),
                with(|run| run.client = "theirs".into()),
                with(|run| run.version = "2.0.0".into()),
                with(|run| run.seed = 2),
                with(|run| run.profile = "strict".into()),
                with(|run| run.cases = 7),
                with(|run| run.smoke = true),
                with(|run| run.only = vec!["PAG-*".into()]),
                with(|run| run.capabilities = vec!["op.list".into()]),
                with(|run| run.time = Tempo::FAST),
            ]
            .join("\n")
        );
    }
}
