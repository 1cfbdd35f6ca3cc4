//! The response headers of the identity platform, as data.
//!
//! Observed in recordings of azure-sdk-for-js (2021, 2022). The cookies (`fpc`, `esctx`, `x-ms-gateway-slice`,
//! `stsservicecookie`) are left out: no client was seen to need one.

use uuid::Uuid;

use super::error::AadError;

/// Names in the case of the wire, with their values.
pub type Headers = Vec<(&'static str, String)>;

/// A build of nobody's, in the shape of `2.1.12171.15 - KRSLR1 ProdSlices`.
const SERVER: &str = "2.1.0.0 - SIMTUNE ProdSlices";

/// For a granted token.
pub fn for_token(request_id: Uuid) -> Headers {
    token_headers(request_id, "1,0,0,,".to_owned())
}

/// For a refusal of the token endpoint. That the second member of `x-ms-clitelem` is the error is documented by MSAL;
/// that refusals carry the other headers of an answer is assumed.
pub fn for_refusal(refusal: &AadError) -> Headers {
    token_headers(refusal.stamp().trace_id, format!("1,{},0,,", refusal.code()))
}

/// For metadata, keys and instance discovery.
pub fn for_metadata(request_id: Uuid) -> Headers {
    let mut headers = vec![
        ("Cache-Control", "max-age=86400, private".to_owned()),
        ("Access-Control-Allow-Origin", "*".to_owned()),
        ("Access-Control-Allow-Methods", "GET, OPTIONS".to_owned()),
    ];
    headers.extend(common(request_id));
    headers
}

fn token_headers(request_id: Uuid, telemetry: String) -> Headers {
    let mut headers = vec![
        ("Cache-Control", "no-store, no-cache".to_owned()),
        ("Pragma", "no-cache".to_owned()),
        ("Expires", "-1".to_owned()),
    ];
    headers.extend(common(request_id));
    headers.push(("x-ms-clitelem", telemetry));
    headers
}

fn common(request_id: Uuid) -> [(&'static str, String); 6] {
    [
        ("Content-Type", "application/json; charset=utf-8".to_owned()),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
        ("P3P", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\"".to_owned()),
        ("x-ms-request-id", request_id.to_string()),
        ("x-ms-ests-server", SERVER.to_owned()),
    ]
}
