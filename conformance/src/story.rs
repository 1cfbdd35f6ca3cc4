//! A conviction as a story that a stranger understands: who was asked what, what went over the wire, what is required.

use std::fmt::Write as _;

use crate::client_log::{End, Performed};
use crate::doubt::Doubt;
use crate::evidence::Evidence;
use crate::masking::masked;
use crate::operation::Op;
use crate::results::DRIVER;
use crate::rule::{Level, Levels, Profile, Rule, Source, Watch};
use crate::runner::Failure;
use crate::scenario::Scenario;
use crate::stimulus::{Act, Stimulus};
use crate::trace::{Exchange, Party};

/// Exchanges that are told at most.
const EXCHANGES: usize = 6;

/// What is told.
pub struct Told<'a> {
    /// The rule that is broken.
    pub rule: &'a Rule,
    /// Whose texts count.
    pub profile: Profile,
    /// What was to happen.
    pub scenario: &'a Scenario,
    /// What did happen.
    pub evidence: &'a Evidence,
    /// What the rule says against it.
    pub text: &'a str,
    /// The exchanges that prove it.
    pub witness: &'a [usize],
    /// How to run it again, where it was saved.
    pub replay: Option<&'a str>,
}

/// The whole story of a conviction, with its head.
pub fn story(failure: &Failure) -> String {
    let smallest = &failure.smallest;
    let told = Told {
        rule: failure.rule,
        profile: Profile::default(),
        scenario: &smallest.scenario,
        evidence: &smallest.evidence,
        text: &smallest.text,
        witness: &smallest.witness,
        replay: None,
    };
    format!(
        "{} {}  {}\n  {}\n",
        failure.verdict.name(),
        failure.rule.id,
        failure.rule.summary,
        told.lines().join("\n  ")
    )
}

/// What is asked of drivers, as stories tell it: no rule for clients.
static FAITHFUL: Rule = Rule {
    id: DRIVER,
    summary: "A driver does what it is told, says what the client said, and does nothing by itself.",
    levels: Levels::all(Level::Should),
    sources: &[Source { text: "the worker protocol, conformance/README.md", read: "2026-11-26" }],
    needs: &[],
    watch: Watch::Not("it is no rule for clients"),
};

/// What makes one doubt a driver, as a story.
pub fn doubted(scenario: &Scenario, evidence: &Evidence, doubt: &Doubt) -> Vec<String> {
    // What came after that operation has nothing to do with it.
    let mut evidence = evidence.clone();
    evidence.log.operations.retain(|performed| performed.op <= doubt.op);
    evidence.trace.exchanges.retain(|exchange| exchange.during.is_none_or(|op| op <= doubt.op));
    let witness: Vec<usize> = evidence.trace.during(doubt.op).map(|(at, _)| at).collect();
    let text =
        format!("{doubt}: look at the driver before the client, for what it does is taken for the client's doing");
    let profile = Profile::default();
    Told { rule: &FAITHFUL, profile, scenario, evidence: &evidence, text: &text, witness: &witness, replay: None }
        .lines()
}

impl Told<'_> {
    /// The story, line by line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("asked     {}", self.asked())];
        lines.extend(self.wire());
        lines.extend(self.said().map(|said| format!("client    {said}")));
        lines.push(format!("so        {}", self.text));
        let level = self.rule.levels.of(self.profile).name();
        lines.push(format!("required  {} ({}, {level})", self.rule.summary, self.rule.id));
        let sources: Vec<String> =
            self.rule.sources.iter().map(|source| format!("{}, read {}", source.text, source.read)).collect();
        lines.push(format!("source    {}", sources.join("; ")));
        lines.extend(self.replay.map(|replay| format!("replay    {replay}")));
        lines.extend(self.curl().into_iter().map(|line| format!("by hand   {line}")));
        lines
    }

    /// The operation that the breach is about.
    fn operation(&self) -> Option<usize> {
        let at = self.witness.iter().rev().find_map(|at| self.evidence.trace.exchanges.get(*at)?.during);
        at.or_else(|| self.evidence.log.operations.last().map(|last| last.op))
    }

    fn asked(&self) -> String {
        let devices = self.scenario.tenant.devices.len();
        let op = self.operation().and_then(|op| self.scenario.program.get(op));
        let what = op.map_or_else(|| "nothing".to_owned(), |op| self.wanted(op));
        let pages = if devices > self.scenario.tenant.page as usize {
            format!(", {} on a page", self.scenario.tenant.page)
        } else {
            String::new()
        };
        let before = self.scenario.program.len().saturating_sub(1);
        let before = if before == 0 { String::new() } else { format!(", among {} operations", before + 1) };
        format!("{what}, in a tenant of {}{pages}{before}", counted(devices))
    }

    /// An operation as the client was told it.
    pub(crate) fn wanted(&self, op: &Op) -> String {
        let Some(call) = op.call(self.scenario) else { return "to wait".to_owned() };
        if call.args.as_object().is_some_and(serde_json::Map::is_empty) {
            return call.op;
        }
        format!("{} {}", call.op, shortened(&call.args.to_string(), 90))
    }

    /// What went over the wire: the exchanges that prove it and what lies between.
    fn wire(&self) -> Vec<String> {
        let exchanges = &self.evidence.trace.exchanges;
        let (first, last) = match (self.witness.iter().min(), self.witness.iter().max()) {
            (Some(first), Some(last)) => (*first, (*last).min(exchanges.len().saturating_sub(1))),
            _ => (0, exchanges.len().saturating_sub(1)),
        };
        // What came just before explains what follows.
        let first = first.saturating_sub(usize::from(!self.witness.is_empty()));
        let chosen: Vec<usize> = (first..=last).filter(|at| *at < exchanges.len()).collect();
        let mut lines = Vec::new();
        let cut = chosen.len().saturating_sub(EXCHANGES);
        for (number, at) in chosen.iter().enumerate() {
            if cut > 0 && number == EXCHANGES / 2 {
                lines.push(format!("          … {cut} more …"));
            }
            if cut > 0 && (EXCHANGES / 2..EXCHANGES / 2 + cut).contains(&number) {
                continue;
            }
            lines.push(self.exchange(&exchanges[*at]));
        }
        lines
    }

    fn exchange(&self, exchange: &Exchange) -> String {
        let ms = exchange.arrived.0 / 1_000;
        let target = shortened(&exchange.request.target, 70);
        let to = if exchange.party == Party::Foreign { " to somebody else's host" } else { "" };
        let response = &exchange.response;
        let mut line = format!("{ms:>6} ms {} {target}{to} → ", exchange.request.method);
        match response.status {
            Some(status) => _ = write!(line, "{status}"),
            None => line.push_str("no answer"),
        }
        for name in ["retry-after", "location"] {
            if let Some(value) = response.header(name) {
                let _ = write!(line, ", {name}: {}", shortened(value, 60));
            }
        }
        if let Some(devices) = response.json()["value"].as_array() {
            let more = if response.next_link().is_some() { " and a link" } else { "" };
            let _ = write!(line, ", {}{more}", counted(devices.len()));
        }
        if response.status.is_some() && !response.whole {
            line.push_str(", cut off");
        }
        let stimuli = exchange.stimuli.iter().filter_map(|place| self.scenario.stimuli.get(*place));
        for stimulus in stimuli.filter(|stimulus| !matches!(stimulus.act, Act::Status { .. } | Act::Redirect { .. })) {
            let _ = write!(line, " [{}]", act(stimulus));
        }
        line
    }

    /// What the client said of it.
    fn said(&self) -> Option<String> {
        let performed = self.evidence.log.of(self.operation()?)?;
        let ms = performed.ended.0 / 1_000;
        Some(format!("{} after {ms} ms", end(performed, &self.evidence.end.secrets)))
    }

    /// The same by hand, against `simtune serve`.
    fn curl(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.scenario.stimuli.is_empty() {
            let faults = crate::arming::faults(&self.scenario.stimuli).to_string();
            let url = "\"$SIMTUNE_CONTROL_URL/api/tenants/default/faults\"";
            lines.push(format!(
                "curl -X PUT {url} -H 'content-type: application/json' -d {}",
                crate::process::quoted(&faults)
            ));
        }
        let mut witnesses = self.witness.iter().filter_map(|at| self.evidence.trace.exchanges.get(*at)).rev();
        if let Some(exchange) = witnesses.find(|exchange| exchange.endpoint.is_some()) {
            lines.push(curl(exchange));
        }
        lines
    }
}

fn curl(exchange: &Exchange) -> String {
    let target = &exchange.request.target;
    let (base, rest) = match (target.strip_prefix("/v1.0"), target.strip_prefix("/beta")) {
        (Some(rest), _) => ("\"$SIMTUNE_GRAPH_URL\"", rest),
        (_, Some(rest)) => ("\"$SIMTUNE_GRAPH_BETA_URL\"", rest),
        _ => ("\"$SIMTUNE_AUTHORITY_URL\"", target.as_str()),
    };
    let verb =
        if exchange.request.method == "GET" { String::new() } else { format!("-X {} ", exchange.request.method) };
    let token = "-H \"Authorization: Bearer $SIMTUNE_TOKEN\"";
    format!("curl -i {verb}{token} {base}{}", crate::process::quoted(rest))
}

/// What a stimulus does, in words.
pub(crate) fn act(stimulus: &Stimulus) -> String {
    let json = serde_json::to_value(&stimulus.act).expect("acts become JSON");
    let members = json[stimulus.act.name()].as_object().cloned().unwrap_or_default();
    let values: Vec<String> =
        members.values().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
    if values.is_empty() {
        stimulus.act.name().to_owned()
    } else {
        format!("{}: {}", stimulus.act.name(), values.join(", "))
    }
}

/// How an operation ended, in words, of which none is a secret.
pub(crate) fn end(performed: &Performed, secrets: &[String]) -> String {
    match &performed.end {
        End::Hung => "did not come to an end".to_owned(),
        End::NotAwaited => "was not waited for".to_owned(),
        End::Crashed(how) => format!("crashed: {}", shortened(&masked(how, secrets), 120)),
        End::Answered(answer) if answer.unsupported => "has no such operation".to_owned(),
        End::Answered(answer) if answer.ok => {
            let mut said = "said that all went well".to_owned();
            if let Some(devices) = &answer.devices {
                let _ = write!(said, ", and gave {}", counted(devices.len()));
            }
            if let Some(complete) = answer.complete {
                said.push_str(if complete { ", which are all" } else { ", which are not all" });
            }
            if let Some(state) = &answer.state {
                let _ = write!(said, ", state {state}");
            }
            said
        }
        End::Answered(answer) => {
            let error = answer.error.clone().unwrap_or_default();
            let mut said = format!("gave an error of kind {}", name(&error.kind));
            if let Some(status) = error.status {
                let _ = write!(said, ", status {status}");
            }
            if let Some(outcome) = error.outcome {
                let _ = write!(said, ", outcome {}", name(&outcome));
            }
            if let Some(message) = &error.message {
                let _ = write!(said, ": {}", shortened(&masked(message, secrets), 80));
            }
            said
        }
    }
}

fn counted(devices: usize) -> String {
    if devices == 1 { "1 device".to_owned() } else { format!("{devices} devices") }
}

fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

fn shortened(text: &str, limit: usize) -> String {
    let text = text.lines().next().unwrap_or_default();
    let mut short: String = text.chars().take(limit).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
