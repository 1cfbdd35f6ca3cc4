//! What can be said of a program by its traffic alone: the rules whose proof needs nothing that a client says, and no
//! scenario.
//!
//! The program is taken as one client. Whoever comes again too early did so, whichever of its parts it was: nobody tells
//! them apart on the wire.

use crate::client_log::ClientLog;
use crate::evidence::{Case, Evidence, WorldEnd};
use crate::finding::Breach;
use crate::judge::Opinion;
use crate::rule::{Profile, Rule, Watch};
use crate::rules;
use crate::scenario::Scenario;
use crate::stimulus::Endpoint;
use crate::trace::Trace;
use crate::verdict::Verdict;

/// The rules that are judged: each convicts all its defects without a word of the client's, and nobody who behaves.
pub const JUDGED: [&str; 23] = [
    "THR-01", "THR-02", "THR-03", "THR-05", "THR-06", "THR-08", "THR-09", "THR-10", "THR-11", "THR-12", "THR-14",
    "IDM-01", "IDM-06", "PAG-02", "PAG-07", "PAG-08", "ENC-01", "ENC-06", "COR-01", "TRN-02", "RED-04", "AUTH-06",
    "BAT-04",
];

/// Why rules are not judged that could convict on the wire.
pub const LEFT_OUT: [(&str, &str); 7] = [
    ("THR-04", TWO_PARTS),
    ("THR-18", TWO_PARTS),
    ("THR-23", TWO_PARTS),
    ("IDM-05", "a program may want a second reset, and the wire does not say so"),
    ("RED-02", CLAIMED),
    ("RED-07", CLAIMED),
    ("AUTH-04", CLAIMED),
];
const TWO_PARTS: &str = "two parts of a program may ask for the same, and the wire does not tell them apart";
const CLAIMED: &str = "it is asked of clients that claim to be able to, and a program that is observed claims nothing";
/// Why all others are not.
const SAYS_NOTHING: &str = "its proof needs what the client says, and a program that is observed says nothing";

/// Whether a rule is judged.
pub fn is_judged(rule: &Rule) -> bool {
    JUDGED.contains(&rule.id)
}

/// Why a rule is not judged; nothing, if it is.
pub fn why_not(rule: &Rule) -> Option<&'static str> {
    if let Watch::Not(why) = rule.watch {
        return Some(why);
    }
    let left_out = LEFT_OUT.iter().find(|(id, _)| *id == rule.id).map(|(_, why)| *why);
    left_out.or((!is_judged(rule)).then_some(SAYS_NOTHING))
}

/// What a program can, as its traffic shows.
pub fn capabilities(trace: &Trace) -> Vec<String> {
    let shown = [
        (Endpoint::Token, "auth.client_credentials"),
        (Endpoint::List, "op.list"),
        (Endpoint::Get, "op.get"),
        (Endpoint::Reset, "op.reset"),
        (Endpoint::Batch, "op.batch_reset"),
    ];
    let seen = shown.iter().filter(|(endpoint, _)| trace.at(*endpoint).next().is_some());
    seen.map(|(_, capability)| (*capability).to_owned()).collect()
}

/// What an observer sees of a scenario that somebody else knows: the traffic, and what was done to it.
pub fn seen(scenario: &Scenario, evidence: Evidence) -> (Scenario, Evidence) {
    let mut shown = Scenario::new(0);
    shown.stimuli.clone_from(&scenario.stimuli);
    let mut trace = evidence.trace;
    for exchange in &mut trace.exchanges {
        exchange.during = None;
    }
    let capabilities = capabilities(&trace);
    (shown, Evidence { trace, log: ClientLog::default(), end: WorldEnd::default(), capabilities })
}

/// What the rules say of traffic.
pub fn judge(case: &Case<'_>, profile: Profile) -> Vec<Opinion> {
    rules::all().filter(|rule| is_judged(rule)).filter_map(|rule| opinion(rule, case, profile)).collect()
}

fn opinion(rule: &'static Rule, case: &Case<'_>, profile: Profile) -> Option<Opinion> {
    let check = rule.check().filter(|check| (check.met)(case))?;
    if !rule.needs.iter().all(|needed| case.claims(needed)) {
        return None;
    }
    // What stands only if the same goes well elsewhere cannot be shown: there is no second run.
    let mut breaches: Vec<Breach> = (check.judge)(case).into_iter().filter(|breach| breach.control.is_none()).collect();
    breaches.sort_by_key(|breach| breach.lesser);
    let breach = breaches.into_iter().next();
    let verdict = breach.as_ref().map_or(Verdict::Pass, |breach| rule.levels.of(profile).verdict(breach.lesser));
    Some(Opinion { rule, verdict, consumed: true, breach })
}
