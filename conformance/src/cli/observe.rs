//! `observe`: any program as it is, judged by its traffic alone. Its input and output are its own; what is said here goes to
//! stderr when it has ended.

use std::fmt::Write as _;
use std::process::{Command, ExitStatus};

use super::check::{Written, apply};
use super::{Done, ExitCode, ObserveArguments, Trouble, matching, name_of, read};
use crate::finding::Finding;
use crate::judge::Opinion;
use crate::observing::{Chapter, Observation, Setting, Stage, Unobserved, Variable};
use crate::over_sockets::OverSockets;
use crate::process::{Launch, quoted, told};
use crate::results::{CRASH, Line, RuleLine, Run, Summary};
use crate::rule::Rule;
use crate::rules;
use crate::simulator;
use crate::story::Told;
use crate::traffic;
use crate::verdict::{RuleReport, Verdict};
use crate::waivers::{self, Place};

/// The variables that except hosts from the proxy.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

pub(super) fn run(arguments: &ObserveArguments) -> Done {
    let today = simulator::wall_now().date_naive();
    let waivers = match &arguments.waivers {
        Some(path) => waivers::read(&path.display().to_string(), &read(path)?, today)
            .map_err(|error| Trouble::usage(error.to_string()))?,
        None => Vec::new(),
    };
    let mut written = Written::new(arguments.out.as_deref())?;
    let harness =
        |text: String| Trouble { exit: ExitCode::Harness, text: format!("no simulator can be started: {text}") };
    let stage = Stage::new().map_err(harness)?;
    #[expect(clippy::disallowed_methods, reason = "the program gets the caller's environment")]
    let no_proxy = NO_PROXY.iter().filter_map(|name| std::env::var(name).ok()).collect();
    let setting = Setting {
        faults: Some(arguments.faults.clone()),
        fleet: Some(arguments.fleet.clone()),
        seed: arguments.seed,
        no_proxy,
    };
    let launch = Launch::new(&arguments.command);
    let (ended, observation) =
        stage.watch(&setting, |variables| perform(&launch, variables)).map_err(|why| match why {
            Unobserved::Refused(text) => Trouble::usage(text),
            Unobserved::NotStarted(text) => harness(text),
        })?;
    let program = launch.command.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let ended = ended.map_err(|error| {
        Trouble::usage(format!("cannot run '{program}': {error}; what follows -- is the program and its arguments"))
    })?;

    let chosen: Vec<&Rule> = matching(&arguments.only).collect();
    let judged = |rule: &Rule| chosen.is_empty() || chosen.iter().any(|known| known.id == rule.id);
    let profile = name_of(arguments.profile);
    let command = format!("simtune-conformance {}", shown(arguments, &launch));
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    written.line(&Line::Run(Run {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: arguments.seed,
        client: name,
        profile: profile.to_owned(),
        capabilities: capabilities(&observation),
        command: shown(arguments, &launch),
    }))?;
    let mut all: Vec<(&Chapter, Vec<Opinion>)> = Vec::new();
    let mut findings = Vec::new();
    for (number, chapter) in observation.chapters.iter().enumerate() {
        let exchanges = &chapter.evidence.trace.exchanges;
        written.line(&Line::Scenario {
            id: id(number),
            seed: arguments.seed,
            ops: 0,
            stimuli: chapter.scenario.stimuli.len(),
            ms: exchanges.last().map_or(0, |last| last.answered.0 / 1_000),
        })?;
        let opinions = traffic::judge(&chapter.evidence.case(&chapter.scenario), arguments.profile);
        let opinions: Vec<Opinion> = opinions.into_iter().filter(|opinion| judged(opinion.rule)).collect();
        for opinion in &opinions {
            if let Some(breach) = &opinion.breach {
                findings.push(finding(opinion.rule.id, opinion.verdict, number, &breach.text, &breach.witness));
            }
        }
        all.push((chapter, opinions));
    }
    if ended.code().is_none() {
        findings.push(finding(CRASH, Verdict::Crash, observation.chapters.len(), &told(ended), &[]));
    }
    for finding in &findings {
        written.line(&Line::Finding(finding.clone()))?;
    }
    let place = Place { os: std::env::consts::OS, profile, tier: OverSockets::TIER };
    let mut lines = Vec::new();
    for rule in rules::all().filter(|rule| rule.check().is_some() && judged(rule)) {
        let mut line = line_of(rule, &all, arguments, &command);
        if let Some(waiver) = waivers::concerning(&waivers, rule.id, place, today) {
            apply(waiver, &mut line);
        }
        written.line(&Line::Rule(line.clone()))?;
        lines.push(line);
    }
    let mut summary = Summary::of(&lines, &findings, observation.chapters.len());
    // What a program that gave up would have done later is not known.
    if summary.exit == 0 && !ended.success() {
        summary.exit = ExitCode::Unsure.into();
    }
    written.line(&Line::Summary(summary))?;
    let text = written.finish()?;
    eprint!("{text}");
    eprintln!("{}", said(&observation, ended));
    Ok(ExitCode::of(summary.exit))
}

/// Runs the program to its end, in this program's place at the terminal.
fn perform(launch: &Launch, variables: Vec<Variable>) -> std::io::Result<ExitStatus> {
    let mut words = launch.command.iter();
    let mut command = Command::new(words.next().cloned().unwrap_or_default());
    command.args(words);
    for (name, value) in variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.status()
}

/// The command line that makes the same happen again.
fn shown(arguments: &ObserveArguments, launch: &Launch) -> String {
    let ObserveArguments { faults, fleet, seed, .. } = arguments;
    format!("observe --faults {} --fleet {} --seed {seed} -- {}", quoted(faults), quoted(fleet), launch.shown())
}

/// A chapter's name in results.
fn id(number: usize) -> String {
    format!("traffic-{}", number + 1)
}

fn finding(rule: &str, verdict: Verdict, chapter: usize, text: &str, witness: &[usize]) -> Finding {
    Finding {
        rule: rule.to_owned(),
        verdict,
        scenario: id(chapter),
        tier: OverSockets::TIER.to_owned(),
        text: text.to_owned(),
        witness: witness.to_vec(),
    }
}

fn capabilities(observation: &Observation) -> Vec<String> {
    let all = observation.chapters.iter().flat_map(|chapter| chapter.evidence.capabilities.iter().cloned());
    let mut all: Vec<String> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What a rule came to over all chapters, with the story of the gravest.
fn line_of(
    rule: &'static Rule,
    all: &[(&Chapter, Vec<Opinion>)],
    arguments: &ObserveArguments,
    command: &str,
) -> RuleLine {
    let met = all.iter().filter(|(_, opinions)| opinions.iter().any(|opinion| opinion.rule.id == rule.id)).count();
    let triggered = u32::try_from(met).unwrap_or(u32::MAX);
    let mut gravest: Option<(usize, &Chapter, &Opinion)> = None;
    for (number, (chapter, opinions)) in all.iter().enumerate() {
        for opinion in opinions.iter().filter(|opinion| opinion.rule.id == rule.id) {
            if gravest.is_none_or(|(_, _, known)| opinion.verdict > known.verdict) {
                gravest = Some((number, chapter, opinion));
            }
        }
    }
    let reason = traffic::why_not(rule).map(str::to_owned);
    let unreached = if reason.is_some() { Verdict::Unsupported } else { Verdict::Inconclusive };
    let convicting = gravest.filter(|(_, _, opinion)| opinion.breach.is_some());
    let story = convicting.map(|(_, chapter, opinion)| story(chapter, opinion, arguments, command));
    RuleLine {
        report: RuleReport {
            rule: rule.id.to_owned(),
            verdict: gravest.map_or(unreached, |(_, _, opinion)| opinion.verdict),
            triggered,
            consumed: triggered,
            scenarios: u32::try_from(all.len()).unwrap_or(u32::MAX),
            minimal: convicting.map(|(number, ..)| id(number)),
        },
        summary: rule.summary.to_owned(),
        reason,
        file: None,
        story: story.unwrap_or_default(),
    }
}

/// A conviction as a story: without what only a scenario has to tell.
fn story(chapter: &Chapter, opinion: &Opinion, arguments: &ObserveArguments, command: &str) -> Vec<String> {
    let Some(breach) = &opinion.breach else { return Vec::new() };
    let told = Told {
        rule: opinion.rule,
        profile: arguments.profile,
        scenario: &chapter.scenario,
        evidence: &chapter.evidence,
        text: &breach.text,
        witness: &breach.witness,
        replay: None,
    };
    let mut lines = told.lines();
    lines.retain(|line| !line.starts_with("asked") && !line.starts_with("by hand"));
    lines.push(format!("again     {command}"));
    lines
}

/// What is said of the program itself.
fn said(observation: &Observation, ended: ExitStatus) -> String {
    let requests: usize = observation.chapters.iter().map(|chapter| chapter.evidence.trace.exchanges.len()).sum();
    let mut text = format!("the program: {}, after {requests} requests", told(ended));
    if observation.chapters.len() > 1 {
        let _ = write!(text, " in {} stretches between resets of the tenant", observation.chapters.len());
    }
    if observation.unseen > 0 {
        let unseen = observation.unseen;
        let _ =
            write!(text, "; {unseen} more were another tenant's, or forgotten by a reset before they were looked at");
    }
    text
}
