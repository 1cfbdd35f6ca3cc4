//! The simulator's journal as a trace.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use crate::arming;
use crate::client_log::ClientLog;
use crate::scenario::Scenario;
use crate::stimulus::{Act, Point};
use crate::trace::{Exchange, Given, Moment, Party, Sent, Trace};

/// What the journal is read with.
pub(crate) struct Recorded<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) start: DateTime<Utc>,
    pub(crate) log: &'a ClientLog,
}

impl Recorded<'_> {
    /// An entry as an exchange. The journal notes when an answer was ready: no later than it left, so that nobody seems to
    /// come back earlier than they did.
    pub(crate) fn exchange(&self, entry: &Json) -> Exchange {
        let time = entry["time"].as_str().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        let time = time.map_or(self.start, |time| time.to_utc());
        let at = Moment::between(self.start, time);
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let request = Sent {
            method: text(&entry["method"]),
            target: text(&entry["target"]),
            headers: headers(&entry["request"]["headers"]),
            body: text(&entry["request"]["body"]),
        };
        // The service's other name stands for somebody else's host.
        let host = request.header("host").unwrap_or_default();
        let party = if host.starts_with("127.0.0.1") { Party::Foreign } else { Party::Service };
        let stimulus = entry["injected"]["fault"].as_str().and_then(arming::place_of);
        let act = stimulus.and_then(|place| self.scenario.stimuli.get(place)).map(|stimulus| &stimulus.act);
        let lost = matches!(act, Some(Act::Reset { at: Point::Start | Point::Head }));
        let response = Given {
            status: entry["status"].as_u64().and_then(|status| u16::try_from(status).ok()).filter(|_| !lost),
            headers: headers(&entry["response"]["headers"]),
            body: text(&entry["response"]["body"]),
            whole: !matches!(act, Some(Act::Reset { .. } | Act::Truncate { .. })),
        };
        let endpoint = if party == Party::Service { request.endpoint() } else { None };
        let answered = match act {
            Some(Act::Stall { length, .. }) => Moment(at.0 + u64::from(length.0) * 1_000_000),
            Some(Act::Slow { bytes_per_second }) => {
                let bytes = entry["response"]["bodyBytes"].as_u64().unwrap_or_default();
                Moment(at.0 + bytes * 1_000_000 / u64::from((*bytes_per_second).max(1)))
            }
            _ => at,
        };
        Exchange {
            arrived: at,
            answered,
            during: self.during(at),
            party,
            connection: None,
            endpoint,
            page: None,
            request,
            response,
            stimuli: stimulus.into_iter().collect(),
        }
    }

    /// Whoever did something else before an answer was there did not wait for it.
    pub(crate) fn let_go(&self, trace: &mut Trace) {
        for place in 0..trace.exchanges.len() {
            let exchange = &trace.exchanges[place];
            let (during, answered) = (exchange.during, exchange.answered);
            let next = trace.exchanges[place + 1..].iter().find(|later| later.during == during);
            let operation_ended = during.and_then(|op| self.log.of(op)).map(|performed| performed.ended);
            let left = next.map(|next| next.arrived).or(operation_ended).filter(|left| *left < answered);
            if let Some(left) = left {
                let slow = self.is_slow(&trace.exchanges[place]);
                let exchange = &mut trace.exchanges[place];
                exchange.answered = left;
                let packed = exchange.response.header("content-encoding").is_some();
                match (slow, packed) {
                    // How many bytes a packed body has on the wire is not known, only how many it has in the end: at most so
                    // many, and all of them may have come.
                    (true, true) => {}
                    // The head was there, and the body on its way.
                    (true, false) => exchange.response.whole = false,
                    (false, _) => {
                        exchange.response.status = None;
                        exchange.response.whole = false;
                    }
                }
            }
        }
    }

    fn is_slow(&self, exchange: &Exchange) -> bool {
        let mut acts = exchange.stimuli.iter().filter_map(|place| self.scenario.stimuli.get(*place));
        acts.any(|stimulus| matches!(stimulus.act, Act::Slow { .. }))
    }

    /// The operation that was under way.
    fn during(&self, at: Moment) -> Option<usize> {
        let begun = self.log.operations.iter().rev().find(|performed| performed.began <= at)?;
        (at <= begun.ended).then_some(begun.op)
    }
}

fn headers(shown: &Json) -> Vec<(String, String)> {
    let none = Map::new();
    let members = shown.as_object().unwrap_or(&none).iter();
    members.map(|(name, value)| (name.to_ascii_lowercase(), value.as_str().unwrap_or_default().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Recorded, Trace};
    use crate::client_log::{ClientLog, End, Performed};
    use crate::scenario::Scenario;
    use crate::stimulus::{Act, Endpoint, Stimulus};
    use crate::trace::Moment;

    /// Whether the answer of 6,000 bytes at 1,000 a second is taken for whole by a client that is done after that many
    /// seconds, and whether its head was there.
    fn waited(seconds: u64, headers: serde_json::Value) -> (bool, Option<u16>) {
        let mut scenario = Scenario::new(1);
        scenario.stimuli = vec![Stimulus::once(Endpoint::List, 1, Act::Slow { bytes_per_second: 1_000 })];
        let end = End::Answered(Box::default());
        let ended = Moment(seconds * 1_000_000);
        let log =
            ClientLog { operations: vec![Performed { op: 0, began: Moment(0), ended, end }], text: String::new() };
        let start = crate::simulator::wall_now();
        let recorded = Recorded { scenario: &scenario, start, log: &log };
        let entry = json!({
            "time": start.to_rfc3339(), "method": "GET", "target": "/v1.0/deviceManagement/managedDevices", "status": 200,
            "request": { "headers": { "host": "localhost" }, "body": "" },
            "response": { "headers": headers, "body": "", "bodyBytes": 6_000 },
            "injected": { "fault": "s0.0" },
        });
        let mut trace = Trace { exchanges: vec![recorded.exchange(&entry)] };
        recorded.let_go(&mut trace);
        (trace.exchanges[0].response.whole, trace.exchanges[0].response.status)
    }

    #[test]
    fn a_slow_body_that_nobody_waited_for_is_not_whole() {
        assert_eq!(waited(7, json!({})), (true, Some(200)));
        assert_eq!(waited(5, json!({})), (false, Some(200)));
        // Packed it may have been there long before.
        assert_eq!(waited(5, json!({ "content-encoding": "gzip" })), (true, Some(200)));
    }
}
