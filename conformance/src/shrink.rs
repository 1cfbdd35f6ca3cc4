//! Making a scenario small that convicts, without losing what it convicts of.
//!
//! First what costs nothing: stimuli that never happened, and what came after the breach. Then lists are halved and
//! thinned out (ddmin), and fields take the first value of a small ordered domain that still convicts. A candidate counts
//! only if the same rule convicts as gravely. Candidates are tried several at a time, and the first one in their order
//! is taken, so the result does not depend on how many.

use std::collections::HashMap;

use crate::drive::Drive;
use crate::evidence::Evidence;
use crate::judge::judge;
use crate::operation::{DeviceRef, Op};
use crate::parallel;
use crate::rule::{Profile, Rule};
use crate::scenario::{Device, DeviceAnswers, Scenario, SignIn};
use crate::stimulus::{Act, Apply, RetryAfter, Seconds, Stimulus};
use crate::verdict::Verdict;

/// How much may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Scenarios that may be run.
    pub evaluations: u32,
    /// Scenarios that are run at the same time.
    pub threads: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { evaluations: 120, threads: 8 }
    }
}

/// The smallest scenario found.
#[derive(Debug, Clone)]
pub struct Smallest {
    /// The scenario.
    pub scenario: Scenario,
    /// What running it left behind.
    pub evidence: Evidence,
    /// What the rule says against it.
    pub text: String,
    /// The exchanges that prove it.
    pub witness: Vec<usize>,
    /// Scenarios that were run for it.
    pub evaluations: u32,
    /// Whether the budget ended the search.
    pub cut_short: bool,
}

/// A scenario that convicts, as it stands.
#[derive(Clone)]
struct Convicting {
    scenario: Scenario,
    evidence: Evidence,
    text: String,
    witness: Vec<usize>,
}

struct Search<'a> {
    drive: &'a dyn Drive,
    rule: &'static Rule,
    profile: Profile,
    verdict: Verdict,
    budget: Budget,
    used: u32,
    known: HashMap<Scenario, Option<Convicting>>,
    best: Convicting,
}

/// Looks for a smaller scenario of which `rule` says the same as of `scenario`; none if it does not say so again.
pub fn smallest(
    drive: &dyn Drive,
    rule: &'static Rule,
    profile: Profile,
    verdict: Verdict,
    scenario: &Scenario,
    budget: Budget,
) -> Option<Smallest> {
    let best = convicted(drive, rule, profile, verdict, scenario)?;
    let mut search = Search { drive, rule, profile, verdict, budget, used: 1, known: HashMap::new(), best };
    search.run();
    let Convicting { scenario, evidence, text, witness } = search.best;
    let cut_short = search.used >= budget.evaluations;
    Some(Smallest { scenario, evidence, text, witness, evaluations: search.used, cut_short })
}

/// What the rule says against a scenario, if it convicts as gravely.
fn convicted(
    drive: &dyn Drive,
    rule: &'static Rule,
    profile: Profile,
    verdict: Verdict,
    scenario: &Scenario,
) -> Option<Convicting> {
    let judgement = judge(drive, scenario, &[rule], profile).ok()?;
    let opinion = judgement.opinions.into_iter().next().filter(|opinion| opinion.verdict == verdict)?;
    let breach = opinion.breach?;
    Some(Convicting {
        scenario: scenario.clone(),
        evidence: judgement.evidence,
        text: breach.text,
        witness: breach.witness,
    })
}

impl Search<'_> {
    fn run(&mut self) {
        self.drop_what_never_happened();
        self.cut_behind_the_breach();
        loop {
            let before = self.best.scenario.clone();
            self.thin(|scenario| &mut scenario.stimuli);
            self.thin(|scenario| &mut scenario.program);
            self.first_of(fewer_devices);
            while self.first_of(simpler_fields) {}
            self.cut_behind_the_breach();
            if self.best.scenario == before || self.is_spent() {
                break;
            }
        }
    }

    fn is_spent(&self) -> bool {
        self.used >= self.budget.evaluations
    }

    fn drop_what_never_happened(&mut self) {
        let mut candidate = self.best.scenario.clone();
        let trace = &self.best.evidence.trace;
        let mut place = 0;
        candidate.stimuli.retain(|_| {
            place += 1;
            trace.consumed(place - 1)
        });
        self.take_first(vec![candidate]);
    }

    fn cut_behind_the_breach(&mut self) {
        let exchanges = &self.best.evidence.trace.exchanges;
        let last = self.best.witness.iter().filter_map(|at| exchanges.get(*at)?.during).max();
        let Some(last) = last.filter(|last| last + 1 < self.best.scenario.program.len()) else { return };
        let mut candidate = self.best.scenario.clone();
        candidate.program.truncate(last + 1);
        self.take_first(vec![candidate]);
    }

    /// Leaves out as much of a list as can be (ddmin): halves, then quarters, down to single items.
    fn thin<T: Clone>(&mut self, list: impl Fn(&mut Scenario) -> &mut Vec<T>) {
        let mut size = list(&mut self.best.scenario.clone()).len().div_ceil(2);
        while size > 0 && !self.is_spent() {
            let count = list(&mut self.best.scenario.clone()).len();
            let candidates = (0..count.div_ceil(size))
                .map(|part| {
                    let mut candidate = self.best.scenario.clone();
                    let items = list(&mut candidate);
                    // From the end: what came last was caused by what came first.
                    let end = count - part * size;
                    items.drain(end.saturating_sub(size)..end);
                    candidate
                })
                .collect();
            if !self.take_first(candidates) {
                size = if size == 1 { 0 } else { size.div_ceil(2) };
            }
            size = size.min(list(&mut self.best.scenario.clone()).len());
        }
    }

    fn first_of(&mut self, candidates: impl Fn(&Scenario) -> Vec<Scenario>) -> bool {
        let candidates = candidates(&self.best.scenario);
        self.take_first(candidates)
    }

    /// Takes the first candidate that convicts; says whether there was one.
    fn take_first(&mut self, mut candidates: Vec<Scenario>) -> bool {
        candidates.retain(|candidate| *candidate != self.best.scenario);
        let mut rest = candidates.as_slice();
        while !rest.is_empty() && !self.is_spent() {
            let (now, later) = rest.split_at(self.budget.threads.clamp(1, rest.len()));
            rest = later;
            let unknown: Vec<&Scenario> = now.iter().filter(|candidate| !self.known.contains_key(*candidate)).collect();
            let (drive, rule, profile, verdict) = (self.drive, self.rule, self.profile, self.verdict);
            let tried = parallel::map(self.budget.threads, &unknown, |candidate| {
                convicted(drive, rule, profile, verdict, candidate)
            });
            let fresh: HashMap<Scenario, Option<Convicting>> = unknown.into_iter().cloned().zip(tried).collect();
            for candidate in now {
                if let Some(known) = self.known.get(candidate) {
                    if let Some(better) = known.clone() {
                        self.best = better;
                        return true;
                    }
                    continue;
                }
                // Counted in order, so that the budget ends at the same candidate however many are tried at a time.
                if self.is_spent() {
                    return false;
                }
                self.used += 1;
                let outcome = fresh.get(candidate).cloned().flatten();
                self.known.insert(candidate.clone(), outcome.clone());
                if let Some(better) = outcome {
                    self.best = better;
                    return true;
                }
            }
        }
        false
    }
}

/// Fewer devices: none, one, two or three at once, then one less.
fn fewer_devices(scenario: &Scenario) -> Vec<Scenario> {
    let count = scenario.tenant.devices.len();
    let mut sizes: Vec<usize> = (0..count.min(4)).collect();
    sizes.extend([count / 2, count.saturating_sub(1)]);
    sizes.retain(|size| *size < count);
    let with = |size: usize| {
        let mut candidate = scenario.clone();
        candidate.tenant.devices.truncate(size);
        candidate
    };
    let mut candidates: Vec<Scenario> = sizes.into_iter().map(with).collect();
    // The device that matters may be the last one.
    if count > 1 {
        let mut candidate = scenario.clone();
        candidate.tenant.devices.drain(..count - 1);
        candidates.push(candidate);
    }
    candidates
}

/// Every field with every simpler value, the simplest first.
fn simpler_fields(scenario: &Scenario) -> Vec<Scenario> {
    let mut candidates = Vec::new();
    let mut with = |change: &dyn Fn(&mut Scenario)| {
        let mut candidate = scenario.clone();
        change(&mut candidate);
        if candidate != *scenario {
            candidates.push(candidate);
        }
    };
    with(&|scenario| scenario.tenant.quirks.clear());
    with(&|scenario| scenario.tenant.sign_in = SignIn::ClientCredentials);
    with(&|scenario| scenario.tenant.page = 1);
    // All devices at once where that will do, else one by one.
    with(&|scenario| scenario.tenant.devices.iter_mut().enumerate().for_each(|(place, device)| *device = plain(place)));
    for place in 0..scenario.tenant.devices.len().min(4) {
        with(&|scenario| scenario.tenant.devices[place] = plain(place));
        with(&|scenario| scenario.tenant.devices[place].name = format!("Device {place}"));
        with(&|scenario| scenario.tenant.devices[place].answers = DeviceAnswers::Auto);
        with(&|scenario| scenario.tenant.devices[place].storage = plain(place).storage);
        with(&|scenario| scenario.tenant.devices[place].last_sync = plain(place).last_sync);
    }
    for (place, op) in scenario.program.iter().enumerate() {
        for simpler in simpler_ops(op) {
            with(&|scenario| scenario.program[place] = simpler.clone());
        }
    }
    for (place, stimulus) in scenario.stimuli.iter().enumerate() {
        for simpler in simpler_stimuli(stimulus) {
            with(&|scenario| scenario.stimuli[place] = simpler.clone());
        }
    }
    candidates
}

fn plain(place: usize) -> Device {
    Device::of_row("ios", &format!("Device {place}"))
}

fn simpler_ops(op: &Op) -> Vec<Op> {
    let at = DeviceRef::At(0);
    match op {
        Op::ListDevices { .. } => vec![Op::ListDevices { filter: None, select: vec![] }],
        Op::GetDevice { .. } => vec![Op::GetDevice { device: at, select: vec![] }],
        Op::FindDevice { by, .. } => vec![Op::FindDevice { by: *by, device: at }],
        Op::ResetPasscode { .. } => vec![Op::ResetPasscode { device: at }],
        Op::GetActionResult { .. } => vec![Op::GetActionResult { device: at }],
        Op::BatchReset { devices } => {
            let sizes = [1, 2, 3, 21, devices.len() / 2];
            let fewer = sizes.into_iter().filter(|size| *size > 0 && *size < devices.len());
            fewer.map(|size| Op::BatchReset { devices: devices[..size].to_vec() }).collect()
        }
        Op::Pause { .. } => vec![],
    }
}

fn simpler_stimuli(stimulus: &Stimulus) -> Vec<Stimulus> {
    let mut simpler = Vec::new();
    let mut with = |change: &dyn Fn(&mut Stimulus)| {
        let mut candidate = stimulus.clone();
        change(&mut candidate);
        simpler.push(candidate);
    };
    with(&|stimulus| stimulus.on.nth = 1);
    with(&|stimulus| stimulus.on.page = None);
    for times in [1, 2, 3] {
        if times < stimulus.times {
            with(&|stimulus| stimulus.times = times);
        }
    }
    if !matches!(stimulus.act, Act::Status { code: 200..=299, .. }) {
        with(&|stimulus| stimulus.apply = Apply::Before);
    }
    match &stimulus.act {
        Act::Status { code, retry_after, body, .. } => {
            if body.is_some() {
                with(&|stimulus| {
                    if let Act::Status { body, .. } = &mut stimulus.act {
                        *body = None;
                    }
                });
            }
            with(&|stimulus| {
                if let Act::Status { headers, .. } = &mut stimulus.act {
                    headers.clear();
                }
            });
            if retry_after.is_some() {
                with(&|stimulus| {
                    if let Act::Status { retry_after, .. } = &mut stimulus.act {
                        *retry_after = None;
                    }
                });
            }
            let waits = match retry_after {
                Some(RetryAfter::Seconds(now)) => {
                    let steps = [0, 1, 2, 5, 7, 11].into_iter().filter(|step| step < now);
                    steps.map(RetryAfter::Seconds).collect()
                }
                Some(RetryAfter::Date { date, ahead }) => {
                    let steps = [2, 5, 7, 9].into_iter().filter(|step| *step < ahead.0);
                    steps.map(|step| RetryAfter::Date { date: *date, ahead: Seconds(step) }).collect()
                }
                Some(RetryAfter::Raw(_)) | None => Vec::new(),
            };
            for wait in waits {
                with(&|stimulus| {
                    if let Act::Status { retry_after, .. } = &mut stimulus.act {
                        *retry_after = Some(wait.clone());
                    }
                });
            }
            for simple in [429, 504, 503] {
                // A success does not become a refusal: what was done would not have been refused.
                if simple != *code && *code >= 400 && !(stimulus.apply == Apply::After && simple != 504) {
                    with(&|stimulus| {
                        if let Act::Status { code, .. } = &mut stimulus.act {
                            *code = simple;
                        }
                    });
                }
                if simple == *code {
                    break;
                }
            }
        }
        Act::Stall { length, .. } if length.0 > 600 => with(&|stimulus| {
            if let Act::Stall { length, .. } = &mut stimulus.act {
                *length = Seconds(600);
            }
        }),
        _ => {}
    }
    simpler
}
