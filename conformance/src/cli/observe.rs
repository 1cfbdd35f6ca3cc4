//! `observe`: any program as it is, judged by its traffic alone. Its input and output are its own; what is said here goes to
//! stderr when it has ended.

use std::fmt::Write as _;
use std::process::{Command, ExitStatus};

use super::check::{Written, apply};
use super::{Done, ExitCode, ObserveArguments, Trouble, matching, name_of, read};
use crate::conviction::Conviction;
use crate::finding::Finding;
use crate::judge::Opinion;
use crate::observing::{Chapter, Observation, Setting, Stage, Unobserved, Variable};
use crate::process::{Launch, quoted, told};
use crate::results::{CRASH, Line, RuleLine, Run, Summary};
use crate::rule::Rule;
use crate::rules;
use crate::simulator;
use crate::story::Told;
use crate::tempo::Tempo;
use crate::traffic;
use crate::verdict::{RuleReport, Verdict};
use crate::waivers::{self, Place, Waiver};

/// The variables that except hosts from the proxy.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

pub(super) fn run(arguments: &ObserveArguments) -> Done {
    let today = simulator::wall_now().date_naive();
    let waivers = match &arguments.waivers {
        Some(path) => waivers::read(&path.display().to_string(), &read(path)?, today)
            .map_err(|error| Trouble::usage(error.to_string()))?,
        None => Vec::new(),
    };
    let written = Written::new(arguments.out.as_deref())?;
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
    let ended = ended.map_err(|error| {
        let program = launch.command.first().map(|word| word.to_string_lossy()).unwrap_or_default();
        Trouble::usage(format!("cannot run '{program}': {error}; what follows -- is the program and its arguments"))
    })?;

    Observed { arguments, launch: &launch, observation: &observation, ended }.report(written, &waivers)
}

/// A program that was observed.
struct Observed<'a> {
    arguments: &'a ObserveArguments,
    launch: &'a Launch,
    observation: &'a Observation,
    ended: ExitStatus,
}

impl Observed<'_> {
    /// Judges it, and writes down what it came to.
    fn report(&self, mut written: Written, waivers: &[Waiver]) -> Done {
        let Self { arguments, launch, observation, ended } = *self;
        let profile = name_of(arguments.profile);
        written.line(&Line::Run(Run {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: arguments.seed,
            client: launch.name(),
            profile: profile.to_owned(),
            capabilities: capabilities(observation),
            command: shown(arguments, launch),
            only: arguments.only.clone(),
            ..Run::default()
        }))?;
        let chosen: Vec<&Rule> = matching(&arguments.only).collect();
        let is_chosen = |rule: &Rule| chosen.is_empty() || chosen.iter().any(|known| known.id == rule.id);
        let (judged, findings) = self.judged(&mut written, is_chosen)?;
        let today = simulator::wall_now().date_naive();
        let place = Place { os: std::env::consts::OS, profile, tier: Tempo::Wall.tier() };
        let mut lines = Vec::new();
        for rule in rules::all().filter(|rule| rule.check().is_some() && is_chosen(rule)) {
            let mut line = self.line_of(rule, &judged);
            if let Some(waiver) = waivers::concerning(waivers, rule.id, place, today) {
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
        eprintln!("{}", said(observation, ended));
        Ok(ExitCode::of(summary.exit))
    }

    /// What the rules say of each chapter, and the findings, which are written down.
    fn judged(
        &self,
        written: &mut Written,
        is_chosen: impl Fn(&Rule) -> bool,
    ) -> Result<(Vec<Judged<'_>>, Vec<Finding>), Trouble> {
        let Self { arguments, observation, ended, .. } = *self;
        let (mut all, mut findings) = (Vec::new(), Vec::new());
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
            for opinion in opinions.into_iter().filter(|opinion| is_chosen(opinion.rule)) {
                if let Some(breach) = &opinion.breach {
                    findings.push(finding(opinion.rule.id, opinion.verdict, number, &breach.text, &breach.witness));
                }
                all.push(Judged { number, chapter, opinion });
            }
        }
        if ended.code().is_none() {
            findings.push(finding(CRASH, Verdict::Crash, observation.chapters.len(), &told(ended), &[]));
        }
        for finding in &findings {
            written.line(&Line::Finding(finding.clone()))?;
        }
        Ok((all, findings))
    }

    /// What a rule came to over all chapters, with the story of the gravest.
    fn line_of(&self, rule: &'static Rule, judged: &[Judged<'_>]) -> RuleLine {
        let of_it: Vec<&Judged<'_>> = judged.iter().filter(|judged| judged.opinion.rule.id == rule.id).collect();
        let verdict = of_it.iter().map(|judged| judged.opinion.verdict).max();
        // Of equals the first.
        let gravest = of_it.iter().find(|judged| Some(judged.opinion.verdict) == verdict);
        let convicting = gravest.filter(|judged| judged.opinion.breach.is_some());
        let reason = traffic::why_not(rule).map(str::to_owned);
        let unreached = if reason.is_some() { Verdict::Unsupported } else { Verdict::Inconclusive };
        let triggered = u32::try_from(of_it.len()).unwrap_or(u32::MAX);
        RuleLine {
            report: RuleReport {
                rule: rule.id.to_owned(),
                verdict: verdict.unwrap_or(unreached),
                triggered,
                consumed: triggered,
                scenarios: u32::try_from(self.observation.chapters.len()).unwrap_or(u32::MAX),
                minimal: convicting.map(|judged| id(judged.number)),
            },
            summary: rule.summary.to_owned(),
            reason,
            file: None,
            story: convicting.map(|judged| self.story(judged)).unwrap_or_default(),
            conviction: convicting.and_then(|judged| {
                let told = self.told(judged)?;
                Some(Box::new(Conviction::of(&told, judged.opinion.verdict)))
            }),
            waiver: None,
        }
    }

    /// What is to be told of a conviction.
    fn told<'a>(&self, judged: &'a Judged<'_>) -> Option<Told<'a>> {
        let breach = judged.opinion.breach.as_ref()?;
        Some(Told {
            rule: judged.opinion.rule,
            profile: self.arguments.profile,
            scenario: &judged.chapter.scenario,
            evidence: &judged.chapter.evidence,
            text: &breach.text,
            witness: &breach.witness,
            replay: None,
        })
    }

    /// A conviction as a story: without what only a scenario has to tell.
    fn story(&self, judged: &Judged<'_>) -> Vec<String> {
        let Some(told) = self.told(judged) else { return Vec::new() };
        let mut lines = told.lines();
        lines.retain(|line| !line.starts_with("asked") && !line.starts_with("by hand"));
        lines.push(format!("again     simtune-conformance {}", shown(self.arguments, self.launch)));
        lines
    }
}

/// What a rule says of a chapter.
struct Judged<'a> {
    number: usize,
    chapter: &'a Chapter,
    opinion: Opinion,
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
        tier: Tempo::Wall.tier().to_owned(),
        text: text.to_owned(),
        witness: witness.to_vec(),
        story: Vec::new(),
    }
}

fn capabilities(observation: &Observation) -> Vec<String> {
    let all = observation.chapters.iter().flat_map(|chapter| chapter.evidence.capabilities.iter().cloned());
    let mut all: Vec<String> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
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
