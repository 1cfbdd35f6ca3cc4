//! Client assertions: a JWT that an app signs with the key of its certificate instead of sending a secret.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::certificate::Certificate;
use super::directory::App;
use super::error::{Reason, Refusal};
use super::jwt::{self, Algorithm, Jws, Padding};

/// The only `client_assertion_type` for JWTs (RFC 7523).
pub(super) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far the client's clock may be off (assumed; no figure of Entra's was found).
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// Whether `assertion` proves that the sender is `app`. `is_audience` knows the spellings of the token endpoint.
///
/// The signature comes before the claims, because a claim of an unproved assertion is worth nothing to the reader of
/// the refusal; the real order is not known. That `jti` was not seen before is not checked: no refusal of Entra's for it
/// was found.
pub(super) fn verify(
    assertion: &str,
    app: &App,
    is_audience: impl Fn(&str) -> bool,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let malformed = || Reason::MalformedAssertion.with(&[]);
    let jws = Jws::parse(assertion, Padding::Optional).map_err(|_| malformed())?;
    let algorithm = text(&jws.header, "alg").ok_or_else(malformed)?;
    let algorithm = Algorithm::named(algorithm).ok_or_else(|| Reason::UnsupportedAlgorithm.with(&[]))?;
    verify_signature(&jws, algorithm, app, now)?;

    let issuer = required_text(&jws.claims, "iss")?;
    let subject = required_text(&jws.claims, "sub")?;
    if issuer != subject {
        return Err(Reason::AssertionSubject.with(&[]));
    }
    if !subject.eq_ignore_ascii_case(&app.client_id.to_string()) {
        return Err(Reason::AssertionClient.with(&[]));
    }
    if !is_audience(required_text(&jws.claims, "aud")?) {
        return Err(Reason::AssertionAudience.with(&[]));
    }
    verify_times(&jws.claims, now)
}

fn verify_signature(jws: &Jws<'_>, algorithm: Algorithm, app: &App, now: DateTime<Utc>) -> Result<(), Refusal> {
    let app_id = app.client_id.to_string();
    let named = thumbprint(&jws.header);
    // Entra leaves the clause out when the header names no key (observed: learn.microsoft.com/answers 5915574).
    let clause = named
        .as_deref()
        .map_or_else(String::new, |bytes| format!("Thumbprint of key used by client: '{}', ", hex(bytes)));
    let found =
        named.and_then(|bytes| app.certificates.iter().find(|known| known.sha1 == *bytes || known.sha256 == *bytes));
    let Some(certificate) = found else {
        return Err(Reason::UnknownCertificate.with(&[&app_id, &clause]));
    };
    let (start, end) = validity(certificate);
    let blanks = [app_id.as_str(), clause.as_str(), start.as_str(), end.as_str()];
    if !certificate.is_valid_at(now) {
        return Err(Reason::ExpiredCertificate.with(&blanks));
    }
    if !jws.verifies(algorithm, certificate.public_key()) {
        return Err(Reason::WrongSignature.with(&blanks));
    }
    Ok(())
}

fn verify_times(claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let expiry = time(claims, "exp")?.ok_or_else(|| Reason::MissingField.with(&["exp"]))?;
    let from = time(claims, "nbf")?.unwrap_or(DateTime::UNIX_EPOCH);
    if saturating(from, -SKEW) <= now && now < saturating(expiry, SKEW) {
        return Ok(());
    }
    Err(Reason::AssertionTime.with(&[&instant(now), &instant(from), &instant(expiry)]))
}

/// What `x5t` or `x5t#S256` names, as bytes. Padding is optional, as published clients send both.
fn thumbprint(header: &Map<String, Value>) -> Option<Vec<u8>> {
    let named = text(header, "x5t#S256").or_else(|| text(header, "x5t"))?;
    jwt::decode(named, Padding::Optional)
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// A claim that must be there (observed: 90014 for a missing `iss`) and be text (observed: 50027 for an `aud` array).
fn required_text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    match claims.get(name) {
        None | Some(Value::Null) => Err(Reason::MissingField.with(&[name])),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Reason::MalformedAssertion.with(&[])),
    }
}

/// A `NumericDate`, which may have a fraction: one published client sends floats. Out of range is as far as it goes.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => {
            let milliseconds = number.as_f64().unwrap_or(f64::MAX) * 1000.0;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the cast saturates, and what is beyond the calendar is cut just below"
            )]
            let instant = DateTime::from_timestamp_millis(milliseconds as i64);
            let edge = if milliseconds < 0.0 { DateTime::UNIX_EPOCH } else { end_of_time() };
            Ok(Some(instant.unwrap_or(edge).clamp(DateTime::UNIX_EPOCH, end_of_time())))
        }
        Some(_) => Err(Reason::MalformedAssertion.with(&[])),
    }
}

/// The last second that four digits can say.
fn end_of_time() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).expect("the year 9999 is in the calendar")
}

fn saturating(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_add_signed(by).unwrap_or(time)
}

/// Seven digits of a second, as .NET writes them.
fn instant(time: DateTime<Utc>) -> String {
    let nanoseconds = time.to_rfc3339_opts(SecondsFormat::Nanos, true);
    match nanoseconds.strip_suffix("00Z") {
        Some(kept) => format!("{kept}Z"),
        None => nanoseconds,
    }
}

fn validity(certificate: &Certificate) -> (String, String) {
    let format = |time: DateTime<Utc>| time.format("%m/%d/%Y %H:%M:%S").to_string();
    (format(certificate.not_before), format(certificate.not_after))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}
