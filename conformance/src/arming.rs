//! A scenario's tenant and stimuli in the words of the simulator's control API.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::scenario::Scenario;
use crate::stimulus::{Act, Apply, Endpoint, Seconds, Stimulus};
use crate::tempo::Tempo;

/// The switches of a scenario's tenant.
pub fn quirks(scenario: &Scenario) -> BTreeMap<String, String> {
    let mut quirks = scenario.tenant.quirks.clone();
    quirks.insert("page-size".to_owned(), scenario.tenant.page.to_string());
    quirks
}

/// The body of `PUT /api/tenants/{tenant}/faults`. A rule's id begins with the place of its stimulus.
pub fn faults(stimuli: &[Stimulus]) -> Json {
    let rules: Vec<Json> = stimuli.iter().enumerate().flat_map(|(place, stimulus)| rules(place, stimulus)).collect();
    json!({ "value": rules })
}

/// The same for clients on real sockets. Hosts that are nobody's are not found there, and what is not found is not seen;
/// another name of the simulator stands for them, and its journal shows what is sent there. What is slow there is slow by the
/// computer's clock, whatever the client's shows.
pub fn faults_over_sockets(stimuli: &[Stimulus], tempo: Tempo) -> Json {
    let mut faults = faults(stimuli);
    hurry(&mut faults, tempo);
    seen_over_sockets(&mut faults);
    faults
}

/// Answers that take a while take it by the client's clock.
fn hurry(faults: &mut Json, tempo: Tempo) {
    if tempo == Tempo::Wall {
        return;
    }
    for rule in faults["value"].as_array_mut().into_iter().flatten() {
        let act = &mut rule["act"];
        if let Ok(Seconds(seconds)) = serde_json::from_value(act["stall"]["for"].clone()) {
            let length = tempo.on_the_wall(Duration::from_secs(u64::from(seconds)));
            act["stall"]["for"] = format!("{}ms", length.as_millis()).into();
        }
        if let Some(speed) = act["slow"]["bytesPerSecond"].as_u64() {
            act["slow"]["bytesPerSecond"] = (speed * u64::from(tempo.times())).into();
        }
    }
}

/// Puts the simulator's other name in the place of hosts that are nobody's.
pub fn seen_over_sockets(faults: &mut Json) {
    for rule in faults["value"].as_array_mut().into_iter().flatten() {
        let act = &mut rule["act"];
        if act["redirect"]["location"] == "foreignHost" {
            act["redirect"]["location"] = "otherHost".into();
        }
        if act["page"]["kind"] == "foreignLink" || act["page"]["kind"] == "lookAlikeHost" {
            act["page"]["kind"] = "otherHost".into();
        }
    }
}

/// The act of a rule that the control API shows; nothing, if no scenario has such a one.
pub fn act_of(rule: &Json) -> Option<Act> {
    let mut act = rule["act"].clone();
    if act["redirect"]["location"] == "otherHost" {
        act["redirect"]["location"] = "foreignHost".into();
    }
    if act["page"]["kind"] == "otherHost" {
        act["page"]["kind"] = "foreignLink".into();
    }
    serde_json::from_value(act).ok()
}

/// The place of the stimulus that a rule's id belongs to.
pub fn place_of(rule: &str) -> Option<usize> {
    rule.strip_prefix('s')?.split('.').next()?.parse().ok()
}

/// How many requests are counted one by one; no operation of a client that ends sends more.
const COUNTED: u32 = 60;

fn rules(place: usize, stimulus: &Stimulus) -> Vec<Json> {
    let Stimulus { on, times, apply, act } = stimulus;
    let operation = match on.endpoint {
        Endpoint::Token => "token",
        Endpoint::List => "listDevices",
        Endpoint::Get => "getDevice",
        Endpoint::Reset => "resetPasscode",
        Endpoint::Batch => "batch",
    };
    let apply = match apply {
        Apply::Before => "before",
        Apply::After => "after",
        Apply::Not => "not",
    };
    let rule = |id: String, nth: Option<u32>, times: u32| {
        let mut matching = json!({ "operation": operation });
        if let Some(nth) = nth {
            matching["nth"] = nth.into();
        }
        if let Some(page) = on.page {
            matching["page"] = page.into();
        }
        json!({ "id": id, "match": matching, "times": times, "apply": apply, "act": act })
    };
    if on.nth == 1 {
        // From the first one on needs no counting.
        return vec![rule(format!("s{place}"), None, *times)];
    }
    let times = (*times).min(COUNTED);
    (on.nth..on.nth.saturating_add(times)).map(|nth| rule(format!("s{place}.{nth}"), Some(nth), 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::Point;

    #[test]
    fn what_is_slow_is_slow_by_the_clients_clock() {
        let stimuli = [
            Stimulus::once(Endpoint::List, 1, Act::Stall { length: Seconds(7), at: Point::Start }),
            Stimulus::once(Endpoint::List, 2, Act::Slow { bytes_per_second: 200 }),
            Stimulus::once(Endpoint::List, 3, Act::status(503)),
        ];
        assert_eq!(faults_over_sockets(&stimuli, Tempo::Wall), faults(&stimuli));
        let warped = faults_over_sockets(&stimuli, Tempo::FAST);
        let act = |place: usize| warped["value"][place]["act"].clone();
        assert_eq!(act(0)["stall"]["for"], "700ms");
        assert_eq!(act(1)["slow"]["bytesPerSecond"], 2_000);
        assert_eq!(act(2), faults(&stimuli)["value"][2]["act"]);
    }
}
