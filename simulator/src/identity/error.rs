//! Every refusal of the identity platform, in one table, and the body that says it.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::random::Draw;

/// How well a row of the table is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// Microsoft's documentation says so.
    Documented,
    /// Somebody published what the real service sent.
    Observed,
    /// Concluded from relatives or recalled; a test must not lean on the details.
    Inferred,
}

/// The refusals, in the order of [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the rows of the table are the documentation")]
pub enum Reason {
    MissingParameter,
    MissingField,
    UnsupportedGrantType,
    MethodNotAccepted,
    WrongSecret,
    ExpiredSecret,
    MissingCredential,
    UnknownApp,
    UnknownTenant,
    EmptyTenantId,
    MalformedTenant,
    NoTenant,
    ScopeNotDefault,
    InvalidScope,
    SeveralResources,
    UnknownResource,
    MalformedAssertion,
    UnsupportedAlgorithm,
    UnknownCertificate,
    ExpiredCertificate,
    WrongSignature,
    AssertionSubject,
    AssertionClient,
    AssertionAudience,
    AssertionTime,
    UnknownInstance,
    PasswordNeedsTenant,
    NoConsumers,
    UnknownUser,
    WrongPassword,
    MalformedGrant,
    ForeignGrant,
    ExpiredCode,
    RedeemedCode,
    OtherRedirectUri,
    WrongVerifier,
    InvalidChallengeMethod,
    InvalidChallenge,
    RevokedGrant,
    InactiveRefreshToken,
    PendingDeviceCode,
    UnknownDeviceCode,
    ExpiredDeviceCode,
    DeclinedDeviceCode,
    NoConsent,
    UnknownScope,
    UnknownRedirectUri,
    UnsupportedResponseType,
    UnsupportedResponseMode,
    TokenNotEnabled,
    NobodySignedIn,
    Cancelled,
}

/// One refusal: what the body and the status line say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Which refusal this is.
    pub reason: Reason,
    /// The number behind `AADSTS`.
    pub code: u32,
    /// The OAuth error code.
    pub error: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The sentence, with `{0}`, `{1}` … for what differs.
    pub text: &'static str,
    /// Where it was seen.
    pub source: &'static str,
    /// How well the text is known; `source` says when the rest is known less well.
    pub confidence: Confidence,
}

macro_rules! rows {
    ($($reason:ident, $code:literal, $error:literal, $status:literal, $confidence:ident, $text:literal, $source:literal;)*) => {
        [$(Row {
            reason: Reason::$reason,
            code: $code,
            error: $error,
            status: $status,
            text: $text,
            source: $source,
            confidence: Confidence::$confidence,
        }),*]
    };
}

/// The table. Facts of the real service; the wording is the wire's, as far as it is known.
pub const TABLE: [Row; 52] = rows![
    MissingParameter, 900_144, "invalid_request", 400, Observed,
        "The request body must contain the following parameter: '{0}'.",
        "azure-docs#43780, docs-contrib#4842";
    MissingField, 90014, "invalid_request", 400, Observed,
        "The required field '{0}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
        "databricks-grafana#99 (scope, 2024), microsoft-identity-web test resources (iss, 2023); status inferred";
    UnsupportedGrantType, 70003, "unsupported_grant_type", 400, Observed,
        "The app requested an unsupported grant type '{0}'.",
        "microsoft-authentication-library-for-dotnet#3023";
    MethodNotAccepted, 900_561, "invalid_request", 400, Observed,
        "The endpoint only accepts POST, OPTIONS requests. Received a {0} request.",
        "text quoted in public code calling the token endpoint; status and error inferred";
    WrongSecret, 7_000_215, "invalid_client", 401, Observed,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{0}'.",
        "sap-automation#418, agents-toolkit#8621";
    ExpiredSecret, 7_000_222, "invalid_client", 401, Observed,
        "The provided client secret keys for app '{0}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
        "public capture of 2026-05-20; status inferred";
    MissingCredential, 7_000_216, "invalid_client", 401, Observed,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
        "azure-docs#30777, docs-contrib#6430; status inferred";
    UnknownApp, 700_016, "unauthorized_client", 400, Observed,
        "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
        "azure-docs#21690, onedrive-api-docs#950 (directory by id), azure-health-data-and-ai-samples#100 (by display name); status inferred";
    UnknownTenant, 90002, "invalid_tenant", 400, Observed,
        "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
        "azure-cli#22145, #23130, azure-keyvault-emulator#324 (2025); before about 2021 the error was invalid_request";
    EmptyTenantId, 900_021, "invalid_request", 400, Inferred,
        "Requested tenant identifier '{0}' is not valid. Tenant identifiers may not be an empty GUID.",
        "billing-dotnet-usage-api#7 has the sentence under 90002 (2017); the code is documented";
    MalformedTenant, 900_023, "invalid_request", 400, Observed,
        "Specified tenant identifier '{0}' is neither a valid DNS name, nor a valid external domain.",
        "caddy-dns/azure#3, aspire#4253 (2024), CIPP#5274 (2026)";
    NoTenant, 50059, "invalid_request", 400, Observed,
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
        "microsoft-identity-web#462 (an app's own token under 'common'); error and status inferred";
    ScopeNotDefault, 1_002_012, "invalid_scope", 400, Observed,
        "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
        "azure-docs#99862, oidc-cli#7 (scope openid, 2025)";
    InvalidScope, 70011, "invalid_scope", 400, Documented,
        "The provided value for the input parameter 'scope' is not valid. The scope {0} is not valid.",
        "sample in the documentation of the client credentials flow; when it is sent is inferred";
    SeveralResources, 28000, "invalid_request", 400, Observed,
        "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {0} is not valid.",
        "quoted in several public troubleshooting notes; status inferred";
    UnknownResource, 500_011, "invalid_resource", 400, Observed,
        "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
        "laravel-azure-middleware#51, ms-identity-java-webapi#80 (tenant by domain)";
    MalformedAssertion, 50027, "invalid_request", 400, Observed,
        "JWT token is invalid or malformed.",
        "openid-client#348 (also for an array in 'aud'), microsoft-identity-web test resources (2023)";
    UnsupportedAlgorithm, 5_002_730, "invalid_request", 400, Observed,
        "Invalid JWT token. Unsupported key for the signing algorithm.",
        "microsoft-authentication-library-for-dotnet#4712; that an unknown 'alg' causes it is inferred";
    UnknownCertificate, 700_027, "invalid_client", 401, Observed,
        "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., {1}Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{0}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/{0}'].",
        "microsoft-authentication-library-for-js#8339 (2026), learn.microsoft.com/answers 5915574 (2026, without a thumbprint); status inferred";
    ExpiredCertificate, 700_027, "invalid_client", 401, Observed,
        "Client assertion contains an invalid signature. [Reason - The key used is expired., {1}Found key 'Start={2}, End={3}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{0}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/{0}'].",
        "public captures of 2021 and 2023, up to 'End='; the rest as in the row above; status inferred";
    WrongSignature, 700_027, "invalid_client", 401, Inferred,
        "Client assertion contains an invalid signature. [Reason - The provided signature value did not match the expected signature value., {1}Found key 'Start={2}, End={3}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{0}'. Review the documentation at https://docs.microsoft.com/en-us/graph/deployments to determine the corresponding service endpoint and https://docs.microsoft.com/en-us/graph/api/application-get?view=graph-rest-1.0&tabs=http to build a query request URL, such as 'https://graph.microsoft.com/beta/applications/{0}'].",
        "by analogy with AADSTS50013 in azure-sdk-for-java#25109";
    AssertionSubject, 50048, "invalid_client", 401, Observed,
        "Subject must match the issuer claim in the client assertion.",
        "microsoft-authentication-library-for-java#430; error and status inferred";
    AssertionClient, 700_021, "invalid_client", 401, Observed,
        "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
        "microsoft-identity-web test resources (2023), azure-sdk troubleshooting guides (address of the page); status inferred";
    AssertionAudience, 700_023, "invalid_client", 401, Observed,
        "Client assertion audience claim does not match Realm issuer. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .",
        "microsoft-authentication-library-for-dotnet#2746 (2021); 401 was observed for its predecessor 50012 (azure-activedirectory-library-for-python#79)";
    AssertionTime, 700_024, "invalid_client", 401, Observed,
        "Client assertion is not within its valid time range. Current time: {0}, assertion valid from {1}, expiry time of assertion {2}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
        "microsoft-authentication-library-for-java#984 (2025), -dotnet#4951 (2024); status inferred";
    UnknownInstance, 50049, "invalid_instance", 400, Observed,
        "Unknown or invalid instance.",
        "documented example and test resources of microsoft-authentication-library-for-dotnet (2021, 2023)";
    PasswordNeedsTenant, 9_001_023, "invalid_request", 400, Documented,
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        "documentation of error codes; error and status inferred";
    NoConsumers, 9_002_346, "invalid_request", 400, Inferred,
        "Application '{0}'({1}) is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.",
        "recalled from troubleshooting notes";
    UnknownUser, 50034, "invalid_grant", 400, Observed,
        "The user account {1} does not exist in the {0} directory. To sign into this application, the account must be added to the directory.",
        "azure-docs (HDInsight, 2019, with another word for what is hidden), recordings of azure-sdk-for-net (EmailHidden)";
    WrongPassword, 50126, "invalid_grant", 400, Observed,
        "Error validating credentials due to invalid username or password.",
        "memdocs (2019), Cloud Shell (2024)";
    MalformedGrant, 9_002_313, "invalid_grant", 400, Observed,
        "Invalid request. Request is malformed or invalid.",
        "refresh token (2023); that a code of nobody gets it too is inferred";
    ForeignGrant, 70000, "invalid_grant", 400, Inferred,
        "Provided grant is invalid or malformed.",
        "recalled; that another client's grant causes it is inferred";
    ExpiredCode, 70000, "invalid_grant", 400, Observed,
        "The provided value for the 'code' parameter is not valid. The code has expired.",
        "onedrive-cf-index#25";
    RedeemedCode, 54005, "invalid_grant", 400, Observed,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        "django-auth-adfs#245, azure-docs";
    OtherRedirectUri, 500_112, "invalid_client", 400, Inferred,
        "The reply address '{0}' does not match the reply address '{1}' provided when requesting Authorization code.",
        "code and cause observed in several public notes, the error in one; the sentence is recalled";
    WrongVerifier, 501_481, "invalid_grant", 400, Observed,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        "captured 2022-07-18; that a missing verifier gets it too is inferred";
    InvalidChallengeMethod, 50147, "invalid_request", 400, Inferred,
        "Invalid size of Code_Challenge parameter or unsupported code_challenge_method '{0}'.",
        "the code is documented for a challenge of the wrong size; the sentence is assumed";
    InvalidChallenge, 50147, "invalid_request", 400, Documented,
        "Invalid size of Code_Challenge parameter.",
        "documentation of error codes; error and status inferred";
    RevokedGrant, 50173, "invalid_grant", 400, Observed,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{0}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{1}'.",
        "sign-in log of a public note, entra-docs; status inferred";
    InactiveRefreshToken, 700_082, "invalid_grant", 400, Observed,
        "The refresh token has expired due to inactivity. The token was issued on {0} and was inactive for 90.00:00:00.",
        "azure-sdk-for-python#26729";
    PendingDeviceCode, 70016, "authorization_pending", 400, Observed,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        "test resources of microsoft-authentication-library-for-js (2020)";
    UnknownDeviceCode, 70018, "bad_verification_code", 400, Inferred,
        "Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.",
        "the error is documented for a device code that is not recognised; the code's sentence is entra-docs'";
    ExpiredDeviceCode, 70020, "expired_token", 400, Inferred,
        "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        "the error is documented; code and sentence are recalled";
    DeclinedDeviceCode, 70017, "authorization_declined", 400, Inferred,
        "The user has denied the authorization request.",
        "the error is documented; code and sentence are assumed";
    NoConsent, 65001, "invalid_grant", 400, Observed,
        "The user or administrator has not consented to use the application with ID '{0}' named '{1}'. Send an interactive authorization request for this user and resource.",
        "many public reports; status inferred";
    UnknownScope, 650_053, "invalid_client", 400, Observed,
        "The application '{0}' asked for scope '{1}' that doesn't exist on the resource '00000003-0000-0000-c000-000000000000'. Contact the app vendor.",
        "powerquery-docs (access denied), several public reports; error and status inferred";
    UnknownRedirectUri, 50011, "invalid_client", 400, Observed,
        "The redirect URI '{0}' specified in the request does not match the redirect URIs configured for the application '{1}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.",
        "azure-docs (troubleshooting of OpenID apps)";
    UnsupportedResponseType, 70005, "unsupported_response_type", 400, Inferred,
        "The app requested an unsupported response type '{0}'.",
        "the code is documented; the sentence is assumed after that of 70003";
    UnsupportedResponseMode, 70007, "invalid_request", 400, Inferred,
        "'{0}' is not a supported value of 'response_mode' when requesting a token.",
        "the code is documented; the sentence is recalled";
    TokenNotEnabled, 700_051, "unsupported_response_type", 400, Inferred,
        "response_type 'token' is not enabled for the application.",
        "entra-docs, error codes (700054 says the same of id_token); error recalled";
    NobodySignedIn, 50058, "login_required", 400, Observed,
        "A silent sign-in request was sent but no user is signed in. The cookies used to represent the user's session were not sent in the request to Azure AD. This can happen if the user is using Internet Explorer or Edge, and the web app sending the silent sign-in request is in different IE security zone than the Azure AD endpoint (login.microsoftonline.com).",
        "azure-docs (MSAL.js and browsers); the end of the sentence is recalled";
    Cancelled, 65004, "access_denied", 400, Inferred,
        "User declined to consent to access the app.",
        "entra-docs, error codes; that a cancelled sign-in carries a code is assumed";
];

impl Reason {
    /// The row of the table.
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The refusal with its blanks filled in.
    pub(super) fn with(self, values: &[&str]) -> Refusal {
        Refusal { reason: self, text: fill(self.row().text, values) }
    }
}

/// A refusal that no request has been named for yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    reason: Reason,
    text: String,
}

impl Refusal {
    /// The refusal of the request that `stamp` belongs to.
    pub(super) fn stamped(self, stamp: Stamp) -> AadError {
        AadError { reason: self.reason, text: self.text, stamp }
    }
}

/// What makes one answer of the identity platform findable in its logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub now: DateTime<Utc>,
    /// The id of this answer; also the header `x-ms-request-id`.
    pub trace_id: Uuid,
    /// The client's `client-request-id`, or one of ours.
    pub correlation_id: Uuid,
}

impl Stamp {
    /// `client_request_id` counts if it is a GUID; everything else is drawn.
    pub fn new(now: DateTime<Utc>, client_request_id: Option<&str>, draw: Draw) -> Self {
        let sent = client_request_id.and_then(|text| Uuid::try_parse(text.trim()).ok());
        Self {
            now,
            trace_id: draw.at("trace").guid(),
            correlation_id: sent.unwrap_or_else(|| draw.at("correlation").guid()),
        }
    }
}

/// A refusal ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("AADSTS{}: {}", self.code(), self.text)]
pub struct AadError {
    reason: Reason,
    text: String,
    stamp: Stamp,
}

impl AadError {
    /// Which refusal this is.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The number behind `AADSTS`.
    pub fn code(&self) -> u32 {
        self.reason.row().code
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.reason.row().status
    }

    /// When, and under which ids.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The OAuth error of an answer that goes through a browser. The one row whose word differs there is a missing consent,
    /// which `OpenID` Connect Core 3.1.2.6 calls `consent_required`.
    pub(super) fn front_channel_error(&self) -> &'static str {
        if self.reason == Reason::NoConsent { "consent_required" } else { self.reason.row().error }
    }

    /// `error_description`.
    pub fn description(&self) -> String {
        let timestamp = self.stamp.now.format("%Y-%m-%d %H:%M:%SZ");
        format!(
            "AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {timestamp}",
            self.code(),
            self.text,
            self.stamp.trace_id,
            self.stamp.correlation_id
        )
    }

    /// The JSON body. Shape: documented (entra-docs, error codes), `error_uri` and `\r\n` observed 2019–2023; the newest
    /// captures show blanks in place of `\r\n`, which may come from the tools that printed them.
    pub fn body(&self) -> String {
        let row = self.reason.row();
        let timestamp = self.stamp.now.format("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = Body {
            error: row.error,
            error_description: self.description(),
            error_codes: [row.code],
            timestamp: &timestamp,
            trace_id: self.stamp.trace_id,
            correlation_id: self.stamp.correlation_id,
            error_uri: format!("https://login.microsoftonline.com/error?code={}", row.code),
        };
        serde_json::to_string(&body).expect("strings, numbers and GUIDs become JSON")
    }
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    error_description: String,
    error_codes: [u32; 1],
    timestamp: &'a str,
    trace_id: Uuid,
    correlation_id: Uuid,
    error_uri: String,
}

/// `template` with `{n}` replaced by the n-th value. Values are not looked into: a client that sends `{0}` reads `{0}`.
fn fill(template: &str, values: &[&str]) -> String {
    let mut filled = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (number, after) = after.split_once('}').expect("every blank of the table is closed");
        let position: usize = number.parse().expect("every blank of the table has a number");
        let _ = write!(filled, "{before}{}", values.get(position).expect("every blank has a value"));
        rest = after;
    }
    filled.push_str(rest);
    filled
}
