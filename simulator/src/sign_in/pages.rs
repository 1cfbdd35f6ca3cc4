//! The pages of a sign-in: made on the server, without a script where none is needed, and closed to foreign frames.

use std::sync::OnceLock;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::identity::authorize::{Choice, Return};
use crate::identity::error::AadError;
use crate::identity::headers::Headers;
use crate::identity::redirect_uri;
use crate::identity::user::{User, Users};
use crate::tenant::Tenant;

const STYLE: &str = include_str!("../../templates/style.css");
/// The one script there is: a form that posts itself.
const SCRIPT: &str = "document.forms[0].submit()";
/// Owners of devices on the page; more are to be entered by name.
const OWNERS: usize = 50;

/// A page, and where its forms may lead.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) html: String,
    policy: String,
}

#[derive(Template)]
#[template(path = "choose.html")]
struct Choose<'a> {
    style: &'static str,
    heading: &'a str,
    app: &'a str,
    domain: &'a str,
    unknown: Option<&'a str>,
    action: &'a str,
    user_code: Option<&'a str>,
    hint: Option<Account>,
    cast: Vec<Account>,
    owners: Vec<Account>,
    unlisted: usize,
}

/// A user on a page.
struct Account {
    name: String,
    display_name: String,
    role: String,
}

#[derive(Template)]
#[template(path = "device_code.html")]
struct EnterCode<'a> {
    style: &'static str,
    code: &'a str,
    problem: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    style: &'static str,
    heading: &'a str,
    lines: &'a [&'a str],
    detail: &'a str,
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost<'a> {
    style: &'static str,
    script: &'static str,
    action: &'a str,
    fields: &'a [(&'static str, String)],
}

/// The page to choose a user for `choice` on; its forms go to `path`.
pub(super) fn choose(tenant: &Tenant, choice: &Choice, path: &str) -> Page {
    let action = format!("{path}?{}", choice.query);
    let page = Choose {
        heading: "Choose a user",
        app: &choice.app,
        unknown: choice.unknown.as_deref(),
        action: &action,
        hint: choice.hint.as_deref().and_then(|name| tenant.find(name)).as_ref().map(Account::of),
        ..everybody(tenant)
    };
    // A browser applies the policy to the redirect that follows the form, too.
    Page::new(200, &page, redirect_uri::csp_source(&choice.redirect_uri).as_deref())
}

/// The page to choose a user for the device with `user_code` on.
pub(super) fn choose_for_device(tenant: &Tenant, app: &str, user_code: &str, unknown: Option<&str>) -> Page {
    let page = Choose {
        heading: "Choose a user for the device",
        app,
        unknown,
        action: "/devicelogin",
        user_code: Some(user_code),
        ..everybody(tenant)
    };
    Page::new(200, &page, None)
}

fn everybody(tenant: &Tenant) -> Choose<'_> {
    let directory = tenant.directory();
    let mut owners = tenant.users().split_off(directory.users.len());
    let unlisted = if owners.len() > OWNERS { std::mem::take(&mut owners).len() } else { 0 };
    Choose {
        style: STYLE,
        heading: "",
        app: "",
        domain: &tenant.domain,
        unknown: None,
        action: "",
        user_code: None,
        hint: None,
        cast: directory.users.iter().map(Account::of).collect(),
        owners: owners.iter().map(Account::of).collect(),
        unlisted,
    }
}

impl Account {
    fn of(user: &User) -> Self {
        let title = user.role.title();
        Self {
            name: user.user_principal_name.clone(),
            display_name: user.display_name.clone(),
            role: if user.licensed { title.to_owned() } else { format!("{title}, no licence") },
        }
    }
}

/// The page to enter a device's code on.
pub(super) fn enter_code(code: &str, problem: Option<&str>) -> Page {
    Page::new(if problem.is_some() { 400 } else { 200 }, &EnterCode { style: STYLE, code, problem }, None)
}

/// A page that says how it ended.
pub(super) fn message(heading: &str, lines: &[&str]) -> Page {
    Page::new(200, &Message { style: STYLE, heading, lines, detail: "" }, None)
}

/// The page of a refusal that is sent to no app. Entra's has the same first sentence (observed); its status is assumed.
pub(super) fn refusal(error: &AadError) -> Page {
    let lines = ["Sorry, but we’re having trouble signing you in."];
    Page::new(
        error.status(),
        &Message { style: STYLE, heading: "Sign in", lines: &lines, detail: &error.description() },
        None,
    )
}

/// The page that posts an answer to the app, by itself or with a button.
pub(super) fn form_post(answer: &Return, fields: &[(&'static str, String)]) -> Page {
    let page = FormPost { style: STYLE, script: SCRIPT, action: &answer.redirect_uri, fields };
    let mut page = Page::new(200, &page, redirect_uri::csp_source(&answer.redirect_uri).as_deref());
    page.policy.push_str("; script-src '");
    page.policy.push_str(&hash(SCRIPT));
    page.policy.push('\'');
    page
}

/// How a content security policy names a text that may stand in the page.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

impl Page {
    fn new(status: u16, page: &impl Template, leads_to: Option<&str>) -> Self {
        static STYLE_HASH: OnceLock<String> = OnceLock::new();
        let style = STYLE_HASH.get_or_init(|| hash(STYLE));
        let leads_to = leads_to.map(|source| format!(" {source}")).unwrap_or_default();
        Self {
            status,
            html: page.render().expect("templates are checked when compiled, and a String takes all text"),
            policy: format!(
                "default-src 'none'; style-src '{style}'; form-action 'self'{leads_to}; frame-ancestors 'none'; base-uri 'none'"
            ),
        }
    }

    /// The headers of the page, over those of every answer.
    pub(super) fn headers(&self, request_id: uuid::Uuid) -> Headers {
        vec![
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            ("Cache-Control", "no-store, no-cache".to_owned()),
            ("Content-Security-Policy", self.policy.clone()),
            ("X-Frame-Options", "DENY".to_owned()),
            ("X-Content-Type-Options", "nosniff".to_owned()),
            ("Referrer-Policy", "no-referrer".to_owned()),
            ("x-ms-request-id", request_id.to_string()),
        ]
    }
}
