//! What the terminal shows of a run: failures as stories, the rest in a few lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::results::{DRIVER, Results, RuleLine};
use crate::tempo::Tempo;
use crate::verdict::Verdict;

/// The text, for a file of results in `folder`, if there is one.
pub fn terminal(results: &Results, folder: Option<&str>) -> String {
    let mut text = String::new();
    doubted(&mut text, results);
    let with = |verdict: Verdict| results.rules.iter().filter(move |rule| rule.report.verdict == verdict);
    for rule in with(Verdict::Fail).chain(with(Verdict::Flaky)).chain(with(Verdict::Warn)) {
        story(&mut text, rule);
    }
    for rule in with(Verdict::UnexpectedPass) {
        let why = rule.reason.as_deref().unwrap_or_default();
        let _ = writeln!(text, "XPASS {}  {}\n          {why}\n", rule.report.rule, rule.summary);
    }
    broken(&mut text, results);
    let listed = |text: &mut String, head: &str, rules: Vec<&RuleLine>| {
        if !rules.is_empty() {
            let ids: Vec<&str> = rules.iter().map(|rule| rule.report.rule.as_str()).collect();
            let _ = writeln!(text, "{head} {}", ids.join(" "));
        }
    };
    for rule in with(Verdict::Info) {
        let _ = writeln!(text, "info {}: {}", rule.report.rule, rule.summary);
    }
    for rule in with(Verdict::ExpectedFail) {
        let _ = writeln!(text, "waived {}: {}", rule.report.rule, rule.reason.as_deref().unwrap_or_default());
    }
    let (untold, unclaimed) = with(Verdict::Unsupported).partition(|rule| rule.reason.is_some());
    listed(&mut text, "not claimed by the client:", unclaimed);
    listed(&mut text, "not to be told from traffic alone:", untold);
    let (left_out, unmet): (Vec<_>, Vec<_>) = with(Verdict::Inconclusive).partition(|rule| rule.reason.is_some());
    listed(&mut text, "not reached:", unmet);
    listed(&mut text, "left out, because clients wait longer in their scenarios than a smoke run may take:", left_out);
    let _ = writeln!(text, "{}", headline(results));
    if let Some(folder) = folder {
        let _ = writeln!(text, "results: {folder}");
    }
    text
}

/// A failure as a story, with its head.
fn story(text: &mut String, rule: &RuleLine) {
    let _ = writeln!(text, "{} {}  {}", rule.report.verdict.name(), rule.report.rule, rule.summary);
    for line in rule.story.iter().filter(|line| !line.starts_with("required")) {
        let _ = writeln!(text, "  {line}");
    }
    text.push('\n');
}

/// What makes one doubt the driver, before what would be said of the client: each kind once.
fn doubted(text: &mut String, results: &Results) {
    for finding in results.findings.iter().filter(|finding| finding.rule == DRIVER && !finding.story.is_empty()) {
        let what = finding.text.split(" (").next().unwrap_or_default();
        let _ = writeln!(text, "{} {DRIVER}  {what}", finding.verdict.name());
        for line in &finding.story {
            let _ = writeln!(text, "  {line}");
        }
        text.push('\n');
    }
}

/// What went wrong beside the rules, each kind once.
fn broken(text: &mut String, results: &Results) {
    let mut kinds: BTreeMap<(Verdict, &str), Vec<&str>> = BTreeMap::new();
    for finding in results.findings.iter().filter(|finding| finding.verdict >= Verdict::Crash) {
        kinds.entry((finding.verdict, &finding.text)).or_default().push(&finding.scenario);
    }
    for ((verdict, why), scenarios) in kinds {
        let first = scenarios[0];
        let more = if scenarios.len() > 1 { format!(" and {} more", scenarios.len() - 1) } else { String::new() };
        let _ = writeln!(text, "{} in scenario {first}{more}\n  {why}\n", verdict.name());
    }
}

fn headline(results: &Results) -> String {
    let summary = results.summary.unwrap_or_default();
    let mut parts = vec![
        format!("PASS {}", summary.pass + summary.info),
        format!("WARN {}", summary.warn),
        format!("FAIL {}", summary.fail),
        format!("unsupported {}", summary.unsupported),
        format!("not reached {}", summary.inconclusive),
    ];
    let more = [
        ("FLAKY", summary.flaky),
        ("XFAIL", summary.xfail),
        ("XPASS", summary.xpass),
        ("CRASH", summary.crash),
        ("HARNESS_ERROR", summary.harness_error),
    ];
    parts.extend(more.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")));
    let shards = results.run.as_ref().and_then(|run| run.merged);
    let shards = shards.map_or_else(String::new, |shards| format!(" of {shards} shards"));
    let time = results.run.as_ref().map(|run| run.time).filter(|time| *time != Tempo::Wall);
    let time = time.map_or_else(String::new, |time| format!(", time: {time}"));
    format!("{}: {}, in {} scenarios{shards}{time}", results.client(), parts.join(" · "), summary.scenarios)
}
