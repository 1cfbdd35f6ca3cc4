//! A whole run: scenarios are drawn, run and judged; the first conviction by each rule is made small.
//!
//! The path of a scenario: [`generate`] draws it, a [`Drive`] runs it in a tenant of its own and brings
//! back evidence, [`judge`](crate::judge) asks every rule, and where one convicts, [`shrink`] looks for the
//! smallest scenario of which it says the same. Nothing of that depends on how many scenarios run at the same time.

use serde::{Deserialize, Serialize};

use crate::drive::Drive;
use crate::finding::Finding;
use crate::generate;
use crate::judge::{Judgement, judge};
use crate::parallel;
use crate::results::DRIVER;
use crate::rule::{Profile, Rule};
use crate::rules;
use crate::scenario::Scenario;
use crate::shrink::{self, Budget, Smallest};
use crate::story;
use crate::verdict::{RuleReport, Verdict};
use crate::waits;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What scenarios are drawn from.
    pub seed: u64,
    /// How many are drawn, beside those written by hand.
    pub cases: u64,
    /// Whether those written by hand are run.
    pub smoke: bool,
    /// The seconds that a client may wait in one of these at most; the others are left out.
    pub longest: Option<u64>,
    /// Which part of the drawn ones: the first number of so many, counted from 1.
    pub shard: (u64, u64),
    /// Whose texts count.
    pub profile: Profile,
    /// Which rules are asked: by name, or by what it begins with and a `*`. Empty: all.
    pub only: Vec<String>,
    /// Scenarios at the same time.
    pub threads: usize,
    /// How much is tried to make a conviction small.
    pub budget: Budget,
    /// How many convictions are made small.
    pub shrunk: usize,
    /// Rules whose breach is known: their convictions are taken as they are found.
    pub known: Vec<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 1,
            cases: 256,
            smoke: true,
            longest: None,
            shard: (1, 1),
            profile: Profile::Graph,
            only: Vec::new(),
            threads: 2,
            budget: Budget::default(),
            shrunk: 5,
            known: Vec::new(),
        }
    }
}

/// Something that is told as it happens: a line of `results.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
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
        /// How long it took, in milliseconds of its own time.
        ms: u64,
    },
    /// A rule was broken.
    Finding(Finding),
    /// A rule over all scenarios.
    Rule(RuleReport),
}

/// A conviction, made small.
#[derive(Debug, Clone)]
pub struct Failure {
    /// By which rule.
    pub rule: &'static Rule,
    /// What it amounts to.
    pub verdict: Verdict,
    /// The scenario in which it was found.
    pub found: Scenario,
    /// The smallest one; the same, if nothing smaller was looked for.
    pub smallest: Smallest,
}

/// What a run came to.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Every breach in every scenario.
    pub findings: Vec<Finding>,
    /// Every rule that was asked.
    pub rules: Vec<RuleReport>,
    /// One conviction for each rule that convicted, made small.
    pub failures: Vec<Failure>,
    /// Scenarios that were run.
    pub scenarios: usize,
    /// What could not be run, and why.
    pub broken: Vec<String>,
    /// What makes one doubt the driver; the first of each kind with its story.
    pub doubts: Vec<Finding>,
}

impl Report {
    /// The verdict of a rule.
    pub fn verdict(&self, rule: &str) -> Option<Verdict> {
        self.rules.iter().find(|report| report.rule == rule).map(|report| report.verdict)
    }

    /// How many rules came to a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.rules.iter().filter(|report| report.verdict == verdict).count()
    }

    /// Whether a requirement was broken.
    pub fn is_failure(&self) -> bool {
        self.rules.iter().any(|report| report.verdict >= Verdict::Fail)
    }
}

/// Runs a plan with a client.
pub fn check(drive: &dyn Drive, plan: &Plan) -> Report {
    check_telling(drive, plan, &mut |_| ())
}

/// Runs a plan with a client, and tells what happens.
pub fn check_telling(drive: &dyn Drive, plan: &Plan, tell: &mut dyn FnMut(&Event)) -> Report {
    let rules = plan.rules();
    let scenarios = plan.scenarios();
    let mut report = Report::default();
    let mut tallies: Vec<Tally> = rules.iter().map(|rule| Tally::new(rule)).collect();

    // In portions, so that evidence does not pile up.
    for portion in scenarios.chunks(64 * plan.threads.max(1)) {
        let judged = parallel::map(plan.threads, portion, |scenario| judge(drive, scenario, &rules, plan.profile));
        for (scenario, judgement) in portion.iter().zip(judged) {
            match judgement {
                Ok(judgement) => report.note(drive, scenario, judgement, &mut tallies, tell),
                Err(error) => report.broken.push(format!("scenario {}: {error}", scenario.id())),
            }
        }
    }

    let capabilities = drive.capabilities();
    let mut shrunk = 0;
    for tally in tallies {
        let mut summary = tally.summary(&capabilities, report.scenarios);
        if let Some((found, verdict)) = tally.convicting {
            let shrinks = shrunk < plan.shrunk && !plan.known.iter().any(|known| known == tally.rule.id);
            shrunk += usize::from(shrinks);
            let budget = if shrinks { plan.budget } else { Budget { evaluations: 1, ..plan.budget } };
            if let Some(smallest) = shrink::smallest(drive, tally.rule, plan.profile, verdict, &found, budget) {
                summary.minimal = Some(smallest.scenario.id());
                report.failures.push(Failure { rule: tally.rule, verdict, found, smallest });
            } else {
                // Told once and not again: nobody can be blamed for that.
                summary.verdict = Verdict::Flaky;
            }
        }
        tell(&Event::Rule(summary.clone()));
        report.rules.push(summary);
    }
    report
}

impl Plan {
    /// The rules that are asked: those that can be observed at all.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let wanted = |rule: &&Rule| self.only.is_empty() || self.only.iter().any(|pattern| matches(pattern, rule.id));
        rules::all().filter(|rule| rule.check().is_some()).filter(wanted).collect()
    }

    /// Whether a scenario may be run by how long a client may wait in it.
    fn is_short(&self, scenario: &Scenario) -> bool {
        self.longest.is_none_or(|longest| waits::of(scenario) <= longest)
    }

    /// The rules of which every scenario written by hand is left out.
    pub fn left_out(&self) -> Vec<&'static Rule> {
        let is_left_out = |rule: &&Rule| {
            let minimal = rule.check().map_or(&[][..], |check| check.minimal);
            !minimal.iter().any(|write| self.is_short(&write()))
        };
        self.rules().into_iter().filter(is_left_out).collect()
    }

    /// The scenarios that are run, in order.
    pub fn scenarios(&self) -> Vec<Scenario> {
        let mut scenarios = if self.smoke && self.shard.0 == 1 { generate::smallest(self.rules()) } else { Vec::new() };
        scenarios.retain(|scenario| self.is_short(scenario));
        let (share, shares) = self.shard;
        let drawn = (0..self.cases).filter(|number| number % shares.max(1) == share.saturating_sub(1));
        scenarios.extend(drawn.map(|number| generate::scenario(self.seed, number)));
        scenarios
    }
}

/// `PAG-*` matches what begins so, anything else only itself.
fn matches(pattern: &str, id: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => id.starts_with(begin) && id.ends_with(end),
        None => pattern.eq_ignore_ascii_case(id),
    }
}

/// What a rule said so far.
struct Tally {
    rule: &'static Rule,
    verdict: Option<Verdict>,
    triggered: u32,
    consumed: u32,
    /// The first scenario of the gravest kind, and that kind.
    convicting: Option<(Scenario, Verdict)>,
}

impl Tally {
    fn new(rule: &'static Rule) -> Self {
        Self { rule, verdict: None, triggered: 0, consumed: 0, convicting: None }
    }

    fn summary(&self, capabilities: &[String], scenarios: usize) -> RuleReport {
        let supported = self.rule.needs.iter().all(|needed| capabilities.iter().any(|claimed| claimed == needed));
        let verdict = if supported { self.verdict.unwrap_or(Verdict::Inconclusive) } else { Verdict::Unsupported };
        RuleReport {
            rule: self.rule.id.to_owned(),
            verdict,
            triggered: self.triggered,
            consumed: self.consumed,
            scenarios: u32::try_from(scenarios).unwrap_or(u32::MAX),
            minimal: None,
        }
    }
}

impl Report {
    fn note(
        &mut self,
        drive: &dyn Drive,
        scenario: &Scenario,
        judgement: Judgement,
        tallies: &mut [Tally],
        tell: &mut dyn FnMut(&Event),
    ) {
        self.scenarios += 1;
        let end = judgement.evidence.log.operations.last().map_or(0, |performed| performed.ended.0 / 1_000);
        tell(&Event::Scenario {
            id: scenario.id(),
            seed: scenario.seed,
            ops: scenario.program.len(),
            stimuli: scenario.stimuli.len(),
            ms: end,
        });
        for doubt in &judgement.doubts {
            let text = doubt.to_string();
            let is_known = self.doubts.iter().any(|known| known.text.starts_with(&doubt.kind.to_string()));
            let story = if is_known { Vec::new() } else { story::doubted(scenario, &judgement.evidence, doubt) };
            let finding = Finding {
                rule: DRIVER.to_owned(),
                verdict: Verdict::Warn,
                scenario: scenario.id(),
                tier: drive.tier().to_owned(),
                text,
                witness: judgement.evidence.trace.during(doubt.op).map(|(at, _)| at).collect(),
                story,
            };
            tell(&Event::Finding(finding.clone()));
            self.doubts.push(finding);
        }
        for opinion in judgement.opinions {
            let tally =
                tallies.iter_mut().find(|tally| tally.rule.id == opinion.rule.id).expect("every rule has a tally");
            tally.triggered += 1;
            tally.consumed += u32::from(opinion.consumed);
            tally.verdict = tally.verdict.max(Some(opinion.verdict));
            let Some(breach) = opinion.breach else { continue };
            if tally.convicting.as_ref().is_none_or(|(_, verdict)| opinion.verdict > *verdict) {
                tally.convicting = Some((scenario.clone(), opinion.verdict));
            }
            let finding = Finding {
                rule: opinion.rule.id.to_owned(),
                verdict: opinion.verdict,
                scenario: scenario.id(),
                tier: drive.tier().to_owned(),
                text: breach.text,
                witness: breach.witness,
                story: Vec::new(),
            };
            tell(&Event::Finding(finding.clone()));
            self.findings.push(finding);
        }
    }
}
