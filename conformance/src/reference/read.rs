//! Understanding answers: JSON, devices, errors.

use chrono::DateTime;
use serde_json::{Map, Value as Json};

use super::Trouble;
use crate::client_log::{ClientError, DeviceSeen, ErrorKind};
use crate::defect::{Defect, Defects};
use crate::transport::HttpResponse;

/// The properties it has fields for, and what they are.
const FIELDS: [(&str, Kind); 14] = [
    ("id", Kind::Text),
    ("deviceName", Kind::Text),
    ("serialNumber", Kind::Text),
    ("userPrincipalName", Kind::Text),
    ("operatingSystem", Kind::Text),
    ("osVersion", Kind::Text),
    (
        "complianceState",
        Kind::Member(&["unknown", "compliant", "noncompliant", "conflict", "error", "inGracePeriod", "configManager"]),
    ),
    (
        "managementAgent",
        Kind::Member(&[
            "eas",
            "mdm",
            "easMdm",
            "intuneClient",
            "configurationManagerClientMdm",
            "unknown",
            "jamf",
            "msSense",
        ]),
    ),
    (
        "deviceRegistrationState",
        Kind::Member(&[
            "notRegistered",
            "registered",
            "revoked",
            "keyConflict",
            "approvalPending",
            "certificateReset",
            "notRegisteredPendingEnrollment",
            "unknown",
        ]),
    ),
    ("managedDeviceOwnerType", Kind::Member(&["unknown", "company", "personal"])),
    ("totalStorageSpaceInBytes", Kind::Size),
    ("freeStorageSpaceInBytes", Kind::Size),
    ("lastSyncDateTime", Kind::Date),
    ("enrolledDateTime", Kind::Date),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// An enumeration, with the members of its first publication.
    Member(&'static [&'static str]),
    Size,
    Date,
}

fn unreadable(message: impl Into<String>) -> Trouble {
    Trouble::new(ErrorKind::Parse, message)
}

/// The body as text, without the mark that some put before it.
fn text(response: &HttpResponse, defects: Defects) -> String {
    let text = if defects.has(Defect::SplitsCharacters) {
        response.pieces.iter().map(|piece| String::from_utf8_lossy(piece)).collect()
    } else {
        String::from_utf8_lossy(&response.body()).into_owned()
    };
    match text.strip_prefix('\u{feff}') {
        Some(rest) if !defects.has(Defect::ByteOrderMarkFatal) => rest.to_owned(),
        _ => text,
    }
}

/// The body as JSON; half a body is none.
pub(super) fn json(response: &HttpResponse, defects: Defects) -> Result<Json, Trouble> {
    let mut text = text(response, defects);
    if text.is_empty() && defects.has(Defect::EmptySuccessCrashes) {
        // What the unwrap of a real client does, without its noise.
        std::panic::resume_unwind(Box::new("there is no body".to_owned()));
    }
    if defects.has(Defect::AcceptsTruncated) && !text.ends_with('}') {
        // A reader that takes item by item until there are no more.
        let end = text.rfind("},").map_or(0, |at| at + 1);
        text.truncate(end);
        text.push_str(if end == 0 { "{\"value\":[]}" } else { "]}" });
    } else if !response.whole {
        return Err(unreadable("the answer ends too early"));
    }
    let json: Json =
        serde_json::from_str(&text).map_err(|error| unreadable(format!("the answer is no JSON: {error}")))?;
    if json.is_object() { Ok(json) } else { Err(unreadable("the answer is no JSON object")) }
}

/// A device as its fields say.
pub(super) fn device(json: &Json, defects: Defects) -> Result<DeviceSeen, Trouble> {
    let members = json.as_object().ok_or_else(|| unreadable("a device is no object"))?;
    if defects.has(Defect::UnknownPropertyFatal)
        && let Some(name) = members.keys().find(|name| !is_published(name))
    {
        return Err(unreadable(format!("unknown property {name}")));
    }
    if defects.has(Defect::AnnotationsFatal)
        && let Some(name) = members.keys().find(|name| name.find('@').is_some_and(|at| at > 0))
    {
        return Err(unreadable(format!("unexpected annotation {name}")));
    }
    let mut seen = Map::new();
    for (name, kind) in FIELDS {
        let Some(value) = members.get(name) else { continue };
        if value.is_null() {
            if defects.has(Defect::NullFatal) {
                return Err(unreadable(format!("{name} is null")));
            }
            seen.insert(name.to_owned(), Json::Null);
            continue;
        }
        seen.insert(name.to_owned(), field(name, kind, value, defects)?.into());
    }
    Ok(seen)
}

fn field(name: &str, kind: Kind, value: &Json, defects: Defects) -> Result<String, Trouble> {
    let text = || value.as_str().map(str::to_owned).ok_or_else(|| unreadable(format!("{name} is no text")));
    match kind {
        Kind::Text if defects.has(Defect::AsciiOnly) => {
            text().map(|text| text.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect())
        }
        Kind::Text => text(),
        Kind::Member(known) => {
            let member = text()?;
            if defects.has(Defect::UnknownEnumFatal) && !known.contains(&member.as_str()) {
                return Err(unreadable(format!("{name} has the unknown member {member}")));
            }
            Ok(member)
        }
        Kind::Size => {
            let size = value.as_i64().or_else(|| value.as_str()?.parse().ok());
            let size = size.ok_or_else(|| unreadable(format!("{name} is no number")))?;
            if defects.has(Defect::Int32) {
                #[expect(clippy::cast_possible_truncation, reason = "that is the defect")]
                return Ok((size as i32).to_string());
            }
            if defects.has(Defect::Double) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_precision_loss,
                    reason = "that is the defect"
                )]
                return Ok((size as f64 as i64).to_string());
            }
            Ok(size.to_string())
        }
        Kind::Date => {
            let date = text()?;
            DateTime::parse_from_rfc3339(&date).map_err(|error| unreadable(format!("{name} is no date: {error}")))?;
            let fraction = date.split_once('.').map_or(0, |(_, rest)| rest.trim_end_matches('Z').len());
            if defects.has(Defect::FractionFatal) && fraction > 6 {
                return Err(unreadable(format!("{name} has {fraction} digits of fractions")));
            }
            if defects.has(Defect::YearOneFatal) && (date.starts_with("0001") || date.starts_with("9999-12-31")) {
                return Err(unreadable(format!("{name} is out of range")));
            }
            Ok(date)
        }
    }
}

/// Names that the published type has had for years, as far as they begin: what a strict reader was made from.
fn is_published(name: &str) -> bool {
    const PUBLISHED: &str = include_str!("published_properties.txt");
    name.contains("@odata.") || PUBLISHED.lines().any(|known| known == name)
}

/// What a refusal says: its status always, and what can be read of the rest.
pub(super) fn error(response: &HttpResponse, defects: Defects) -> ClientError {
    let told = json(response, Defects::NONE).ok();
    let error = told.as_ref().and_then(|json| json.get("error"));
    let text = |json: &Json, name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    let inner = error.and_then(|error| error.get("innerError").or_else(|| error.get("innererror")));
    if defects.has(Defect::HtmlHidesStatus) && told.is_none() {
        return ClientError {
            kind: ErrorKind::Parse,
            message: Some("unexpected token <".to_owned()),
            ..ClientError::default()
        };
    }
    let strange_date = inner.and_then(|inner| text(inner, "date")).is_some_and(|date| !date.ends_with('Z'));
    if defects.has(Defect::InnerErrorFatal) && strange_date {
        return ClientError {
            kind: ErrorKind::Parse,
            message: Some("invalid date".to_owned()),
            ..ClientError::default()
        };
    }
    let message = error.and_then(|error| text(error, "message"));
    if defects.has(Defect::NestedFatal) && message.as_ref().is_some_and(|message| message.starts_with('{')) {
        return ClientError {
            kind: ErrorKind::Parse,
            message: Some("a message is no text".to_owned()),
            ..ClientError::default()
        };
    }
    if defects.has(Defect::UnwrapsErrors) && inner.and_then(|inner| text(inner, "request-id")).is_none() {
        std::panic::resume_unwind(Box::new("called unwrap on an error without a request-id".to_owned()));
    }
    // The identity platform's errors are texts.
    let code = error.and_then(|error| text(error, "code").or_else(|| error.as_str().map(str::to_owned)));
    ClientError {
        kind: if response.status == 401 { ErrorKind::Auth } else { ErrorKind::Http },
        status: (!defects.has(Defect::LosesStatus)).then_some(response.status),
        code,
        request_id: response.header("request-id").map(str::to_owned),
        message,
        outcome: None,
    }
}
