//! `check`: a whole run, and everything that is written of it.

use std::fs::File;
use std::path::Path;

use super::driver::Reached;
use super::folder::Folder;
use super::progress::Watched;
use super::{CheckArguments, Done, ExitCode, Trouble, driver, matching, name_of, print, read};
use crate::conviction::Conviction;
use crate::drive::Drive;
use crate::failure_file;
use crate::finding::Finding;
use crate::judge::judge;
use crate::over_sockets::{Crash, OverSockets};
use crate::pace::Pace;
use crate::parallel;
use crate::render;
use crate::results::{CRASH, HARNESS, Line, Results, RuleLine, Run, Summary, Waived};
use crate::rule::Rule;
use crate::rules;
use crate::runner::{self, Failure, Plan, Report};
use crate::shrink::Budget;
use crate::simulator;
use crate::story::Told;
use crate::tempo::Tempo;
use crate::verdict::Verdict;
use crate::waits;
use crate::waivers::{self, Place, Waiver};

/// The seconds that a client may wait in a scenario of a smoke run.
const LONGEST_SMOKE: u64 = 8;
/// The seconds that a client may wait in a scenario in which what was found under warp is looked at by the wall.
const LONGEST_CONFIRMED: u64 = 15;
/// Processes that are started at the same time to confirm convictions, for each core: more would only slow one another down,
/// and a client that is slow to start looks like one that hangs.
const STARTS: usize = 2;

pub(super) fn run(arguments: &CheckArguments) -> Done {
    let today = simulator::wall_now().date_naive();
    let waivers = match &arguments.waivers {
        Some(path) => waivers::read(&path.display().to_string(), &read(path)?, today)
            .map_err(|error| Trouble::usage(error.to_string()))?,
        None => Vec::new(),
    };
    let mut written = Written::new(arguments.out.as_deref())?;
    let (surroundings, door) = driver::keeping_time(&arguments.driver, usize::from(arguments.jobs))?;
    let tempo = surroundings.tempo();
    let place = Place { os: std::env::consts::OS, profile: name_of(arguments.profile), tier: tempo.tier() };
    let waived = |rule: &Rule| waivers::concerning(&waivers, rule.id, place, today).is_some();
    let known = rules::all().filter(|rule| waived(rule)).map(|rule| rule.id.to_owned()).collect();
    let plan = Plan { known, ..plan(arguments, tempo) };
    let profile = name_of(arguments.profile);
    written.line(&Line::Run(Run {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: arguments.seed,
        client: door.client().to_string(),
        profile: profile.to_owned(),
        capabilities: door.capabilities(),
        command: driver::shown(&arguments.driver),
        shard: arguments.shard,
        cases: plan.cases,
        smoke: arguments.smoke,
        only: arguments.only.clone(),
        time: tempo,
        merged: None,
    }))?;

    let drive = OverSockets::new(&surroundings, door.as_ref());
    let planned = plan.scenarios().len();
    let watched = Watched::new(&drive, planned);
    let mut told = Ok(());
    let mut run = 0;
    let report = runner::check_telling(&watched, &plan, &mut |event| {
        // Rules come when all scenarios were run; where none was broken it can be told before the first of them.
        run += usize::from(matches!(event, runner::Event::Scenario { .. }));
        if run == planned || matches!(event, runner::Event::Rule(_)) {
            watched.begin_shrinking();
        }
        if let Some(line) = Option::<Line>::from(event) {
            told = std::mem::replace(&mut told, Ok(())).and_then(|()| written.line(&line));
        }
    });
    told?;
    watched.finish();

    let alone = drive.alone();
    let wall = by_the_wall(&drive, &report.failures, arguments)?;
    let wall = wall.as_ref().map(|(surroundings, door)| OverSockets::new(surroundings, door.as_ref()).alone());
    let mut findings = report.findings.clone();
    for finding in went_wrong(&drive, wall.as_ref(), &report) {
        written.line(&Line::Finding(finding.clone()))?;
        findings.push(finding);
    }
    let fresh =
        |failure: &Failure| -> &dyn Drive { wall.as_ref().filter(|_| is_seen_by_the_wall(failure)).unwrap_or(&alone) };
    let unconfirmed = unconfirmed(fresh, &report.failures, &plan);
    let mut lines = Vec::new();
    for rule in &report.rules {
        let failure = report.failures.iter().find(|failure| failure.rule.id == rule.rule);
        let mut line = RuleLine::of(rule);
        if rule.verdict == Verdict::Inconclusive && plan.left_out().iter().any(|left_out| left_out.id == rule.rule) {
            line.reason =
                Some(format!("left out: a client may wait for more than {} s in its scenario", longest(tempo)));
        }
        if let Some(failure) = failure {
            if unconfirmed.contains(&failure.rule.id) {
                line.report.verdict = Verdict::Flaky;
            }
            written.failure(failure, &mut line, arguments);
        }
        if let Some(waiver) = waivers::concerning(&waivers, &rule.rule, place, today) {
            apply(waiver, &mut line);
        }
        written.line(&Line::Rule(line.clone()))?;
        lines.push(line);
    }
    let summary = Summary::of(&lines, &findings, report.scenarios);
    written.line(&Line::Summary(summary))?;
    for waiver in waivers.iter().filter(|waiver| waiver.expires < today) {
        eprintln!("the waiver of {} ended on {} and is not heeded", waiver.rule, waiver.expires);
    }
    print(&written.finish()?);
    Ok(ExitCode::of(summary.exit))
}

/// The client once more with time as it is, if it is to be asked: what was found under warp counts when it stands by the wall.
fn by_the_wall(
    drive: &OverSockets<'_>,
    failures: &[Failure],
    arguments: &CheckArguments,
) -> Result<Option<Reached>, Trouble> {
    let is_asked = failures.iter().any(is_seen_by_the_wall) || !drive.crashes().is_empty();
    if drive.tier() == Tempo::Wall.tier() || !is_asked {
        return Ok(None);
    }
    driver::reached(Pace::default(), &arguments.driver, usize::from(arguments.jobs)).map(Some)
}

/// Whether a failure does not take too long by the wall. The others are confirmed under warp.
fn is_seen_by_the_wall(failure: &Failure) -> bool {
    waits::of(&failure.smallest.scenario) <= LONGEST_CONFIRMED
}

/// The seconds that a client may wait in a scenario of a smoke run, by its clock.
fn longest(tempo: Tempo) -> u64 {
    LONGEST_SMOKE * u64::from(tempo.times())
}

/// Scenarios at the same time. Waiting is short under warp and working is not: too many at once look slow to the client.
fn threads(jobs: u16, tempo: Tempo) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let most = if tempo == Tempo::Wall { usize::MAX } else { cores * STARTS };
    usize::from(jobs).min(most)
}

fn plan(arguments: &CheckArguments, tempo: Tempo) -> Plan {
    let threads = threads(arguments.jobs, tempo);
    Plan {
        seed: arguments.seed,
        cases: if arguments.smoke { 0 } else { arguments.cases },
        smoke: true,
        longest: arguments.smoke.then(|| longest(tempo)),
        shard: (arguments.shard.share, arguments.shard.shares),
        profile: arguments.profile,
        only: matching(&arguments.only).map(|rule| rule.id.to_owned()).collect(),
        threads,
        budget: Budget { threads: threads.min(16), ..Budget::default() },
        ..Plan::default()
    }
}

/// Findings about processes that ended and scenarios that could not be run.
fn went_wrong(drive: &OverSockets<'_>, wall: Option<&OverSockets<'_>>, report: &Report) -> Vec<Finding> {
    let finding = |rule: &str, verdict, scenario: String, text: String| Finding {
        rule: rule.to_owned(),
        verdict,
        scenario,
        tier: drive.tier().to_owned(),
        text,
        witness: Vec::new(),
        story: Vec::new(),
    };
    let mut findings = Vec::new();
    for crash in drive.crashes() {
        let id = crash.scenario.id();
        if findings.iter().any(|known: &Finding| known.scenario == id) {
            continue;
        }
        findings.push(match wall {
            Some(wall) if !crashes_again(wall, &crash) => {
                let text = format!("{}, but only under warp: leave out --time warp", crash.text);
                finding(HARNESS, Verdict::HarnessError, id, text)
            }
            _ => finding(CRASH, Verdict::Crash, id, crash.text),
        });
    }
    for broken in &report.broken {
        let (id, text) =
            broken.strip_prefix("scenario ").and_then(|rest| rest.split_once(": ")).unwrap_or(("", broken));
        findings.push(finding(HARNESS, Verdict::HarnessError, id.to_owned(), text.to_owned()));
    }
    findings
}

/// Whether a client's process ends there as well.
fn crashes_again(drive: &OverSockets<'_>, crash: &Crash) -> bool {
    // What cannot be run there says nothing for the client.
    drive.run(&crash.scenario).is_err() || drive.crashes().iter().any(|known| known.scenario == crash.scenario)
}

/// The rules whose smallest scenario does not convict again in a process that did nothing before: twice where it fails the
/// client, once where it is a recommendation, and not at all where it is known.
fn unconfirmed<'a>(
    fresh: impl Sync + Fn(&Failure) -> &'a dyn Drive,
    failures: &[Failure],
    plan: &Plan,
) -> Vec<&'static str> {
    let times = |failure: &Failure| match failure.verdict {
        _ if plan.known.iter().any(|known| known == failure.rule.id) => 0,
        Verdict::Fail => 2,
        _ => 1,
    };
    let twice: Vec<&Failure> =
        failures.iter().flat_map(|failure| std::iter::repeat_n(failure, times(failure))).collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let confirmed = parallel::map(plan.threads.min(cores * STARTS), &twice, |failure| {
        let judgement = judge(fresh(failure), &failure.smallest.scenario, &[failure.rule], plan.profile);
        judgement.is_ok_and(|judgement| judgement.opinions.iter().any(|opinion| opinion.verdict == failure.verdict))
    });
    twice.iter().zip(confirmed).filter(|(_, confirmed)| !confirmed).map(|(failure, _)| failure.rule.id).collect()
}

pub(super) fn apply(waiver: &Waiver, line: &mut RuleLine) {
    let verdict = waiver.applied(line.report.verdict);
    if verdict == line.report.verdict {
        return;
    }
    line.report.verdict = verdict;
    line.waiver = Some(Waived {
        reason: waiver.reason.clone(),
        expires: waiver.expires.to_string(),
        issue: waiver.issue.clone(),
    });
    let issue = waiver.issue.as_ref().map_or_else(String::new, |issue| format!(", {issue}"));
    line.reason = Some(match verdict {
        Verdict::UnexpectedPass => {
            format!("this passes now, and a waiver says that it fails ({}{issue}): take the waiver away", waiver.reason)
        }
        _ => format!("{}{issue}, until {}", waiver.reason, waiver.expires),
    });
}

/// What is written of a run: into a folder, if there is one, and kept for what is made of it.
pub(super) struct Written {
    folder: Option<(Folder, File)>,
    results: Results,
}

impl Written {
    pub(super) fn new(folder: Option<&Path>) -> Result<Self, Trouble> {
        let folder = folder.map(Folder::begin).transpose()?;
        Ok(Self { folder, results: Results::default() })
    }

    pub(super) fn line(&mut self, line: &Line) -> Result<(), Trouble> {
        if let Some((folder, file)) = &mut self.folder {
            folder.append(file, line)?;
        }
        self.results.take(line.clone());
        Ok(())
    }

    /// Puts a failure and its story into its rule's line.
    fn failure(&self, failure: &Failure, line: &mut RuleLine, arguments: &CheckArguments) {
        let smallest = &failure.smallest;
        let name = failure_file::name(failure.rule.id, &smallest.scenario);
        let replay = match &self.folder {
            Some((folder, _)) => folder.replay(&name, &driver::shown(&arguments.driver)),
            None => format!("run again with --out DIR, then replay DIR/failures/{name}"),
        };
        let told = Told {
            rule: failure.rule,
            profile: arguments.profile,
            scenario: &smallest.scenario,
            evidence: &smallest.evidence,
            text: &smallest.text,
            witness: &smallest.witness,
            replay: Some(&replay),
        };
        line.story = told.lines();
        line.conviction = Some(Box::new(Conviction::of(&told, failure.verdict)));
        line.file = self.folder.is_some().then(|| format!("failures/{name}"));
    }

    /// Makes everything else of the results, and gives the terminal's text.
    pub(super) fn finish(self) -> Result<String, Trouble> {
        let Some((folder, _)) = self.folder else { return Ok(render::terminal(&self.results, None)) };
        folder.render(&self.results)?;
        Ok(render::terminal(&self.results, Some(&folder.to_string())))
    }
}
