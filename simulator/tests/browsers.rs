//! What a page of another origin meets: preflights, and answers it may read.

use hyper::Method;
use insta::assert_snapshot;
use simtune::exchange::Answer;

use crate::harness::{Harness, With, request, told};

fn from_page(harness: &Harness, method: Method, target: &str) -> Answer {
    harness.send(
        request(method, target, b"")
            .with("origin", "http://localhost:5173")
            .with("authorization", &format!("Bearer {}", harness.token())),
    )
}

fn preflight(harness: &Harness, target: &str, method: &str) -> Answer {
    harness.send(
        request(Method::OPTIONS, target, b"")
            .with("origin", "http://localhost:5173")
            .with("access-control-request-method", method)
            .with("access-control-request-headers", "authorization,client-request-id,sdkversion"),
    )
}

#[test]
fn a_preflight_is_answered_without_a_token_and_before_routing() {
    let harness = Harness::new();
    assert_snapshot!("preflight_graph", told(&preflight(&harness, "/v1.0/deviceManagement/managedDevices", "GET")));
    assert_eq!(preflight(&harness, "/v1.0/nothing/here", "PATCH").status, 200);
    let token = preflight(&harness, "/common/oauth2/v2.0/token", "POST");
    assert_eq!(token.headers["access-control-allow-methods"], "POST, OPTIONS");
    let document = preflight(&harness, "/common/v2.0/.well-known/openid-configuration", "GET");
    assert_eq!(document.headers["access-control-allow-methods"], "GET, OPTIONS");
    // An OPTIONS that no browser sends is a request like any other.
    assert_eq!(harness.send(request(Method::OPTIONS, "/v1.0/users", b"")).status, 401);
}

#[test]
fn a_page_may_read_answers_and_refusals_and_nobody_else_is_told() {
    let harness = Harness::new();
    let target = "/v1.0/deviceManagement/managedDevices?$top=1&$select=id";
    let plain = harness.get(target);
    for _ in 0..2 {
        let answer = from_page(&harness, Method::GET, target);
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap();
        assert!(exposed.contains("request-id") && exposed.ends_with("Retry-After"), "{exposed}");
        assert_eq!(answer.body, plain.body);
    }
    let refused = harness.send(request(Method::GET, target, b"").with("origin", "null"));
    assert_eq!(refused.status, 401);
    assert_eq!(refused.headers["access-control-allow-origin"], "*");
    let token =
        harness.send(request(Method::POST, "/common/oauth2/v2.0/token", b"").with("origin", "http://localhost:5173"));
    assert_eq!(token.headers["access-control-allow-origin"], "*");
    for answer in [plain, harness.send(request(Method::POST, "/common/oauth2/v2.0/token", b""))] {
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    }
}
