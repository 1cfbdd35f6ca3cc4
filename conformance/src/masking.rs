//! Secrets are not kept: what is written down has a stable hash in their place.

use crate::scenario::hash;
use crate::trace::Trace;
use crate::transport::{HttpRequest, HttpResponse};

/// The members of answers that hold secrets.
const SECRET_MEMBERS: [&str; 2] = ["\"access_token\":\"", "\"passcode\":\""];

/// Takes note of the secrets in an exchange.
pub(crate) fn notice(secrets: &mut Vec<String>, request: &HttpRequest, response: &HttpResponse) {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let mut found: Vec<String> = token.map(str::to_owned).into_iter().collect();
    if request.url.ends_with("/token") || request.url.contains("deviceActionResults") {
        let body = String::from_utf8_lossy(&response.body()).into_owned();
        for member in SECRET_MEMBERS {
            let values = body.match_indices(member).filter_map(|(at, _)| body[at + member.len()..].split('"').next());
            found.extend(values.map(str::to_owned));
        }
    }
    for secret in found {
        if secret.len() > 3 && !secrets.contains(&secret) {
            secrets.push(secret);
        }
    }
}

/// A text with a hash in the place of each secret.
pub(crate) fn masked(text: &str, secrets: &[String]) -> String {
    let mut text = text.to_owned();
    replace(&mut text, secrets);
    text
}

fn replace(text: &mut String, secrets: &[String]) {
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        if text.contains(secret.as_str()) {
            *text = text.replace(secret.as_str(), &format!("#{:016x}", hash(secret)));
        }
    }
}

/// Puts a hash in the place of each secret.
pub(crate) fn mask(trace: &mut Trace, secrets: &[String]) {
    let masked = |text: &mut String| replace(text, secrets);
    for exchange in &mut trace.exchanges {
        masked(&mut exchange.request.body);
        masked(&mut exchange.request.target);
        exchange.request.headers.iter_mut().for_each(|(_, value)| masked(value));
        if exchange.response.body.contains("token") || exchange.response.body.contains("passcode") {
            masked(&mut exchange.response.body);
        }
    }
}
