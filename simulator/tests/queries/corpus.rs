//! Each filter of `fixtures/odata/filters.txt` is applied or refused, and refused where the file says.
//!
//! With `SIMTUNE_UPDATE_DOCS=1` the positions are written anew; the verdicts are only ever changed by hand.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use simtune::odata::filter::{Expr, Function, Operator};
use simtune::quirks::FilterUnsupported;

use crate::harness::{Harness, json};

/// What the engine says of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Applied,
    /// Read, but names or types do not fit.
    Unbound(usize),
    Unread(usize),
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/odata/filters.txt")
}

fn lines() -> Vec<(Verdict, String)> {
    let text = fs::read_to_string(file()).expect("the corpus");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| read(line).unwrap_or_else(|| panic!("not a line of the corpus: {line}"))).collect()
}

fn read(line: &str) -> Option<(Verdict, String)> {
    let (mark, rest) = line.split_once(' ')?;
    if mark == "=" {
        return Some((Verdict::Applied, rest.to_owned()));
    }
    let (at, filter) = rest.split_once(' ')?;
    let at = at.parse().ok()?;
    let verdict = match mark {
        "~" => Verdict::Unbound(at),
        "!" => Verdict::Unread(at),
        _ => return None,
    };
    Some((verdict, filter.to_owned()))
}

/// Asks the service, which binds the filter to the type of managed devices.
fn verdict(harness: &Harness, filter: &str) -> Verdict {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("$filter", filter).finish();
    let answer = harness.get(&format!("/beta/deviceManagement/managedDevices?$top=1&{query}"));
    if answer.status == 200 {
        return Verdict::Applied;
    }
    assert_eq!(answer.status, 400, "{filter}");
    let error = json(&answer);
    let message = error["error"]["message"].as_str().expect("a message").to_owned();
    let behind = message.split("clause at position ").nth(1).unwrap_or_else(|| panic!("{filter}: {message}"));
    let at = behind.split(':').next().and_then(|at| at.parse().ok()).expect("a position");
    if Expr::parse(filter).is_ok() { Verdict::Unbound(at) } else { Verdict::Unread(at) }
}

fn written(verdict: Verdict, filter: &str) -> String {
    match verdict {
        Verdict::Applied => format!("= {filter}"),
        Verdict::Unbound(at) => format!("~ {at} {filter}"),
        Verdict::Unread(at) => format!("! {at} {filter}"),
    }
}

#[test]
fn each_filter_of_the_corpus_has_its_verdict() {
    let harness = super::harness(FilterUnsupported::Honour);
    let mut wrong = Vec::new();
    let mut text = fs::read_to_string(file()).expect("the corpus");
    for (expected, filter) in lines() {
        let found = verdict(&harness, &filter);
        if std::mem::discriminant(&found) == std::mem::discriminant(&expected) {
            let old = format!("\n{}\n", written(expected, &filter));
            text = text.replace(&old, &format!("\n{}\n", written(found, &filter)));
        }
        if found != expected {
            wrong.push(format!("{}   (the file: {expected:?})", written(found, &filter)));
        }
    }
    if std::env::var_os("SIMTUNE_UPDATE_DOCS").is_some() {
        fs::write(file(), text).expect("the corpus can be written");
    } else {
        assert!(wrong.is_empty(), "these are other than fixtures/odata/filters.txt says:\n{}", wrong.join("\n"));
    }
}

#[test]
fn what_is_read_is_printed_and_read_back() {
    for (verdict, filter) in lines() {
        let Ok(expr) = Expr::parse(&filter) else {
            assert!(matches!(verdict, Verdict::Unread(_)), "{filter}");
            continue;
        };
        let printed = expr.to_string();
        let again = Expr::parse(&printed).unwrap_or_else(|error| panic!("{printed}: {error}"));
        // NaN is the only value that does not equal itself.
        assert!(again == expr || filter.contains("NaN"), "{filter}: {printed}");
        assert_eq!(again.to_string(), printed, "{filter}");
    }
}

#[test]
fn the_corpus_covers_the_language_and_repeats_nothing() {
    let lines = lines();
    let filters: BTreeSet<&str> = lines.iter().map(|(_, filter)| filter.as_str()).collect();
    assert_eq!(filters.len(), lines.len(), "a filter stands there twice");
    assert!(lines.len() >= 300, "{} filters", lines.len());
    let applied: Vec<String> = lines
        .iter()
        .filter(|(verdict, _)| *verdict == Verdict::Applied)
        .map(|(_, filter)| filter.to_lowercase())
        .collect();
    let words = Operator::ALL.map(|operator| format!(" {} ", operator.as_str()));
    let calls = Function::ALL.map(|function| format!("{}(", function.as_str()));
    let others = ["/any(", "/all(", "not ", " and ", " or ", " in (", "null", "true", "inf", "nan"].map(str::to_owned);
    for part in words.into_iter().chain(calls).chain(others) {
        assert!(applied.iter().any(|filter| filter.contains(&part)), "no filter that is applied has '{part}'");
    }
}
