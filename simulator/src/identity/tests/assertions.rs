//! Client assertions, signed here with the committed test key as published clients sign theirs.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use serde_json::json;

use super::super::access_token::Credential;
use super::super::certificate::CertificateError;
use super::super::client_assertion::hex;
use super::super::error::Reason;
use super::super::pem;
use super::super::token_endpoint::TokenResponse;
use super::*;

const KEY: &str = include_str!("../../../fixtures/identity/test-client-key.pem");
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion in the making.
struct Assertion {
    header: Value,
    claims: Value,
    padded: bool,
    padding: &'static dyn RsaEncoding,
}

impl Assertion {
    /// RS256 with `x5t`, as MSAL for Python sends it.
    fn good() -> Self {
        let directory = directory();
        let client_id = directory.apps[0].client_id;
        Self {
            header: json!({"alg": "RS256", "typ": "JWT", "x5t": URL_SAFE_NO_PAD.encode(directory.apps[0].certificates[0].sha1)}),
            claims: json!({
                "aud": format!("http://127.0.0.1:3650/{}/oauth2/v2.0/token", directory.tenant_id),
                "iss": client_id,
                "sub": client_id,
                "jti": "5d1f0f9a-0000-4000-8000-0123456789ab",
                "nbf": now().timestamp(),
                "exp": now().timestamp() + 600,
            }),
            padded: false,
            padding: &RSA_PKCS1_SHA256,
        }
    }

    /// PS256 with `x5t#S256`, padded, as Azure Identity for JavaScript sends it.
    fn pss() -> Self {
        let mut assertion = Self::good();
        assertion.header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE.encode(directory().apps[0].certificates[0].sha256)});
        assertion.padded = true;
        assertion.padding = &RSA_PSS_SHA256;
        assertion
    }

    fn with(mut self, claim: &str, value: Value) -> Self {
        self.claims[claim] = value;
        self
    }

    fn without(mut self, claim: &str) -> Self {
        self.claims.as_object_mut().expect("an object").remove(claim);
        self
    }

    fn with_header(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    fn sign(&self) -> String {
        let engine = if self.padded { &URL_SAFE } else { &URL_SAFE_NO_PAD };
        let der = pem::block(KEY, "PRIVATE KEY").expect("PEM");
        let pair = KeyPair::from_pkcs8(&der).expect("an RSA key");
        let input = [&self.header, &self.claims].map(|part| engine.encode(part.to_string())).join(".");
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(self.padding, &SystemRandom::new(), input.as_bytes(), &mut signature).expect("a signature");
        format!("{input}.{}", engine.encode(signature))
    }

    fn send(&self) -> Result<TokenResponse, AadError> {
        send(&self.sign())
    }
}

fn send(assertion: &str) -> Result<TokenResponse, AadError> {
    ask_with(&[
        ("client_secret", None),
        ("client_assertion_type", Some(JWT_BEARER)),
        ("client_assertion", Some(assertion)),
    ])
}

#[test]
fn both_algorithms_with_both_thumbprints_are_accepted() {
    for assertion in [Assertion::good(), Assertion::pss()] {
        let claims = assertion.send().expect("a token").claims;
        assert_eq!(claims.appidacr, Credential::Certificate);
    }
    let sha256 = URL_SAFE_NO_PAD.encode(directory().apps[0].certificates[0].sha256);
    let mixed = Assertion::good().with_header("x5t#S256", sha256.into());
    assert!(mixed.send().is_ok());
}

#[test]
fn times_may_have_fractions_and_be_five_minutes_off() {
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are exact in a double")]
    let second = now().timestamp() as f64;
    let cases = [
        (Some(second), second + 600.0, true),
        (None, second + 600.25, true),
        (Some(second + 299.5), second + 600.75, true),
        (Some(second + 302.0), second + 600.0, false),
        (Some(second - 900.0), second - 298.5, true),
        (Some(second - 900.0), second - 301.0, false),
        (Some(-1e300), 1e300, true),
        (None, -1e300, false),
    ];
    for (nbf, exp, accepted) in cases {
        let assertion = match nbf {
            Some(nbf) => Assertion::good().with("nbf", nbf.into()),
            None => Assertion::good().without("nbf"),
        };
        let answer = assertion.with("exp", exp.into()).send();
        assert_eq!(answer.is_ok(), accepted, "nbf {nbf:?} exp {exp}");
        if let Err(refusal) = answer {
            assert_eq!(refusal.reason(), Reason::AssertionTime);
        }
    }
}

#[test]
fn every_spelling_of_the_token_endpoint_is_an_audience() {
    let id = directory().tenant_id.to_string();
    for audience in [
        format!("http://127.0.0.1:3650/{id}/oauth2/v2.0/token"),
        format!("https://localhost:3650/{id}/oauth2/v2.0/token"),
        format!("https://login.microsoftonline.com/{id}/oauth2/v2.0/token"),
        format!("https://login.microsoftonline.com/{id}/v2.0"),
        format!("https://login.windows.net/{id}/oauth2/token"),
        format!("https://LOGIN.microsoftonline.us/{}/oauth2/v2.0/token", id.to_uppercase()),
        "https://login.microsoftonline.com/fjordlicht.onmicrosoft.com/oauth2/v2.0/token".to_owned(),
        format!("https://sts.windows.net/{id}/"),
    ] {
        assert!(Assertion::good().with("aud", audience.as_str().into()).send().is_ok(), "{audience}");
    }
    for audience in [
        format!("https://login.example/{id}/oauth2/v2.0/token"),
        format!("https://login.microsoftonline.com@evil.example/{id}/oauth2/v2.0/token"),
        format!("https://login.microsoftonline.com:443@evil.example/{id}/oauth2/v2.0/token"),
        format!("https://login.microsoftonline.com/{id}/oauth2/v2.0/authorize"),
        format!("ftp://login.microsoftonline.com/{id}/v2.0"),
        "https://login.microsoftonline.com/common/oauth2/v2.0/token".to_owned(),
        "https://login.microsoftonline.com".to_owned(),
        "https://graph.microsoft.com".to_owned(),
        id.clone(),
        String::new(),
    ] {
        let refused = refusal(Assertion::good().with("aud", audience.as_str().into()).send());
        assert_eq!(refused.reason(), Reason::AssertionAudience, "{audience}");
    }
}

#[test]
fn every_refusal_of_an_assertion_reads_like_entra() {
    let expired = URL_SAFE_NO_PAD.encode(directory().apps[0].certificates[1].sha1);
    let mut no_thumbprint = Assertion::good();
    no_thumbprint.header = json!({"alg": "RS256", "typ": "JWT"});
    let mut wrong_padding = Assertion::good();
    wrong_padding.padding = &RSA_PSS_SHA256;
    let cases = [
        ("an unknown certificate", Assertion::good().with_header("x5t", "AAECAwQFBgcICQoLDA0ODxAREhM".into()).send()),
        ("no thumbprint", no_thumbprint.send()),
        ("an expired certificate", Assertion::good().with_header("x5t", expired.into()).send()),
        ("a wrong signature", wrong_padding.send()),
        ("another algorithm", Assertion::good().with_header("alg", "HS256".into()).send()),
        ("issuer is not subject", Assertion::good().with("iss", "someone".into()).send()),
        ("another client", Assertion::good().with("iss", "someone".into()).with("sub", "someone".into()).send()),
        ("no issuer", Assertion::good().without("iss").send()),
        ("two audiences", Assertion::good().with("aud", json!(["a", "b"])).send()),
        ("another audience", Assertion::good().with("aud", "https://graph.microsoft.com".into()).send()),
        ("expired", Assertion::good().with("exp", (now().timestamp() - 3600).into()).without("nbf").send()),
        ("no expiry", Assertion::good().without("exp").send()),
        ("not a JWT", send("not-a-token")),
        ("no type", ask_with(&[("client_secret", None), ("client_assertion", Some("x"))])),
        (
            "another type",
            ask_with(&[
                ("client_assertion", Some("x")),
                ("client_assertion_type", Some("urn:ietf:params:oauth:client-assertion-type:saml2-bearer")),
            ]),
        ),
    ];
    let all: Vec<_> = cases.into_iter().map(|(name, answer)| json!({name: shown(&refusal(answer))})).collect();
    insta::assert_json_snapshot!("refused_assertions", all);
}

#[test]
fn a_certificate_is_known_by_its_thumbprints() {
    let certificate = Certificate::from_pem(&format!("{KEY}\n{CERTIFICATE}")).expect("a certificate");
    // From `openssl x509 -noout -fingerprint`.
    assert_eq!(hex(&certificate.sha1), "BAFC25340C87B1F503C73CCA623133A90AB7BC42");
    assert_eq!(hex(&certificate.sha256), "9797FFC3BB5BC7B7096D3D74A5E9F90377E36F319C2DF8522D02683B09BC56F2");
    assert_eq!(certificate.not_before, at("2010-01-01T00:00:00Z"));
    assert_eq!(certificate.not_after, at("2099-12-31T23:59:59Z"));
    assert_eq!(Certificate::from_pem(KEY), Err(CertificateError::NotPem));
    let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    assert!(matches!(Certificate::from_pem(broken), Err(CertificateError::NotX509(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_header_and_claims_are_answered(name in "alg|x5t|x5t#S256|aud|iss|sub|exp|nbf", value in any_json()) {
        let in_header = Assertion::good().with_header(&name, value.clone()).sign();
        let in_claims = Assertion::good().with(&name, value).sign();
        for assertion in [in_header, in_claims] {
            if let Err(refusal) = send(&assertion) {
                prop_assert!(serde_json::from_str::<Value>(&refusal.body()).is_ok());
            }
        }
    }

    #[test]
    fn one_changed_byte_of_an_assertion_is_refused(position: prop::sample::Index, replacement in 0_u8..127) {
        let mut bytes = Assertion::good().sign().into_bytes();
        let position = position.index(bytes.len());
        prop_assume!(bytes[position] != replacement);
        bytes[position] = replacement;
        let assertion = String::from_utf8(bytes).expect("ASCII");
        prop_assert!(send(&assertion).is_err());
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        proptest::collection::vec(".*".prop_map(Value::from), 0..3).prop_map(Value::from),
    ]
}
