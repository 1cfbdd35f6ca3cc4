//! What the generator is compared with: faults that are drawn evenly, whatever the client is told to do.
//!
//! Tenants, programs and acts are the generator's own; what it knows beside them is left out: no pairs, no scenarios
//! written by hand, no stimulus where it can happen, no program that meets it.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::generate;
use crate::scenario::Scenario;
use crate::stimulus::{Apply, Endpoint, On, Stimulus};

thread_local! {
    static ANY: BoxedStrategy<Scenario> = any().boxed();
}

/// The scenario of that number, drawn from a seed.
pub(super) fn scenario(seed: u64, number: u64) -> Scenario {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&number.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
    let mut scenario = ANY.with(|strategy| strategy.new_tree(&mut runner).expect("nothing is filtered out").current());
    scenario.seed = seed.wrapping_mul(1_000_003).wrapping_add(number);
    scenario
}

fn any() -> impl Strategy<Value = Scenario> {
    let stimuli = prop::collection::vec(any_stimulus(), 1..=3);
    (generate::any_tenant(), generate::any_program(), stimuli).prop_map(|(tenant, program, stimuli)| Scenario {
        tenant,
        program,
        stimuli,
        ..Scenario::new(0)
    })
}

fn any_stimulus() -> impl Strategy<Value = Stimulus> {
    let endpoint =
        prop::sample::select(vec![Endpoint::List, Endpoint::Get, Endpoint::Reset, Endpoint::Token, Endpoint::Batch]);
    let apply = prop_oneof![Just(Apply::Before), Just(Apply::After)];
    let page = prop::option::of(1u32..=4);
    (endpoint, prop::sample::select(generate::acts()), 1u32..=3, page, 1u32..=3, apply).prop_map(
        |(endpoint, act, nth, page, times, apply)| {
            let page = page.filter(|_| endpoint == Endpoint::List);
            // A service that does what it refuses would prove nothing against a client.
            let apply = generate::lawful(&act, apply);
            Stimulus { on: On { endpoint, nth, page }, times, apply, act }
        },
    )
}
