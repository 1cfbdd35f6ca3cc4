//! `list` and `explain`: the rules, for people.

use std::fmt::Write as _;

use super::{Done, ExitCode, Trouble, print};
use crate::rule::{Profile, Rule, Watch};
use crate::rules;

/// Every rule on a line.
pub(super) fn list() -> Done {
    let mut text = String::new();
    let mut observed = 0;
    for rule in rules::all() {
        let level = match rule.watch {
            Watch::Not(_) => "-",
            Watch::Case(_) | Watch::Twins(..) => rule.levels.of(Profile::Graph).name(),
        };
        observed += usize::from(level != "-");
        let _ = writeln!(text, "{:<8} {level:<5} {}", rule.id, rule.summary);
    }
    let all = rules::all().count();
    let _ = writeln!(text, "{all} rules, {observed} of them observed; the others (-) say why with `explain`");
    print(&text);
    Ok(ExitCode::Ok)
}

/// All about one rule.
pub(super) fn explain(id: &str) -> Done {
    let Some(rule) = rules::all().find(|rule| rule.id.eq_ignore_ascii_case(id)) else {
        let family = id.split('-').next().unwrap_or_default();
        let kin: Vec<&str> =
            rules::all().filter(|rule| rule.family().eq_ignore_ascii_case(family)).map(|rule| rule.id).collect();
        let hint = if kin.is_empty() {
            "`simtune-conformance list` names them all".to_owned()
        } else {
            format!("there are {}", kin.join(", "))
        };
        return Err(Trouble::usage(format!("there is no rule '{id}'; {hint}")));
    };
    print(&explained(rule));
    Ok(ExitCode::Ok)
}

/// What there is to say about a rule.
pub(super) fn explained(rule: &Rule) -> String {
    let mut text = format!("{}  {}\n\n", rule.id, rule.summary);
    let levels: Vec<String> =
        Profile::ALL.iter().map(|(name, profile)| format!("{name} {}", rule.levels.of(*profile).name())).collect();
    let _ = writeln!(text, "A breach is      {}", levels.join(", "));
    for source in rule.sources {
        let _ = writeln!(text, "Required by      {}, read {}", source.text, source.read);
    }
    if !rule.needs.is_empty() {
        let _ = writeln!(text, "Asked of clients that claim {}", rule.needs.join(", "));
    }
    match &rule.watch {
        Watch::Not(why) => _ = writeln!(text, "Not observable   {why}"),
        Watch::Case(check) | Watch::Twins(check, _) => {
            for defect in check.convicts {
                let _ =
                    writeln!(text, "Proven on        {}, a client that does this: {}", defect.id(), defect.summary());
            }
            if matches!(rule.watch, Watch::Twins(..)) {
                let _ =
                    writeln!(text, "Seen by          comparing a scenario with a twin that must make no difference");
            }
            for write in check.minimal {
                let scenario = serde_json::to_string_pretty(&write()).expect("a scenario becomes JSON");
                let _ = writeln!(text, "\nA smallest scenario:\n{scenario}");
            }
        }
    }
    text
}
