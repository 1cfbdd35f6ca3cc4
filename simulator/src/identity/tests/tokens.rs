//! Access tokens: what is minted verifies, what is changed does not, and every defect is told apart.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::super::access_token::{Claims, Credential, TokenDefect, check, mint, read, spoil_signature, tenant_of};
use super::super::authority::GRAPH;
use super::*;

fn claims() -> Claims {
    let directory = directory();
    Claims::app_only(&directory, &directory.apps[0], GRAPH, Credential::Secret, now(), draw())
}

#[test]
fn a_token_has_the_header_of_entra_and_a_kid_of_its_length() {
    let key = SigningKey::development();
    let token = mint(&key, &claims());
    let header =
        token.split('.').next().and_then(|part| super::super::jwt::decode(part, super::super::jwt::Padding::Forbidden));
    let kid = key.kid();
    assert_eq!(kid.len(), 27);
    assert_eq!(
        String::from_utf8(header.expect("base64url")).expect("UTF-8"),
        format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{kid}","kid":"{kid}"}}"#)
    );
}

#[test]
fn every_defect_is_told_apart() {
    let key = SigningKey::development();
    let tenant = directory().tenant_id;
    let verdict = |change: fn(&mut Claims)| {
        let mut claims = claims();
        change(&mut claims);
        read(&mint(&key, &claims), &key).and_then(|claims| check(&claims, tenant, now()))
    };
    assert_eq!(verdict(|_| ()), Ok(()));
    assert_eq!(verdict(|claims| claims.aud = "00000003-0000-0000-c000-000000000000".into()), Ok(()));
    assert_eq!(verdict(|claims| claims.aud = "https://graph.microsoft.com/".into()), Ok(()));
    assert_eq!(verdict(|claims| claims.aud = "https://vault.azure.net".into()), Err(TokenDefect::WrongAudience));
    assert_eq!(verdict(|claims| claims.tid = uuid::Uuid::nil()), Err(TokenDefect::WrongTenant));
    assert_eq!(verdict(|claims| claims.iss = "https://sts.windows.net/x/".into()), Err(TokenDefect::WrongTenant));
    assert_eq!(verdict(|claims| claims.exp = now().timestamp()), Err(TokenDefect::Expired));
    assert_eq!(verdict(|claims| claims.exp = now().timestamp() + 1), Ok(()));
    assert_eq!(verdict(|claims| claims.nbf = now().timestamp() + 1), Err(TokenDefect::NotYetValid));
    assert_eq!(verdict(|claims| claims.nbf = now().timestamp()), Ok(()));

    let token = mint(&key, &claims());
    assert_eq!(read("", &key), Err(TokenDefect::Empty));
    assert!(matches!(read("opaque", &key), Err(TokenDefect::NotJwt(_))));
    assert!(matches!(read(&format!("\"{token}\""), &key), Err(TokenDefect::NotJwt(_))));
    assert!(matches!(read(&token[..token.len() / 2], &key), Err(TokenDefect::NotJwt(_))));
    assert_eq!(read(&spoil_signature(&token), &key), Err(TokenDefect::WrongSignature));
    assert_eq!(tenant_of(&spoil_signature(&token)), Some(tenant));
    let not_an_access_token = super::super::jwt::sign(&key, &serde_json::json!({"tid": tenant}));
    assert_eq!(read(&not_an_access_token, &key), Err(TokenDefect::NotForGraph));
}

#[test]
fn a_header_that_names_another_algorithm_is_not_believed() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let key = SigningKey::development();
    let token = mint(&key, &claims());
    let claims = token.split('.').nth(1).expect("three segments");
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, "{}"] {
        let input = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(input.as_bytes()));
        assert_eq!(read(&format!("{input}.{signature}"), &key), Err(TokenDefect::WrongSignature));
    }
}

#[test]
fn a_token_lives_an_hour_and_starts_five_minutes_ago() {
    let claims = claims();
    assert_eq!((claims.exp - claims.nbf, claims.iat), (3900, claims.nbf));
    let tenant = claims.tid;
    assert_eq!(check(&claims, tenant, now() + TimeDelta::seconds(3599)), Ok(()));
    assert_eq!(check(&claims, tenant, now() + TimeDelta::hours(1)), Err(TokenDefect::Expired));
}

#[test]
fn the_default_secret_has_the_shape_that_scanners_know() {
    let value = Secret::generate(draw()).value;
    let (start, rest) = value.split_once("8Q~").expect("8Q~");
    assert_eq!((start.len(), value.len()), (3, 40));
    assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)));
    assert!(value.contains("FAKE"));
}

#[test]
fn keys_that_cannot_be_used_say_why() {
    for text in ["", CERTIFICATE, "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----"] {
        let reason = SigningKey::from_pem(text).expect_err("no key").to_string();
        assert!(reason.contains("PKCS#8"), "{reason}");
    }
    let not_a_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    assert!(SigningKey::from_pem(not_a_key).is_err_and(|reason| reason.to_string().contains("RSA")));
}

proptest! {
    #[test]
    fn a_minted_token_verifies(
        aud in ".*", name in ".*", roles in proptest::collection::vec(".*", 0..4), exp: i64, seed: u64,
    ) {
        let key = SigningKey::development();
        let claims = Claims { aud, app_displayname: name, roles, exp, uti: seed.to_string(), ..claims() };
        let token = mint(&key, &claims);
        prop_assert_eq!(tenant_of(&token), Some(claims.tid));
        prop_assert_eq!(read(&token, &key), Ok(claims));
    }

    #[test]
    fn one_changed_byte_never_verifies(position: prop::sample::Index, replacement in 0_u8..127) {
        let key = SigningKey::development();
        let mut bytes = mint(&key, &claims()).into_bytes();
        let position = position.index(bytes.len());
        prop_assume!(bytes[position] != replacement);
        bytes[position] = replacement;
        let token = String::from_utf8(bytes).expect("ASCII");
        prop_assert!(read(&token, &key).is_err());
    }

    #[test]
    fn any_token_is_read_without_a_panic(
        token in prop_oneof![".*", "[A-Za-z0-9_-]{0,9}\\.[A-Za-z0-9_-]{0,9}\\.[A-Za-z0-9_-]{0,9}"],
    ) {
        prop_assert!(read(&token, &SigningKey::development()).is_err());
        prop_assert_eq!(tenant_of(&token), None);
        spoil_signature(&token);
    }
}
