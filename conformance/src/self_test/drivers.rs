//! Drivers that lie, lose or help, around a client that behaves: each must be recognised for what it is.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use crate::client_log::{Answer, ErrorKind};
use crate::doubt::{self, Kind};
use crate::drive::Drive;
use crate::generate;
use crate::in_process::{Client, InProcess};
use crate::manner::Manner;
use crate::operation::{Call, DeviceRef, Op};
use crate::reference::{CAPABILITIES, ReferenceClient};
use crate::rule::Profile;
use crate::runner::{Plan, check};
use crate::scenario::Scenario;
use crate::transport::Surroundings;
use crate::verdict::Verdict;

use super::claims;

/// A driver that does more than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// Gives for the same question the answer it gave before.
    Caching,
    /// Says that all went well whatever went wrong.
    Swallowing,
    /// Carries sizes through a floating-point number.
    Lossy,
    /// Asks a client that never comes again once more, up to three times.
    Helpful,
}

/// What was said about a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Which.
    pub driver: Driver,
    /// The first doubt of the right kind, told; none if it got away.
    pub named: Option<String>,
    /// Rules that fail the client for it.
    pub failing: Vec<String>,
    /// Rules that warn of it.
    pub warning: Vec<String>,
}

impl Driver {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Caching, Self::Swallowing, Self::Lossy, Self::Helpful];

    /// What it must be named as.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Caching => Kind::AnswersFromCache,
            Self::Swallowing => Kind::SwallowsErrors,
            Self::Lossy => Kind::LosesDigits,
            Self::Helpful => Kind::Retries,
        }
    }

    /// What it does, in a sentence.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Caching => "Gives for the same question the answer it gave before.",
            Self::Swallowing => "Says that all went well whatever went wrong.",
            Self::Lossy => "Carries sizes through a floating-point number.",
            Self::Helpful => "Asks a client that never comes again once more, up to three times.",
        }
    }

    /// The manner of the client that it stands around, where that matters.
    pub const fn manner(self) -> Option<Manner> {
        match self {
            Self::Helpful => Some(Manner::NeverRetries),
            Self::Caching | Self::Swallowing | Self::Lossy => None,
        }
    }

    /// The driver with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|driver| driver.to_string() == name)
    }

    /// Itself around a client.
    pub fn around(self, client: ReferenceClient) -> Around {
        let client = match self.manner() {
            Some(manner) => client.in_manner(manner),
            None => client,
        };
        Around { driver: self, client, known: BTreeMap::new() }
    }

    fn drive(self) -> impl Drive {
        let capabilities = if self.manner().is_some() { claims(self.manner()) } else { CAPABILITIES.to_vec() };
        InProcess::new(&capabilities, move |surroundings: Surroundings| self.around(ReferenceClient::new(surroundings)))
    }
}

/// A driver around a client.
pub struct Around {
    driver: Driver,
    client: ReferenceClient,
    /// Answers by their questions, as far as it keeps them.
    known: BTreeMap<String, Answer>,
}

impl Client for Around {
    fn perform(&mut self, call: &Call) -> Answer {
        let client = &mut self.client;
        match self.driver {
            Driver::Caching => {
                let question = format!("{} {}", call.op, call.args);
                self.known.entry(question).or_insert_with(|| client.perform(call)).clone()
            }
            Driver::Swallowing => swallowed(&call.op, client.perform(call)),
            Driver::Lossy => rounded(client.perform(call)),
            Driver::Helpful => {
                let mut answer = client.perform(call);
                for _ in 0..3 {
                    if answer.error.as_ref().is_none_or(|error| error.kind == ErrorKind::Auth) {
                        break;
                    }
                    answer = client.perform(call);
                }
                answer
            }
        }
    }
}

/// Puts a driver before rules and doubts, in the scenarios written by hand and some more.
pub fn expose(driver: Driver, threads: usize) -> Exposure {
    let drive = driver.drive();
    let report = check(&drive, &Plan { cases: 0, threads, profile: Profile::Graph, shrunk: 0, ..Plan::default() });
    let with = |verdict: Verdict| {
        let rules = report.rules.iter().filter(move |rule| rule.verdict == verdict);
        rules.map(|rule| rule.rule.clone()).collect()
    };
    Exposure { driver, named: named(driver), failing: with(Verdict::Fail), warning: with(Verdict::Warn) }
}

/// The first doubt of the right kind about a driver, told.
pub fn named(driver: Driver) -> Option<String> {
    let drive = driver.drive();
    [asked_twice()].into_iter().chain(generate::smoke()).find_map(|scenario| {
        let evidence = drive.run(&scenario).ok()?;
        let doubts = doubt::doubts(&evidence.case(&scenario));
        doubts.into_iter().find(|doubt| doubt.kind == driver.kind()).map(|doubt| doubt.to_string())
    })
}

/// The same question, asked twice.
fn asked_twice() -> Scenario {
    let mut scenario = Scenario::new(1);
    scenario.tenant.devices = vec![crate::scenario::Device::of_row("ios", "One")];
    scenario.program = vec![Op::GetDevice { device: DeviceRef::At(0), select: vec![] }; 2];
    scenario
}

fn swallowed(op: &str, answer: Answer) -> Answer {
    if answer.ok || answer.unsupported {
        return answer;
    }
    let good = Answer { ok: true, ..Answer::default() };
    match op {
        "list_devices" | "find_device" => Answer { devices: Some(Vec::new()), complete: Some(true), ..good },
        "reset_passcode" => Answer { outcome: Some("accepted".to_owned()), ..good },
        "get_action_result" => Answer { state: Some("none".to_owned()), ..good },
        "get_device" => Answer { device: Some(serde_json::Map::new()), ..good },
        _ => answer,
    }
}

fn rounded(mut answer: Answer) -> Answer {
    for device in answer.devices.iter_mut().flatten().chain(&mut answer.device) {
        for (_, value) in device.iter_mut().filter(|(name, _)| name.ends_with("InBytes")) {
            if let Some(number) = value.as_str().and_then(|text| text.parse::<f64>().ok()) {
                *value = Json::String(format!("{number:.0}"));
            }
        }
    }
    answer
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
