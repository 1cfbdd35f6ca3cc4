//! The report for people: one page that loads nothing, with what each rule came to with each client, and the story of every
//! failure.

mod mark;
mod story;
mod table;

use std::collections::BTreeMap;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use self::mark::{Mark, mark};
use self::story::Story;
use self::table::{Family, RuleRow, families};
use super::lane::{self, Step};
use crate::results::{Results, RuleLine, Run};
use crate::tempo::Tempo;
use crate::verdict::Verdict;

const STYLE: &str = include_str!("../../templates/report.css");
/// Stories that are told with all their rows; of more only the words are told. A row has less than 2 KB.
const TOLD_WHOLE: usize = 60;
/// Lines of what went wrong beside the rules.
const BROKEN: usize = 20;

/// What lies beside the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// The folder `failures`, to which the page leads.
    Failures,
    /// Nothing: the page stands alone.
    Nothing,
}

/// The page about one run, or about several side by side.
pub fn page(runs: &[Results], beside: Beside) -> String {
    let mut whole = TOLD_WHOLE;
    let clients: Vec<Client<'_>> =
        runs.iter().enumerate().map(|(number, run)| Client::of(number, run, beside, &mut whole)).collect();
    let title = match runs {
        [one] => one.client().to_owned(),
        several => format!("{} clients", several.len()),
    };
    let page = Page {
        style: STYLE,
        style_hash: STANDARD.encode(digest(&SHA256, STYLE.as_bytes())),
        title,
        version: env!("CARGO_PKG_VERSION"),
        families: families(runs, &clients),
        clients,
    };
    page.render().expect("a template that compiles writes to a string")
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: &'static str,
    style_hash: String,
    title: String,
    version: &'static str,
    clients: Vec<Client<'a>>,
    families: Vec<Family<'a>>,
}

impl Page<'_> {
    fn is_comparison(&self) -> bool {
        self.clients.len() > 1
    }

    /// Whether the table shows at first only where clients differ.
    fn opens_with_differences(&self) -> bool {
        self.is_comparison() && self.differences() > 0
    }

    /// How many rules are to be looked at.
    fn looks(&self) -> usize {
        self.count(|row| row.look)
    }

    /// With how many rules clients differ.
    fn differences(&self) -> usize {
        self.count(|row| row.differs)
    }

    fn rules(&self) -> usize {
        self.count(|_| true)
    }

    fn count(&self, which: impl Fn(&RuleRow<'_>) -> bool) -> usize {
        self.families.iter().flat_map(|family| &family.rows).filter(|row| which(row)).count()
    }
}

/// A run: a section of the page, and a column of its table.
struct Client<'a> {
    /// What its anchors begin with.
    letter: String,
    name: &'a str,
    /// What it came to, in a sentence.
    says: String,
    tone: &'static str,
    facts: Vec<(&'static str, String)>,
    counts: Vec<Count>,
    stories: Vec<Story<'a>>,
    waived: Vec<WaivedRule<'a>>,
    stale: Vec<(&'a str, &'a str)>,
    broken: Vec<Broken<'a>>,
    unmet: Vec<(&'a RuleLine, &'a str)>,
    unclaimed: Vec<&'a RuleLine>,
}

struct Count {
    label: &'static str,
    number: usize,
    tone: &'static str,
}

struct WaivedRule<'a> {
    rule: &'a str,
    anchor: Option<String>,
    reason: &'a str,
    expires: &'a str,
    issue: Option<&'a str>,
}

impl WaivedRule<'_> {
    /// Whether the issue is an address that may be followed.
    fn leads(&self) -> bool {
        self.issue.is_some_and(|issue| issue.starts_with("https://") || issue.starts_with("http://"))
    }
}

struct Broken<'a> {
    mark: Mark,
    text: &'a str,
    scenarios: usize,
    first: &'a str,
}

/// Where a story stands.
fn anchor(letter: &str, rule: &str) -> String {
    format!("{letter}-{rule}")
}

/// What comes before what: the gravest first.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Flaky => 1,
        Verdict::Warn => 2,
        Verdict::ExpectedFail => 3,
        _ => 4,
    }
}

impl<'a> Client<'a> {
    fn of(number: usize, results: &'a Results, beside: Beside, whole: &mut usize) -> Self {
        let letter = letter(number);
        let with = |verdict: Verdict| results.rules.iter().filter(move |line| line.report.verdict == verdict);
        let mut told: Vec<&RuleLine> = results.rules.iter().filter(|line| !line.story.is_empty()).collect();
        told.sort_by_key(|line| rank(line.report.verdict));
        let failures = with(Verdict::Fail).count();
        let mut stories = Vec::new();
        for line in told {
            let is_whole = *whole > 0;
            *whole = whole.saturating_sub(1);
            // A page of few failures shows them; one of many is looked through by their heads.
            let open = line.report.verdict == Verdict::Fail && failures <= 3;
            stories.push(Story::of(&letter, line, beside, is_whole, open));
        }
        let has_story = |line: &RuleLine| (!line.story.is_empty()).then(|| anchor(&letter, &line.report.rule));
        let waived = with(Verdict::ExpectedFail).map(|line| {
            let waiver = line.waiver.as_ref();
            WaivedRule {
                rule: &line.report.rule,
                anchor: has_story(line),
                reason: waiver.map_or(line.reason.as_deref().unwrap_or_default(), |waiver| &waiver.reason),
                expires: waiver.map_or("", |waiver| &waiver.expires),
                issue: waiver.and_then(|waiver| waiver.issue.as_deref()),
            }
        });
        let reason = |line: &'a RuleLine| line.reason.as_deref().unwrap_or_default();
        let (says, tone) = says(results);
        Self {
            name: results.client(),
            says,
            tone,
            facts: facts(results.run.as_ref(), results),
            counts: counts(results),
            waived: waived.collect(),
            stale: with(Verdict::UnexpectedPass).map(|line| (line.report.rule.as_str(), reason(line))).collect(),
            broken: broken(results),
            unmet: with(Verdict::Inconclusive).map(|line| (line, reason(line))).collect(),
            unclaimed: with(Verdict::Unsupported).collect(),
            stories,
            letter,
        }
    }
}

/// What a run came to, in a sentence.
fn says(results: &Results) -> (String, &'static str) {
    let summary = results.summary.unwrap_or_default();
    let several = |number: usize, one: &str, more: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {more}"),
    };
    match summary.exit {
        0 => ("No requirement is broken.".to_owned(), "good"),
        1 => {
            let mut parts = Vec::new();
            if summary.fail > 0 {
                parts.push(several(summary.fail, "requirement is broken", "requirements are broken"));
            }
            if summary.crash > 0 {
                parts.push(several(summary.crash, "time its process ended", "times its process ended"));
            }
            if summary.xpass > 0 {
                parts.push(several(summary.xpass, "waiver is stale", "waivers are stale"));
            }
            (format!("{}.", parts.join("; ")), "bad")
        }
        2 if summary.flaky > 0 => {
            (format!("{}: now so, now otherwise.", several(summary.flaky, "rule is flaky", "rules are flaky")), "warn")
        }
        2 => ("Nothing was tested.".to_owned(), "warn"),
        _ => (
            format!(
                "{} could not be run: believe nothing here.",
                several(summary.harness_error, "scenario", "scenarios")
            ),
            "bad",
        ),
    }
}

fn facts(run: Option<&Run>, results: &Results) -> Vec<(&'static str, String)> {
    let scenarios = results.summary.unwrap_or_default().scenarios;
    let mut facts = vec![("Scenarios", scenarios.to_string())];
    if let Some(run) = run {
        facts.push(("Seed", run.seed.to_string()));
        facts.push(("Profile", run.profile.clone()));
        if run.time != Tempo::Wall {
            facts.push(("Time", run.time.to_string()));
        }
        if let Some(shards) = run.merged {
            facts.push(("Put together from", format!("{shards} shards")));
        } else if !run.shard.is_whole() {
            facts.push(("Shard", format!("{} of the scenarios", run.shard)));
        }
        if !run.only.is_empty() {
            facts.push(("Only rules", run.only.join(" ")));
        }
        if run.smoke {
            facts.push(("Kind of run", "smoke: no drawn scenarios, no long waits".to_owned()));
        }
        if !run.command.is_empty() {
            facts.push(("Driver", lane::shortened(run.command.trim_start_matches("-- "))));
        }
    }
    facts
}

fn counts(results: &Results) -> Vec<Count> {
    let summary = results.summary.unwrap_or_default();
    let counts = [
        (Verdict::Fail, summary.fail, true),
        (Verdict::Warn, summary.warn, true),
        (Verdict::Pass, summary.pass + summary.info, true),
        (Verdict::Flaky, summary.flaky, false),
        (Verdict::ExpectedFail, summary.xfail, false),
        (Verdict::UnexpectedPass, summary.xpass, false),
        (Verdict::Crash, summary.crash, false),
        (Verdict::HarnessError, summary.harness_error, false),
        (Verdict::Unsupported, summary.unsupported, true),
        (Verdict::Inconclusive, summary.inconclusive, true),
    ];
    let shown = counts.into_iter().filter(|(_, number, always)| *always || *number > 0);
    let count = |(verdict, number, _)| {
        let Mark { label, tone, .. } = mark(verdict);
        Count { label, number, tone: if number == 0 { "calm" } else { tone } }
    };
    shown.map(count).collect()
}

/// What went wrong beside the rules, each kind once.
fn broken(results: &Results) -> Vec<Broken<'_>> {
    let mut kinds: BTreeMap<(Verdict, &str), Vec<&str>> = BTreeMap::new();
    for finding in results.findings.iter().filter(|finding| finding.verdict >= Verdict::Crash) {
        kinds.entry((finding.verdict, &finding.text)).or_default().push(&finding.scenario);
    }
    let broken = kinds.into_iter().map(|((verdict, text), scenarios)| Broken {
        mark: mark(verdict),
        text,
        first: scenarios[0],
        scenarios: scenarios.len(),
    });
    broken.take(BROKEN).collect()
}

/// A, B, … Z, A1, B1, …
fn letter(number: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(number % 26).unwrap_or_default());
    match number / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{round}"),
    }
}
