//! A badge, in the form that shields.io reads from a URL.

use serde_json::json;

use crate::results::Results;

/// `badge.json`. Its colour goes by broken requirements alone; a client that claims little shows a small share.
pub fn badge(results: &Results) -> String {
    let summary = results.summary.unwrap_or_default();
    let kept = summary.pass + summary.info;
    let color = match summary.exit {
        64.. => "lightgrey",
        1 => "red",
        2 => "yellow",
        _ if summary.warn + summary.xfail > 0 => "green",
        _ => "brightgreen",
    };
    let message = format!("{kept}/{} rules, {} must-fail", results.rules.len(), summary.fail);
    let mut badge = json!({ "schemaVersion": 1, "label": "graph-client", "message": message, "color": color });
    if summary.exit >= 64 {
        // So that nobody takes a run that went wrong for one that says something.
        badge["message"] = "could not be tested".into();
        badge["isError"] = true.into();
    }
    format!("{badge}\n")
}
