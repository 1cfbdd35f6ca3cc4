//! Everyone who signs in: the flows from the first page to the last token, and what a signed-in user may do.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hyper::Method;
use insta::{assert_json_snapshot, assert_snapshot};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value as Json, json};
use simtune::exchange::Answer;
use simtune::identity::intune_role::IntuneRole;
use simtune::identity::user::{User, Users};
use simtune::tenant::TenantSpec;

use crate::harness::{Harness, With, json as body_json, request, text, told};
use crate::sockets::{Running, exchange};

const FORM: &str = "application/x-www-form-urlencoded";
const BACK: &str = "http://localhost:8400/";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0";
const SCOPE: &str = "openid profile email offline_access https://graph.microsoft.com/.default";

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, VERIFIER.as_bytes()))
}

/// The claims of a token, unproved.
fn claims(token: &str) -> Json {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

fn fields_of(location: &str) -> HashMap<String, String> {
    let (_, fields) = location.split_once(['?', '#']).expect("fields");
    form_urlencoded::parse(fields.as_bytes()).into_owned().collect()
}

/// What clients do, in few words.
trait SignsIn {
    fn client_id(&self) -> String;
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer;
    fn authorize(&self, more: &[(&str, &str)]) -> Answer;
    fn redeem(&self, grant_type: &str, more: &[(&str, &str)]) -> Answer;
    fn user(&self, name: &str) -> User;
    fn token_of(&self, name: &str) -> String;
    fn as_user(&self, name: &str, method: Method, target: &str) -> Answer;
}

impl SignsIn for Harness {
    fn client_id(&self) -> String {
        self.service.tenants().default_tenant().directory().apps[0].client_id.to_string()
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(request(Method::POST, path, form(fields).as_bytes()).with("content-type", FORM))
    }

    /// A request for a code with PKCE; `more` goes first, and of a field sent twice the first counts.
    fn authorize(&self, more: &[(&str, &str)]) -> Answer {
        let (client_id, challenge) = (self.client_id(), challenge());
        let usual = [
            ("client_id", client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("scope", SCOPE),
            ("state", "a state & more"),
            ("nonce", "a-nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let fields: Vec<(&str, &str)> = more.iter().copied().chain(usual).collect();
        self.send(request(Method::GET, &format!("/organizations/oauth2/v2.0/authorize?{}", form(&fields)), b""))
    }

    fn redeem(&self, grant_type: &str, more: &[(&str, &str)]) -> Answer {
        let client_id = self.client_id();
        let usual = [("client_id", client_id.as_str()), ("grant_type", grant_type)];
        let fields: Vec<(&str, &str)> = more.iter().copied().chain(usual).collect();
        self.post("/organizations/oauth2/v2.0/token", &fields)
    }

    fn user(&self, name: &str) -> User {
        let tenant = self.service.tenants().default_tenant();
        tenant.find(&format!("{name}@{}", tenant.domain)).expect("one of the cast")
    }

    fn token_of(&self, name: &str) -> String {
        let user = self.user(name);
        let fields = [("username", user.user_principal_name.as_str()), ("password", &user.password), ("scope", SCOPE)];
        let answer = self.redeem("password", &fields);
        assert_eq!(answer.status, 200, "{}", text(&answer));
        body_json(&answer)["access_token"].as_str().unwrap().to_owned()
    }

    fn as_user(&self, name: &str, method: Method, target: &str) -> Answer {
        self.send(request(method, target, b"").with("authorization", &format!("Bearer {}", self.token_of(name))))
    }
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 302, "{}", text(answer));
    answer.headers["location"].to_str().unwrap()
}

/// A code for the help desk, silently.
fn code(harness: &Harness) -> String {
    let user = harness.user("helpdesk");
    let answer = harness.authorize(&[("prompt", "none"), ("login_hint", &user.user_principal_name)]);
    fields_of(location(&answer))["code"].clone()
}

#[test]
fn a_browser_chooses_a_user_and_the_app_gets_tokens() {
    let harness = Harness::new();
    let page = harness.authorize(&[("login_hint", "helpdesk@simtune.example")]);
    assert_eq!(page.status, 200);
    assert_snapshot!("choose", without_style(&told(&page)));

    let html = text(&page);
    let action = html.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let action = action.replace("&#38;", "&");
    let chosen = harness.post(&action, &[("account", "helpdesk@simtune.example")]);
    let fields = fields_of(location(&chosen));
    assert_eq!(fields["state"], "a state & more");

    let redeemed = harness.redeem(
        "authorization_code",
        &[("code", &fields["code"]), ("redirect_uri", BACK), ("code_verifier", VERIFIER), ("client_info", "1")],
    );
    assert_eq!(redeemed.status, 200, "{}", text(&redeemed));
    let mut answer = body_json(&redeemed);
    let access = claims(answer["access_token"].as_str().unwrap());
    let id = claims(answer["id_token"].as_str().unwrap());
    assert_json_snapshot!("delegated_claims", access);
    assert_json_snapshot!("id_claims", id);
    let info = URL_SAFE_NO_PAD.decode(answer["client_info"].as_str().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Json>(&info).unwrap()["uid"], access["oid"]);
    for secret in ["access_token", "id_token", "refresh_token", "client_info"] {
        answer[secret] = "…".into();
    }
    assert_json_snapshot!("answer", answer);
    assert_eq!(
        harness
            .redeem(
                "authorization_code",
                &[("code", &fields["code"]), ("redirect_uri", BACK), ("code_verifier", VERIFIER)]
            )
            .status,
        400
    );
}

#[test]
fn a_code_is_refused_for_each_reason_in_entras_words() {
    let harness = Harness::new();
    let fresh = || code(&harness);
    let used = fresh();
    let good = |code: &str| {
        vec![("code", code.to_owned()), ("redirect_uri", BACK.to_owned()), ("code_verifier", VERIFIER.to_owned())]
    };
    let redeem = |fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        harness.redeem("authorization_code", &fields)
    };
    assert_eq!(redeem(good(&used)).status, 200);
    let changed = |name: &str, value: Option<&str>| {
        let mut fields = good(&fresh());
        fields.retain(|(known, _)| *known != name);
        fields.extend(value.map(|value| {
            (
                if name == "code" {
                    "code"
                } else if name == "redirect_uri" {
                    "redirect_uri"
                } else {
                    "code_verifier"
                },
                value.to_owned(),
            )
        }));
        fields
    };
    let mut cases = vec![
        ("used", good(&used)),
        ("nobody's", changed("code", Some("1.AnoCode"))),
        ("no code", changed("code", None)),
        ("another address", changed("redirect_uri", Some("http://localhost:1/"))),
        ("no verifier", changed("code_verifier", None)),
        ("another verifier", changed("code_verifier", Some("x"))),
    ];
    let late = good(&fresh());
    let mut told: Vec<Json> = cases
        .drain(..)
        .map(|(name, fields)| {
            let answer = redeem(fields);
            json!({ "case": name, "status": answer.status.as_u16(), "body": sentence(&answer) })
        })
        .collect();
    harness.advance(TimeDelta::minutes(10));
    let answer = redeem(late);
    told.push(json!({ "case": "late", "status": answer.status.as_u16(), "body": sentence(&answer) }));
    assert_json_snapshot!(told);
}

/// Error and first line of a refusal.
fn sentence(answer: &Answer) -> String {
    let body = body_json(answer);
    let line = body["error_description"].as_str().unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    format!("{}: {line}", body["error"].as_str().unwrap_or("no error"))
}

#[test]
fn a_wrong_request_is_told_on_a_page_or_to_the_app() {
    let harness = Harness::new();
    let cases: [(&str, &[(&str, &str)]); 14] = [
        ("another app", &[("client_id", "11111111-2222-4333-8444-555555555555")]),
        ("a foreign address", &[("redirect_uri", "https://evil.example/")]),
        ("a foreign address, silently", &[("redirect_uri", "https://evil.example/"), ("prompt", "none")]),
        ("no user, silently", &[("prompt", "none")]),
        ("an unknown user, silently", &[("prompt", "none"), ("login_hint", "nobody@simtune.example")]),
        ("token", &[("response_type", "token")]),
        ("magic", &[("response_type", "magic")]),
        ("id_token in a query", &[("response_type", "id_token"), ("response_mode", "query")]),
        ("another mode", &[("response_mode", "pigeon")]),
        ("another challenge method", &[("code_challenge_method", "S512")]),
        ("a short challenge", &[("code_challenge", "short")]),
        ("another resource", &[("scope", "https://vault.azure.net/.default")]),
        (
            "an unknown scope",
            &[("scope", "Everything.Read"), ("prompt", "none"), ("login_hint", "helpdesk@simtune.example")],
        ),
        ("cancelled", &[("cancel", "1")]),
    ];
    let told: Vec<Json> = cases
        .iter()
        .map(|(name, more)| {
            let answer = harness.authorize(more);
            let to = answer.headers.get("location").map(|to| to.to_str().unwrap());
            let line = match to {
                Some(to) => {
                    assert!(to.starts_with(BACK), "{to}");
                    let fields = fields_of(to);
                    assert_eq!(fields["state"], "a state & more");
                    format!("{}: {}", fields["error"], fields["error_description"].lines().next().unwrap())
                }
                None => text(&answer).split("class=\"detail\">").nth(1).unwrap().lines().next().unwrap().to_owned(),
            };
            json!({ "case": name, "status": answer.status.as_u16(), "told": if to.is_some() { "the app" } else { "a page" }, "line": line })
        })
        .collect();
    assert_json_snapshot!(told);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, ..Default::default() })]

    /// Whatever is asked for, by whatever address: it is answered, and no answer leaves for a foreign place.
    #[test]
    fn no_answer_leaves_for_a_foreign_place(
        uri in "((https?|javascript|msal)://)?(localhost|127\\.0\\.0\\.1|evil\\.example|[a-z])?[:@/\\\\#?.%\\[\\]a-z0-9]{0,16}",
        name in "(account|prompt|login_hint|response_type|response_mode|scope|state|claims|code_challenge|cancel)",
        value in ".{0,24}",
    ) {
        let harness = HARNESS.with(std::rc::Rc::clone);
        let answer = harness.authorize(&[
            ("redirect_uri", &uri),
            (&name, &value),
            ("prompt", "none"),
            ("login_hint", "helpdesk@simtune.example"),
        ]);
        if let Some(to) = answer.headers.get("location") {
            let to: hyper::Uri = to.to_str().unwrap().parse().expect("an address");
            let host = to.host().unwrap_or_default();
            let is_here = host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
            proptest::prop_assert!(host == "localhost" || is_here, "{to}");
        } else {
            proptest::prop_assert!(matches!(answer.status.as_u16(), 200 | 400), "{}", answer.status);
        }
    }
}

thread_local! {
    /// One world for all cases: none of them changes what the next one meets.
    static HARNESS: std::rc::Rc<Harness> = std::rc::Rc::new(Harness::new());
}

#[test]
fn names_on_a_page_are_text() {
    let harness = Harness::new();
    let name = "\"><script>alert(1)</script>";
    let answer = harness.authorize(&[("account", name), ("state", name), ("login_hint", name)]);
    assert!(!text(&answer).contains("<script"), "{}", text(&answer));
    assert!(text(&answer).contains("Nobody in this tenant is called"));
    let answer = harness.send(request(Method::GET, "/devicelogin?user_code=%22%3E%3Cscript%3E", b""));
    assert!(!text(&answer).contains("<script"), "{}", text(&answer));
}

#[test]
fn answers_travel_as_the_app_asks() {
    let harness = Harness::new();
    let silent = [("prompt", "none"), ("login_hint", "helpdesk@simtune.example"), ("response_type", "code id_token")];
    let answer = harness.authorize(&silent);
    let to = location(&answer).to_owned();
    assert!(to.starts_with(&format!("{BACK}#code=")), "{to}");
    let fields = fields_of(&to);
    let id = claims(&fields["id_token"]);
    let hash = ring::digest::digest(&ring::digest::SHA256, fields["code"].as_bytes());
    assert_eq!(id["c_hash"], URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
    assert_eq!(id["nonce"], "a-nonce");

    let posted = harness.authorize(&[silent[0], silent[1], ("response_mode", "form_post")]);
    assert_snapshot!("form_post", without_style(&told(&posted)));
}

#[test]
fn a_device_waits_until_somebody_enters_its_code() {
    let harness = Harness::new();
    let client_id = harness.client_id();
    let ask_for_codes = || {
        let path = "/organizations/oauth2/v2.0/devicecode";
        let answer = harness.post(path, &[("client_id", &client_id), ("scope", "User.Read offline_access")]);
        assert_eq!(answer.status, 200, "{}", text(&answer));
        body_json(&answer)
    };
    let poll = |begun: &Json| {
        let code = begun["device_code"].as_str().unwrap();
        harness.redeem("urn:ietf:params:oauth:grant-type:device_code", &[("device_code", code)])
    };
    let begun = ask_for_codes();
    assert_json_snapshot!("device_code", begun);
    let mut told = vec![sentence(&poll(&begun))];

    assert_snapshot!("enter_code", harness.send(request(Method::GET, "/devicelogin", b"")).told());
    let user_code = begun["user_code"].as_str().unwrap();
    assert_snapshot!("unknown_code", harness.post("/devicelogin", &[("user_code", "WRONGCODE")]).told());
    let choose = text(&harness.post("/devicelogin", &[("user_code", user_code)]));
    assert!(choose.contains(&format!("name=\"user_code\" value=\"{user_code}\"")), "{choose}");
    let done = harness.post("/devicelogin", &[("user_code", user_code), ("account", "read.only@simtune.example")]);
    assert_snapshot!("device_done", done.told());
    let granted = body_json(&poll(&begun));
    assert_eq!(claims(granted["access_token"].as_str().unwrap())["upn"], "read.only@simtune.example");
    assert_eq!(granted["scope"], "User.Read");
    assert!(granted["refresh_token"].is_string() && granted["id_token"].is_null());
    told.push(sentence(&poll(&begun)));

    let declined = ask_for_codes();
    let code = declined["user_code"].as_str().unwrap();
    assert_eq!(harness.post("/devicelogin", &[("user_code", code), ("cancel", "1")]).status, 200);
    told.push(sentence(&poll(&declined)));
    let late = ask_for_codes();
    harness.advance(TimeDelta::minutes(15));
    told.push(sentence(&poll(&late)));
    assert_snapshot!("device_refusals", told.join("\n"));

    let approver = harness.user("helpdesk").id;
    harness.service.tenants().default_tenant().sessions().auto_approve = Some(approver);
    assert_eq!(poll(&ask_for_codes()).status, 200);
}

/// A page as a person reads its source, without the style.
trait Told {
    fn told(&self) -> String;
}

impl Told for Answer {
    fn told(&self) -> String {
        format!("{}\n\n{}", self.status, without_style(&text(self)))
    }
}

fn without_style(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").expect("a page");
    let (_, after) = rest.split_once("</style>").expect("a page");
    // The hash of the style says no more than the style itself.
    let before: Vec<&str> =
        before.split('\'').map(|part| if part.starts_with("sha256-") { "sha256-…" } else { part }).collect();
    format!("{}<style>…</style>{after}", before.join("'"))
}

#[test]
fn passwords_open_v1_and_v2_and_refresh_tokens_last_ninety_days() {
    let harness = Harness::new();
    let realm = harness.send(request(Method::GET, "/common/UserRealm/helpdesk@simtune.example?api-version=1.0", b""));
    assert_eq!(
        text(&realm),
        r#"{"ver":"1.0","account_type":"Managed","domain_name":"simtune.example","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline"}"#
    );
    let user = harness.user("helpdesk");
    let (name, password) = (user.user_principal_name.as_str(), user.password.as_str());
    let mut told = Vec::new();
    for (case, name, password) in
        [("wrong", name, "hunter2"), ("nobody", "nobody@simtune.example", password), ("none", name, "")]
    {
        let fields = [("username", name), ("password", password), ("scope", SCOPE)];
        told.push(format!("{case}: {}", sentence(&harness.redeem("password", &fields))));
    }
    for tenant in ["common", "consumers"] {
        let path = format!("/{tenant}/oauth2/v2.0/token");
        let client_id = harness.client_id();
        let fields =
            [("grant_type", "password"), ("client_id", &client_id), ("username", name), ("password", password)];
        told.push(format!("{tenant}: {}", sentence(&harness.post(&path, &fields))));
    }

    let client_id = harness.client_id();
    let v1 = harness.post(
        "/simtune.example/oauth2/token?api-version=1.0",
        &[
            ("grant_type", "password"),
            ("client_id", &client_id),
            ("username", name),
            ("password", password),
            ("resource", "https://graph.microsoft.com/"),
        ],
    );
    let answer = body_json(&v1);
    let (access, id) = (claims(answer["access_token"].as_str().unwrap()), claims(answer["id_token"].as_str().unwrap()));
    assert_eq!(access["aud"], "https://graph.microsoft.com/");
    assert_eq!((&id["ver"], &id["upn"]), (&json!("1.0"), &json!(name)));
    assert_eq!(answer["expires_on"], access["exp"].to_string());
    assert_eq!(answer["expires_in"], "3599");

    let refresh =
        |token: &Json| harness.redeem("refresh_token", &[("refresh_token", token.as_str().unwrap()), ("scope", SCOPE)]);
    let first = answer["refresh_token"].clone();
    let second = body_json(&refresh(&first))["refresh_token"].clone();
    assert_ne!(first, second, "each use gives a new one");
    assert_eq!(refresh(&first).status, 200, "and leaves the old one valid");
    harness.advance(TimeDelta::days(89));
    let third = body_json(&refresh(&second))["refresh_token"].clone();
    harness.advance(TimeDelta::days(1));
    told.push(format!("old: {}", sentence(&refresh(&first))));
    assert_eq!(refresh(&third).status, 200);
    told.push(format!("broken: {}", sentence(&refresh(&json!("1.Axx")))));
    assert_snapshot!(told.join("\n"));
}

#[test]
fn common_finds_the_tenant_by_code_name_or_app() {
    let harness = Harness::new();
    let tenants = harness.service.tenants();
    let spec = TenantSpec { domain: Some("zweig.example".to_owned()), seed: 9, ..TenantSpec::default() };
    let other = tenants.create(spec).unwrap();
    let app = other.directory().apps[0].client_id.to_string();
    let page = harness.authorize(&[("client_id", &app)]);
    assert!(text(&page).contains("helpdesk@zweig.example"), "{}", text(&page));

    let by_name =
        harness.authorize(&[("client_id", &app), ("prompt", "none"), ("login_hint", "helpdesk@zweig.example")]);
    let code = fields_of(location(&by_name))["code"].clone();
    let fields = [
        ("client_id", app.as_str()),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let granted = body_json(&harness.post("/common/oauth2/v2.0/token", &fields));
    assert_eq!(claims(granted["access_token"].as_str().unwrap())["tid"], other.id.to_string());
    let refused = harness.post("/consumers/oauth2/v2.0/token", &fields);
    assert!(sentence(&refused).contains("AADSTS9002346"), "{}", sentence(&refused));
}

/// Every operation with a role of its own.
fn operations(harness: &Harness) -> [(&'static str, Method, String); 6] {
    let device = format!("/v1.0/deviceManagement/managedDevices/{}", harness.id_of("iPhone-1"));
    [
        ("read", Method::GET, "/v1.0/deviceManagement/managedDevices?$top=1".to_owned()),
        ("read one", Method::GET, device.clone()),
        ("reset", Method::POST, format!("{device}/resetPasscode")),
        ("update", Method::PATCH, device.clone()),
        ("delete", Method::DELETE, device),
        ("directory", Method::GET, "/v1.0/users?$top=1".to_owned()),
    ]
}

#[test]
fn the_role_decides_what_a_user_may_do() {
    let harness = Harness::new();
    let mut table = Vec::new();
    let person = harness.service.tenants().default_tenant().users().pop().expect("an owner");
    assert_eq!(person.role, IntuneRole::None);
    let person = person.user_principal_name.split('@').next().unwrap().to_owned();
    for name in ["helpdesk", "school.admin", "read.only", "endpoint.security", "intune.admin", "unlicensed", &person] {
        let token = harness.token_of(name);
        let statuses: Vec<String> = operations(&harness)
            .iter()
            .filter(|(what, ..)| *what != "delete")
            .map(|(what, method, target)| {
                let body: &[u8] =
                    if *method == Method::PATCH { b"{\"managedDeviceOwnerType\":\"company\"}" } else { b"" };
                let asked = request(method.clone(), target, body).with("authorization", &format!("Bearer {token}"));
                format!("{what} {}", harness.send(asked.with("content-type", "application/json")).status.as_u16())
            })
            .collect();
        let shown = if name == person { "an owner of a device" } else { name };
        table.push(format!("{shown}: {}", statuses.join(", ")));
    }
    assert_snapshot!(table.join("\n"));
    let (_, _, device) = &operations(&harness)[4];
    assert_eq!(harness.as_user("helpdesk", Method::DELETE, device).status, 403);
    assert_eq!(harness.as_user("endpoint.security", Method::DELETE, device).status, 204);
}

#[test]
fn refusals_of_users_are_intunes() {
    let harness = Harness::new();
    let [_, (_, method, one), (_, post, reset), ..] = operations(&harness);
    assert_snapshot!("role_denied", told(&harness.as_user("read.only", post, &reset)));
    assert_snapshot!("no_licence", told(&harness.as_user("unlicensed", method.clone(), &one)));
    let user = harness.user("helpdesk");
    let fields =
        [("username", user.user_principal_name.as_str()), ("password", &user.password), ("scope", "User.Read")];
    let poor = body_json(&harness.redeem("password", &fields));
    let bearer = format!("Bearer {}", poor["access_token"].as_str().unwrap());
    assert_snapshot!("no_scope", told(&harness.send(request(method, &one, b"").with("authorization", &bearer))));
}

#[test]
fn scope_tags_limit_what_a_user_sees() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let (seen, hidden) = {
        let mut world = tenant.world();
        let ids: Vec<_> = world.inventory().iter().take(2).map(|device| device.id()).collect();
        let (now, _) = world.advance(harness.wall.now());
        world.edit_device(ids[0], now, |device| {
            device.edit(|record| record.role_scope_tag_ids = r#"["3"]"#.into());
        });
        (ids[0], ids[1])
    };
    let user = harness.user("helpdesk");
    tenant.put_user(User { scope_tags: vec!["3".to_owned(), "4".to_owned()], ..user });
    let list = body_json(&harness.as_user("helpdesk", Method::GET, "/v1.0/deviceManagement/managedDevices?$select=id"));
    assert_eq!(list["@odata.count"], 1);
    assert_eq!(list["value"][0]["id"], seen.to_string());
    let one = |id| format!("/v1.0/deviceManagement/managedDevices/{id}");
    assert_eq!(harness.as_user("helpdesk", Method::GET, &one(seen)).status, 200);
    for (method, target) in [(Method::GET, one(hidden)), (Method::POST, format!("{}/resetPasscode", one(hidden)))] {
        assert_eq!(harness.as_user("helpdesk", method, &target).status, 404);
    }
    // An app is not limited, whoever looked before; a device without a tag has the default one.
    assert!(harness.get_json("/v1.0/deviceManagement/managedDevices?$select=id")["@odata.count"].as_u64() > Some(1));
    tenant.put_user(User { scope_tags: vec!["0".to_owned()], ..harness.user("helpdesk") });
    assert_eq!(harness.as_user("helpdesk", Method::GET, &one(hidden)).status, 200);
    assert_eq!(harness.as_user("helpdesk", Method::GET, &one(seen)).status, 404);
}

#[test]
fn a_revoked_session_is_told_as_the_client_understands_it() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let user = harness.user("helpdesk");
    let cp1 = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let sign_in = |claims: &str| {
        let fields = [
            ("username", user.user_principal_name.as_str()),
            ("password", &user.password),
            ("scope", SCOPE),
            ("claims", claims),
        ];
        body_json(&harness.redeem("password", &fields))
    };
    let read = |answer: &Json| {
        let bearer = format!("Bearer {}", answer["access_token"].as_str().unwrap());
        harness.send(request(Method::GET, "/v1.0/users?$top=1", b"").with("authorization", &bearer))
    };
    let (plain, able) = (sign_in(""), sign_in(cp1));
    assert_eq!(able["expires_in"], 86_399);
    assert_eq!((read(&plain).status.as_u16(), read(&able).status.as_u16()), (200, 200));

    // At the same instant: time plays no part in it.
    tenant.sessions().revoke(user.id, harness.wall.now());
    assert_snapshot!("revoked_plain", told(&read(&plain)));
    let challenged = read(&able);
    assert_snapshot!("revoked_cp1", told(&challenged));
    let header = challenged.headers["www-authenticate"].to_str().unwrap();
    let claims = header.split("claims=\"").nth(1).unwrap().trim_end_matches('"');
    let claims = String::from_utf8(STANDARD.decode(claims).unwrap()).unwrap();
    // As Microsoft's own libraries do, the client adds its capability to the claims it was sent.
    let mut merged: Json = serde_json::from_str(&claims).unwrap();
    merged["access_token"]["xms_cc"] = json!({ "values": ["CP1"] });
    let again = sign_in(&merged.to_string());
    assert_eq!(again["expires_in"], 86_399);
    assert_eq!(read(&again).status, 200);
    let refused = harness.redeem("refresh_token", &[("refresh_token", able["refresh_token"].as_str().unwrap())]);
    assert!(sentence(&refused).starts_with("invalid_grant: AADSTS50173"), "{}", sentence(&refused));
}

#[test]
fn an_outside_verifier_accepts_every_token() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let keys: JwkSet = serde_json::from_slice(
        &harness.send(request(Method::GET, &format!("/{}/discovery/v2.0/keys", tenant.id), b"")).body,
    )
    .unwrap();
    let metadata = body_json(&harness.send(request(
        Method::GET,
        &format!("/{}/v2.0/.well-known/openid-configuration", tenant.id),
        b"",
    )));
    let verify = |token: &str, audience: &str, issuer: &str| {
        let header = jsonwebtoken::decode_header(token).expect("a header");
        assert_eq!(header.alg, Algorithm::RS256);
        let key = DecodingKey::from_jwk(keys.find(&header.kid.expect("a kid")).expect("a published key")).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        // The tenant's clock stands in 2018; the verifier's does not.
        validation.validate_exp = false;
        validation.set_audience(&[audience]);
        validation.set_issuer(&[issuer]);
        jsonwebtoken::decode::<Json>(token, &key, &validation).expect("an outside verifier accepts it").claims
    };
    let sts = format!("https://sts.windows.net/{}/", tenant.id);
    let graph = "https://graph.microsoft.com";
    verify(&harness.fresh_token(), graph, &sts);
    let code = code(&harness);
    let granted = body_json(
        &harness.redeem("authorization_code", &[("code", &code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)]),
    );
    let client_id = harness.client_id();
    let issuer = metadata["issuer"].as_str().unwrap();
    verify(granted["access_token"].as_str().unwrap(), graph, &sts);
    let id = verify(granted["id_token"].as_str().unwrap(), &client_id, issuer);
    let hybrid = harness.authorize(&[
        ("prompt", "none"),
        ("login_hint", "helpdesk@simtune.example"),
        ("response_type", "id_token"),
    ]);
    verify(&fields_of(location(&hybrid))["id_token"], &client_id, issuer);
    let refreshed =
        body_json(&harness.redeem("refresh_token", &[("refresh_token", granted["refresh_token"].as_str().unwrap())]));
    verify(refreshed["access_token"].as_str().unwrap(), graph, &sts);
    verify(refreshed["id_token"].as_str().unwrap(), &client_id, issuer);
    let spoiled = simtune::identity::access_token::spoil_signature(granted["access_token"].as_str().unwrap());
    let key = DecodingKey::from_jwk(&keys.keys[0]).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.set_audience(&[graph]);
    assert!(jsonwebtoken::decode::<Json>(&spoiled, &key, &validation).is_err());

    // Userinfo tells the same person.
    let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    let info = body_json(&harness.send(request(Method::GET, "/oidc/userinfo", b"").with("authorization", &bearer)));
    assert_eq!((&info["sub"], &info["email"]), (&id["sub"], &json!("helpdesk@simtune.example")));
    assert_eq!(harness.send(request(Method::GET, "/oidc/userinfo", b"")).status, 401);
}

#[test]
fn every_endpoint_of_the_metadata_is_served() {
    let harness = Harness::new();
    let metadata = body_json(&harness.send(request(Method::GET, "/common/v2.0/.well-known/openid-configuration", b"")));
    for (name, url) in metadata.as_object().unwrap() {
        let Some(path) = url.as_str().and_then(|url| url.strip_prefix("http://127.0.0.1:3650")) else { continue };
        if name == "issuer" || path.is_empty() {
            continue;
        }
        let answer = harness.send(request(Method::GET, path, b""));
        let shown = text(&answer);
        assert!(!shown.contains("Invalid version"), "{name} leads to Graph: {shown}");
    }
    let signed_out = harness.send(request(
        Method::GET,
        "/common/oauth2/v2.0/logout?post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fbye&state=s%26t",
        b"",
    ));
    assert_eq!(location(&signed_out), "http://localhost:1/bye?state=s%26t");
    let elsewhere = "/common/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F";
    assert_eq!(harness.send(request(Method::GET, elsewhere, b"")).status, 200);
}

#[test]
fn journal_and_audits_name_the_user_and_keep_the_secrets() {
    let harness = Harness::new();
    let [_, _, (_, post, reset), ..] = operations(&harness);
    assert_eq!(harness.as_user("helpdesk", post, &reset).status, 204);
    let audit =
        &body_json(&harness.as_user("helpdesk", Method::GET, "/beta/deviceManagement/remoteActionAudits"))["value"][0];
    assert_eq!(audit["initiatedByUserPrincipalName"], "helpdesk@simtune.example");
    assert_eq!(audit["userName"], "Hana Helpdesk");

    let code = code(&harness);
    let posted = harness.authorize(&[
        ("prompt", "none"),
        ("login_hint", "helpdesk@simtune.example"),
        ("response_mode", "form_post"),
    ]);
    let in_page = text(&posted).split("name=\"code\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let redeemed =
        harness.redeem("authorization_code", &[("code", &code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)]);
    let client_id = harness.client_id();
    let begun =
        harness.post("/organizations/oauth2/v2.0/devicecode", &[("client_id", &client_id), ("scope", "User.Read")]);
    let journal = harness.service.tenants().default_tenant().records().journal.since(0).json();
    let entry =
        journal["value"].as_array().unwrap().iter().find(|entry| entry["operation"] == "resetPasscode").unwrap();
    assert_eq!(entry["user"], "helpdesk@simtune.example");
    let shown = journal.to_string();
    let granted = body_json(&redeemed);
    let device_code = body_json(&begun)["device_code"].as_str().unwrap().to_owned();
    let secrets = [code, in_page, device_code, VERIFIER.to_owned(), harness.user("helpdesk").password];
    let tokens = ["access_token", "id_token", "refresh_token"].map(|name| granted[name].as_str().unwrap().to_owned());
    for secret in secrets.iter().chain(&tokens) {
        assert!(!shown.contains(secret.as_str()), "the journal shows {secret}");
    }
}

#[test]
fn a_reset_forgets_every_sign_in() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let code = code(&harness);
    let added = User {
        user_principal_name: "new@simtune.example".into(),
        id: uuid::Uuid::from_u128(5),
        ..harness.user("helpdesk")
    };
    tenant.put_user(added);
    assert_eq!(harness.get("/v1.0/users/new@simtune.example").status, 200);
    tenant.reset(harness.wall.now());
    assert!(tenant.find("new@simtune.example").is_none());
    assert_eq!(harness.get("/v1.0/users/new@simtune.example").status, 404);
    let fields = [("code", code.as_str()), ("redirect_uri", BACK), ("code_verifier", VERIFIER)];
    assert_eq!(harness.redeem("authorization_code", &fields).status, 400);
}

#[test]
fn the_code_flow_over_a_socket() {
    let running = Running::start();
    let (_, ready) = running.control("GET", "/api/ready", "");
    let client_id = ready["clientId"].as_str().unwrap();
    let ask = |method: &str, target: &str, body: &str| {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nContent-Type: {FORM}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            running.client,
            body.len()
        );
        exchange(running.client, format!("{head}{body}").as_bytes())
    };
    let query = form(&[
        ("client_id", client_id),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", SCOPE),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ]);
    let page = ask("GET", &format!("/common/oauth2/v2.0/authorize?{query}"), "");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("content-security-policy"), "{page}");
    let action = page.split("action=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let chosen = ask("POST", &action, "account=helpdesk%40simtune.example");
    assert!(chosen.starts_with("HTTP/1.1 302"), "{chosen}");
    let to = chosen.lines().find_map(|line| line.strip_prefix("location: ")).expect("an address");
    let code = fields_of(to)["code"].clone();
    let answer = ask(
        "POST",
        "/common/oauth2/v2.0/token",
        &form(&[
            ("client_id", client_id),
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ]),
    );
    let tokens: Json = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let issuer = claims(tokens["id_token"].as_str().unwrap())["iss"].clone();
    assert_eq!(issuer, format!("http://{}/{}/v2.0", running.client, ready["tenantId"].as_str().unwrap()));
    let read = format!(
        "GET /v1.0/deviceManagement/managedDevices?$top=1 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        running.client,
        tokens["access_token"].as_str().unwrap()
    );
    assert!(exchange(running.client, read.as_bytes()).starts_with("HTTP/1.1 200"));
}

/// What `executeAction` asks for stands in its body, and so does what the role must allow.
#[test]
fn a_call_for_many_devices_asks_for_the_right_to_what_it_does() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let (seen, hidden) = (harness.id_of("iPhone-1"), harness.id_of("iPad-1"));
    {
        let mut world = tenant.world();
        let (now, _) = world.advance(harness.wall.now());
        world.edit_device(seen.parse().unwrap(), now, |device| {
            device.edit(|record| record.role_scope_tag_ids = r#"["3"]"#.into());
        });
    }
    let execute = |name: &str, action: &str| {
        let body = format!(r#"{{"actionName":"{action}","deviceIds":["{seen}","{hidden}"]}}"#);
        let target = "/beta/deviceManagement/managedDevices/executeAction";
        let asked = request(Method::POST, target, body.as_bytes()).with("content-type", "application/json");
        harness.send(asked.with("authorization", &format!("Bearer {}", harness.token_of(name))))
    };
    for (name, action, status) in [
        ("read.only", "syncDevice", 403),
        ("endpoint.security", "wipe", 403),
        ("helpdesk", "delete", 403),
        ("unlicensed", "syncDevice", 401),
    ] {
        assert_eq!(execute(name, action).status, status, "{name}: {action}");
    }
    let audits = || harness.get_json("/beta/deviceManagement/remoteActionAudits")["value"].as_array().unwrap().len();
    assert_eq!(audits(), 0, "what was refused leaves no trace");

    tenant.put_user(User { scope_tags: vec!["3".to_owned()], ..harness.user("helpdesk") });
    let lists = body_json(&execute("helpdesk", "syncDevice"));
    assert_eq!(lists["successfulDeviceIds"], serde_json::json!([seen]));
    assert_eq!(lists["notFoundDeviceIds"], serde_json::json!([hidden]), "what the tags hide is not found");
    let audit = harness.get_json("/beta/deviceManagement/remoteActionAudits")["value"][0].clone();
    assert_eq!(audit["initiatedByUserPrincipalName"], harness.user("helpdesk").user_principal_name);
    assert_eq!(audit["deviceActionCategory"], "bulk");

    // Functions hand out secrets: they are remote tasks, too.
    let mac = format!("/beta/deviceManagement/managedDevices/{}/getFileVaultKey", harness.id_of("MacBook-1"));
    assert_eq!(harness.as_user("read.only", Method::GET, &mac).status, 403);
    assert_eq!(harness.as_user("intune.admin", Method::GET, &mac).status, 200);
}
