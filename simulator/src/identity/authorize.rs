//! `/{tenant}/oauth2/v2.0/authorize`: a browser comes with a request, a user is chosen, the app gets a code.
//!
//! What is wrong before the redirect URI is known to be the app's is told on a page and never sent anywhere; what is wrong
//! after that is told to the app.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::authority::{Authority, GRAPH};
use super::client;
use super::delegated_scope::Wanted;
use super::delegation::Delegation;
use super::directory::{App, Directory};
use super::error::{AadError, Reason, Refusal, Stamp};
use super::form::{Form, understands_challenges};
use super::id_token::{IdClaims, SignIn, client_info};
use super::keys::SigningKey;
use super::pkce::Challenge;
use super::redirect_uri;
use super::sessions::{Sessions, session_id};
use super::tenant_name::TenantName;
use super::token_endpoint::Dialect;
use super::user::{User, Users};
use crate::random::Draw;

/// The field in which the page sends the user that was chosen.
pub const ACCOUNT: &str = "account";
/// The field in which the page says that nobody was.
pub const CANCEL: &str = "cancel";

/// A request to the authorization endpoint, as it arrived.
#[derive(Clone, Copy)]
pub struct AuthorizeRequest<'a> {
    /// Scheme, host and port the client used.
    pub authority: &'a Authority,
    /// The endpoint.
    pub dialect: Dialect,
    /// The first segment of the path, unescaped.
    pub tenant: &'a str,
    /// What stands behind the `?`.
    pub query: &'a str,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The body: a choice, or the whole request where a client posts it.
    pub body: &'a [u8],
}

/// What a browser is answered.
#[derive(Debug)]
pub enum Outcome {
    /// A page to choose a user on.
    Choose(Box<Choice>),
    /// The way back to the app.
    Return(Box<Return>),
    /// A page that says what is wrong.
    Refuse(AadError),
}

/// What the page to choose a user on says.
#[derive(Debug)]
pub struct Choice {
    /// The app's name.
    pub app: String,
    /// The user that the app suggests.
    pub hint: Option<String>,
    /// The name that was entered and is nobody's.
    pub unknown: Option<String>,
    /// The request, to be sent again with the choice.
    pub query: String,
    /// Where the answer will go.
    pub redirect_uri: String,
}

/// How an answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseMode {
    /// Behind a `?`.
    Query,
    /// Behind a `#`.
    Fragment,
    /// In a form that the browser posts.
    FormPost,
}

/// An answer on its way to the app.
#[derive(Clone)]
pub struct Return {
    /// Where it goes.
    pub redirect_uri: String,
    /// How it travels.
    pub mode: ResponseMode,
    fields: Vec<(&'static str, String)>,
    id: Option<IdClaims>,
}

/// Never shows the code.
impl fmt::Debug for Return {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Return")
            .field("redirect_uri", &self.redirect_uri)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

impl Return {
    /// The fields of the answer; signing an id token takes a millisecond.
    pub fn fields(&self, key: &SigningKey) -> Vec<(&'static str, String)> {
        let id_token = self.id.as_ref().map(|id| ("id_token", id.sign(key)));
        self.fields.iter().cloned().chain(id_token).collect()
    }

    /// The address with `fields` in it, for all but a form.
    pub fn location(&self, fields: &[(&'static str, String)]) -> String {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let separator = match self.mode {
            ResponseMode::Fragment => '#',
            _ if self.redirect_uri.contains('?') => '&',
            _ => '?',
        };
        format!("{}{separator}{encoded}", self.redirect_uri)
    }
}

/// A request whose redirect URI is the app's.
struct Known<'a> {
    app: &'a App,
    redirect_uri: &'a str,
    state: Option<&'a str>,
    mode: ResponseMode,
}

/// Everything a request is decided from.
struct Asked<'a> {
    directory: &'a Directory,
    users: &'a dyn Users,
    request: &'a AuthorizeRequest<'a>,
    form: &'a Form<'a>,
    now: DateTime<Utc>,
    draw: Draw,
}

/// What the app wants back.
struct Wish {
    code: bool,
    id_token: bool,
    wanted: Wanted,
    challenge: Option<Challenge>,
    nonce: Option<String>,
}

/// Decides a request. `draw` belongs to this request alone.
pub fn authorize(
    directory: &Directory,
    users: &dyn Users,
    sessions: &mut Sessions,
    request: &AuthorizeRequest<'_>,
    stamp: Stamp,
    draw: Draw,
) -> Outcome {
    let form = Form::of_query(request.query, Form::of_body(request.content_type, request.body));
    let app = match find_app(directory, request, &form) {
        Ok(app) => app,
        Err(refusal) => return Outcome::Refuse(refusal.stamped(stamp)),
    };
    let redirect_uri = match form.required("redirect_uri") {
        Ok(uri) if redirect_uri::is_registered(uri, app.client_id, &app.redirect_uris) => uri,
        Ok(uri) => {
            let refusal = Reason::UnknownRedirectUri.with(&[uri, &app.client_id.to_string()]);
            return Outcome::Refuse(refusal.stamped(stamp));
        }
        Err(refusal) => return Outcome::Refuse(refusal.stamped(stamp)),
    };
    let asks_for_token =
        form.get("response_type").is_some_and(|types| types.split(' ').any(|kind| kind.contains("token")));
    let mode = match form.get("response_mode") {
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") => ResponseMode::FormPost,
        None if asks_for_token => ResponseMode::Fragment,
        _ => ResponseMode::Query,
    };
    let known = Known { app: &app, redirect_uri, state: form.get("state"), mode };
    let asked = Asked { directory, users, request, form: &form, now: stamp.now, draw };
    match decide(&asked, sessions, &known) {
        Ok(outcome) => outcome,
        Err(refusal) => Outcome::Return(Box::new(known.refuse(&refusal.stamped(stamp)))),
    }
}

/// Where a signed-out browser goes: `uri`, if it is the app's or everybody's.
pub fn after_logout(directory: &Directory, uri: &str) -> bool {
    let registered: Vec<String> = directory.apps.iter().flat_map(|app| app.redirect_uris.iter().cloned()).collect();
    redirect_uri::is_registered(uri, Uuid::nil(), &registered)
}

fn find_app<'d>(
    directory: &'d Directory,
    request: &AuthorizeRequest<'_>,
    form: &Form<'_>,
) -> Result<std::borrow::Cow<'d, App>, Refusal> {
    let client_id = form.required("client_id")?;
    let tenant = TenantName::read(directory, request.tenant)?;
    let app = client::named(directory, client_id)?;
    tenant.of_users((client_id, &app.display_name))?;
    Ok(app)
}

fn decide(asked: &Asked<'_>, sessions: &mut Sessions, known: &Known<'_>) -> Result<Outcome, Refusal> {
    let Asked { directory, users, request, form, draw, .. } = *asked;
    let wish = Wish::read(directory, request, form, known.mode)?;
    if form.get(CANCEL).is_some() {
        return Err(Reason::Cancelled.with(&[]));
    }
    let hint = form.get("login_hint");
    let silent = form.get("prompt") == Some("none");
    let chosen = if silent { hint } else { form.get(ACCOUNT) };
    let Some(user) = chosen.and_then(|name| users.find(name)) else {
        if silent {
            return Err(Reason::NobodySignedIn.with(&[]));
        }
        return Ok(Outcome::Choose(Box::new(Choice {
            app: known.app.display_name.clone(),
            hint: hint.map(str::to_owned),
            unknown: chosen.map(str::to_owned),
            query: form.to_query(&[ACCOUNT, CANCEL]),
            redirect_uri: known.redirect_uri.to_owned(),
        })));
    };
    let wants_info = form.get("client_info") == Some("1");
    let mut answer = known.sign_in(asked, sessions, wish, &user)?;
    if wants_info {
        answer.fields.push(("client_info", client_info(directory, &user)));
    }
    if let Some(state) = known.state {
        answer.fields.push(("state", state.to_owned()));
    }
    answer.fields.push(("session_state", draw.at("session-state").guid().to_string()));
    Ok(Outcome::Return(Box::new(answer)))
}

impl Wish {
    fn read(
        directory: &Directory,
        request: &AuthorizeRequest<'_>,
        form: &Form<'_>,
        mode: ResponseMode,
    ) -> Result<Self, Refusal> {
        let (mut code, mut id_token) = (false, false);
        for kind in form.required("response_type")?.split(' ').filter(|kind| !kind.is_empty()) {
            match kind {
                "code" => code = true,
                "id_token" => id_token = true,
                // An app whose implicit grant is off, as it is unless somebody turned it on.
                "token" => return Err(Reason::TokenNotEnabled.with(&[])),
                other => return Err(Reason::UnsupportedResponseType.with(&[other])),
            }
        }
        if !code && !id_token {
            return Err(Reason::UnsupportedResponseType.with(&[""]));
        }
        match form.get("response_mode") {
            None | Some("query" | "fragment" | "form_post") => {}
            Some(other) => return Err(Reason::UnsupportedResponseMode.with(&[other])),
        }
        if id_token && mode == ResponseMode::Query {
            return Err(Reason::UnsupportedResponseMode.with(&["query"]));
        }
        let wanted = match request.dialect {
            Dialect::V2 => Wanted::read(form.required("scope")?, request.authority, &directory.domain)?,
            // A v1 client may name its resource only when it redeems the code; what the code is for until then is assumed.
            Dialect::V1 => {
                let resource = form.get("resource").unwrap_or(GRAPH);
                Wanted::resource(resource, request.authority, &directory.domain)?
            }
        };
        let nonce = form.get("nonce").map(str::to_owned);
        if id_token && nonce.is_none() {
            return Err(Reason::MissingField.with(&["nonce"]));
        }
        let challenge = Challenge::read(form.get("code_challenge"), form.get("code_challenge_method"))?;
        Ok(Self { code, id_token, wanted, challenge, nonce })
    }
}

impl Known<'_> {
    fn sign_in(&self, asked: &Asked<'_>, sessions: &mut Sessions, wish: Wish, user: &User) -> Result<Return, Refusal> {
        let Asked { directory, request, now, draw, .. } = *asked;
        let understands_challenges = understands_challenges(asked.form.get("claims"));
        let client_id = self.app.client_id;
        let given = wish.wanted.of(user, (&client_id.to_string(), &self.app.display_name))?;
        let session = sessions.of(user.id).0;
        let mut fields = Vec::new();
        let mut id = (wish.id_token && given.id_token).then(|| {
            let sign_in = SignIn {
                directory,
                authority: request.authority,
                dialect: request.dialect,
                client_id,
                user,
                sid: session_id(directory.tenant_id, user.id, session),
                nonce: wish.nonce.as_deref(),
                email: given.email,
            };
            IdClaims::new(sign_in, now, draw)
        });
        if wish.code {
            let Wish { wanted, nonce, challenge, .. } = wish;
            let delegation = Delegation { client_id, user: user.id, session, wanted, nonce, understands_challenges };
            let code = sessions.codes.issue(directory.tenant_id, delegation, self.redirect_uri, challenge, now, draw);
            id = id.map(|id| id.beside_code(&code));
            fields.push(("code", code));
        }
        Ok(Return { redirect_uri: self.redirect_uri.to_owned(), mode: self.mode, fields, id })
    }

    fn refuse(&self, error: &AadError) -> Return {
        let mut fields = vec![("error", error.front_channel_error().to_owned())];
        if error.reason() == Reason::Cancelled {
            // Observed in the address bar of many an app whose user went back.
            fields.push(("error_subcode", "cancel".to_owned()));
        }
        fields.push(("error_description", error.description()));
        fields.extend(self.state.map(|state| ("state", state.to_owned())));
        Return { redirect_uri: self.redirect_uri.to_owned(), mode: self.mode, fields, id: None }
    }
}
