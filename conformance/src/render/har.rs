//! The exchanges of a failure as a HAR 1.2 file, which browsers and proxies open. Secrets are masked in the results already.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use crate::conviction::{Conviction, Kept};
use crate::results::{RuleLine, Run};
use crate::trace::Moment;

/// The file; none where the rule convicts of nothing.
pub fn har(line: &RuleLine, run: &Run) -> Option<String> {
    let conviction = line.conviction.as_ref()?;
    let calendar = Calendar::of(conviction);
    let page = "scenario";
    let title = format!("{} {}: {}", line.report.rule, line.summary, conviction.text);
    let scheme = if run.command.split(' ').any(|word| word == "--no-tls") { "http" } else { "https" };
    let entries: Vec<Json> = conviction.exchanges.iter().map(|kept| entry(kept, page, scheme, &calendar)).collect();
    let mut log = json!({
        "version": "1.2",
        "creator": { "name": "simtune-conformance", "version": run.version },
        "browser": { "name": run.client, "version": "" },
        "pages": [{
            "startedDateTime": calendar.time(Moment(0)),
            "id": page,
            "title": title,
            "pageTimings": {},
        }],
        "entries": entries,
    });
    if conviction.left_out > 0 {
        log["comment"] = format!("{} exchanges in the middle are left out", conviction.left_out).into();
    }
    let text = serde_json::to_string_pretty(&json!({ "log": log })).ok()?;
    Some(format!("{text}\n"))
}

/// When a scenario's moments were.
struct Calendar(DateTime<Utc>);

impl Calendar {
    /// Worked out from the first answer that says what time it is, to the second.
    fn of(conviction: &Conviction) -> Self {
        let said = conviction.exchanges.iter().find_map(|Kept { exchange, .. }| {
            let date = DateTime::parse_from_rfc2822(exchange.response.header("date")?).ok()?.to_utc();
            Some(date - micros(exchange.arrived))
        });
        Self(said.unwrap_or_default())
    }

    fn time(&self, moment: Moment) -> String {
        (self.0 + micros(moment)).to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

fn micros(moment: Moment) -> TimeDelta {
    TimeDelta::microseconds(i64::try_from(moment.0).unwrap_or_default())
}

fn entry(kept: &Kept, page: &str, scheme: &str, calendar: &Calendar) -> Json {
    let Kept { exchange, .. } = kept;
    let (request, response) = (&exchange.request, &exchange.response);
    let took = exchange.answered.since(exchange.arrived).max(0.0) * 1e3;
    // Who was asked is told by the client alone.
    let host = request.header("host").unwrap_or("localhost");
    let query: Vec<Json> = crate::trace::options(&request.target)
        .into_iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let mut entry = json!({
        "pageref": page,
        "startedDateTime": calendar.time(exchange.arrived),
        "time": took,
        "request": {
            "method": request.method,
            "url": format!("{scheme}://{host}{}", request.target),
            "httpVersion": "unknown",
            "cookies": [],
            "headers": headers(&request.headers),
            "queryString": query,
            "headersSize": -1,
            // What is masked has another length.
            "bodySize": request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(kept.request_bytes),
        },
        "response": {
            // 0 is what browsers write where there was no answer.
            "status": response.status.unwrap_or(0),
            "statusText": "",
            "httpVersion": "unknown",
            "cookies": [],
            "headers": headers(&response.headers),
            "content": {
                "size": kept.response_bytes,
                "mimeType": response.header("content-type").unwrap_or("x-unknown"),
                "text": response.body,
            },
            "redirectURL": response.header("location").unwrap_or_default(),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": { "send": 0, "wait": took, "receive": 0 },
    });
    if !request.body.is_empty() {
        let kind = request.header("content-type").unwrap_or("x-unknown");
        entry["request"]["postData"] = json!({ "mimeType": kind, "text": request.body });
    }
    if response.body.len() < kept.response_bytes {
        let cut = format!("the first {} of {} bytes", response.body.len(), kept.response_bytes);
        entry["response"]["content"]["comment"] = cut.into();
    }
    let remarks = remarks(kept);
    if !remarks.is_empty() {
        entry["comment"] = remarks.into();
    }
    entry
}

fn headers(headers: &[(String, String)]) -> Vec<Json> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// What a HAR file has no member for.
fn remarks(kept: &Kept) -> String {
    let mut remarks: Vec<String> = kept.done.iter().map(|done| format!("done on purpose: {done}")).collect();
    if kept.exchange.response.status.is_none() {
        remarks.push("no answer".to_owned());
    } else if !kept.exchange.response.whole {
        remarks.push("the answer was cut off".to_owned());
    }
    if kept.proves {
        remarks.push("proves the breach".to_owned());
    }
    remarks.join("; ")
}
