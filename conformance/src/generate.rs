//! Scenarios drawn from a seed: those that cover every pair of endpoint and act, random ones among and behind them.
//!
//! A scenario is a function of the seed and its number, so that a share of a run draws the same as the whole.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::matrix;
use crate::operation::{DeviceRef, Filter, FindBy, Op};
use crate::rule::Rule;
use crate::rules;
use crate::scenario::{Device, DeviceAnswers, Scenario, SignIn, Tenant};
use crate::stimulus::{
    Act, Apply, BodyKind, DateForm, Destination, Endpoint, ErrorBody, On, PageKind, Point, RetryAfter, Seconds,
    Stimulus, TokenDefect,
};

/// More often than any client comes again.
pub const ALWAYS: u32 = 1_000;

thread_local! {
    // Putting a strategy together costs more than drawing from it.
    static VARIATION: BoxedStrategy<Variation> = any_variation().boxed();
    static RANDOM: BoxedStrategy<Scenario> = any_scenario().boxed();
    static TENANT: BoxedStrategy<Tenant> = any_tenant().boxed();
}

static SMOKE: LazyLock<Vec<Scenario>> = LazyLock::new(smoke);

/// The scenarios of rules, written by hand: each is the smallest that meets its rule.
pub fn smoke() -> Vec<Scenario> {
    smallest(rules::all())
}

/// The smallest scenarios of some rules, each once.
pub fn smallest(rules: impl IntoIterator<Item = &'static Rule>) -> Vec<Scenario> {
    let checks = rules.into_iter().filter_map(Rule::check);
    let mut scenarios: Vec<Scenario> = checks.flat_map(|check| check.minimal).map(|write| write()).collect();
    let mut ids = std::collections::HashSet::new();
    scenarios.retain(|scenario| ids.insert(scenario.id()));
    scenarios
}

/// The scenario of that number, drawn from a seed.
pub fn scenario(seed: u64, number: u64) -> Scenario {
    // Every fourth one is random from the beginning, so that a short run has both; of these, every second one varies a
    // scenario written by hand, each in its turn: by chance one in three would not have been met in a thousand.
    let turn = usize::try_from(number - number / 4).ok().filter(|_| number % 4 != 3);
    let mut scenario = match turn.and_then(|turn| PAIRS.get(turn)) {
        Some(stimulus) => draw(seed, number, &around(stimulus.clone())),
        None if number % 8 == 3 => {
            VARIATION.with(|strategy| draw(seed, number, strategy)).of(&SMOKE[whose_turn(seed, number / 8)])
        }
        None => RANDOM.with(|strategy| draw(seed, number, strategy)),
    };
    scenario.seed = seed.wrapping_mul(1_000_003).wrapping_add(number);
    scenario
}

/// Draws a value: the same for the same seed and number.
fn draw<T: std::fmt::Debug>(seed: u64, number: u64, strategy: &impl Strategy<Value = T>) -> T {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    strategy.new_tree(&mut runner).expect("nothing is filtered out").current()
}

/// Every endpoint with every act that can happen there, each at another position.
static PAIRS: LazyLock<Vec<Stimulus>> = LazyLock::new(pairs);

fn pairs() -> Vec<Stimulus> {
    let endpoints = [Endpoint::List, Endpoint::Get, Endpoint::Reset, Endpoint::Token, Endpoint::Batch];
    let mut stimuli = Vec::new();
    for (turn, endpoint) in endpoints.into_iter().enumerate() {
        for (number, act) in acts().into_iter().enumerate() {
            if !can_happen(endpoint, &act) {
                continue;
            }
            let position = (number + turn) % 4;
            let mut on = On { endpoint, nth: 1, page: None };
            match position {
                1 if endpoint == Endpoint::List => on.page = Some(2),
                2 => on.nth = 2,
                3 if endpoint == Endpoint::List => on.page = Some(3),
                _ => {}
            }
            let times = match act {
                // A service that spells its answers so does it each time, and some refusals have no end.
                Act::Body { .. } | Act::Chunk { .. } | Act::Page { kind: PageKind::Loop } => ALWAYS,
                Act::Token { .. } | Act::Redirect { location: Destination::Itself, .. }
                    if endpoint == Endpoint::Get =>
                {
                    ALWAYS
                }
                _ if number % 3 == 2 => 3,
                _ => 1,
            };
            let apply = lawful(&act, if position == 3 { Apply::After } else { Apply::Before });
            stimuli.push(Stimulus { on, times, apply, act });
        }
    }
    stimuli
}

/// An effect that stays only where the answer leaves open whether it did: no service does what it refuses.
pub(crate) fn lawful(act: &Act, wanted: Apply) -> Apply {
    match act {
        Act::Status { code: 500 | 502 | 504 | 200..=299, .. }
        | Act::Reset { .. }
        | Act::Truncate { .. }
        | Act::Stall { .. } => {
            // Whoever is told of success has been obeyed.
            if matches!(act, Act::Status { code: 200..=299, .. }) { Apply::After } else { wanted }
        }
        Act::Slow { .. }
        | Act::Chunk { .. }
        | Act::Page { .. }
        | Act::Body { .. }
        | Act::Close {}
        | Act::Informational { .. } => Apply::After,
        _ => Apply::Before,
    }
}

fn can_happen(endpoint: Endpoint, act: &Act) -> bool {
    match act {
        Act::Page { .. } => endpoint == Endpoint::List,
        Act::Body { kind } => match endpoint {
            Endpoint::List | Endpoint::Get => {
                !matches!(kind, BodyKind::InStreamError | BodyKind::EmptyObject) || endpoint == Endpoint::List
            }
            _ => matches!(kind, BodyKind::AsIs | BodyKind::Whitespace),
        },
        Act::Status { body: Some(ErrorBody::EntraSecret), .. } => endpoint == Endpoint::Token,
        Act::Token { .. } | Act::Redirect { .. } | Act::Status { code: 400..=404, .. } => endpoint != Endpoint::Token,
        Act::Status { code: 200..=299, .. } => endpoint == Endpoint::Reset,
        _ => true,
    }
}

/// One act of each kind that clients differ in.
pub(crate) fn acts() -> Vec<Act> {
    let mut acts = vec![
        Act::come_again(429, RetryAfter::Seconds(7)),
        Act::come_again(429, RetryAfter::Seconds(600)),
        Act::come_again(429, RetryAfter::Date { date: DateForm::Imf, ahead: Seconds(9) }),
        Act::come_again(429, RetryAfter::Date { date: DateForm::Rfc850, ahead: Seconds(9) }),
        Act::come_again(429, RetryAfter::Date { date: DateForm::Asctime, ahead: Seconds(9) }),
        Act::come_again(429, RetryAfter::Raw("soon".to_owned())),
        Act::come_again(429, RetryAfter::Raw("-1".to_owned())),
        Act::come_again(429, RetryAfter::Raw("9.5".to_owned())),
        Act::status(429),
        Act::come_again(503, RetryAfter::Seconds(7)),
        Act::status(503),
        Act::status(504),
        Act::status(500),
        Act::status(502),
        Act::status(403),
        Act::status(404),
        Act::status(299),
        Act::status(450),
        Act::status(599),
        Act::Reset { at: Point::Start },
        Act::Reset { at: Point::Body },
        Act::Truncate { bytes: 40 },
        Act::Truncate { bytes: 3_000 },
        Act::Stall { length: Seconds(3_600), at: Point::Start },
        Act::Slow { bytes_per_second: 1_000 },
        Act::Chunk { bytes: 1 },
        Act::Close {},
        Act::Informational { code: 103 },
        Act::Token { defect: TokenDefect::Expired },
        Act::Token { defect: TokenDefect::ClaimsChallenge },
    ];
    for code in [301, 302, 303, 307, 308] {
        for location in [Destination::Itself, Destination::Relative, Destination::ForeignHost] {
            acts.push(Act::Redirect { code, location });
        }
    }
    acts.extend(PageKind::ALL.iter().map(|kind| Act::Page { kind: *kind }));
    acts.extend(BodyKind::ALL.iter().map(|kind| Act::Body { kind: *kind }));
    for body in ErrorBody::ALL {
        let code = match body {
            ErrorBody::Throttled | ErrorBody::Graph => 403,
            ErrorBody::QueryBroker => 500,
            ErrorBody::Html => 503,
            ErrorBody::Empty => 502,
            ErrorBody::EntraSecret => 401,
            _ => 400,
        };
        acts.push(Act::Status {
            code,
            retry_after: None,
            headers: std::collections::BTreeMap::new(),
            body: Some(*body),
        });
    }
    acts
}

fn any_act() -> impl Strategy<Value = Act> {
    let seconds = prop_oneof![Just(1), Just(2), Just(5), Just(7), Just(11), Just(600)];
    let waits = prop_oneof![
        6 => (prop::sample::select(vec![429, 429, 503, 504]), seconds).prop_map(|(code, seconds)| Act::come_again(code, RetryAfter::Seconds(seconds))),
        1 => Just(Act::status(429)),
    ];
    prop_oneof![
        2 => waits,
        5 => prop::sample::select(acts()),
    ]
}

fn any_stimulus() -> impl Strategy<Value = Stimulus> {
    let endpoint = prop::sample::select(vec![
        Endpoint::List,
        Endpoint::List,
        Endpoint::List,
        Endpoint::Get,
        Endpoint::Reset,
        Endpoint::Reset,
        Endpoint::Token,
        Endpoint::Batch,
    ]);
    let times = prop_oneof![6 => Just(1u32), 2 => Just(2), 1 => Just(3), 1 => Just(ALWAYS)];
    let apply = prop_oneof![Just(Apply::Before), Just(Apply::After)];
    let page = prop_oneof![3 => Just(None), 2 => (1u32..=4).prop_map(Some)];
    let nth = prop_oneof![5 => Just(1u32), 2 => Just(2), 1 => Just(3)];
    (endpoint, any_act(), nth, page, times, apply).prop_map(|(endpoint, act, nth, page, times, apply)| {
        let endpoint = if can_happen(endpoint, &act) { endpoint } else { home(&act) };
        let page = if endpoint == Endpoint::List { page } else { None };
        let apply = lawful(&act, apply);
        Stimulus { on: On { endpoint, nth, page }, times, apply, act }
    })
}

/// Where an act can happen.
fn home(act: &Act) -> Endpoint {
    [Endpoint::List, Endpoint::Reset, Endpoint::Token]
        .into_iter()
        .find(|endpoint| can_happen(*endpoint, act))
        .unwrap_or(Endpoint::List)
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => (0u8..30).prop_map(|number| format!("DEVICE-{number:02}")),
        1 => prop::sample::select(vec![
            "O'Brien + #1 & co", "100% sure", "Zoë’s 📱", "a/b?c=d", "Ünïcödé \"quoted\"", "50%41", "עברית", "it's", "x+y", "tab\there",
        ]).prop_map(str::to_owned),
    ]
}

fn any_device() -> impl Strategy<Value = Device> {
    let rows: Vec<String> = matrix::ROWS.iter().map(|row| row.id.clone()).collect();
    let storage = prop_oneof![
        4 => Just(64_000_000_000i64),
        1 => Just(1 << 31),
        1 => Just((1 << 53) + 1),
        1 => Just(0),
        1 => Just(-2_097_152),
    ];
    let last_sync = prop_oneof![
        5 => Just("2018-03-07T08:00:00Z"),
        1 => Just("0001-01-01T00:00:00Z"),
        1 => Just("9999-12-31T23:59:59.9999999Z"),
        1 => Just("2018-03-07T08:00:00.1234567Z"),
    ];
    let answers = prop_oneof![
        5 => Just(DeviceAnswers::Auto),
        1 => Just(DeviceAnswers::Failed),
        1 => Just(DeviceAnswers::NotSupported),
        1 => Just(DeviceAnswers::Offline),
    ];
    (prop::sample::select(rows), any_name(), storage, last_sync, answers).prop_map(
        |(row, name, storage, last_sync, answers)| Device {
            row,
            name,
            storage,
            last_sync: last_sync.to_owned(),
            answers,
        },
    )
}

pub(crate) fn any_tenant() -> impl Strategy<Value = Tenant> {
    let small = (prop::collection::vec(any_device(), 0..=6), prop::sample::select(vec![1u32, 1, 1, 10, 1_000]));
    // Enough for pages of ten that differ in length.
    let large = (prop::collection::vec(any_device(), 21..=32), Just(10u32));
    let sign_in = prop_oneof![8 => Just(SignIn::ClientCredentials), 1 => Just(SignIn::AccessToken), 1 => Just(SignIn::OpaqueToken)];
    let skip = prop::bool::weighted(0.1);
    (prop_oneof![8 => small, 1 => large], sign_in, skip).prop_map(|((devices, page), sign_in, skip)| {
        let mut tenant = Tenant { devices, page, sign_in, ..Tenant::default() };
        if skip {
            tenant.quirks.insert("skip".to_owned(), "empty-with-link".to_owned());
        }
        tenant
    })
}

fn any_ref() -> impl Strategy<Value = DeviceRef> {
    prop_oneof![8 => (0u16..8).prop_map(DeviceRef::At), 1 => Just(DeviceRef::Missing)]
}

fn any_op() -> impl Strategy<Value = Op> {
    let select = prop_oneof![
        3 => Just(Vec::new()),
        1 => Just(vec!["id".to_owned(), "deviceName".to_owned()]),
    ];
    let filter = prop_oneof![
        5 => Just(None),
        1 => any_ref().prop_map(|device| Some(Filter::NameOf(device))),
        1 => prop::sample::select(vec!["iOS", "Android", "Windows", "macOS"]).prop_map(|system| Some(Filter::OperatingSystem(system.to_owned()))),
    ];
    let by = prop::sample::select(vec![FindBy::SerialNumber, FindBy::DeviceName, FindBy::UserPrincipalName]);
    prop_oneof![
        5 => (filter, select.clone()).prop_map(|(filter, select)| Op::ListDevices { filter, select }),
        3 => (any_ref(), select).prop_map(|(device, select)| Op::GetDevice { device, select }),
        2 => (by, any_ref()).prop_map(|(by, device)| Op::FindDevice { by, device }),
        4 => any_ref().prop_map(|device| Op::ResetPasscode { device }),
        2 => any_ref().prop_map(|device| Op::GetActionResult { device }),
        1 => prop::collection::vec((0u16..40).prop_map(DeviceRef::At), 1..=25).prop_map(|devices| Op::BatchReset { devices }),
        1 => Just(Op::Pause { seconds: 5 }),
    ]
}

pub(crate) fn any_program() -> impl Strategy<Value = Vec<Op>> {
    prop_oneof![
        4 => prop::collection::vec(any_op(), 1..=4),
        1 => (any_ref(), prop::bool::ANY).prop_map(|(device, pause)| {
            let mut program = vec![Op::ResetPasscode { device }];
            program.extend(pause.then_some(Op::Pause { seconds: 5 }));
            program.push(Op::GetActionResult { device });
            program
        }),
    ]
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    let stimuli = prop_oneof![
        1 => Just(Vec::new()),
        5 => prop::collection::vec(any_stimulus(), 1),
        3 => prop::collection::vec(any_stimulus(), 2),
        1 => prop::collection::vec(any_stimulus(), 3..=6),
    ];
    (any_tenant(), any_program(), stimuli).prop_map(|(tenant, program, stimuli)| {
        // A stimulus that nothing asks for proves nothing: what it is for is made part of the program.
        let mut program = program;
        for stimulus in &stimuli {
            if let Some(op) = asking_for(stimulus.on.endpoint)
                && !program.iter().any(|known| known.name() == op.name())
            {
                program.push(op);
            }
        }
        Scenario { tenant, program, stimuli, ..Scenario::new(0) }
    })
}

/// A larger tenant, more to do, and perhaps something else happening.
fn any_variation() -> impl Strategy<Value = Variation> {
    let more = prop::collection::vec(any_op(), 0..=2);
    let devices = prop::collection::vec(any_device(), 0..=3);
    let stimulus = prop::option::weighted(0.3, any_stimulus());
    (devices, more, stimulus).prop_map(|(devices, more, stimulus)| Variation { devices, more, stimulus })
}

/// What is added to a scenario written by hand.
#[derive(Debug)]
struct Variation {
    devices: Vec<Device>,
    more: Vec<Op>,
    stimulus: Option<Stimulus>,
}

impl Variation {
    /// The scenario with what is added.
    fn of(self, scenario: &Scenario) -> Scenario {
        let mut scenario = scenario.clone();
        scenario.tenant.devices.extend(self.devices);
        scenario.program.extend(self.more);
        scenario.stimuli.extend(self.stimulus);
        scenario
    }
}

/// Which of the scenarios written by hand the `turn`-th variation is of; each seed begins elsewhere.
fn whose_turn(seed: u64, turn: u64) -> usize {
    let begin = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    usize::try_from(begin.wrapping_add(turn) % SMOKE.len() as u64).expect("it is below a length")
}

/// A scenario in which a stimulus can happen.
fn around(stimulus: Stimulus) -> impl Strategy<Value = Scenario> {
    TENANT.with(BoxedStrategy::clone).prop_map(move |mut tenant| {
        let devices = tenant.devices.len();
        if devices < 3 {
            tenant.devices.extend((devices..3).map(|place| Device::of_row("ios", &format!("Device {place}"))));
        }
        if stimulus.on.page.is_some() || matches!(stimulus.act, Act::Body { .. } | Act::Page { .. }) {
            tenant.page = 1;
        }
        if matches!(stimulus.act, Act::Chunk { .. }) {
            "Zoë’s 📱".clone_into(&mut tenant.devices[0].name);
        }
        let op = asking_for(stimulus.on.endpoint).unwrap_or(Op::ListDevices { filter: None, select: vec![] });
        let op = match (&stimulus.act, stimulus.on.endpoint) {
            // Where nothing else goes wrong, there is room for more than a batch can hold.
            (Act::Slow { .. } | Act::Chunk { .. } | Act::Close {}, Endpoint::Batch) => {
                let devices = tenant.devices.len();
                tenant.devices.extend((devices..22).map(|place| Device::of_row("ios", &format!("Device {place}"))));
                Op::BatchReset { devices: (0..22).map(DeviceRef::At).collect() }
            }
            _ => op,
        };
        let program = vec![op; stimulus.on.nth as usize];
        if stimulus.on.endpoint == Endpoint::Token {
            tenant.sign_in = SignIn::ClientCredentials;
        }
        Scenario { tenant, program, stimuli: vec![stimulus.clone()], ..Scenario::new(0) }
    })
}

fn asking_for(endpoint: Endpoint) -> Option<Op> {
    match endpoint {
        Endpoint::Token => None,
        Endpoint::List => Some(Op::ListDevices { filter: None, select: vec![] }),
        Endpoint::Get => Some(Op::GetDevice { device: DeviceRef::At(0), select: vec![] }),
        Endpoint::Reset => Some(Op::ResetPasscode { device: DeviceRef::At(0) }),
        Endpoint::Batch => Some(Op::BatchReset { devices: vec![DeviceRef::At(0), DeviceRef::At(1)] }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{SMOKE, whose_turn};

    proptest! {
        #[test]
        fn every_scenario_written_by_hand_has_its_turn(seed: u64, begin in 0_u64..1_000) {
            let turns = SMOKE.len() as u64;
            let met: BTreeSet<usize> = (begin..begin + turns).map(|turn| whose_turn(seed, turn)).collect();
            prop_assert_eq!(met.len(), SMOKE.len());
        }
    }
}
