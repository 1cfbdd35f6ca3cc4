//! Masks secrets by a stable hash: the same secret looks the same everywhere, and is nowhere to be read.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use hyper::header::{self, HeaderName};

/// Members of JSON bodies whose string values are secrets.
const SECRET_MEMBERS: &[&str] = &[
    "passcode",
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "secretText",
    "unlockPin",
    "password",
    "device_code",
    "macOsUnlockCode",
    "adminAccountPassword",
    "activationLockBypassCode",
    "appleCareToken",
    // Of a request in a batch, whose headers are JSON.
    "Authorization",
    // What a function returns, such as a disk's recovery key. The `value` of a collection is no string.
    "value",
];

/// Fields of forms and query strings that are secrets.
const SECRET_FIELDS: &[&str] = &[
    "client_secret",
    "client_assertion",
    "assertion",
    "password",
    "refresh_token",
    "code",
    "code_verifier",
    "device_code",
    "access_token",
    "id_token",
];

/// What stands for a secret: sixteen hex digits that are the same for the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 16]);

impl TokenHash {
    /// Of a token.
    pub fn of(secret: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digest = ring::digest::digest(&ring::digest::SHA256, secret);
        let mut hex = [0; 16];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(digest.as_ref()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Self(hex)
    }

    /// The digits.
    pub fn digits(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| out.write_char(char::from(*digit)))
    }
}

/// Whether a header holds a credential.
pub(super) fn is_credential(name: &HeaderName) -> bool {
    *name == header::AUTHORIZATION || *name == header::PROXY_AUTHORIZATION || *name == header::COOKIE
}

/// A credential's scheme, and its secret masked.
pub(super) fn credential(value: &str) -> String {
    let (scheme, secret) = value.split_once(' ').unwrap_or(("", value));
    format!("{scheme} {}", masked(secret)).trim_start().to_owned()
}

/// A target whose query may hold secrets.
pub fn target(target: &str) -> Cow<'_, str> {
    match target.split_once('?') {
        Some((path, query)) => format!("{path}?{}", form(query)).into(),
        None => target.into(),
    }
}

/// An address that an answer leads to, with the secrets of its query or fragment masked.
pub(super) fn location(url: &str) -> String {
    match url.split_once(['?', '#']) {
        Some((path, fields)) => format!("{path}{}{}", &url[path.len()..=path.len()], form(fields)),
        None => url.to_owned(),
    }
}

/// A page with the secrets in its hidden fields masked.
pub(super) fn page(html: &str) -> String {
    let mut out = html.to_owned();
    for name in SECRET_FIELDS {
        let field = format!("name=\"{name}\" value=\"");
        if let Some((before, rest)) = out.split_once(&field) {
            let (secret, after) = rest.split_once('"').unwrap_or((rest, ""));
            out = format!("{before}{field}{}\"{after}", masked(secret));
        }
    }
    out
}

/// A form or query string with its secrets masked; everything else stays as sent.
pub fn form(text: &str) -> String {
    let fields: Vec<String> = text
        .split('&')
        .map(|field| match field.split_once('=') {
            Some((name, secret))
                if is_secret(SECRET_FIELDS, &percent_encoding::percent_decode_str(name).decode_utf8_lossy()) =>
            {
                format!("{name}={}", masked(secret))
            }
            _ => field.to_owned(),
        })
        .collect();
    fields.join("&")
}

/// JSON text with its secrets masked. Works on text, because a body may be cut or be no JSON at all.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, member, after)) = next_string(rest) {
        out.push_str(before);
        out.push('"');
        out.push_str(member);
        out.push('"');
        rest = after;
        if !is_secret(SECRET_MEMBERS, member) {
            continue;
        }
        let gap = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', ':']).len();
        let (between, value) = rest.split_at(gap);
        if between.contains(':') && value.starts_with('"') {
            // A value cut off by the journal's limit is a secret too.
            let (secret, after) = match next_string(value) {
                Some((_, secret, after)) => (secret, after),
                None => (&value[1..], ""),
            };
            out.push_str(between);
            out.push('"');
            out.push_str(&masked(secret));
            out.push('"');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn masked(secret: &str) -> String {
    if secret.is_empty() { String::new() } else { format!("masked-{}", TokenHash::of(secret.as_bytes())) }
}

fn is_secret(names: &[&str], name: &str) -> bool {
    names.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// The text before the next JSON string, the string's inside, and the text behind it.
fn next_string(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find('"')?;
    let inside = &text[open + 1..];
    let mut escaped = false;
    let close = inside.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some((&text[..open], &inside[..close], &inside[close + 1..]))
}
