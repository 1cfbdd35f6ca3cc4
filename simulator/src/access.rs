//! Who is asking: bearer token → tenant and permissions, or why not. A token is verified once and remembered.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use foldhash::fast::RandomState;
use hyper::header::HeaderValue;
use uuid::Uuid;

use crate::identity::access_token::{self, TokenDefect};
use crate::identity::directory::Auth;
use crate::identity::keys::SigningKey;
use crate::identity::sessions::session_id;
use crate::journal::TokenHash;
use crate::tenant::{Tenant, Tenants};
use crate::wire::error::Refusal;

/// Bytes of the longest token that is remembered.
const TOKEN_LIMIT: usize = 8 * 1024;
/// Tokens remembered; beyond that all are forgotten and verified again.
const REMEMBERED: usize = 10_000;

/// Whose request it is.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant it belongs to, even if its token is refused.
    pub tenant: Arc<Tenant>,
    /// The app, as far as the token tells.
    pub app_id: Option<Uuid>,
    /// The signed-in user's id, where the token is a delegated one.
    pub user: Option<Arc<str>>,
    /// The same user's sign-in name.
    pub user_name: Option<Arc<str>>,
    /// A hash that is the same for the same token.
    pub token_hash: Option<TokenHash>,
    standing: Standing,
}

/// What a caller may do.
#[derive(Debug, Clone)]
enum Standing {
    /// Anything: the tenant is relaxed.
    Trusted,
    /// What these roles allow, within these times.
    Bearer(Bearer),
    /// Nothing.
    Refused(Refusal),
}

#[derive(Debug, Clone)]
struct Bearer {
    roles: Vec<String>,
    not_before: DateTime<Utc>,
    expires: DateTime<Utc>,
    delegation: Option<Delegation>,
}

/// The user behind a token.
#[derive(Debug, Clone, Copy)]
pub struct Delegation {
    /// The user's object id.
    pub user: Uuid,
    session: Option<Uuid>,
    understands_challenges: bool,
}

impl Caller {
    /// Somebody who is not asked for a token.
    pub fn anonymous(tenant: Arc<Tenant>) -> Self {
        Self { tenant, app_id: None, user: None, user_name: None, token_hash: None, standing: Standing::Trusted }
    }

    /// Whether the caller may be heard at all at `now`.
    pub fn authenticate(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match &self.standing {
            Standing::Refused(refusal) => Err(refusal.clone()),
            Standing::Bearer(bearer) if now >= bearer.expires => Err(Refusal::TokenExpired),
            Standing::Bearer(bearer) if now < bearer.not_before => Err(Refusal::TokenNotYetValid),
            Standing::Bearer(Bearer { delegation: Some(delegation), .. }) => self.check_session(delegation),
            Standing::Trusted | Standing::Bearer(_) => Ok(()),
        }
    }

    /// Whether the user's session is still the one the token was made in.
    fn check_session(&self, delegation: &Delegation) -> Result<(), Refusal> {
        let (number, since) = self.tenant.sessions().of(delegation.user);
        if delegation.session.is_none_or(|id| id == session_id(self.tenant.id, delegation.user, number)) {
            return Ok(());
        }
        let challenge = since.filter(|_| delegation.understands_challenges).map(|since| since.timestamp());
        Err(Refusal::SessionRevoked { challenge })
    }

    /// The user behind the token, where there is one.
    pub fn delegation(&self) -> Option<&Delegation> {
        match &self.standing {
            Standing::Bearer(bearer) => bearer.delegation.as_ref(),
            Standing::Trusted | Standing::Refused(_) => None,
        }
    }

    /// Whether any of `scopes` was granted, be it to the app or by its user.
    pub fn has_any(&self, scopes: &[&str]) -> bool {
        match &self.standing {
            Standing::Trusted => true,
            Standing::Bearer(bearer) => bearer.roles.iter().any(|role| scopes.contains(&role.as_str())),
            Standing::Refused(_) => false,
        }
    }
}

/// A token and whose it is.
#[derive(Debug, Clone)]
struct Seen {
    token: Arc<[u8]>,
    caller: Arc<Caller>,
    /// The state of [`Access`] it was seen in.
    state: u64,
}

/// The tokens seen so far.
#[derive(Debug)]
pub struct Access {
    key: Arc<SigningKey>,
    seen: RwLock<HashMap<u64, Seen, RandomState>>,
    hasher: RandomState,
    /// Another number whenever what was seen no longer holds; no two of a process have the same.
    state: AtomicU64,
}

thread_local! {
    /// Whose request this thread answered last. Nearly always the next one comes from the same, and then no core waits for
    /// another's counters.
    static LAST: Cell<Option<Seen>> = const { Cell::new(None) };
}

/// A caller, known again as the last one when this is dropped.
#[derive(Debug)]
pub struct Recognised(Option<Seen>);

impl Deref for Recognised {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0.as_ref().expect("it is taken away by drop alone").caller
    }
}

impl Drop for Recognised {
    fn drop(&mut self) {
        LAST.set(self.0.take());
    }
}

fn next_state() -> u64 {
    static STATES: AtomicU64 = AtomicU64::new(0);
    STATES.fetch_add(1, Ordering::Relaxed)
}

impl Access {
    /// Verifies with `key`.
    pub fn new(key: Arc<SigningKey>) -> Self {
        Self { key, seen: RwLock::default(), hasher: RandomState::default(), state: next_state().into() }
    }

    /// Whose request it is that says this of its author.
    pub fn caller(&self, authorization: Option<&HeaderValue>, tenants: &Tenants) -> Recognised {
        let token = bearer(authorization);
        let state = self.state.load(Ordering::Acquire);
        let last = LAST.take().filter(|last| last.state == state && *last.token == *token);
        Recognised(Some(last.unwrap_or_else(|| self.look_up(token, state, tenants))))
    }

    fn look_up(&self, token: &[u8], state: u64, tenants: &Tenants) -> Seen {
        let seen = |caller: Caller| Seen { token: token.into(), caller: Arc::new(caller), state };
        if token.is_empty() {
            return seen(no_token(Arc::clone(tenants.default_tenant())));
        }
        // The signature at the end tells tokens apart; hashing all 1,500 bytes would cost more than all the rest.
        let fingerprint = self.hasher.hash_one(&token[token.len().saturating_sub(64)..]);
        if let Some(known) = self.seen.read().unwrap_or_else(PoisonError::into_inner).get(&fingerprint)
            && known.state == state
            && *known.token == *token
        {
            return known.clone();
        }
        let examined = seen(self.examine(&String::from_utf8_lossy(token), tenants));
        if token.len() <= TOKEN_LIMIT {
            let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
            seen.insert(fingerprint, examined.clone());
        }
        examined
    }

    /// Forgets what was seen, because a tenant went or came.
    pub fn forget(&self) {
        self.state.store(next_state(), Ordering::Release);
        self.seen.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn examine(&self, token: &str, tenants: &Tenants) -> Caller {
        let named = access_token::tenant_of(token).and_then(|id| tenants.get(id));
        let stranger = named.is_none();
        let tenant = named.unwrap_or_else(|| Arc::clone(tenants.default_tenant()));
        let relaxed = tenant.directory().auth == Auth::Relaxed;
        let claims = access_token::read(token, &self.key);
        let app_id = claims.as_ref().ok().map(|claims| claims.appid);
        let of_user = claims.as_ref().ok().filter(|claims| claims.is_delegated());
        let user = of_user.map(|claims| claims.oid.to_string().into());
        let user_name = of_user.and_then(|claims| claims.upn.as_deref()).map(Arc::from);
        let standing = match claims {
            _ if relaxed => Standing::Trusted,
            Err(defect) => Standing::Refused(refusal_of(defect)),
            Ok(_) if stranger => Standing::Refused(Refusal::TokenStranger),
            // The times are checked with each request; here the token is looked at as if it were valid now.
            Ok(claims) => match access_token::check(&claims, tenant.id, instant(claims.nbf)) {
                Err(defect @ (TokenDefect::WrongAudience | TokenDefect::WrongTenant)) => {
                    Standing::Refused(refusal_of(defect))
                }
                _ => Standing::Bearer(Bearer {
                    not_before: instant(claims.nbf),
                    expires: instant(claims.exp),
                    delegation: claims.is_delegated().then(|| Delegation {
                        user: claims.oid,
                        session: claims.sid,
                        understands_challenges: claims.xms_cc.iter().any(|capability| capability == "CP1"),
                    }),
                    roles: match &claims.scp {
                        Some(scopes) => scopes.split(' ').map(str::to_owned).collect(),
                        None => claims.roles,
                    },
                }),
            },
        };
        Caller { tenant, app_id, user, user_name, token_hash: Some(TokenHash::of(token.as_bytes())), standing }
    }
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn no_token(tenant: Arc<Tenant>) -> Caller {
    let standing = match tenant.directory().auth {
        Auth::Relaxed => Standing::Trusted,
        Auth::Enforce => Standing::Refused(Refusal::TokenEmpty),
    };
    Caller { tenant, app_id: None, user: None, user_name: None, token_hash: None, standing }
}

/// The token behind `Bearer`, or nothing. Bytes, because looking at each character of a known token would cost more than
/// all the rest of knowing it.
fn bearer(authorization: Option<&HeaderValue>) -> &[u8] {
    let value = authorization.map_or(&[][..], HeaderValue::as_bytes);
    match value.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token.trim_ascii(),
        _ => b"",
    }
}

/// How Graph refuses a token with that defect.
pub fn refusal_of(defect: TokenDefect) -> Refusal {
    match defect {
        TokenDefect::Empty => Refusal::TokenEmpty,
        TokenDefect::NotJwt(_) | TokenDefect::NotForGraph => Refusal::TokenMalformed,
        TokenDefect::WrongSignature => Refusal::TokenSignature,
        TokenDefect::WrongAudience => Refusal::TokenAudience,
        TokenDefect::WrongTenant => Refusal::TokenStranger,
        TokenDefect::Expired => Refusal::TokenExpired,
        TokenDefect::NotYetValid => Refusal::TokenNotYetValid,
    }
}
