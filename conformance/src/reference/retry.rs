//! Coming again after a refusal or a failure, where that can do no harm.

use std::time::Duration;

use super::http::Outgoing;
use super::{PATIENCE, ReferenceClient, Trouble};
use crate::client_log::ErrorKind;
use crate::defect::Defect;
use crate::manner::Manner;
use crate::transport::{Failure, HttpResponse};

/// The first wait where nobody says how long; it doubles.
const FIRST_WAIT: Duration = Duration::from_secs(3);

impl ReferenceClient {
    /// Sends a request until there is an answer to act on. A refusal is an answer; it is given back when it is final.
    pub(super) fn send(&mut self, request: &Outgoing) -> Result<HttpResponse, Trouble> {
        self.wanted += 1;
        let mut attempt = 1;
        let mut request = request.clone();
        loop {
            let outcome = self.send_signed_in(&request)?;
            let Some(own_wait) = self.may_repeat(&request, &outcome, attempt) else {
                return outcome.map_err(Trouble::from);
            };
            let wait = match &outcome {
                Ok(response) => self.asked_to_wait(response).unwrap_or(own_wait),
                Err(_) => own_wait,
            };
            if wait > self.patience() {
                return outcome.map_err(Trouble::from);
            }
            self.sleep(wait);
            if self.is(Defect::LosesBody) {
                request.body = request.body.map(|_| bytes::Bytes::new());
            }
            attempt += 1;
        }
    }

    /// Whether a request may be sent again after that, and how long to wait if nobody says.
    fn may_repeat(
        &self,
        request: &Outgoing,
        outcome: &Result<HttpResponse, Failure>,
        attempt: u32,
    ) -> Option<Duration> {
        if attempt >= self.attempts() && !self.is(Defect::RetriesForEver) {
            return None;
        }
        let harmless = request.is_safe();
        if !harmless && self.behaves(Manner::NeverRepeatsPost) {
            return None;
        }
        let may = match outcome {
            Ok(response) if self.is(Defect::BranchesOnMessage) && (400..600).contains(&response.status) => {
                harmless && String::from_utf8_lossy(&response.body()).contains("try again")
            }
            Ok(response) => match response.status {
                429 => !self.is(Defect::GivesUpAtOnce),
                503 | 504 if self.is(Defect::RepeatsPostOn5xx) => true,
                408 | 500 | 502 | 504 if self.behaves(Manner::ServerErrorsAreFinal) => false,
                408 | 500 | 502 | 503 | 504 => harmless,
                400..=499 => self.is(Defect::RetriesRefusals) && response.status != 401,
                204 => !harmless && self.is(Defect::RepeatsPostOn204),
                // A body that ended too early is a failure of reading.
                200..=299 if !response.whole => harmless && !self.is(Defect::AcceptsTruncated),
                _ => false,
            },
            Err(Failure::Connection) if self.is(Defect::ResetIsFinal) => false,
            Err(Failure::Connection) => harmless || self.is(Defect::RepeatsPostOnReset),
            Err(Failure::Timeout) => harmless,
        };
        may.then(|| {
            if self.is(Defect::HotLoop) {
                Duration::ZERO
            } else if self.is(Defect::ConstantDelay) {
                FIRST_WAIT
            } else {
                (FIRST_WAIT * 2u32.saturating_pow(attempt - 1)).min(PATIENCE)
            }
        })
    }

    /// Sends a request with the token; renews the token once if it is refused.
    fn send_signed_in(&mut self, request: &Outgoing) -> Result<Result<HttpResponse, Failure>, Trouble> {
        let mut renewed = 0;
        loop {
            let token = if self.is_trusted(&request.url) { Some(self.token()?) } else { None };
            let (outcome, with_token) = self.send_following(request, token.as_deref())?;
            let Ok(response) = &outcome else { return Ok(outcome) };
            let hopeless = renewed >= 1 && !self.is(Defect::RenewsForEver);
            if response.status == 403 && renewed < 5 && self.is(Defect::TokenOnForbidden) && self.can_renew() {
                renewed += 1;
                self.drop_token(response);
                continue;
            }
            // What another host thinks of no token says nothing about ours.
            if response.status != 401 || !with_token || hopeless || self.is(Defect::NeverRenews) || !self.can_renew() {
                return Ok(outcome);
            }
            renewed += 1;
            if renewed > 200 {
                return Err(Trouble::new(ErrorKind::Auth, "the token is refused again and again"));
            }
            self.drop_token(response);
        }
    }
}
