//! The token endpoint with secrets: grants, refusals, and what it tolerates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::json;

use super::super::access_token::{self, Credential};
use super::super::authority::Authority;
use super::super::directory::Auth;
use super::super::error::{Confidence, Reason, TABLE};
use super::super::headers;
use super::super::keys::SigningKey;
use super::super::token_endpoint::{Dialect, TokenRequest, wrong_method};
use super::*;

#[test]
fn a_secret_buys_a_token() {
    let granted = ask_with(&[]).expect("a token");
    let body: Value = serde_json::from_str(&granted.body()).expect("JSON");
    assert_eq!(body["access_token"], json!(granted.access_token));
    assert_eq!(
        granted.body().replace(&granted.access_token, "…"),
        r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"…"}"#
    );
    insta::assert_json_snapshot!("claims", granted.claims);
    let read = access_token::read(&granted.access_token, &SigningKey::development());
    assert_eq!(read.as_ref(), Ok(&granted.claims));
}

#[test]
fn the_same_request_gets_the_same_token() {
    assert_eq!(ask_with(&[]), ask_with(&[]));
}

#[test]
fn every_refusal_of_a_secret_reads_like_entra() {
    let directory = directory();
    let secret_id = directory.apps[0].secrets[0].key_id.to_string();
    let cases: [(&str, &[Change<'_>]); 15] = [
        ("no grant type", &[("grant_type", None)]),
        ("another grant type", &[("grant_type", Some("magic"))]),
        ("no client id", &[("client_id", None)]),
        ("an empty client id", &[("client_id", Some(""))]),
        ("no scope", &[("scope", None)]),
        (
            "a delegated scope",
            &[("scope", Some("https://graph.microsoft.com/DeviceManagementManagedDevices.Read.All"))],
        ),
        ("only OpenID scopes", &[("scope", Some("openid profile"))]),
        ("no resource", &[("scope", Some("/.default"))]),
        ("two resources", &[("scope", Some("https://graph.microsoft.com/.default api://fjordlicht/.default"))]),
        ("another resource", &[("scope", Some("https://vault.azure.net/.default"))]),
        ("no credential", &[("client_secret", None)]),
        ("an app of nobody", &[("client_id", Some("11111111-2222-4333-8444-555555555555"))]),
        ("a client id that is a name", &[("client_id", Some("my {0} app"))]),
        ("a wrong secret", &[("client_secret", Some("hunter2"))]),
        ("an expired secret", &[("client_secret", Some("SIM8Q~FAKE-SECRET-that-expired-in-2024--"))]),
    ];
    let mut shown_all: Vec<_> =
        cases.iter().map(|(name, changes)| json!({*name: shown(&refusal(ask_with(changes)))})).collect();
    for tenant in [
        "11111111-2222-4333-8444-555555555555",
        "someone-else.example",
        "00000000-0000-0000-0000-000000000000",
        "authorize",
        "common",
    ] {
        let answer = ask(&directory, tenant, &form(&directory, &[]));
        shown_all.push(json!({format!("tenant {tenant}"): shown(&refusal(answer))}));
    }
    insta::assert_json_snapshot!("refusals", shown_all);

    let wrong = refusal(ask_with(&[("client_secret", Some("hunter2"))]));
    let id_for_value = refusal(ask_with(&[("client_secret", Some(&secret_id))]));
    assert_eq!(wrong, id_for_value, "the secret ID is one more wrong secret");
}

#[test]
fn what_sdks_add_is_tolerated() {
    let tolerated: [&[Change<'_>]; 8] = [
        &[("scope", Some("https://graph.microsoft.com/.default openid profile offline_access"))],
        &[("scope", Some("https://graph.microsoft.com//.default"))],
        &[("scope", Some("00000003-0000-0000-c000-000000000000/.default"))],
        &[("scope", Some("http://127.0.0.1:3650/.default"))],
        &[("scope", Some("https://localhost/.default"))],
        &[("scope", Some("https://graph.microsoft.us/.default"))],
        &[("client_info", Some("1")), ("x-client-sku", Some("msal.js.node")), ("claims", Some("{}"))],
        &[("resource", Some("https://graph.microsoft.com"))],
    ];
    let audiences = tolerated.map(|changes| ask_with(changes).expect("a token").claims.aud);
    insta::assert_json_snapshot!("audiences", audiences);
}

#[test]
fn a_tenant_answers_to_its_id_and_its_domain_in_any_case() {
    let directory = directory();
    let id = directory.tenant_id.to_string();
    for tenant in [id.as_str(), &id.to_uppercase(), "fjordlicht.onmicrosoft.com", "FjordLicht.OnMicrosoft.com"] {
        assert!(ask(&directory, tenant, &form(&directory, &[])).is_ok(), "{tenant}");
    }
}

#[test]
fn only_a_form_is_a_form() {
    let directory = directory();
    let tenant = directory.tenant_id.to_string();
    let body = form(&directory, &[]);
    let authority = local();
    for (content_type, accepted) in [
        (Some("application/x-www-form-urlencoded"), true),
        (Some("Application/X-WWW-Form-Urlencoded; charset=utf-8"), true),
        (Some("application/x-www-form-urlencoded;charset=UTF-8"), true),
        (Some("application/json"), false),
        (Some("multipart/form-data; boundary=x"), false),
        (None, false),
    ] {
        let request = TokenRequest {
            authority: &authority,
            dialect: Dialect::V2,
            tenant: &tenant,
            content_type,
            authorization: None,
            client_request_id: None,
            body: body.as_bytes(),
        };
        let answer = grant(&directory, &SigningKey::development(), &request, now(), draw());
        assert_eq!(answer.is_ok(), accepted, "{content_type:?}");
        if let Err(refusal) = answer {
            assert_eq!(refusal.reason(), Reason::MissingParameter);
        }
    }
}

#[test]
fn basic_authentication_is_form_encoded() {
    let mut directory = directory();
    directory.apps[0].secrets[0].value = "a+b c%:ü~".to_owned();
    let encoded: String = form_urlencoded::byte_serialize("a+b c%:ü~".as_bytes()).collect();
    let authorization = format!("Basic {}", STANDARD.encode(format!("{}:{encoded}", directory.apps[0].client_id)));
    let body = form(&directory, &[("client_id", None), ("client_secret", None)]);
    let authority = microsoft();
    let request = TokenRequest {
        authority: &authority,
        dialect: Dialect::V2,
        tenant: &directory.domain,
        content_type: Some(FORM),
        authorization: Some(&authorization),
        client_request_id: None,
        body: body.as_bytes(),
    };
    let granted = grant(&directory, &SigningKey::development(), &request, now(), draw());
    assert_eq!(granted.expect("a token").claims.appidacr, Credential::Secret);
}

#[test]
fn the_correlation_id_is_the_clients_if_it_is_a_guid() {
    let directory = directory();
    let authority = local();
    let sent = "0A1B2C3D-0000-4000-8000-00000000ABCD";
    let correlation = |client_request_id, body: &str| {
        let request = TokenRequest {
            authority: &authority,
            dialect: Dialect::V2,
            tenant: "common",
            content_type: Some(FORM),
            authorization: None,
            client_request_id,
            body: body.as_bytes(),
        };
        let answer = grant(&directory, &SigningKey::development(), &request, now(), draw());
        refusal(answer).stamp().correlation_id.to_string()
    };
    let drawn = correlation(None, "");
    assert_eq!(correlation(Some(sent), ""), sent.to_lowercase());
    assert_eq!(correlation(None, &format!("client-request-id={sent}")), sent.to_lowercase());
    assert_eq!(correlation(Some("not a GUID"), ""), drawn);
}

#[test]
fn relaxed_lets_everybody_in_with_the_default_roles() {
    let mut directory = directory();
    directory.auth = Auth::Relaxed;
    let roles = directory.apps[0].roles.clone();
    let stranger = "11111111-2222-4333-8444-555555555555";
    let cases: [&[Change<'_>]; 5] = [
        &[("client_id", Some(stranger)), ("client_secret", Some("anything"))],
        &[("client_id", Some("not a GUID"))],
        &[("client_id", None), ("client_secret", None)],
        &[
            ("client_assertion", Some("nonsense")),
            ("client_assertion_type", Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")),
        ],
        &[("client_secret", Some("SIM8Q~FAKE-SECRET-that-expired-in-2024--"))],
    ];
    for changes in cases {
        for tenant in ["common", "someone-else.example", "authorize"] {
            let claims = ask(&directory, tenant, &form(&directory, changes)).expect("a token").claims;
            assert_eq!((claims.tid, &claims.roles), (directory.tenant_id, &roles));
        }
    }
    let claims = ask(&directory, "common", &form(&directory, cases[0])).expect("a token").claims;
    assert_eq!(claims.appid.to_string(), stranger);
    let nothing = ask(&directory, "common", "grant_type=client_credentials");
    assert_eq!(refusal(nothing).reason(), Reason::MissingField, "a request must still be one");
}

#[test]
fn headers_read_like_entra() {
    let refused = refusal(ask_with(&[("client_secret", Some("hunter2"))]));
    insta::assert_json_snapshot!(
        "headers",
        json!({
            "token": headers::for_token(stamp().trace_id),
            "refusal": headers::for_refusal(&refused),
            "metadata": headers::for_metadata(stamp().trace_id),
        })
    );
}

#[test]
fn a_get_is_told_to_post() {
    let refused = wrong_method("GET", stamp());
    assert_eq!((refused.status(), refused.code()), (400, 900_561));
    // The body as it is sent, for the order of its members.
    insta::assert_snapshot!("wrong_method", refused.body());
}

#[test]
fn the_table_is_in_the_order_of_its_reasons_and_each_row_has_a_source() {
    for (position, row) in TABLE.iter().enumerate() {
        assert_eq!(row.reason as usize, position, "{:?}", row.reason);
        assert!(!row.source.is_empty() && (400..500).contains(&row.status));
        assert!(row.confidence != Confidence::Documented || row.source.contains("documentation"));
    }
}

#[test]
fn nothing_secret_is_printed() {
    let directory = directory();
    let body = form(&directory, &[]);
    let authority = local();
    let request = TokenRequest {
        authority: &authority,
        dialect: Dialect::V2,
        tenant: "common",
        content_type: Some(FORM),
        authorization: Some("Basic c2VjcmV0"),
        client_request_id: None,
        body: body.as_bytes(),
    };
    let granted = ask_with(&[]).expect("a token");
    let printed = format!("{directory:?}{request:?}{granted:?}{:?}", SigningKey::development());
    for hidden in [directory.apps[0].secrets[0].value.as_str(), "c2VjcmV0", &granted.access_token, "FAKE-SECRET"] {
        assert!(!printed.contains(hidden), "{hidden}");
    }
}

fn well_formed(refusal: &AadError) -> Result<(), TestCaseError> {
    let body: Value = serde_json::from_str(&refusal.body())?;
    let mut members: Vec<_> = body.as_object().expect("an object").keys().cloned().collect();
    members.sort();
    prop_assert_eq!(
        members.join(" "),
        "correlation_id error error_codes error_description error_uri timestamp trace_id"
    );
    let description = body["error_description"].as_str().expect("text");
    let start = format!("AADSTS{}: ", refusal.code());
    prop_assert!(description.starts_with(&start));
    Ok(())
}

proptest! {
    #[test]
    fn any_request_is_answered_and_none_is_granted_by_luck(
        tenant in ".*",
        content_type in prop_oneof![Just(Some(FORM.to_owned())), proptest::option::of(".*")],
        authorization in proptest::option::of(prop_oneof![
            ".*",
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| format!("Basic {}", STANDARD.encode(bytes))),
        ]),
        client_request_id in proptest::option::of(".*"),
        scheme in ".*",
        host in ".*",
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            Just(b"grant_type=client_credentials&client_id=x&scope=/.default&client_secret=%ff".to_vec()),
        ],
    ) {
        let authority = Authority::new(&scheme, &host);
        let request = TokenRequest {
            authority: &authority,
            dialect: Dialect::V2,
            tenant: &tenant,
            content_type: content_type.as_deref(),
            authorization: authorization.as_deref(),
            client_request_id: client_request_id.as_deref(),
            body: &body,
        };
        let answer = grant(&directory(), &SigningKey::development(), &request, now(), draw());
        well_formed(&answer.expect_err("a refusal"))?;
    }

    #[test]
    fn any_value_of_a_field_is_answered(
        field in prop_oneof![Just("scope"), Just("client_id"), Just("client_secret"), Just("grant_type"), Just("client_assertion")],
        value in prop_oneof![".*", "[a-z:/.{}0-9 ]{0,40}", "(https?://)?[a-z:@.\\[\\]]{0,12}/?/.default"],
    ) {
        let jwt_bearer = Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        if let Err(refusal) = ask_with(&[(field, Some(&value)), ("client_assertion_type", jwt_bearer)]) {
            well_formed(&refusal)?;
        }
    }
}
