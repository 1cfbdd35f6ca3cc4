//! How Graph and Intune say that there was too much: the bodies that were seen.

use hyper::StatusCode;
use hyper::header::{self, HeaderName, HeaderValue};

use super::error::{BackendCall, Ids};
use super::json::{self, DatePrecision};

/// Entra's headers on an answer that throttles; Intune has none of them (documented: `concepts/throttling-limits.md`).
const THROTTLE_SCOPE: HeaderName = HeaderName::from_static("x-ms-throttle-scope");
const THROTTLE_INFORMATION: HeaderName = HeaderName::from_static("x-ms-throttle-information");

/// A request that comes too soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttled {
    /// Which body it gets.
    pub spelling: Spelling,
    /// How long to wait, as the header says it; nothing if it says nothing.
    pub retry_after: Option<String>,
    /// Whose budget is used up, as Entra says it; nothing if it is not Entra's.
    pub scope: Option<String>,
    /// The call as Intune's front end sees it.
    pub call: BackendCall,
}

/// One body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// The sample of the documents (documented: `concepts/throttling.md`).
    Documented,
    /// A sentence (observed: IntuneCD#64, 2022).
    Short,
    /// Empty details (observed: msendpointmgr.com/?p=25866, 2025).
    Details,
    /// Intune's nested format (observed: IntuneCD#217, 2025).
    Nested,
    /// A server's error that is none (observed: graph2otel, 2026).
    QueryBroker,
    /// A client's error that is none (observed: docs#8188, 2020; the body is assumed to be that of its neighbours).
    Overload,
}

impl Spelling {
    /// Each of them in turn.
    pub const fn in_turn(number: u64) -> Self {
        match number % 6 {
            0 => Self::Documented,
            1 => Self::Short,
            2 => Self::Details,
            3 => Self::Nested,
            4 => Self::QueryBroker,
            _ => Self::Overload,
        }
    }

    /// Whether it comes with `Retry-After`: the others were seen without.
    pub const fn says_when(self) -> bool {
        matches!(self, Self::Documented | Self::Short)
    }
}

impl Throttled {
    /// The row of it: status, code, message.
    pub(super) fn row(&self, nested: impl Fn(&BackendCall) -> String) -> (StatusCode, &'static str, String) {
        let (too_many, code) = (StatusCode::TOO_MANY_REQUESTS, "TooManyRequests");
        match self.spelling {
            Spelling::Documented => (too_many, code, "Please retry again later.".into()),
            Spelling::Short => (too_many, code, "Too many requests.".into()),
            Spelling::Details => (too_many, code, "An error has occurred.".into()),
            Spelling::Nested => (too_many, code, nested(&self.call)),
            Spelling::QueryBroker => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "UnknownError",
                "Rate limit reached because of too many requests to query broker. Please retry after sometime.".into(),
            ),
            Spelling::Overload => (StatusCode::BAD_REQUEST, "BadRequest", nested(&self.call)),
        }
    }

    /// The body, where it is not the envelope of all other errors.
    pub(super) fn body(&self, ids: &Ids<'_>) -> Option<Vec<u8>> {
        let mut date = Vec::with_capacity(20);
        json::bare_date(&mut date, ids.now, DatePrecision::Seconds);
        date.pop();
        let date = String::from_utf8_lossy(&date).into_owned();
        let Ids { request_id, client_request_id, .. } = *ids;
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let (request_id, client_request_id) = (quoted(request_id), quoted(client_request_id));
        let body = match self.spelling {
            Spelling::Documented => format!(
                r#"{{"error":{{"code":"TooManyRequests","innerError":{{"code":"429","date":"{date}","message":"Please retry after","request-id":{request_id},"status":"429"}},"message":"Please retry again later."}}}}"#
            ),
            Spelling::Details => format!(
                r#"{{"error":{{"code":"TooManyRequests","message":"An error has occurred.","details":[],"innerError":{{"date":"{date}","request-id":{request_id},"client-request-id":{client_request_id}}}}}}}"#
            ),
            Spelling::Short | Spelling::Nested | Spelling::QueryBroker | Spelling::Overload => return None,
        };
        Some(body.into_bytes())
    }

    /// The headers that this answer has beside those of every error.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let value = |text: &String| HeaderValue::from_str(text).ok();
        let scope = self.scope.as_ref().and_then(value);
        let information = scope.as_ref().map(|_| HeaderValue::from_static("ResourceUnitLimitExceeded"));
        let headers = [
            (header::RETRY_AFTER, self.retry_after.as_ref().and_then(value)),
            (THROTTLE_SCOPE, scope),
            (THROTTLE_INFORMATION, information),
        ];
        headers.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}
