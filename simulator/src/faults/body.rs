//! The bodies that a `status` act can answer with: what was documented, what was captured, or a text of the tester's own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value as Json, json};

use super::header::HeaderText;
use super::message::Around;
use super::named::{Chosen, Named, names};
use crate::quirks::Confidence;
use crate::wire::error::{self, Nested, Refusal};
use crate::wire::headers::Content;
use crate::wire::strict;

/// One body that can be named.
pub struct NamedBody {
    /// Its name.
    pub name: &'static str,
    /// The status it was seen with.
    pub status: u16,
    /// What it is.
    pub about: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// How sure that is.
    pub confidence: Confidence,
    content: Content,
    write: fn(u16, &Around<'_>) -> Vec<u8>,
}

impl Named for NamedBody {
    const WHAT: &'static str = "body";
    const SCHEMA: &'static str = "NamedBody";

    fn table() -> &'static [Self] {
        BODIES
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

impl NamedBody {
    /// Its bytes, answered with `status`.
    pub fn bytes(&self, status: u16, around: &Around<'_>) -> Vec<u8> {
        (self.write)(status, around)
    }

    fn called(name: &str) -> &'static Self {
        BODIES.iter().find(|row| row.name == name).expect("the table has it")
    }
}

macro_rules! bodies {
    ($( $name:literal $status:literal $about:literal, $confidence:ident $source:literal, $content:ident => $write:expr; )*) => {
        /// Every body that can be named.
        pub static BODIES: &[NamedBody] = &[ $( NamedBody {
            name: $name,
            status: $status,
            about: $about,
            source: $source,
            confidence: Confidence::$confidence,
            content: Content::$content,
            write: $write,
        }, )* ];
    };
}

bodies! {
    "graph" 500 "Graph's envelope with a code that fits the status",
        Assumed "the envelope was observed with every status (docs#10007); code and words where no capture exists",
        Error => |status, around| error::envelope(code_of(status), "An error has occurred.", &around.ids);
    "nested" 500 "Intune's second format inside `message`",
        Observed "graph-explorer-v4#3157, PIS#18",
        Error => |status, around| {
            error::envelope(code_of(status), &error::nested("An internal server error has occurred", around.call, &around.ids), &around.ids)
        };
    "nestedTwice" 504 "the same, escaped once more: a third format between the two",
        Observed "IPS#146",
        Error => |_, around| {
            let inner = error::nested("An error has occurred", around.call, &around.ids);
            error::envelope("UnknownError", &json!({ "Message": inner }).to_string(), &around.ids)
        };
    "throttled" 429 "the sample of Graph's guide to throttling",
        Documented "microsoft-graph-docs, concepts/throttling.md",
        Error => |_, around| {
            let date = around.ids.now.format("%Y-%m-%dT%H:%M:%S").to_string();
            text(&json!({ "error": {
                "code": "TooManyRequests",
                "innerError": {
                    "code": "429", "date": date, "message": "Please retry after",
                    "request-id": around.ids.request_id, "status": "429",
                },
                "message": "Please retry again later.",
            } }))
        };
    "throttledIntune" 429 "Intune's own, seen without Retry-After",
        Observed "msendpointmgr.com/?p=25866 (2025-10-26)",
        Error => |_, around| {
            let date = around.ids.now.format("%Y-%m-%dT%H:%M:%S").to_string();
            text(&json!({ "error": {
                "code": "TooManyRequests", "message": "An error has occurred.", "details": [],
                "innerError": {
                    "date": date, "request-id": around.ids.request_id, "client-request-id": around.ids.client_request_id,
                },
            } }))
        };
    "throttledNested" 429 "Intune's second format",
        Observed "IntuneCD#217",
        Error => |_, around| {
            let inner = error::nested("An error has occurred", around.call, &around.ids);
            error::envelope("TooManyRequests", &inner, &around.ids)
        };
    "throttledBare" 429 "code and message without an envelope, as quoted",
        Observed "IntuneCD#64, PR#65",
        Error => |_, _| text(&json!({ "code": "TooManyRequests", "message": "Too many requests." }));
    "queryBroker" 500 "throttling in the dress of a server's error",
        Observed "graph2otel (2026-07-27)",
        Error => |_, around| {
            let words = "Rate limit reached because of too many requests to query broker. Please retry after sometime.";
            error::envelope("UnknownError", words, &around.ids)
        };
    "overload" 400 "overload in the dress of a client's mistake",
        Assumed "that it happens: docs#8188; the words are not on record",
        Error => |_, around| {
            error::envelope("BadRequest", "The server is temporarily overloaded. Please try again later.", &around.ids)
        };
    "timedOut" 503 "a backend gave up after 15 seconds",
        Observed "IPS#21; the end of its sentence is assumed",
        Error => |_, around| {
            let words = "ScenarioTimeout=15000ms, RequestTimeout=15000ms,Elaspsed=28387ms, CancelOnTimeout4EndExecuteAction";
            let nested = Nested {
                phrase: "CancelOnTimeout4EndExecuteAction",
                service: "StatelessCustomerDataMTService",
                ..Nested::of(words, around.call)
            };
            error::envelope("CancelledOnServiceTimeout", &nested.spell(&around.ids), &around.ids)
        };
    "emptyMessage" 504 "an envelope that says nothing",
        Observed "IPS#56, docs#2505",
        Error => |_, around| error::envelope("UnknownError", "", &around.ids);
    "html" 503 "the page of the web server in front",
        Observed "public captures of 2026-08-30",
        Html => |_, _| UNAVAILABLE_PAGE.as_bytes().to_vec();
    "htmlEdge" 403 "a page of the edge in front of everything",
        Assumed "that an edge answers with HTML: graph-explorer-v4#4022 (2026); the page is made up",
        Html => |_, _| b"<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n</BODY>\n</HTML>\n".to_vec();
    "empty" 502 "no body at all",
        Observed "graph2otel (502)",
        Empty => |_, _| Vec::new();
    "noIntune" 401 "Forbidden in the dress of a 401: no licence, or no Intune; format in format in format",
        Observed "msal-js#7007, #7011, graph-explorer-v4#706",
        Error => |_, around| Refusal::NoIntuneAccess(around.call.clone()).spell(&around.ids).1;
    "unsupported" 400 "an action that the device does not support: no reason given",
        Observed "docs#10007, contrib#3433, IPS#61",
        Error => |_, around| Refusal::UnsupportedAction(around.call.clone()).spell(&around.ids).1;
    "internalError" 400 "a client's mistake in the dress of a server's error",
        Observed "PIS#210, contrib#3797, IPS#107",
        Error => |_, around| Refusal::MalformedId(around.call.clone()).spell(&around.ids).1;
    "sentenceAsCode" 400 "a whole sentence where the code belongs",
        Observed "docs#7073, contrib#2323, sdk-powershell#2497",
        Error => |_, around| {
            let template = "~/entityset/key/navigation/key/action".to_owned();
            Refusal::NoRoute { template, verb: "GET".to_owned(), path: around.call.path.clone() }.spell(&around.ids).1
        };
    "notSupported" 501 "a feature that the tenant has not set up",
        Assumed "code observed (graph2otel); the words are not on record",
        Error => |_, around| error::envelope("NotSupported", "The operation is not supported.", &around.ids);
    "entra" 503 "the identity platform's JSON with a code for a passing failure",
        Observed "azure-sdk-for-python#14241 (2020-09-28)",
        Identity => |_, around| entra("temporarily_unavailable", 90033, "A transient error has occurred. Please try again.", around);
    "entraThrottled" 429 "the identity platform's JSON for too many requests",
        Assumed "429 with Retry-After 60 is documented (MSAL.NET wiki, client throttling); code and words are not on record",
        Identity => |_, around| entra("temporarily_unavailable", 90055, "There are too many incoming requests.", around);
    "entraSecret" 401 "the identity platform's JSON for a wrong secret",
        Observed "sap-automation#418, agents-toolkit#8621",
        Identity => |_, around| entra("invalid_client", 7_000_215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.", around);
}

/// The page of http.sys.
const UNAVAILABLE_PAGE: &str = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">\r\n<HTML><HEAD><TITLE>Service Unavailable</TITLE></HEAD>\r\n<BODY><h2>Service Unavailable</h2>\r\n<hr><p>HTTP Error 503. The service is unavailable.</p>\r\n</BODY></HTML>\r\n";

/// The code that Graph puts beside a status. Those of 400, 401, 403, 404, 429, 500, 501 and 504 were observed; the others
/// are assumed.
fn code_of(status: u16) -> &'static str {
    match status {
        400 => "BadRequest",
        401 => "InvalidAuthenticationToken",
        403 => "Forbidden",
        404 => "ResourceNotFound",
        409 => "Conflict",
        412 => "PreconditionFailed",
        415 => "UnsupportedMediaType",
        429 => "TooManyRequests",
        500 => "InternalServerError",
        501 => "NotSupported",
        503 => "ServiceUnavailable",
        _ => "UnknownError",
    }
}

fn text(json: &Json) -> Vec<u8> {
    json.to_string().into_bytes()
}

fn entra(error: &str, code: u32, words: &str, around: &Around<'_>) -> Vec<u8> {
    let timestamp = around.ids.now.format("%Y-%m-%d %H:%M:%SZ").to_string();
    let (trace, correlation) = (around.ids.request_id, around.ids.client_request_id);
    text(&json!({
        "error": error,
        "error_description": format!(
            "AADSTS{code}: {words}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}"
        ),
        "error_codes": [code],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    }))
}

/// The body of a `status` act: a named one, JSON as it is, or text as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum BodyText {
    /// A row of [`BODIES`].
    Named(Chosen<NamedBody>),
    /// JSON as it is.
    Json {
        /// The JSON.
        json: Json,
    },
    /// A text as it is.
    Text {
        /// The text.
        text: String,
        /// Its type; `text/plain`, if absent.
        #[serde(rename = "contentType", skip_serializing_if = "Option::is_none")]
        content_type: Option<HeaderText>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Literal {
    /// JSON as it is.
    #[serde(default)]
    json: Option<Json>,
    /// A text as it is.
    #[serde(default)]
    text: Option<String>,
    /// The type of a text.
    #[serde(default)]
    content_type: Option<HeaderText>,
}

impl BodyText {
    /// What kind of body is answered with `status`, and its bytes; where none is given, an error has the service's own.
    pub(super) fn write(body: Option<&Self>, status: u16, around: &Around<'_>) -> (Content, Vec<u8>) {
        let named = |row: &NamedBody| (row.content, row.bytes(status, around));
        match body {
            // Nothing may follow the head of these (documented: RFC 9110, 15.3.5, 15.3.6 and 15.4.5).
            _ if matches!(status, 204 | 205 | 304) => (Content::Empty, Vec::new()),
            None if status < 400 => (Content::Empty, Vec::new()),
            None => named(NamedBody::called(if around.sign_in { "entra" } else { "graph" })),
            Some(Self::Named(row)) => named(row.0),
            Some(Self::Json { json }) => (Content::Error, text(json)),
            Some(Self::Text { text, .. }) => (Content::Text, text.clone().into_bytes()),
        }
    }
}

impl<'de> Deserialize<'de> for BodyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let literal: Literal = match Json::deserialize(deserializer)? {
            Json::String(name) => return Chosen::named(&name).map(Self::Named).map_err(D::Error::custom),
            object @ Json::Object(_) => strict::read(object).map_err(|error| D::Error::custom(error.into_inner()))?,
            _ => {
                return Err(D::Error::custom(format!(
                    "it is the name of a body ({}), {{\"json\": …}} or {{\"text\": …, \"contentType\": …}}",
                    names::<NamedBody>().join(", ")
                )));
            }
        };
        match literal {
            Literal { json: Some(json), text: None, content_type: None } => Ok(Self::Json { json }),
            Literal { json: None, text: Some(text), content_type } => Ok(Self::Text { text, content_type }),
            _ => Err(D::Error::custom("it has either json, or text and perhaps contentType")),
        }
    }
}

impl JsonSchema for BodyText {
    fn schema_name() -> Cow<'static, str> {
        "StatusBody".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            generator.subschema_for::<Chosen<NamedBody>>(),
            {
                "type": "object",
                "properties": { "json": { "type": ["object", "array", "string", "number", "boolean"] } },
                "required": ["json"],
                "additionalProperties": false,
            },
            {
                "type": "object",
                "properties": {
                    "text": { "type": "string" },
                    "contentType": { "anyOf": [generator.subschema_for::<HeaderText>(), { "type": "null" }] },
                },
                "required": ["text"],
                "additionalProperties": false,
            },
        ] })
    }
}
