//! Signing in, and keeping the token as long as it is good.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

use super::{ReferenceClient, Trouble, read};
use crate::client_log::ErrorKind;
use crate::defect::Defect;
use crate::manner::Manner;
use crate::transport::{HttpRequest, HttpResponse};

/// A token, and until when it is used.
pub(super) struct Token {
    pub(super) value: String,
    until: DateTime<Utc>,
    /// The claims that the next one must have.
    claims: Option<String>,
}

impl ReferenceClient {
    /// The token; a new one if there is none that is still good.
    pub(super) fn token(&mut self) -> Result<String, Trouble> {
        if let Some(given) = self.surroundings.environment.graph_access_token.clone() {
            return self.usable(given);
        }
        let now = self.surroundings.clock.now();
        if let Some(token) = &self.token
            && token.until > now
            && !self.is(Defect::TokenPerCall)
        {
            return Ok(token.value.clone());
        }
        let claims = self.token.take().and_then(|token| token.claims);
        let token = self.sign_in(claims.as_deref())?;
        let value = self.usable(token.value.clone())?;
        self.token = Some(token);
        Ok(value)
    }

    fn usable(&self, token: String) -> Result<String, Trouble> {
        if self.is(Defect::AssumesJwt) {
            let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
            if payload.is_none() {
                return Err(Trouble::new(ErrorKind::Auth, "the token is no JWT"));
            }
        }
        Ok(token)
    }

    /// Whether another token can be had.
    pub(super) fn can_renew(&self) -> bool {
        self.surroundings.environment.graph_access_token.is_none()
    }

    /// Forgets a token that was refused, and remembers what the next one needs.
    pub(super) fn drop_token(&mut self, refusal: &HttpResponse) {
        let claims = if self.is(Defect::IgnoresClaims) { None } else { claims_asked_for(refusal) };
        if let Some(token) = &mut self.token {
            token.until = DateTime::<Utc>::MIN_UTC;
            token.claims = claims;
        }
    }

    fn sign_in(&mut self, claims: Option<&str>) -> Result<Token, Trouble> {
        let environment = self.surroundings.environment.clone();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &environment.graph_client_id)
            .append_pair("client_secret", &environment.graph_client_secret)
            .append_pair("scope", &environment.graph_scope);
        if let Some(claims) = claims {
            form.append_pair("claims", claims);
        }
        let body = Bytes::from(form.finish());
        for attempt in 1.. {
            let request = HttpRequest {
                method: "POST".to_owned(),
                url: environment.graph_token_url.clone(),
                headers: vec![
                    ("accept".to_owned(), "application/json".to_owned()),
                    ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
                    ("content-length".to_owned(), body.len().to_string()),
                ],
                body: body.clone(),
            };
            let outcome = self.exchange(request);
            let again = match &outcome {
                Ok(response) => {
                    matches!(response.status, 429 | 500 | 502 | 503 | 504)
                        || (!response.whole && response.status == 200)
                        || (response.status >= 400 && self.is(Defect::RetriesInvalidClient))
                }
                Err(_) => true,
            };
            let own_wait = Duration::from_secs(3) * 2u32.saturating_pow(attempt - 1);
            let wait = match &outcome {
                Ok(_) if self.is(Defect::HastyAtTokens) => Duration::ZERO,
                Ok(response) => self.asked_to_wait(response).unwrap_or(own_wait),
                Err(_) => own_wait,
            };
            if again && attempt < self.attempts() && wait <= self.patience() {
                self.sleep(wait);
                continue;
            }
            return self.read_token(&outcome?);
        }
        unreachable!("the last attempt returns")
    }

    fn read_token(&self, response: &HttpResponse) -> Result<Token, Trouble> {
        if response.status != 200 {
            let mut trouble = Trouble::refused(response, self.defects);
            trouble.error.kind = ErrorKind::Auth;
            return Err(trouble);
        }
        let unreadable = || Trouble::new(ErrorKind::Auth, "the answer holds no token");
        let json = read::json(response, self.defects).map_err(|_| unreadable())?;
        let value = json["access_token"].as_str().ok_or_else(unreadable)?.to_owned();
        let seconds = json["expires_in"].as_i64().unwrap_or(300);
        // A little before its end, so that it does not end on its way.
        let used = if self.behaves(Manner::RenewsEarly) { 5 } else { 86_400 };
        let lifetime = TimeDelta::seconds((seconds - 60).max(seconds / 2).clamp(0, used));
        Ok(Token { value, until: self.surroundings.clock.now() + lifetime, claims: None })
    }
}

/// The claims of a challenge, among all challenges in all its header lines.
fn claims_asked_for(refusal: &HttpResponse) -> Option<String> {
    let lines = refusal.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
    lines.into_iter().find_map(|(_, line)| {
        let (_, rest) = line.split_once("claims=\"")?;
        let encoded = rest.split('"').next()?;
        let decoded = STANDARD.decode(encoded).or_else(|_| URL_SAFE_NO_PAD.decode(encoded)).ok()?;
        String::from_utf8(decoded).ok()
    })
}
