//! Programs: who takes part, under which rules, and what is done, step by step. Small enough to shrink to a few lines.

use proptest::prelude::*;
use simtune::device::physical::{ScriptedOutcome, UnlockToken};

use super::table::{ACTIONS, Action, DEVICES, EDITIONS, Version};

/// Devices that take part in a program: few, so that steps meet each other.
pub(super) const CAST: usize = 4;

/// A whole program.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// Which rows of [`DEVICES`].
    pub(super) cast: Vec<usize>,
    /// Which of [`EDITIONS`].
    pub(super) edition: usize,
    /// The quirk `unsupported-action`: accept instead of refuse.
    pub(super) accept: bool,
    /// What every budget is multiplied by; nothing is enforced without.
    pub(super) factor: Option<f64>,
    pub(super) steps: Vec<Step>,
}

/// One step; devices are numbers in the cast.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A request by one of two apps.
    Request(App, Request),
    /// Seconds go by.
    Wait(i64),
    /// Something changes on the physical side.
    Physical(usize, Physical),
    /// The tester lets it check in now.
    CheckIn(usize),
    /// The tester takes the tenant back to its seed.
    StartOver,
}

/// Which app asks.
pub(super) type App = usize;

#[derive(Debug, Clone)]
pub(super) enum Request {
    Ask(usize, Action, Spelling),
    /// A name that nobody may have.
    AskBadly(usize),
    Bulk(Action, Vec<usize>, bool),
    BulkDelete(Vec<usize>),
    Delete(usize),
    Get(usize),
    List,
    Audits,
    Patch(usize, Patch),
    /// A device that never was.
    Stranger(Verb),
    /// An action asked for with GET.
    WrongVerb(usize),
    /// A token from the beginning, which ends after some time.
    OldToken,
}

/// How a path is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spelling {
    Slashes,
    Parentheses,
    Qualified,
    Beta,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Verb {
    Get,
    Patch,
    Delete,
    Ask,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Patch {
    Notes,
    ManagedName,
    Owner(bool),
    ReadOnly,
    Unknown,
    /// One that may be changed and one that may not: nothing changes.
    Both,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Physical {
    Online(bool),
    Token(UnlockToken),
    Script(ScriptedOutcome),
    ResetToken(bool),
    Policy(bool),
    /// The inventory is stale: it really runs this.
    Runs(Option<Version>),
}

pub(super) fn program() -> impl Strategy<Value = Program> {
    let cast = prop::sample::subsequence((0..DEVICES.len()).collect::<Vec<_>>(), CAST);
    let edition = prop_oneof![3 => Just(0), 2 => 1..EDITIONS.len()];
    let accept = prop::bool::weighted(0.25);
    let factor = prop_oneof![2 => Just(None), 1 => Just(Some(0.02)), 2 => Just(Some(0.004))];
    (cast, edition, accept, factor, prop::collection::vec(steps(), 1..80)).prop_map(
        |(cast, edition, accept, factor, steps)| Program { cast, edition, accept, factor, steps: steps.concat() },
    )
}

/// One step, or a few that lead to the end of a daily cap, which single steps seldom do.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let capped = prop::sample::select(vec![Action::Retire, Action::Wipe]);
    let everybody = (0..CAST).collect::<Vec<_>>();
    let rush = (capped, 2..5_usize).prop_map(move |(action, times)| {
        let all = Step::Request(0, Request::Bulk(action, everybody.clone(), false));
        let one = |device| Step::Request(0, Request::Ask(device % CAST, action, Spelling::Slashes));
        let asked = [all].into_iter().chain((0..times).map(one));
        asked.flat_map(|step| [step, Step::Wait(20)]).collect()
    });
    prop_oneof![40 => step().prop_map(|step| vec![step]), 1 => rush]
}

fn step() -> impl Strategy<Value = Step> {
    let device = 0..CAST;
    let app = prop_oneof![4 => Just(0_usize), 1 => Just(1)];
    let seconds = prop_oneof![
        6 => prop::sample::select(vec![0_i64, 1, 2, 3, 5]),
        4 => prop::sample::select(vec![19, 20, 20, 21, 3_599, 3_600]),
        2 => prop::sample::select(vec![57_600, 86_400, 604_799, 604_800, 2_592_000]),
    ];
    prop_oneof![
        20 => (app, request()).prop_map(|(app, request)| Step::Request(app, request)),
        8 => seconds.prop_map(Step::Wait),
        5 => (device.clone(), physical()).prop_map(|(device, change)| Step::Physical(device, change)),
        2 => device.prop_map(Step::CheckIn),
        1 => prop::bool::weighted(0.3).prop_map(|over| if over { Step::StartOver } else { Step::Wait(0) }),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let device = 0..CAST;
    let devices = prop::collection::vec(0..CAST, 0..CAST + 2);
    // What has a daily cap.
    let capped = prop::sample::select(vec![Action::Retire, Action::Wipe]);
    let action = prop_oneof![2 => Just(Action::ResetPasscode), 3 => prop::sample::select(ACTIONS.to_vec())];
    let spelling =
        prop::sample::select(vec![Spelling::Slashes, Spelling::Parentheses, Spelling::Qualified, Spelling::Beta]);
    let patch = prop::sample::select(vec![
        Patch::Notes,
        Patch::ManagedName,
        Patch::Owner(true),
        Patch::Owner(false),
        Patch::ReadOnly,
        Patch::Unknown,
        Patch::Both,
    ]);
    let verb = prop::sample::select(vec![Verb::Get, Verb::Patch, Verb::Delete, Verb::Ask]);
    prop_oneof![
        12 => (device.clone(), action.clone(), spelling).prop_map(|(device, action, how)| Request::Ask(device, action, how)),
        3 => (action, devices.clone(), any::<bool>()).prop_map(|(action, ids, more)| Request::Bulk(action, ids, more)),
        2 => (capped, devices.clone(), any::<bool>()).prop_map(|(action, ids, more)| Request::Bulk(action, ids, more)),
        1 => devices.prop_map(Request::BulkDelete),
        1 => device.clone().prop_map(Request::AskBadly),
        1 => device.clone().prop_map(Request::Delete),
        6 => device.clone().prop_map(Request::Get),
        1 => Just(Request::List),
        2 => Just(Request::Audits),
        3 => (device.clone(), patch).prop_map(|(device, patch)| Request::Patch(device, patch)),
        1 => verb.prop_map(Request::Stranger),
        1 => device.prop_map(Request::WrongVerb),
        1 => Just(Request::OldToken),
    ]
}

fn physical() -> impl Strategy<Value = Physical> {
    let token = prop::sample::select(vec![UnlockToken::Valid, UnlockToken::Wrong, UnlockToken::Missing]);
    let script = prop::sample::select(vec![
        ScriptedOutcome::Auto,
        ScriptedOutcome::Auto,
        ScriptedOutcome::Done,
        ScriptedOutcome::Failed,
        ScriptedOutcome::NotSupported,
        ScriptedOutcome::Never,
    ]);
    let version = prop::option::of(prop::sample::select(vec![(6, 0, 1), (8, 1, 0), (10, 0, 15_063)]));
    prop_oneof![
        any::<bool>().prop_map(Physical::Online),
        token.prop_map(Physical::Token),
        script.prop_map(Physical::Script),
        any::<bool>().prop_map(Physical::ResetToken),
        any::<bool>().prop_map(Physical::Policy),
        version.prop_map(Physical::Runs),
    ]
}
