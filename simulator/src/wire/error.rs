//! Every refusal a Graph client can meet, and one table that spells it: status, code, message.
//!
//! Intune nests a second error format inside `message`: a JSON *string* with `_version`, `Message` and more (observed:
//! docs#10007, contrib#3433, cnspec#1708). Clients that read only the outer layer show rubbish; that is the point of
//! having it here.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hyper::StatusCode;

use super::json::{self, DatePrecision};
use super::throttled::Throttled;
use crate::device::record::ApiVersion;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No `Authorization` header, or nothing behind `Bearer`.
    TokenEmpty,
    /// Not a JWT.
    TokenMalformed,
    /// Signed by somebody else.
    TokenSignature,
    /// For another audience.
    TokenAudience,
    /// Its time is over.
    TokenExpired,
    /// Its time has not begun.
    TokenNotYetValid,
    /// Its tenant does not exist, or its app does not exist there.
    TokenStranger,
    /// The app lacks every one of these scopes.
    MissingScope {
        /// Any of which would do.
        scopes: &'static [&'static str],
        /// The call as Intune's front end sees it.
        call: BackendCall,
    },
    /// `/me` without a signed-in user.
    NoSignedInUser,
    /// The user's sessions were revoked after the token was made.
    SessionRevoked {
        /// When, in seconds since 1970, for a client that understands claims challenges.
        challenge: Option<i64>,
    },
    /// Intune knows the user, whose role lacks the permission.
    RoleDenied(BackendCall),
    /// The user has no licence, or no part in Intune.
    NoIntuneAccess(BackendCall),
    /// The app may not read the directory.
    DirectoryDenied,
    /// The device's platform does not support the action.
    UnsupportedAction(BackendCall),
    /// No device has that id.
    UnknownDevice(BackendCall),
    /// The same, where the quirk `unknown-id` says 400.
    UnknownDeviceAsBadRequest(BackendCall),
    /// The id is no GUID.
    MalformedId(BackendCall),
    /// PATCH of a property that cannot be written.
    ReadOnlyProperty(BackendCall),
    /// No directory object has that id.
    UnknownDirectoryObject {
        /// The id as sent.
        id: String,
    },
    /// The path is known, the verb is not.
    NoRoute {
        /// `~/singleton/navigation/key`, say.
        template: String,
        /// The verb sent.
        verb: String,
        /// The path as Intune's front end sees it.
        path: String,
    },
    /// A path segment is not known.
    NoSegment {
        /// That segment.
        segment: String,
    },
    /// The first segment is no API version.
    NoVersion {
        /// That segment.
        segment: String,
    },
    /// A query option cannot be read.
    BadQuery {
        /// What is wrong with it.
        message: String,
    },
    /// The body is not the JSON object it should be.
    BadBody,
    /// The envelope of a batch cannot be read, holds nothing, or something in it is not as it should be.
    BatchFormat,
    /// More requests than a batch may hold.
    BatchTooLarge(usize),
    /// The id of two requests of a batch.
    BatchDuplicateId(String),
    /// The id of a request of a batch that should write something and has no body.
    BatchNoBody(String),
    /// The id of one whose body is of no kind.
    BatchNoContentType(String),
    /// The id of one that depends on what does not run before it.
    BatchDependency(String),
    /// Some requests of a batch depend on others in a pattern that the service does not take.
    BatchMixed,
    /// A batch that does not come with `POST`.
    BatchVerb,
    /// A request of a batch that was not run, because one it depends on failed.
    FailedDependency,
    /// A POST over HTTP/1.1 without a length.
    LengthRequired,
    /// The body is larger than the limit, in bytes.
    BodyTooLarge(usize),
    /// The URL is longer than the limit, in bytes.
    TargetTooLong(usize),
    /// What came is no HTTP request, or its head is too large; with the status that says so.
    Unreadable(u16),
    /// The proxy was asked for a host, and a port of it, for which this simulator does not answer.
    Elsewhere(Box<str>),
    /// A tunnel was asked for where none can be opened.
    NoTunnel,
    /// A budget is used up.
    Throttled(Box<Throttled>),
}

/// A call as Intune's device front end sees it; its messages quote the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendCall {
    /// The API version of the outer request.
    pub version: ApiVersion,
    /// The path below the service, such as `deviceManagement/managedDevices('…')`.
    pub path: String,
    /// The client's query options, decoded, or nothing.
    pub query: Option<String>,
}

/// What identifies one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Ids<'a> {
    /// The service's id.
    pub request_id: &'a str,
    /// The client's, or a copy of the service's.
    pub client_request_id: &'a str,
    /// When, by the tenant's clock.
    pub now: DateTime<Utc>,
}

impl BackendCall {
    /// The version Intune's own services put after `api-version=`: a date whose first digit is 2 for v1.0 and 5 for
    /// beta (observed: contrib#3433, docs#10007). The host is a unit that does not exist.
    fn url(&self) -> String {
        let version = match self.version {
            ApiVersion::V1 => "2025-07-09",
            ApiVersion::Beta => "5025-07-09",
        };
        let query = self.query.as_deref().map(|query| format!("&{query}")).unwrap_or_default();
        format!(
            "https://fef.msua00.manage.microsoft.com/DeviceFE/StatelessDeviceFEService/{}?api-version={version}{query}",
            self.path
        )
    }
}

impl Refusal {
    /// The table: status, code and message of every refusal.
    #[expect(clippy::too_many_lines, reason = "it is one table; a row is found by reading down")]
    fn row(&self, ids: &Ids<'_>) -> (StatusCode, &str, String) {
        let token = |message: &str| (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message.to_owned());
        match self {
            // Token messages: observed, see each source in docs/architecture.md § Tokens and the fidelity of refusals.
            Self::TokenEmpty => token("Access token is empty."),
            Self::TokenMalformed => token("CompactToken parsing failed with error code: 80049217"),
            Self::TokenSignature | Self::TokenAudience | Self::TokenStranger => {
                token("CompactToken validation failed with reason code: 8004920A.")
            }
            Self::TokenExpired => token("Lifetime validation failed, the token is expired."),
            Self::TokenNotYetValid => token("Access token has expired or is not yet valid."),
            // Observed: cnspec#1708 (2025), maester PR#1395; the action's list names one scope (2026-01-07).
            Self::MissingScope { scopes, call } => (
                StatusCode::FORBIDDEN,
                "Forbidden",
                nested(
                    &format!(
                        "Application is not authorized to perform this operation. Application must have one of the following scopes: {}",
                        scopes.join(", ")
                    ),
                    call,
                    ids,
                ),
            ),
            // Observed: msgraph-sdk-php#1163 (2023), #614, microsoftgraph-python#20 (2021).
            Self::NoSignedInUser => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                "/me request is only valid with delegated authentication flow.".into(),
            ),
            // Observed for a challenge; that a client without the capability reads the same sentence is assumed.
            Self::SessionRevoked { .. } => token(
                "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
            ),
            // Observed: intune-my-macs#10 (2026); that it is nested like its neighbours is inferred.
            Self::RoleDenied(call) => (
                StatusCode::FORBIDDEN,
                "Forbidden",
                nested("User is not authorized to perform this operation", call, ids),
            ),
            // Observed: msal-js#7007, #7011, graph-explorer-v4#706.
            Self::NoIntuneAccess(call) => {
                (StatusCode::UNAUTHORIZED, "UnknownError", doubly_nested("An error has occurred", call, ids))
            }
            // Observed on directory endpoints, never on Intune's.
            Self::DirectoryDenied => (
                StatusCode::FORBIDDEN,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.".into(),
            ),
            // Observed for other actions: docs#10007, contrib#3433, contrib#5404, IPS#61.
            Self::UnsupportedAction(call) | Self::UnknownDeviceAsBadRequest(call) => {
                (StatusCode::BAD_REQUEST, "BadRequest", nested("An error has occurred", call, ids))
            }
            // Inferred from siblings of the same backend: IntuneDocumentation#39 (2020), graph2otel (2026).
            Self::UnknownDevice(call) => {
                (StatusCode::NOT_FOUND, "ResourceNotFound", nested("An error has occurred", call, ids))
            }
            // Observed: PIS#210 for the id; contrib#3797, #4791, #4157, #4603, docs#18036, IPS#107 for the property.
            Self::MalformedId(call) | Self::ReadOnlyProperty(call) => {
                (StatusCode::BAD_REQUEST, "InternalError", nested("An error has occurred", call, ids))
            }
            // Observed on directory endpoints: graph-explorer-v4#3330.
            Self::UnknownDirectoryObject { id } => (
                StatusCode::NOT_FOUND,
                "Request_ResourceNotFound",
                format!(
                    "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
                ),
            ),
            // Observed: docs#7073 (2020), contrib#2323 (2022), sdk-powershell#2497 (2023). The code is the sentence.
            Self::NoRoute { template, verb, path } => (
                StatusCode::BAD_REQUEST,
                "No method match route template",
                format!(
                    "No OData route exists that match template {template} with http verb {verb} for request /DeviceFE/StatelessDeviceFEService/{path}."
                ),
            ),
            // Observed: PIS#20, docs#21262.
            Self::NoSegment { segment } => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                format!("Resource not found for the segment '{segment}'."),
            ),
            // Assumed: no capture in the sources this project collected.
            Self::NoVersion { segment } => {
                (StatusCode::BAD_REQUEST, "BadRequest", format!("Invalid version: {segment}"))
            }
            Self::BadQuery { message } => (StatusCode::BAD_REQUEST, "BadRequest", message.clone()),
            // Assumed: wording of Graph's JSON reader.
            Self::BadBody => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.".into(),
            ),
            // Observed for a batch without requests (keboola/onedrive-extractor COM-214), reported for absolute URLs
            // (contrib#8576, sdk-javascript#1451); that all other malformed envelopes are told so is assumed.
            Self::BatchFormat => (StatusCode::BAD_REQUEST, "BadRequest", "Invalid batch payload format.".into()),
            // Documented: 20 requests, and 400 for a malformed batch. The sentence is assumed.
            Self::BatchTooLarge(limit) => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                format!("The number of requests in the batch exceeds the maximum of {limit}."),
            ),
            // Observed: sdk-java#559 (2020), sdk-javascript#1679 (2024). Documented: 400.
            Self::BatchDuplicateId(id) => {
                (StatusCode::BAD_REQUEST, "BadRequest", format!("Request Id {id} has to be unique in a batch."))
            }
            // Observed: sdk-dotnet#1038 (2021), sdk-dotnet#2628 (2024). Documented: an empty object must be sent.
            Self::BatchNoBody(id) => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                format!("Write request id : {id} does not contain Content-Type header or body."),
            ),
            // Observed: ms-365-mcp-server#677 (2026). Documented: required.
            Self::BatchNoContentType(id) => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                format!("Write request with id '{id}' does not contain a Content-Type header."),
            ),
            // Observed: sdk-dotnet-core#891 (2024), which quotes no more than the beginning.
            Self::BatchDependency(id) => {
                (StatusCode::BAD_REQUEST, "BadRequest", format!("Invalid dependency for request Id {id}."))
            }
            // Observed: docs#16280 (2022). Documented since, as a tip.
            Self::BatchMixed => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                "Batch should be either fully sequential or fully parallel.".into(),
            ),
            // Assumed: no capture. Status and words are those of a wrong verb elsewhere (documented: the sample in
            // json-batching).
            Self::BatchVerb => (
                StatusCode::METHOD_NOT_ALLOWED,
                "Request_BadRequest",
                "Specified HTTP method is not allowed for the request target.".into(),
            ),
            // Documented: the status. Code and sentence are assumed.
            Self::FailedDependency => (
                StatusCode::FAILED_DEPENDENCY,
                "FailedDependency",
                "A request that this request depends on has failed.".into(),
            ),
            Self::LengthRequired => (StatusCode::LENGTH_REQUIRED, "", String::new()),
            // Assumed: limits of this simulator, spelled like Graph's errors.
            Self::BodyTooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                format!("The request body is larger than the {limit} bytes that simtune accepts."),
            ),
            Self::Unreadable(431) => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "RequestHeaderFieldsTooLarge",
                "The request line and headers are larger than simtune accepts.".into(),
            ),
            Self::Unreadable(status) => (
                StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_REQUEST),
                "BadRequest",
                "What was sent cannot be read as an HTTP/1.1 request.".into(),
            ),
            Self::Elsewhere(host) => (
                StatusCode::FORBIDDEN,
                "Forbidden",
                format!(
                    "simtune does not lead to '{host}': nothing leaves this machine. As a proxy it answers for the hosts of Microsoft Graph and Entra (graph.microsoft.com, login.microsoftonline.com and those of the national clouds, on the ports 443 and 80), for names given with --tls-name, and for itself on its own port. Set NO_PROXY for everything else."
                ),
            ),
            Self::NoTunnel => (
                StatusCode::BAD_REQUEST,
                "BadRequest",
                "simtune opens a tunnel over HTTP/1.1, and not inside another tunnel.".into(),
            ),
            Self::Throttled(throttled) => throttled.row(|call| nested("An error has occurred", call, ids)),
            Self::TargetTooLong(limit) => (
                StatusCode::URI_TOO_LONG,
                "RequestUriTooLong",
                format!("The URL is longer than the {limit} bytes that simtune accepts."),
            ),
        }
    }

    /// The status and the body; the body is HTML where the web server in front of Graph refuses, else the envelope.
    pub fn spell(&self, ids: &Ids<'_>) -> (StatusCode, Vec<u8>) {
        let (status, code, message) = self.row(ids);
        if matches!(self, Self::LengthRequired) {
            return (status, LENGTH_REQUIRED_PAGE.as_bytes().to_vec());
        }
        if let Self::Throttled(throttled) = self
            && let Some(body) = throttled.body(ids)
        {
            return (status, body);
        }
        (status, envelope(code, &message, ids))
    }

    /// Its name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TokenEmpty => "tokenEmpty",
            Self::TokenMalformed => "tokenMalformed",
            Self::TokenSignature => "tokenSignature",
            Self::TokenAudience => "tokenAudience",
            Self::TokenExpired => "tokenExpired",
            Self::TokenNotYetValid => "tokenNotYetValid",
            Self::TokenStranger => "tokenStranger",
            Self::MissingScope { .. } => "missingScope",
            Self::SessionRevoked { .. } => "sessionRevoked",
            Self::RoleDenied(_) => "roleDenied",
            Self::NoIntuneAccess(_) => "noIntuneAccess",
            Self::DirectoryDenied => "directoryDenied",
            Self::UnsupportedAction(_) => "unsupportedAction",
            Self::UnknownDevice(_) | Self::UnknownDeviceAsBadRequest(_) => "unknownDevice",
            Self::MalformedId(_) => "malformedId",
            Self::ReadOnlyProperty(_) => "readOnlyProperty",
            Self::UnknownDirectoryObject { .. } => "unknownDirectoryObject",
            Self::NoRoute { .. } => "noRoute",
            Self::NoSegment { .. } => "noSegment",
            Self::NoVersion { .. } => "noVersion",
            Self::NoSignedInUser => "noSignedInUser",
            Self::BadQuery { .. } => "badQuery",
            Self::BadBody => "badBody",
            Self::Elsewhere(_) => "elsewhere",
            Self::NoTunnel => "noTunnel",
            Self::BatchFormat => "batchFormat",
            Self::BatchTooLarge(_) => "batchTooLarge",
            Self::BatchDuplicateId(_) => "batchDuplicateId",
            Self::BatchNoBody(_) => "batchNoBody",
            Self::BatchNoContentType(_) => "batchNoContentType",
            Self::BatchDependency(_) => "batchDependency",
            Self::BatchMixed => "batchMixed",
            Self::BatchVerb => "batchVerb",
            Self::FailedDependency => "failedDependency",
            Self::Throttled(_) => "throttled",
            Self::LengthRequired => "lengthRequired",
            Self::BodyTooLarge(_) => "bodyTooLarge",
            Self::TargetTooLong(_) => "targetTooLong",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether nothing was found under the path and the verb.
    pub const fn is_about_the_route(&self) -> bool {
        matches!(self, Self::NoRoute { .. } | Self::NoSegment { .. } | Self::NoVersion { .. })
    }

    /// Whether the caller's token is at fault, which earns a `WWW-Authenticate` header.
    pub const fn is_about_the_token(&self) -> bool {
        matches!(
            self,
            Self::TokenEmpty
                | Self::TokenMalformed
                | Self::TokenSignature
                | Self::TokenAudience
                | Self::TokenExpired
                | Self::TokenNotYetValid
                | Self::TokenStranger
                | Self::SessionRevoked { .. }
        )
    }

    /// The `WWW-Authenticate` header, where the token is at fault. A claims challenge says from when a token must be
    /// (observed in the tests of Microsoft's own clients; its members in that order).
    pub fn challenge(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::SessionRevoked { challenge: Some(since) } => {
                let claims = format!(r#"{{"access_token":{{"nbf":{{"essential":true, "value":"{since}"}}}}}}"#);
                Some(Cow::Owned(format!(
                    "{CHALLENGE}, error_description=\"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp\", error=\"insufficient_claims\", claims=\"{}\"",
                    STANDARD.encode(claims)
                )))
            }
            _ => self.is_about_the_token().then_some(Cow::Borrowed(CHALLENGE)),
        }
    }
}

/// The challenge of a 401 (observed: tdi#24).
pub const CHALLENGE: &str = "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"";

/// The page of http.sys for a POST without a length (observed: docs PR#2262, graph-rs-sdk#466, #524).
const LENGTH_REQUIRED_PAGE: &str = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\"http://www.w3.org/TR/html4/strict.dtd\">\r\n<HTML><HEAD><TITLE>Length Required</TITLE>\r\n<META HTTP-EQUIV=\"Content-Type\" Content=\"text/html; charset=us-ascii\"></HEAD>\r\n<BODY><h2>Length Required</h2>\r\n<hr><p>HTTP Error 411. The request must be chunked or have a content length.</p>\r\n</BODY></HTML>\r\n";

/// Graph's envelope: documented as `innererror`, on the wire `innerError`, with a date that has no zone (observed).
pub fn envelope(code: &str, message: &str, ids: &Ids<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + message.len());
    out.extend_from_slice(b"{\"error\":{\"code\":");
    json::string(&mut out, code);
    out.extend_from_slice(b",\"message\":");
    json::string(&mut out, message);
    out.extend_from_slice(b",\"innerError\":{\"date\":\"");
    json::bare_date(&mut out, ids.now, DatePrecision::Seconds);
    out.pop();
    out.extend_from_slice(b"\",\"request-id\":");
    json::string(&mut out, ids.request_id);
    out.extend_from_slice(b",\"client-request-id\":");
    json::string(&mut out, ids.client_request_id);
    out.extend_from_slice(b"}}}");
    out
}

/// Intune's inner format. The operation id is always zero and the activity id is the client's request id (observed).
pub fn nested(sentence: &str, call: &BackendCall, ids: &Ids<'_>) -> String {
    Nested::of(sentence, call).spell(ids)
}

/// The challenge inside Intune's own 401; the ids are nobody's.
const REALM: &str =
    "Bearer realm=\"urn:intune:service,c3998d6e-0000-4000-8000-000000000000,f0f3c450-0000-4000-8000-000000000000\"";

fn quoted(text: &str) -> String {
    let mut quoted = Vec::new();
    json::string(&mut quoted, text);
    String::from_utf8(quoted).expect("JSON text is UTF-8")
}

/// The same inside one more format, with the header of Intune's own 401 inside.
fn doubly_nested(sentence: &str, call: &BackendCall, ids: &Ids<'_>) -> String {
    let headers = format!("{{\"WWW-Authenticate\":{}}}", quoted(REALM));
    let inner = quoted(&Nested { headers: &headers, ..Nested::of(sentence, call) }.spell(ids));
    format!(
        r#"{{"ErrorCode":"Forbidden","Message":{inner},"Target":null,"Details":null,"InnerError":null,"InstanceAnnotations":[]}}"#
    )
}

/// Intune's inner format with all that it can say.
#[derive(Debug, Clone, Copy)]
pub struct Nested<'a> {
    /// What happened.
    pub sentence: &'a str,
    /// To which call.
    pub call: &'a BackendCall,
    /// `HttpHeaders`: an object, as text.
    pub headers: &'a str,
    /// `CustomApiErrorPhrase`.
    pub phrase: &'a str,
    /// `ErrorSourceService`.
    pub service: &'a str,
}

impl<'a> Nested<'a> {
    /// A sentence and nothing more.
    pub fn of(sentence: &'a str, call: &'a BackendCall) -> Self {
        Self { sentence, call, headers: "{}", phrase: "", service: "" }
    }

    /// The text that stands in `message`.
    pub fn spell(&self, ids: &Ids<'_>) -> String {
        let (headers, phrase, service) = (quoted(self.headers), quoted(self.phrase), quoted(self.service));
        let message = quoted(&format!(
            "{} - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: {} - Url: {}",
            self.sentence,
            ids.client_request_id,
            self.call.url()
        ));
        format!(
            "{{\r\n  \"_version\": 3,\r\n  \"Message\": {message},\r\n  \"CustomApiErrorPhrase\": {phrase},\r\n  \"RetryAfter\": null,\r\n  \"ErrorSourceService\": {service},\r\n  \"HttpHeaders\": {headers}\r\n}}"
        )
    }
}

#[cfg(test)]
pub(crate) use self::tests::every_refusal;

#[cfg(test)]
mod tests {
    use super::{BackendCall, Ids, REALM, Refusal};
    use crate::device::record::ApiVersion;
    use crate::wire::throttled::{Spelling, Throttled};
    use chrono::DateTime;

    pub(crate) fn every_refusal() -> Vec<Refusal> {
        let call = || {
            BackendCall {
            version: ApiVersion::V1,
            path: "deviceManagement/managedDevices('5515d4ef-0000-4000-8000-000000000001')/microsoft.management.services.api.resetPasscode".into(),
            query: None,
        }
        };
        let throttled = |spelling| {
            Refusal::Throttled(Box::new(Throttled { spelling, retry_after: None, scope: None, call: call() }))
        };
        vec![
            throttled(Spelling::Documented),
            throttled(Spelling::Short),
            throttled(Spelling::Details),
            throttled(Spelling::Nested),
            throttled(Spelling::QueryBroker),
            throttled(Spelling::Overload),
            Refusal::TokenEmpty,
            Refusal::TokenMalformed,
            Refusal::TokenSignature,
            Refusal::TokenAudience,
            Refusal::TokenExpired,
            Refusal::TokenNotYetValid,
            Refusal::TokenStranger,
            Refusal::MissingScope {
                scopes: &["A.Read.All", "A.ReadWrite.All"],
                call: BackendCall { version: ApiVersion::Beta, query: Some("$top=1".into()), ..call() },
            },
            Refusal::NoSignedInUser,
            Refusal::SessionRevoked { challenge: Some(1_520_496_000) },
            Refusal::RoleDenied(call()),
            Refusal::NoIntuneAccess(call()),
            Refusal::DirectoryDenied,
            Refusal::UnsupportedAction(call()),
            Refusal::UnknownDevice(call()),
            Refusal::UnknownDeviceAsBadRequest(call()),
            Refusal::MalformedId(call()),
            Refusal::ReadOnlyProperty(call()),
            Refusal::UnknownDirectoryObject { id: "nobody".into() },
            Refusal::NoRoute {
                template: "~/singleton/navigation/key".into(),
                verb: "POST".into(),
                path: "deviceManagement/managedDevices('x')".into(),
            },
            Refusal::NoSegment { segment: "removeDevicePasscode".into() },
            Refusal::NoVersion { segment: "v2.0".into() },
            Refusal::BadQuery { message: "The limit is a number.".into() },
            Refusal::BadBody,
            Refusal::BatchFormat,
            Refusal::BatchTooLarge(20),
            Refusal::BatchDuplicateId("1".into()),
            Refusal::BatchNoBody("1".into()),
            Refusal::BatchNoContentType("1".into()),
            Refusal::BatchDependency("1".into()),
            Refusal::BatchMixed,
            Refusal::BatchVerb,
            Refusal::FailedDependency,
            Refusal::LengthRequired,
            Refusal::BodyTooLarge(1_000),
            Refusal::TargetTooLong(1_000),
            Refusal::Unreadable(400),
            Refusal::Unreadable(431),
            Refusal::Elsewhere("example.com:443".into()),
            Refusal::NoTunnel,
        ]
    }

    #[test]
    fn every_refusal_is_spelled_in_one_way() {
        let ids = Ids {
            request_id: "11111111-0000-4000-8000-000000000000",
            client_request_id: "22222222-0000-4000-8000-000000000000",
            now: DateTime::from_timestamp(1_520_294_400, 123_456_700).unwrap(),
        };
        let story: Vec<String> = every_refusal()
            .iter()
            .map(|refusal| {
                let (status, body) = refusal.spell(&ids);
                let name = format!("{refusal:?}");
                let name = name.split([' ', '(', '{']).next().unwrap();
                format!("{name}\n  {} {}", status.as_u16(), String::from_utf8(body).unwrap().trim_end())
            })
            .collect();
        insta::assert_snapshot!(story.join("\n\n"));
    }

    #[test]
    fn a_nested_message_is_json_at_every_level() {
        let ids = Ids { request_id: "a\"b", client_request_id: "c\\d", now: DateTime::UNIX_EPOCH };
        for refusal in every_refusal() {
            let (_, body) = refusal.spell(&ids);
            let Ok(outer) = serde_json::from_slice::<serde_json::Value>(&body) else {
                assert_eq!(refusal, Refusal::LengthRequired);
                continue;
            };
            let message = outer["error"]["message"].as_str().unwrap();
            if message.starts_with('{') {
                let mut inner: serde_json::Value = serde_json::from_str(message).unwrap();
                let mut headers = serde_json::json!({});
                if let Some(deeper) = inner["Message"].as_str().filter(|text| text.starts_with('{')) {
                    assert_eq!(inner["ErrorCode"], "Forbidden");
                    inner = serde_json::from_str(deeper).unwrap();
                    headers = serde_json::json!({ "WWW-Authenticate": REALM });
                }
                assert_eq!(inner["_version"], 3);
                let shown: serde_json::Value = serde_json::from_str(inner["HttpHeaders"].as_str().unwrap()).unwrap();
                assert_eq!(shown, headers);
            }
        }
    }
}
