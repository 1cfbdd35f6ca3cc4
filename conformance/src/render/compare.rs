//! Several runs side by side: a rule a line, a client a column.

use std::fmt::Write as _;

use crate::results::Results;
use crate::verdict::Verdict;

/// A table of what each rule came to with each client. Rules that came to the same with all of them are counted, not shown.
pub fn compare(runs: &[Results]) -> String {
    let mut text = String::new();
    for (number, run) in runs.iter().enumerate() {
        let summary = run.summary.unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {}: PASS {} · WARN {} · FAIL {} · unsupported {} · not reached {}",
            letter(number),
            run.client(),
            summary.pass + summary.info,
            summary.warn,
            summary.fail,
            summary.unsupported,
            summary.inconclusive
        );
    }
    let mut ids: Vec<&str> = Vec::new();
    for rule in runs.iter().flat_map(|run| &run.rules) {
        if !ids.contains(&rule.report.rule.as_str()) {
            ids.push(&rule.report.rule);
        }
    }
    let verdicts = |id: &str| -> Vec<Option<Verdict>> {
        let of = |run: &Results| run.rules.iter().find(|rule| rule.report.rule == id).map(|rule| rule.report.verdict);
        runs.iter().map(of).collect()
    };
    let width = 14;
    let _ = write!(text, "\n{:<8}", "");
    for number in 0..runs.len() {
        let _ = write!(text, "{:<width$}", letter(number));
    }
    let mut alike = 0;
    text = text.trim_end().to_owned();
    text.push('\n');
    for id in ids {
        let verdicts = verdicts(id);
        let same = verdicts.windows(2).all(|pair| pair[0] == pair[1]);
        if same && (runs.len() > 1 || verdicts[0] == Some(Verdict::Pass)) {
            alike += 1;
            continue;
        }
        let mut line = format!("{id:<8}");
        for verdict in verdicts {
            let _ = write!(line, "{:<width$}", verdict.map_or("-", Verdict::name));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let what = if runs.len() > 1 { "came to the same with all" } else { "passed" };
    let _ = writeln!(text, "{alike} further rules {what}");
    text
}

fn letter(number: usize) -> char {
    char::from(b'A' + u8::try_from(number % 26).unwrap_or_default())
}
