//! Tokens at Graph's door: which are let in, and how the others are refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hyper::Method;
use insta::assert_snapshot;
use simtune::exchange::Answer;
use simtune::identity::access_token::{self, Claims};
use simtune::identity::directory::Auth;
use simtune::tenant::TenantSpec;
use uuid::Uuid;

use crate::harness::{Harness, With, json, request, start, told};

const TARGET: &str = "/v1.0/deviceManagement/managedDevices?$top=1&$select=id";

fn with_token(harness: &Harness, token: &str) -> Answer {
    harness.send(request(Method::GET, TARGET, b"").with("authorization", &format!("Bearer {token}")))
}

/// The default app's claims, changed and signed again.
fn forged(harness: &Harness, change: impl FnOnce(&mut Claims)) -> String {
    let key = harness.service.key();
    let mut claims = access_token::read(&harness.fresh_token(), key).expect("our own token");
    change(&mut claims);
    access_token::mint(key, &claims)
}

#[test]
fn every_defect_has_its_own_refusal() {
    let harness = Harness::new();
    let good = harness.fresh_token();
    assert_eq!(with_token(&harness, &good).status, 200);
    let cases = [
        ("empty", String::new()),
        ("no JWT", "secret".to_owned()),
        ("quoted", format!("\"{good}\"")),
        ("cut off", good[..good.len() / 2].to_owned()),
        ("another signature", access_token::spoil_signature(&good)),
        ("no signature", format!("{}.", good.rsplit_once('.').unwrap().0)),
        ("another audience", forged(&harness, |claims| claims.aud = "https://management.azure.com".to_owned())),
        ("another tenant", forged(&harness, |claims| claims.tid = Uuid::nil())),
        ("expired", forged(&harness, |claims| claims.exp = claims.nbf + 1)),
        ("not yet valid", forged(&harness, |claims| claims.nbf = claims.exp - 1)),
        ("no role", forged(&harness, |claims| claims.roles.clear())),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(name, token)| {
            let answer = with_token(&harness, token);
            let challenge = answer.headers.get("www-authenticate").map_or("no challenge", |_| "challenge");
            let error = &json(&answer)["error"];
            let message: String = error["message"].as_str().unwrap().chars().take(90).collect();
            format!(
                "{name}: {} {} {challenge}\n  {}",
                answer.status.as_u16(),
                error["code"],
                message.replace("\r\n", " ")
            )
        })
        .collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn a_token_ends_to_the_second() {
    let harness = Harness::new();
    let token = harness.fresh_token();
    // Tokens count whole seconds, and this one was made inside one: its end is the beginning of a second.
    let into_the_second = TimeDelta::nanoseconds(start().timestamp_subsec_micros().into()) * 1_000;
    harness.advance(TimeDelta::hours(1) - into_the_second - TimeDelta::microseconds(1));
    assert_eq!(with_token(&harness, &token).status, 200);
    harness.advance(TimeDelta::microseconds(1));
    assert_eq!(with_token(&harness, &token).status, 401);
}

#[test]
fn a_missing_scope_is_named() {
    let harness = Harness::new();
    let token = forged(&harness, |claims| claims.roles = vec!["User.Read.All".to_owned()]);
    let asked = request(Method::GET, "/v1.0/deviceManagement/managedDevices?$expand=windowsProtectionState", b"");
    assert_snapshot!(told(&harness.send(asked.with("authorization", &format!("Bearer {token}")))));
}

#[test]
fn a_kept_answer_is_not_for_everybody() {
    let harness = Harness::new();
    assert_eq!(harness.get(TARGET).status, 200);
    let poor = forged(&harness, |claims| claims.roles.clear());
    assert_eq!(with_token(&harness, &poor).status, 403);
    assert_eq!(harness.send(request(Method::GET, TARGET, b"")).status, 401);
}

#[test]
fn a_relaxed_tenant_lets_anybody_in() {
    let harness = Harness::with(TenantSpec { auth: Auth::Relaxed, ..TenantSpec::default() });
    assert_eq!(harness.send(request(Method::GET, TARGET, b"")).status, 200);
    for token in ["", "anything", "a.b.c"] {
        assert_eq!(with_token(&harness, token).status, 200, "{token}");
    }
    let form = request(Method::POST, "/contoso.example/oauth2/v2.0/token", b"grant_type=client_credentials&client_id=me&client_secret=x&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default")
        .with("content-type", "application/x-www-form-urlencoded");
    assert_eq!(harness.send(form).status, 200);
}

#[test]
fn the_sign_in_endpoints_answer_over_the_service() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant().id;
    for (name, target) in [
        ("openid_configuration", format!("/{tenant}/v2.0/.well-known/openid-configuration")),
        ("keys", format!("/{tenant}/discovery/v2.0/keys")),
        ("instance", "/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize".to_owned()),
        ("unknown_tenant", "/contoso.example/v2.0/.well-known/openid-configuration".to_owned()),
    ] {
        assert_snapshot!(name, told(&harness.send(request(Method::GET, &target, b""))));
    }
    let wrong =
        request(Method::POST, &format!("/{tenant}/oauth2/v2.0/token"), b"grant_type=client_credentials&client_id=x")
            .with("content-type", "application/x-www-form-urlencoded");
    assert_snapshot!("wrong_client", told(&harness.send(wrong)));
}

#[test]
fn a_token_says_who_and_where() {
    let harness = Harness::new();
    let token = harness.fresh_token();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    let tenant = harness.service.tenants().default_tenant();
    assert_eq!(claims["tid"], tenant.id.to_string());
    assert_eq!(claims["iss"], format!("https://sts.windows.net/{}/", tenant.id));
    assert_eq!(claims["ver"], "1.0");
}
