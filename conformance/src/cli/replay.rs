//! `replay`: a saved failure once more.

use super::{Done, ExitCode, ReplayArguments, Trouble, driver, print, profile, read};
use crate::drive::DriveError;
use crate::failure_file::FailureFile;
use crate::judge::judge;
use crate::over_sockets::OverSockets;
use crate::rules;
use crate::story::Told;
use crate::verdict::Verdict;

pub(super) fn run(arguments: &ReplayArguments) -> Done {
    let path = arguments.failure.display();
    let failure =
        FailureFile::read(&read(&arguments.failure)?).map_err(|why| Trouble::usage(format!("{path}: {why}")))?;
    let rule = rules::rule(&failure.rule)
        .ok_or_else(|| Trouble::usage(format!("{path}: this program knows no rule '{}'", failure.rule)))?;
    let profile = profile(&failure.profile).map_err(|why| Trouble::usage(format!("{path}: profile: {why}")))?;

    let (surroundings, door) = driver::keeping_time(&arguments.driver, 1)?;
    let drive = OverSockets::new(&surroundings, door.as_ref());
    let all: Vec<_> = rules::all().collect();
    let judgement = judge(&drive, &failure.scenario, &all, profile).map_err(|error| match error {
        DriveError::SetUp(_) => Trouble { exit: ExitCode::Harness, text: error.to_string() },
        DriveError::Protocol(_) => Trouble { exit: ExitCode::Protocol, text: error.to_string() },
    })?;

    let opinion = judgement.opinions.iter().find(|opinion| opinion.rule.id == rule.id);
    if let Some(breach) =
        opinion.filter(|opinion| opinion.verdict == failure.verdict).and_then(|opinion| opinion.breach.as_ref())
    {
        let replay = format!("simtune-conformance replay {path} {}", driver::shown(&arguments.driver));
        let told = Told {
            rule,
            profile,
            scenario: &failure.scenario,
            evidence: &judgement.evidence,
            text: &breach.text,
            witness: &breach.witness,
            replay: Some(&replay),
        };
        print(&format!("STILL FAILS {}  {}\n  {}\n", rule.id, rule.summary, told.lines().join("\n  ")));
        return Ok(ExitCode::Broken);
    }
    let others: Vec<String> = judgement
        .opinions
        .iter()
        .filter(|opinion| opinion.verdict >= Verdict::Warn)
        .map(|opinion| format!("{} {}", opinion.verdict.name(), opinion.rule.id))
        .collect();
    let crash = drive.crashes().first().map(|crash| format!("CRASH: {}", crash.text));
    match opinion {
        Some(opinion) if opinion.verdict == Verdict::Pass && crash.is_none() => {
            let beside = if others.is_empty() { String::new() } else { format!("; beside it: {}", others.join(", ")) };
            print(&format!("FIXED {}  {}{beside}\n", rule.id, rule.summary));
            Ok(ExitCode::Ok)
        }
        _ => {
            let what = crash.or_else(|| opinion.map(|opinion| opinion.verdict.name().to_owned()));
            let what = what.unwrap_or_else(|| "what the rule is about did not come to pass".to_owned());
            let beside = if others.is_empty() { String::new() } else { format!("; {}", others.join(", ")) };
            print(&format!("DIFFERENT {}  {} before, now {what}{beside}\n", rule.id, failure.verdict.name()));
            Ok(ExitCode::Unsure)
        }
    }
}
