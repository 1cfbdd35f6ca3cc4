//! The kinds of the `body` act: how the bytes of an answer are spoiled.

use serde_json::{Map, Value as Json, json};

use super::message::{Around, Coding, Message};
use super::named::Named;
use crate::device::record::PROPERTIES;
use crate::exchange::Delivery;
use crate::gzip;
use crate::odata::value::Edm;
use crate::quirks::Confidence;
use crate::random::Draw;
use crate::wire::error;
use crate::wire::headers::Content;

/// One kind.
pub struct BodyKind {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Who met it, or what allows it.
    pub source: &'static str,
    /// How sure it is that the real service does it.
    pub confidence: Confidence,
    spoil: Spoil,
}

/// How a kind works.
enum Spoil {
    /// On the whole answer.
    Message(fn(&mut Message, &Around<'_>)),
    /// On the JSON of the body; what is no JSON stays as it is.
    Json(fn(&mut Json, &Around<'_>)),
    /// On every object of the body that is an entity: the items of a list, or the body itself.
    Items(fn(&mut Map<String, Json>, Draw)),
    /// On the wire.
    Wire(Delivery),
}

impl Named for BodyKind {
    const WHAT: &'static str = "kind of body";
    const SCHEMA: &'static str = "BodyKind";

    fn table() -> &'static [Self] {
        BODY_KINDS
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

impl BodyKind {
    /// Whether it is done on the wire.
    pub fn is_on_the_wire(&self) -> bool {
        matches!(self.spoil, Spoil::Wire(_))
    }

    /// Spoils `message`. What must not have a body has none, whatever the kind would put there.
    pub fn spoil(&self, message: &mut Message, around: &Around<'_>) {
        self.spoil_bytes(message, around);
        if with_body(message.status) != message.status {
            message.body.clear();
            message.coding = Coding::Open;
        }
    }

    fn spoil_bytes(&self, message: &mut Message, around: &Around<'_>) {
        match &self.spoil {
            Spoil::Message(spoil) => spoil(message, around),
            Spoil::Wire(delivery) => message.delivery = Some(delivery.clone()),
            Spoil::Json(spoil) => {
                let Ok(mut json) = serde_json::from_slice(&message.body) else { return };
                spoil(&mut json, around);
                message.body = json.to_string().into_bytes();
            }
            Spoil::Items(spoil) => {
                let Ok(mut json) = serde_json::from_slice::<Json>(&message.body) else { return };
                for (number, item) in items(&mut json).enumerate() {
                    spoil(item, around.draw.nth(number as u64));
                }
                message.body = json.to_string().into_bytes();
            }
        }
    }
}

/// The entities of a body: the items of a list, or the body itself.
fn items(json: &mut Json) -> Box<dyn Iterator<Item = &mut Map<String, Json>> + '_> {
    if json.get("value").is_some_and(Json::is_array) {
        let items = json.get_mut("value").and_then(Json::as_array_mut);
        Box::new(items.into_iter().flatten().filter_map(Json::as_object_mut))
    } else {
        Box::new(json.as_object_mut().into_iter())
    }
}

macro_rules! kinds {
    ($( $name:literal $about:literal, $confidence:ident $source:literal, $spoil:expr; )*) => {
        /// Every kind.
        pub static BODY_KINDS: &[BodyKind] = &[ $( BodyKind {
            name: $name,
            about: $about,
            source: $source,
            confidence: Confidence::$confidence,
            spoil: $spoil,
        }, )* ];
    };
}

use Spoil::{Items, Message as Whole, Wire};

kinds! {
    "asIs" "nothing: with `apply: not`, an answer for something that did not happen", Observed "docs#12964, #12965", Whole(|_, _| ());
    "empty" "no body, with the status and the type of the answer", Observed "graph2otel (deprecated Intune lists)", Whole(|message, _| message.body.clear());
    "emptyObject" "`{}`; a 204 becomes a 200", Assumed "clients look for a result in the answer to an action (CIPP)", Whole(|message, _| {
        if message.status == 204 {
            *message = Message::new(200, Content::Error, Vec::new());
        }
        message.body = b"{}".to_vec();
    });
    "html" "a page in the place of the body, the status as it is", Observed "graph-explorer-v4#4022, onedrive-api-docs#697", Whole(|message, _| {
        let page = b"<!DOCTYPE html>\r\n<html><head><title>Working...</title></head><body>Please wait.</body></html>\r\n";
        *message = Message::new(with_body(message.status), Content::Html, page.to_vec());
    });
    "wrongContentType" "the body as it is, called `text/plain`", Observed "PIS#7 (2017)", Whole(|message, _| message.set("content-type", "text/plain".to_owned()));
    "invalidJson" "a comma too many", Observed "graph-explorer-v4#3091", Whole(|message, _| {
        let before_a_name = message.body.windows(2).position(|pair| pair == b",\"").unwrap_or(message.body.len());
        message.body.insert(before_a_name, b',');
    });
    "truncatedJson" "the first half of the body, properly framed", Observed "graph-explorer-v4#3091", Whole(|message, _| message.body.truncate(message.body.len() / 2));
    "twice" "the body, and the body again", Assumed "no capture", Whole(|message, _| message.body.extend_from_within(..));
    "whitespace" "8 KiB of blanks before the body, which JSON allows", Documented "RFC 8259, 2", Whole(|message, _| {
        message.body.splice(..0, std::iter::repeat_n(b' ', 8 * 1024));
    });
    "bom" "a byte order mark before the body", Assumed "allowed to ignore, forbidden to send (RFC 8259, 8.1)", Whole(|message, _| {
        message.body.splice(..0, *b"\xef\xbb\xbf");
    });
    "invalidUtf8" "a byte that is no UTF-8, in the last text", Assumed "no capture", Whole(|message, _| {
        if let Some(at) = message.body.windows(2).rposition(|pair| pair == b":\"") {
            message.body.insert(at + 2, 0xff);
        }
    });
    "brokenGzip" "gzip whose checksum is wrong", Observed "sdk-dotnet#2205, #482", Whole(|message, _| {
        coded(message, Coding::SaysGzip, |bytes| {
            if let Some(at) = bytes.len().checked_sub(8) {
                bytes[at] ^= 0xff;
            }
        });
    });
    "truncatedGzip" "gzip that ends too early, properly framed", Observed "sdk-dotnet#2545", Whole(|message, _| {
        coded(message, Coding::SaysGzip, |bytes| bytes.truncate(bytes.len() / 2));
    });
    "gzipTwice" "gzip in gzip, announced once", Observed "sdk-dotnet#2205, sdk-go-core#44", Whole(|message, _| {
        coded(message, Coding::SaysGzip, |bytes| *bytes = gzip::compress(bytes).to_vec());
    });
    "gzipUnasked" "gzip, whether the client takes it or not", Observed "sdk-dotnet#482", Whole(|message, _| coded(message, Coding::SaysGzip, |_| ()));
    "gzipUnannounced" "gzip that no header announces", Observed "sdk-go-core#44", Whole(|message, _| coded(message, Coding::SaysNothing, |_| ()));
    "notGzip" "plain bytes that are called gzip", Observed "sdk-dotnet#2205", Whole(|message, _| message.coding = Coding::SaysGzip);
    "lengthTooLong" "the announced length is 16 bytes more than the body has", Assumed "what is left of a reset inside a body", Wire(Delivery::WrongLength(16));
    "lengthTooShort" "the announced length is 16 bytes less than the body has", Assumed "no capture", Wire(Delivery::WrongLength(-16));
    "lengthAnnounced" "the length is announced and right, on a 204 too", Observed "204 with and without Content-Length: onedrive#3620, graph-rs-sdk#364", Wire(Delivery::WrongLength(0));
    "inStreamError" "the body breaks off inside the list and goes on with an error", Documented "OData JSON format 4.01, 22.2: in-stream errors", Whole(|message, around| {
        let error = error::envelope("UnknownError", "An error has occurred.", &around.ids);
        message.body = until_half(&message.body);
        message.body.extend_from_slice(&error);
    });
    "errorWithStatus" "an error's envelope, the status as it is", Observed "contrib#8883 (inside batches)", Whole(|message, around| {
        let body = error::envelope("UnknownError", "An error has occurred.", &around.ids);
        *message = Message::new(with_body(message.status), message.content, body);
    });
    "extraMembers" "members and annotations that nobody announced, in the body and in its items", Documented "Graph may add members at any time (best practices)", Spoil::Json(|json, _| {
        let add = |members: &mut Map<String, Json>| {
            members.insert("simtuneAdded".to_owned(), json!({ "nested": [1, "two", null] }));
            members.insert("simtuneAdded@odata.type".to_owned(), "#microsoft.graph.simtuneAdded".into());
        };
        items(json).for_each(add);
        if let Some(members) = json.as_object_mut().filter(|members| !members.contains_key("simtuneAdded")) {
            add(members);
        }
    });
    "shuffledMembers" "the members of every object in another order", Documented "JSON objects have no order (RFC 8259, 4)", Spoil::Json(|json, around| shuffle(json, around.draw));
    "duplicateMembers" "the first member of every item twice", Assumed "no capture; RFC 8259, 4 warns of it", Whole(|message, _| {
        let Ok(json) = serde_json::from_slice::<Json>(&message.body) else { return };
        message.body = with_first_twice(&json).into_bytes();
    });
    "missingMembers" "members whose value is null are left out", Observed "rapid7 PR#553", Items(|item, _| item.retain(|_, value| !value.is_null()));
    "unknownEnums" "members of enumerations that no schema has", Observed "sdk-dotnet#2735, sdk-php#1635, #1605, sdk-python#443", Items(|item, _| {
        enumerations(item).for_each(|value| *value = "simtuneUnknownMember".into());
    });
    "numericEnums" "members of enumerations as numbers in quotes", Observed "graph2otel (hardware fixture)", Items(|item, _| {
        enumerations(item).for_each(|value| *value = "25".into());
    });
    "nullEnums" "null where an enumeration must not be null", Observed "beta-sdk-dotnet#293", Items(|item, _| {
        enumerations(item).for_each(|value| *value = Json::Null);
    });
    "numbersAsStrings" "whole numbers in quotes", Documented "IEEE754Compatible=true asks for it; here unasked", Items(|item, _| {
        for value in item.values_mut() {
            if let Some(number) = value.as_i64() {
                *value = number.to_string().into();
            }
        }
    });
    "zeroDates" "every date is the first day of the year 1", Observed "DeviceOffboardingManager#31, powerapps-tools#427, graph2otel", Items(|item, _| {
        dates(item).for_each(|value| *value = "0001-01-01T00:00:00Z".into());
    });
    "lastDates" "every date is the last instant of the year 9999, with seven digits", Observed "demisto README, graph2otel#193", Items(|item, _| {
        dates(item).for_each(|value| *value = "9999-12-31T23:59:59.9999999Z".into());
    });
}

/// A status that may have a body.
fn with_body(status: u16) -> u16 {
    if matches!(status, 204 | 205 | 304) { 200 } else { status }
}

/// The body up to the comma behind the first half of its items, or of its bytes where it is no list.
fn until_half(body: &[u8]) -> Vec<u8> {
    if let Ok(mut json) = serde_json::from_slice::<Json>(body)
        && let Some(members) = json.as_object_mut()
        && let Some(Json::Array(mut items)) = members.shift_remove("value")
        && !items.is_empty()
    {
        items.truncate(items.len().div_ceil(2));
        members.insert("value".to_owned(), items.into());
        let mut text = json.to_string();
        // What closes the list and the body.
        text.truncate(text.len() - "]}".len());
        text.push(',');
        return text.into_bytes();
    }
    let half = &body[..body.len() / 2];
    half[..half.iter().rposition(|byte| *byte == b',').map_or(half.len(), |at| at + 1)].to_vec()
}

fn coded(message: &mut Message, coding: Coding, then: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = gzip::compress(&message.body).to_vec();
    then(&mut bytes);
    message.body = bytes;
    message.coding = coding;
}

fn of_type(is: fn(&Edm) -> bool) -> impl Fn(&str) -> bool {
    move |name| PROPERTIES.iter().any(|property| property.name == name && is(&property.edm))
}

fn enumerations(item: &mut Map<String, Json>) -> impl Iterator<Item = &mut Json> {
    let is_enumeration = of_type(|edm| matches!(edm, Edm::Enum(_)));
    item.iter_mut().filter(move |(name, _)| is_enumeration(name)).map(|(_, value)| value)
}

fn dates(item: &mut Map<String, Json>) -> impl Iterator<Item = &mut Json> {
    let is_date = of_type(|edm| matches!(edm, Edm::DateTimeOffset));
    item.iter_mut().filter(move |(name, _)| is_date(name)).map(|(_, value)| value)
}

/// Another order for every object: the one of draws by the members' names.
fn shuffle(json: &mut Json, draw: Draw) {
    match json {
        Json::Object(members) => {
            let mut shuffled: Vec<(String, Json)> = std::mem::take(members).into_iter().collect();
            let first = shuffled.first().map(|(name, _)| name.clone());
            shuffled.sort_by_key(|(name, _)| draw.at(name).bits());
            if shuffled.first().map(|(name, _)| name) == first.as_ref() {
                let by = shuffled.len().min(1);
                shuffled.rotate_left(by);
            }
            for (_, value) in &mut shuffled {
                shuffle(value, draw);
            }
            members.extend(shuffled);
        }
        Json::Array(values) => values.iter_mut().for_each(|value| shuffle(value, draw)),
        _ => {}
    }
}

fn with_first_twice(json: &Json) -> String {
    match json {
        Json::Object(members) => {
            let member = |(name, value): (&String, &Json)| format!("{}:{}", json!(name), with_first_twice(value));
            let all = members.iter().map(member);
            let twice: Vec<String> = members.iter().next().map(member).into_iter().chain(all).collect();
            format!("{{{}}}", twice.join(","))
        }
        Json::Array(values) => format!("[{}]", values.iter().map(with_first_twice).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}
