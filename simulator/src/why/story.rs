//! The answer to why, as a person reads it.

use std::fmt::Write as _;

use super::Why;

/// A few lines: what happened, who decided it and why, and what bears on it.
pub fn story(why: &Why) -> String {
    let mut text = format!("{} {} → {}", why.method, why.target, why.status);
    if let Some(operation) = &why.operation {
        let _ = write!(text, " ({operation})");
    }
    let _ = writeln!(text, "\n  exchange {} at {}, request-id {}", why.seq, why.time, why.request_id);
    let _ = writeln!(text, "decided by: {}", why.decided_by);
    let _ = writeln!(text, "  {}", why.text);
    if let Some(batch) = &why.batch {
        let _ = writeln!(text, "it came in the batch {} as {}", batch.request_id, batch.id);
    }
    if let Some(row) = &why.row {
        for line in row.text.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    if let Some(fault) = &why.fault {
        let _ = writeln!(text, "fault {}: {}; {}", fault.id, fault.act, fault.effect);
    }
    if let Some(budget) = &why.budget {
        let told = if budget.refused { "refused for it" } else { "Graph would have refused it" };
        let _ = writeln!(text, "budget {}: exceeded, {told}", budget.name);
    }
    if let Some(retry) = &why.retry {
        let kept = match retry.early_by_ms {
            0 => "and waited".to_owned(),
            early => format!("and came {early} ms too early"),
        };
        let _ = writeln!(
            text,
            "retry: {} said Retry-After: {}; the client was told to wait {kept}",
            retry.told_by, retry.retry_after
        );
    }
    for note in &why.ignored {
        let _ = writeln!(text, "ignored: {note}");
    }
    for quirk in &why.quirks {
        let _ = writeln!(text, "quirk {}={}: {}", quirk.name, quirk.value, quirk.meaning);
        let _ = writeln!(text, "  {} ({})", quirk.source, quirk.confidence);
    }
    let _ = writeln!(text, "clock: {}, {}", why.clock.mode, why.clock.now);
    if let Some(note) = &why.clock.note {
        let _ = writeln!(text, "  {note}");
    }
    text
}
