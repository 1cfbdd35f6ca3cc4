//! Why an exchange went as it did: who decided, by which row, quirk, fault or budget, and what the client sent that was
//! ignored. A function of the journal's entry, so that asking costs requests nothing.

mod causes;
mod story;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::story::story;
use crate::actions::platforms::{Column, Matrix};
use crate::clock::{self, TenantClock};
use crate::device::platform::Named;
use crate::journal::{Entry, Subject};
use crate::quirks::{QUIRKS, Quirk};
use crate::support;
use crate::throttle::ledger::Row;

/// The answer to why.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Why {
    /// The service's id of the exchange.
    pub request_id: Uuid,
    /// The client's own, if it sent one.
    pub client_request_id: Option<String>,
    /// Its number in the journal.
    pub seq: u64,
    /// When, by the tenant's clock.
    pub time: String,
    /// The verb.
    pub method: String,
    /// Path and query, secrets masked.
    pub target: String,
    /// The status answered.
    pub status: u16,
    /// The operation, where one was found.
    pub operation: Option<String>,
    /// Who decided: `fault`, `web server`, `proxy`, `token`, `throttle`, `route`, `role`, `query`, `batch`, `operation` or
    /// `identity platform`.
    pub decided_by: String,
    /// Why, and the way out.
    pub text: String,
    /// The refusal's name, where it was refused.
    pub refusal: Option<String>,
    /// What the support matrix says, where an action was asked for.
    pub row: Option<RowView>,
    /// The quirks that bear on it, as they were then.
    pub quirks: Vec<QuirkView>,
    /// The fault that struck it.
    pub fault: Option<FaultView>,
    /// The budget that it exceeded.
    pub budget: Option<BudgetView>,
    /// What the client was told before of waiting, where this was the same request again.
    pub retry: Option<RetryView>,
    /// The tenant's clock.
    pub clock: ClockView,
    /// What the client sent that the answer does not reflect.
    pub ignored: Vec<String>,
    /// The batch it came in: the batch's request id, and the client's id of this request in it.
    pub batch: Option<BatchView>,
}

/// What the support matrix says of a device.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RowView {
    /// The action.
    pub action: String,
    /// The device's id.
    pub device_id: Uuid,
    /// The edition in force; nothing for actions whose matrix has one edition only.
    pub edition: Option<String>,
    /// The row that decides, why, its source, and how near others came.
    pub text: String,
}

/// A quirk as it was.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuirkView {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What that value does.
    pub meaning: String,
    /// How sure it is that the service does so by default: documented, observed or assumed.
    pub confidence: String,
    /// Who says so.
    pub source: String,
}

/// A fault.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultView {
    /// The id of its rule.
    pub id: String,
    /// What it does.
    pub act: String,
    /// What became of the request's effect.
    pub effect: String,
}

/// A budget.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BudgetView {
    /// Its name.
    pub name: String,
    /// Whether the request was refused for it.
    pub refused: bool,
}

/// A wait that the client was told of.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetryView {
    /// The exchange that told it.
    pub told_by: Uuid,
    /// What it was told.
    pub retry_after: String,
    /// How much too early it came, in milliseconds; 0 if it waited.
    pub early_by_ms: i64,
}

/// A clock.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockView {
    /// `auto` or `manual`.
    pub mode: String,
    /// What it shows now.
    pub now: String,
    /// What to know of a clock that stands still.
    pub note: Option<String>,
}

/// A place in a batch.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchView {
    /// The service's id of the batch.
    pub request_id: Uuid,
    /// The client's id of the request in it.
    pub id: String,
}

/// A client that really waits does not move a clock that stands.
const STANDS_STILL: &str = "This clock moves only by hand: a client that really waits never reaches its due time, and what is pending stays so. POST …/clock/advance moves it.";

/// Why the exchange went as it did; `seq` is its number, `retry` the ledger's row of it, and `clock` shows `now`.
pub fn explain(seq: u64, entry: &Entry, retry: Option<&Row>, clock: TenantClock, now: DateTime<Utc>) -> Why {
    let (decided_by, text) = decision(entry);
    Why {
        request_id: entry.head.request_id,
        client_request_id: entry.head.client_request_id.as_deref().map(str::to_owned),
        seq,
        time: clock::spell(entry.time),
        method: entry.asked.method.to_string(),
        target: entry.masked_target(),
        status: entry.head.status.as_u16(),
        operation: entry.operation.map(str::to_owned),
        decided_by: decided_by.to_owned(),
        text,
        refusal: entry.refusal.map(str::to_owned),
        row: entry.subject.as_deref().map(row),
        quirks: bearing(entry).map(|quirk| view(quirk, entry)).collect(),
        fault: entry.injected.as_ref().map(|injected| FaultView {
            id: injected.fault.to_string(),
            act: injected.act.to_owned(),
            effect: effect(injected.apply).to_owned(),
        }),
        budget: entry.exceeded.map(|name| BudgetView { name: name.to_owned(), refused: !entry.would_throttle() }),
        retry: retry.map(|row| RetryView {
            told_by: row.request_id,
            retry_after: row.retry_after.to_string(),
            early_by_ms: row.early_by.num_milliseconds(),
        }),
        clock: ClockView {
            mode: clock.mode().to_owned(),
            now: clock::spell(now),
            note: matches!(clock, TenantClock::Manual { .. }).then(|| STANDS_STILL.to_owned()),
        },
        ignored: entry.ignored.as_deref().unwrap_or_default().to_vec(),
        batch: entry.batch.as_ref().map(|batch| BatchView { request_id: batch.request_id, id: batch.id.to_string() }),
    }
}

/// Who decided, and why.
fn decision(entry: &Entry) -> (&'static str, String) {
    if let Some(injected) = &entry.injected {
        let text = format!("The fault '{}' did this on purpose: {}.", injected.fault, injected.act);
        return ("fault", text);
    }
    if let Some(cause) = entry.refusal.and_then(causes::cause) {
        return (cause.by, cause.text.to_owned());
    }
    if entry.is_of_the_identity_platform() {
        let text = match entry.identity_error() {
            Some(error) => format!("The identity platform refused it: {error}"),
            None => "The identity platform answered it as asked.".to_owned(),
        };
        return ("identity platform", text);
    }
    let accepted = entry.subject.as_deref().map(|subject| {
        format!(
            "The service accepted {}; the device answers when it checks in, and the state is in deviceActionResults.",
            subject.action
        )
    });
    ("operation", accepted.unwrap_or_else(|| "It was answered as asked.".to_owned()))
}

fn effect(apply: &str) -> &'static str {
    match apply {
        "after" => "what the request asked for was done",
        "not" => "the request was answered as if it had been done, and nothing was",
        _ => "nothing of what the request asked for was done",
    }
}

fn row(subject: &Subject) -> RowView {
    let device = &subject.device;
    let of_passcode = subject.action == "resetPasscode";
    let text = if of_passcode {
        support::explain::explain(&subject.edition, device.facts())
    } else {
        let listed = Matrix::embedded().supports(subject.action, device);
        let column = Column::of(device).map_or("a device of no known platform", Named::label);
        let says = if listed { "has" } else { "does not have" };
        format!(
            "The matrix of remote actions {says} {} for this device ({column}); simtune matrix --action {} shows it with sources.\n",
            subject.action, subject.action
        )
    };
    RowView {
        action: subject.action.to_owned(),
        device_id: device.id(),
        edition: of_passcode.then(|| subject.edition.id.to_string()),
        text,
    }
}

/// The quirks that decided something here: those that the notes name, and those that the refusal's cause names and whose
/// value is not the plain one.
fn bearing(entry: &Entry) -> impl Iterator<Item = &'static Quirk> {
    let notes = entry.ignored.as_deref().unwrap_or_default();
    let causes = entry.refusal.and_then(causes::cause).map_or(&[][..], |cause| cause.quirks);
    QUIRKS.iter().filter(move |quirk| {
        let named = || notes.iter().any(|note| note.contains(&format!("(quirk {}=", quirk.name)));
        let decides = || match causes {
            [] => false,
            [only] => quirk.name == *only,
            // Of several that may refuse alike, those that do.
            several => several.contains(&quirk.name) && matches!(quirk.value(&entry.quirks), "refuse" | "400"),
        };
        let throttles = || entry.refusal == Some("throttled") && causes.contains(&quirk.name);
        named() || decides() || throttles()
    })
}

fn view(quirk: &Quirk, entry: &Entry) -> QuirkView {
    let value = quirk.value(&entry.quirks);
    let meaning = quirk.values.iter().find(|(known, _)| *known == value).map_or("", |(_, meaning)| meaning.trim());
    QuirkView {
        name: quirk.name.to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
        confidence: quirk.confidence.to_string(),
        source: quirk.source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::causes;
    use crate::wire::error;

    #[test]
    fn every_refusal_has_a_cause_and_every_cause_a_refusal() {
        let names = error::every_refusal().iter().map(error::Refusal::name).collect::<Vec<_>>();
        for name in &names {
            assert!(causes::cause(name).is_some(), "{name} has no row in why/causes.rs");
        }
        for cause in causes::CAUSES {
            assert!(names.contains(&cause.refusal), "{} is refused by nobody", cause.refusal);
        }
    }
}
