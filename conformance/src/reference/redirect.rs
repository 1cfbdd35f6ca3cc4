//! Going where an answer says that the thing is.

use super::http::{Outgoing, origin};
use super::{ReferenceClient, Trouble};
use crate::client_log::ErrorKind;
use crate::defect::Defect;
use crate::manner::Manner;
use crate::transport::{Failure, HttpResponse};

/// How many redirects are followed in a row.
const HOPS: u32 = 5;

impl ReferenceClient {
    /// Sends a request, and again where it is redirected to. What comes back says whether it is the answer to a token.
    pub(super) fn send_following(
        &mut self,
        request: &Outgoing,
        token: Option<&str>,
    ) -> Result<(Result<HttpResponse, Failure>, bool), Trouble> {
        let mut request = request.clone();
        let mut token = token.map(str::to_owned);
        let mut hops = 0;
        loop {
            let outcome = self.send_once(&request, token.as_deref());
            let Ok(response) = &outcome else { return Ok((outcome, token.is_some())) };
            if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
                return Ok((outcome, token.is_some()));
            }
            if self.is(Defect::RedirectIsData) || self.behaves(Manner::FollowsNoRedirects) {
                return Ok((outcome, token.is_some()));
            }
            hops += 1;
            if hops > HOPS && !self.is(Defect::EndlessRedirects) {
                return Err(refused(response, "there are too many redirects"));
            }
            let Some(url) = response.header("location").and_then(|location| self.resolve(&request.url, location))
            else {
                return Err(refused(response, "a redirect leads nowhere"));
            };
            if origin(&url) != origin(&request.url) && !self.is(Defect::TokenAcrossRedirect) {
                if request.method == "POST" {
                    return Err(refused(response, "an action is not sent to another host"));
                }
                token = None;
            }
            let to_get = match response.status {
                303 => !self.is(Defect::SeeOtherKeepsPost),
                307 | 308 => self.is(Defect::TemporaryRedirectBecomesGet),
                _ => false,
            };
            if to_get {
                let typed = request.body.is_some() && self.is(Defect::HeadersWithoutBody);
                request = Outgoing { typed, ..Outgoing::get(url) };
            } else {
                request.url = url;
                if self.is(Defect::BodySentOnce) {
                    // A stream that was read to its end by the first sending.
                    request.body = request.body.map(|_| bytes::Bytes::new());
                }
            }
        }
    }

    /// A `Location` or link as a whole URL.
    pub(super) fn resolve(&self, base: &str, location: &str) -> Option<String> {
        let absolute = location.starts_with("https://") || location.starts_with("http://");
        if absolute {
            return Some(location.to_owned());
        }
        if self.is(Defect::RelativeLocationFatal) {
            return None;
        }
        resolve(base, location)
    }
}

/// RFC 3986, 5.2, for what a service sends: a path from the root, a query, or a path from here.
fn resolve(base: &str, reference: &str) -> Option<String> {
    let root = origin(base);
    let path = base[root.len()..].split(['?', '#']).next().unwrap_or_default();
    if let Some(rest) = reference.strip_prefix("//") {
        return Some(format!("{}//{rest}", base.split("//").next()?));
    }
    if reference.starts_with('/') {
        return Some(format!("{root}{reference}"));
    }
    if reference.starts_with('?') {
        return Some(format!("{root}{path}{reference}"));
    }
    let mut segments: Vec<&str> = path.split('/').collect();
    segments.pop();
    let (steps, query) = reference.split_once('?').map_or((reference, None), |(path, query)| (path, Some(query)));
    for step in steps.split('/') {
        match step {
            "." => {}
            ".." => segments.truncate((segments.len() - 1).max(1)),
            step => segments.push(step),
        }
    }
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    Some(format!("{root}{}{query}", segments.join("/")))
}

fn refused(response: &HttpResponse, message: &str) -> Trouble {
    let mut trouble = Trouble::new(ErrorKind::Redirect, message);
    trouble.error.status = Some(response.status);
    trouble
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn references_are_resolved() {
        let base = "https://a.example:1/v1.0/x/y?z=1";
        for (reference, whole) in [
            ("/q", "https://a.example:1/q"),
            ("?q", "https://a.example:1/v1.0/x/y?q"),
            ("q", "https://a.example:1/v1.0/x/q"),
            ("../q?r", "https://a.example:1/v1.0/q?r"),
            ("//b.example/q", "https://b.example/q"),
        ] {
            assert_eq!(resolve(base, reference).as_deref(), Some(whole), "{reference}");
        }
    }
}
