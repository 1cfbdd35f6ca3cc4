//! `results.ndjson`: what happened in a run, one event a line. Everything else that is shown of a run is made of it.

use serde::{Deserialize, Serialize};

use crate::conviction::Conviction;
use crate::finding::Finding;
use crate::rule::Watch;
use crate::rules;
use crate::runner;
use crate::shards::Shard;
use crate::tempo::Tempo;
use crate::verdict::{RuleReport, Verdict};

/// A line. Members that nobody knows are ignored, so that older programs read newer files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Line {
    /// The first line: what is run with whom.
    Run(Run),
    /// A scenario was run.
    Scenario {
        /// Its id.
        id: String,
        /// Its seed.
        seed: u64,
        /// Operations in it.
        ops: usize,
        /// Stimuli in it.
        stimuli: usize,
        /// How long it took.
        ms: u64,
    },
    /// A breach of a rule in a scenario, or something that went wrong there.
    Finding(Finding),
    /// A rule over all scenarios.
    Rule(RuleLine),
    /// The last line.
    Summary(Summary),
}

/// What is run with whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// This program's version.
    pub version: String,
    /// What scenarios are drawn from.
    pub seed: u64,
    /// The client under test.
    pub client: String,
    /// Whose texts count.
    pub profile: String,
    /// What the client claims it can.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// How the driver was started.
    #[serde(default)]
    pub command: String,
    /// Which share of the scenarios: all of them, where nothing else is said.
    #[serde(default)]
    pub shard: Shard,
    /// How many scenarios were drawn, by all shares together.
    #[serde(default)]
    pub cases: u64,
    /// Whether those were left out in which clients may wait for long.
    #[serde(default)]
    pub smoke: bool,
    /// Which rules were asked for; none where all were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// How time was kept: what it really was, whatever was asked for.
    #[serde(default)]
    pub time: Tempo,
    /// How many shares were put together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<u64>,
}

/// A rule over all scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleLine {
    /// What it came to.
    #[serde(flatten)]
    pub report: RuleReport,
    /// The requirement in one sentence.
    pub summary: String,
    /// Why it is put up with, or why it cannot be observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The whole failure, replayable: a path below the folder of the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The failure as people read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub story: Vec<String>,
    /// The failure as it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conviction: Option<Box<Conviction>>,
    /// The waiver that was heeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waived>,
}

/// A waiver as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waived {
    /// Why the breach is put up with.
    pub reason: String,
    /// Until when.
    pub expires: String,
    /// Where it is being dealt with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
}

impl RuleLine {
    /// The line of a rule of which nothing else is known yet.
    pub fn of(report: &RuleReport) -> Self {
        let rule = rules::rule(&report.rule);
        let reason = rule.and_then(|rule| match rule.watch {
            Watch::Not(why) => Some(why.to_owned()),
            Watch::Case(_) | Watch::Twins(..) => None,
        });
        Self {
            report: report.clone(),
            summary: rule.map(|rule| rule.summary.to_owned()).unwrap_or_default(),
            reason,
            file: None,
            story: Vec::new(),
            conviction: None,
            waiver: None,
        }
    }
}

/// How many rules came to what, and the exit code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    /// Met and kept.
    pub pass: usize,
    /// Worth knowing.
    pub info: usize,
    /// Recommendations that are not followed.
    pub warn: usize,
    /// Requirements that are broken.
    pub fail: usize,
    /// What the client does not claim to do.
    pub unsupported: usize,
    /// Never met.
    pub inconclusive: usize,
    /// Now so, now otherwise.
    pub flaky: usize,
    /// Broken, as waivers say.
    pub xfail: usize,
    /// Kept, although a waiver says otherwise.
    pub xpass: usize,
    /// Scenarios in which the client's process ended.
    pub crash: usize,
    /// Scenarios that could not be run.
    pub harness_error: usize,
    /// Scenarios that were run.
    pub scenarios: usize,
    /// The exit code.
    pub exit: i32,
}

/// The rule that findings name where no rule is broken but a process ended.
pub const CRASH: &str = "CRASH";
/// The rule that findings name where a scenario could not be run.
pub const HARNESS: &str = "HARNESS";
/// The rule that findings name where the driver is to be looked at before the client.
pub const DRIVER: &str = "DRIVER";

impl From<&runner::Event> for Option<Line> {
    /// The line of an event; rules have theirs when waivers and stories are known.
    fn from(event: &runner::Event) -> Self {
        match event.clone() {
            runner::Event::Scenario { id, seed, ops, stimuli, ms } => {
                Some(Line::Scenario { id, seed, ops, stimuli, ms })
            }
            runner::Event::Finding(finding) => Some(Line::Finding(finding)),
            runner::Event::Rule(_) => None,
        }
    }
}

impl Line {
    /// The line as it is written.
    pub fn text(&self) -> String {
        format!("{}\n", serde_json::to_string(self).expect("events become JSON"))
    }
}

/// A file of results.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// What was run.
    pub run: Option<Run>,
    /// Every finding.
    pub findings: Vec<Finding>,
    /// Every rule, in the order of the families.
    pub rules: Vec<RuleLine>,
    /// The end.
    pub summary: Option<Summary>,
}

impl Results {
    /// Reads a file of results; the number of the line that is none, and why.
    pub fn read(text: &str) -> Result<Self, (usize, String)> {
        let mut results = Self::default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            results.take(serde_json::from_str(line).map_err(|error| (number + 1, error.to_string()))?);
        }
        Ok(results)
    }

    /// Takes note of a line. Of scenarios only the summary's number is kept: there may be millions.
    pub fn take(&mut self, line: Line) {
        match line {
            Line::Run(run) => self.run = Some(run),
            Line::Scenario { .. } => {}
            Line::Finding(finding) => self.findings.push(finding),
            Line::Rule(rule) => self.rules.push(rule),
            Line::Summary(summary) => self.summary = Some(summary),
        }
    }

    /// The client's name.
    pub fn client(&self) -> &str {
        self.run.as_ref().map_or("unknown client", |run| run.client.as_str())
    }
}

impl Summary {
    /// Counts what a run came to.
    pub fn of(rules: &[RuleLine], findings: &[Finding], scenarios: usize) -> Self {
        let rules_with = |verdict| rules.iter().filter(|rule| rule.report.verdict == verdict).count();
        let findings_with = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
        let mut summary = Self {
            pass: rules_with(Verdict::Pass),
            info: rules_with(Verdict::Info),
            warn: rules_with(Verdict::Warn),
            fail: rules_with(Verdict::Fail),
            unsupported: rules_with(Verdict::Unsupported),
            inconclusive: rules_with(Verdict::Inconclusive),
            flaky: rules_with(Verdict::Flaky),
            xfail: rules_with(Verdict::ExpectedFail),
            xpass: rules_with(Verdict::UnexpectedPass),
            crash: findings_with(Verdict::Crash),
            harness_error: findings_with(Verdict::HarnessError),
            scenarios,
            exit: 0,
        };
        summary.exit = summary.exit_code();
        summary
    }

    /// 76: the driver breaks the protocol, or this program could not run a scenario. 1: a requirement is broken, the
    /// client's process ended, or a waiver is stale. 2: flaky, or nothing was tested. 0: otherwise.
    fn exit_code(&self) -> i32 {
        if self.harness_error > 0 {
            76
        } else if self.fail + self.xpass + self.crash > 0 {
            1
        } else if self.flaky > 0 || self.pass + self.info + self.warn + self.xfail == 0 {
            2
        } else {
            0
        }
    }
}
