//! The state machines of a sign-in against plain models of them: codes with PKCE, device codes, refresh tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use proptest::prelude::*;
use ring::digest::{SHA256, digest};

use super::super::authorization_code::{Codes, Redemption};
use super::super::delegated_scope::Wanted;
use super::super::delegation::Delegation;
use super::super::device_code::DeviceCodes;
use super::super::error::{Reason, Refusal};
use super::super::pkce::Challenge;
use super::super::refresh_token::RefreshTokens;
use super::super::sessions::Sessions;
use super::*;
use uuid::Uuid;

const VERIFIERS: [&str; 2] =
    ["verifier-a-with-forty-three-characters-or-more-0", "verifier-b-with-forty-three-characters-or-more-0"];
const PLACES: [&str; 2] = ["http://localhost:1/", "http://localhost:2/"];

fn wanted() -> Wanted {
    Wanted::read("User.Read offline_access", &local(), "fjordlicht.onmicrosoft.com").expect("a good scope")
}

fn delegation(client: u128, session: u64) -> Delegation {
    Delegation {
        client_id: Uuid::from_u128(client),
        user: Uuid::from_u128(7),
        session,
        wanted: wanted(),
        nonce: None,
        understands_challenges: false,
    }
}

fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

fn reason<T>(result: Result<T, Refusal>) -> Option<Reason> {
    result.err().map(|refusal| refusal.stamped(stamp()).reason())
}

/// What happens to codes: one is issued, time goes by, one is redeemed.
#[derive(Debug, Clone)]
enum CodeStep {
    Issue { client: u128, place: usize, challenge: Option<(usize, bool)> },
    Wait(i64),
    Redeem { code: usize, client: u128, place: Option<usize>, verifier: Option<usize> },
}

fn code_step() -> impl Strategy<Value = CodeStep> {
    prop_oneof![
        (0_u128..2, 0_usize..2, prop::option::of((0_usize..2, any::<bool>())))
            .prop_map(|(client, place, challenge)| CodeStep::Issue { client, place, challenge }),
        (0_i64..400).prop_map(CodeStep::Wait),
        (0_usize..4, 0_u128..2, prop::option::weighted(0.9, 0_usize..2), prop::option::of(0_usize..2))
            .prop_map(|(code, client, place, verifier)| CodeStep::Redeem { code, client, place, verifier }),
    ]
}

/// What a code is, in the simplest words.
struct ModelCode {
    text: String,
    client: u128,
    place: usize,
    verifier: Option<usize>,
    born: i64,
    used: bool,
}

proptest! {
    #[test]
    fn codes_agree_with_a_plain_model(steps in prop::collection::vec(code_step(), 1..40)) {
        let (mut codes, mut model, mut seconds) = (Codes::default(), Vec::<ModelCode>::new(), 0_i64);
        for (number, step) in steps.into_iter().enumerate() {
            let time = now() + TimeDelta::seconds(seconds);
            match step {
                CodeStep::Wait(by) => seconds += by,
                CodeStep::Issue { client, place, challenge } => {
                    let promised = challenge.map(|(verifier, plain)| {
                        let verifier = VERIFIERS[verifier];
                        let (value, method) =
                            if plain { (verifier.to_owned(), None) } else { (s256(verifier), Some("S256")) };
                        Challenge::read(Some(&value), method).expect("well formed").expect("a challenge")
                    });
                    let text = codes.issue(
                        Uuid::nil(), delegation(client, 0), PLACES[place], promised, time, draw().nth(number as u64),
                    );
                    model.push(ModelCode {
                        text, client, place, verifier: challenge.map(|(verifier, _)| verifier), born: seconds, used: false,
                    });
                }
                CodeStep::Redeem { code, client, place, verifier } => {
                    let presented = Redemption {
                        client_id: Uuid::from_u128(client),
                        redirect_uri: place.map(|place| PLACES[place]),
                        verifier: verifier.map(|verifier| VERIFIERS[verifier]),
                    };
                    let text = model.get(code).map_or("nobody's", |known| known.text.as_str()).to_owned();
                    let expected = match model.get_mut(code) {
                        None => Some(Reason::MalformedGrant),
                        Some(known) if known.client != client => Some(Reason::ForeignGrant),
                        Some(known) if known.used => Some(Reason::RedeemedCode),
                        Some(known) if seconds - known.born >= 600 => Some(Reason::ExpiredCode),
                        Some(_) if place.is_none() => Some(Reason::MissingParameter),
                        Some(known) if place != Some(known.place) => Some(Reason::OtherRedirectUri),
                        Some(known) if verifier != known.verifier => Some(Reason::WrongVerifier),
                        Some(known) => { known.used = true; None }
                    };
                    prop_assert_eq!(reason(codes.redeem(&text, presented, time)), expected);
                }
            }
        }
    }

    #[test]
    fn only_the_verifier_meets_its_challenge(verifier in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}") {
        prop_assume!(verifier != other);
        let hashed = Challenge::read(Some(&s256(&verifier)), Some("S256")).unwrap().unwrap();
        let plain = Challenge::read(Some(&verifier), Some("plain")).unwrap().unwrap();
        for challenge in [&hashed, &plain] {
            prop_assert!(challenge.is_met_by(&verifier));
            prop_assert!(!challenge.is_met_by(&other));
        }
        prop_assert!(!hashed.is_met_by(&s256(&verifier)), "the challenge does not meet itself");
    }
}

#[derive(Debug, Clone)]
enum DeviceStep {
    Begin { client: u128 },
    Wait(i64),
    Decide { request: usize, approve: bool },
    Poll { request: usize, client: u128 },
}

fn device_step() -> impl Strategy<Value = DeviceStep> {
    prop_oneof![
        (0_u128..2).prop_map(|client| DeviceStep::Begin { client }),
        (0_i64..500).prop_map(DeviceStep::Wait),
        (0_usize..4, any::<bool>()).prop_map(|(request, approve)| DeviceStep::Decide { request, approve }),
        (0_usize..4, 0_u128..2).prop_map(|(request, client)| DeviceStep::Poll { request, client }),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    Yes,
    No,
    Done,
}

proptest! {
    #[test]
    fn device_codes_agree_with_a_plain_model(steps in prop::collection::vec(device_step(), 1..40)) {
        let (mut codes, mut seconds) = (DeviceCodes::default(), 0_i64);
        let mut model: Vec<(String, String, u128, i64, Phase)> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            let time = now() + TimeDelta::seconds(seconds);
            match step {
                DeviceStep::Wait(by) => seconds += by,
                DeviceStep::Begin { client } => {
                    let begun = codes.begin(
                        Uuid::nil(), Uuid::from_u128(client), wanted(), false, time, draw().nth(number as u64),
                    );
                    model.push((begun.device_code, begun.user_code, client, seconds, Phase::Open));
                }
                DeviceStep::Decide { request, approve } => {
                    let Some((_, user_code, _, born, phase)) = model.get_mut(request) else { continue };
                    let usable = seconds - *born < 900 && *phase == Phase::Open;
                    let user = approve.then_some((Uuid::from_u128(7), 3));
                    // People write small letters and blanks.
                    let entered = format!(" {} {}", user_code[..4].to_lowercase(), &user_code[4..]);
                    prop_assert_eq!(codes.decide(&entered, user, time).is_ok(), usable);
                    if usable { *phase = if approve { Phase::Yes } else { Phase::No }; }
                }
                DeviceStep::Poll { request, client } => {
                    let Some((device_code, _, owner, born, phase)) = model.get_mut(request) else { continue };
                    let expected = match *phase {
                        _ if *owner != client => Some(Reason::ForeignGrant),
                        Phase::Done => Some(Reason::UnknownDeviceCode),
                        _ if seconds - *born >= 900 => Some(Reason::ExpiredDeviceCode),
                        Phase::Open => Some(Reason::PendingDeviceCode),
                        Phase::No => Some(Reason::DeclinedDeviceCode),
                        Phase::Yes => { *phase = Phase::Done; None }
                    };
                    let polled = codes.poll(device_code, Uuid::from_u128(client), time);
                    if let Ok(delegation) = &polled {
                        prop_assert_eq!((delegation.user, delegation.session), (Uuid::from_u128(7), 3));
                    }
                    prop_assert_eq!(reason(polled), expected);
                }
            }
        }
    }
}

#[derive(Debug, Clone)]
enum RefreshStep {
    Issue { client: u128 },
    Wait(i64),
    Revoke,
    Use { token: usize, client: u128 },
}

fn refresh_step() -> impl Strategy<Value = RefreshStep> {
    prop_oneof![
        (0_u128..2).prop_map(|client| RefreshStep::Issue { client }),
        (0_i64..40).prop_map(RefreshStep::Wait),
        Just(RefreshStep::Revoke),
        (0_usize..5, 0_u128..2).prop_map(|(token, client)| RefreshStep::Use { token, client }),
    ]
}

proptest! {
    /// Every token that was ever made works for its client for ninety days, however often it and its successors are
    /// used, until its user's sessions are revoked.
    #[test]
    fn refresh_tokens_agree_with_a_plain_model(steps in prop::collection::vec(refresh_step(), 1..40)) {
        let (mut tokens, mut sessions, mut days) = (RefreshTokens::default(), Sessions::default(), 0_i64);
        let mut model: Vec<(String, u128, i64, u64)> = Vec::new();
        let mut revocations = 0;
        for (number, step) in steps.into_iter().enumerate() {
            let time = now() + TimeDelta::days(days);
            match step {
                RefreshStep::Wait(by) => days += by,
                RefreshStep::Issue { client } => {
                    let text =
                        tokens.issue(Uuid::nil(), delegation(client, revocations), time, draw().nth(number as u64));
                    model.push((text, client, days, revocations));
                }
                RefreshStep::Revoke => {
                    sessions.revoke(Uuid::from_u128(7), time);
                    revocations += 1;
                }
                RefreshStep::Use { token, client } => {
                    let Some((text, owner, born, session)) = model.get(token).cloned() else { continue };
                    let expected = if owner != client {
                        Some(Reason::ForeignGrant)
                    } else if session != revocations {
                        Some(Reason::RevokedGrant)
                    } else if days - born >= 90 {
                        Some(Reason::InactiveRefreshToken)
                    } else {
                        None
                    };
                    let used = tokens.redeem(&text, Uuid::from_u128(client), |user| sessions.of(user), time);
                    prop_assert_eq!(reason(used), expected);
                    if expected.is_none() {
                        let text =
                            tokens.issue(Uuid::nil(), delegation(client, revocations), time, draw().nth(number as u64));
                        model.push((text, client, days, revocations));
                    }
                }
            }
        }
    }
}
