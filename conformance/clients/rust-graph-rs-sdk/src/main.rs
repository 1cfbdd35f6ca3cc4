//! Passcode resets with graph-rs-sdk.
//!
//! Usage: graph-rs-sdk-client [base-url]     Without the word, Graph and its sign-in are where they always are.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::process::exit;

use graph_rs_sdk::header::{CONTENT_LENGTH, HeaderValue};
use graph_rs_sdk::http::Url;
use graph_rs_sdk::identity::ConfidentialClientApplication;
use graph_rs_sdk::{Graph, ODataQuery};
use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

const RESETS: [(&str, &str, bool); 5] = [
    ("iPhone-1", "done", false), // the passcode is removed
    ("Android-6", "done", true), // a temporary passcode is set, and shown
    ("iPhone-offline", "pending", false),
    ("iPhone-wrong-unlock-token", "failed", false),
    ("Android-6-stale", "notSupported", false),
];

fn unmodified(client_id: &str, client_secret: &str) -> Outcome<Graph> {
    let app = ConfidentialClientApplication::builder(client_id)
        .with_client_secret(client_secret)
        .with_tenant(env::var("AZURE_TENANT_ID")?)
        .build();
    Ok(Graph::from_client_app(app))
}

/// Sign-in knows Microsoft's hosts only, so the token comes from elsewhere; `https` is a must.
fn by_base_url(token: &str) -> Outcome<Graph> {
    let mut graph = Graph::new(token);
    graph.use_test_endpoint(&Url::parse(&env::var("SIMTUNE_GRAPH_TLS_URL")?)?);
    Ok(graph)
}

/// The client of `AZURE`, which may reset, or of `READER`, which may only read.
fn connect(who: &str, token: &str) -> Outcome<Graph> {
    if env::args().any(|word| word == "base-url") {
        return by_base_url(&env::var(token)?);
    }
    unmodified(&env::var(format!("{who}_CLIENT_ID"))?, &env::var(format!("{who}_CLIENT_SECRET"))?)
}

fn check(holds: bool, what: &str) {
    println!("{} {what}", if holds { "ok  " } else { "FAIL" });
    if !holds {
        exit(1);
    }
}

/// The status of a passcode reset, and its body.
async fn reset(graph: &Graph, id: &str) -> Outcome<(u16, String)> {
    let response = graph
        .device_management()
        .managed_device(id)
        .reset_passcode()
        // A POST without a body has no length unless it is said, and Graph's web server insists.
        .header(CONTENT_LENGTH, HeaderValue::from_static("0"))
        .send()
        .await?;
    Ok((response.status().as_u16(), response.text().await?))
}

async fn read(graph: &Graph, id: &str) -> Outcome<(u16, Value)> {
    let response = graph.device_management().managed_device(id).get_managed_devices().send().await?;
    Ok((response.status().as_u16(), response.json().await?))
}

/// Lets time pass. Against the real Intune: wait, and look again.
async fn advance(by: &str) -> Outcome<()> {
    let clock = env::var("SIMTUNE_CONTROL_URL")? + "/api/tenants/default/clock/advance";
    let request = reqwest::Client::new().post(clock).header("content-type", "application/json");
    request.body(format!(r#"{{"by":"{by}"}}"#)).send().await?.error_for_status()?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let graph = connect("AZURE", "SIMTUNE_TOKEN")?;

    let pages =
        graph.device_management().managed_devices().list_managed_devices().top("20").paging().json::<Value>().await?;
    let mut devices = HashMap::new();
    for page in &pages {
        let Ok(body) = page.body() else { return Err(format!("a page: {}", page.status()).into()) };
        for device in body["value"].as_array().into_iter().flatten() {
            if let (Some(name), Some(id)) = (device["deviceName"].as_str(), device["id"].as_str()) {
                devices.insert(name.to_owned(), id.to_owned());
            }
        }
    }
    check(devices.len() > 60, &format!("{} names of devices on {} pages", devices.len(), pages.len()));

    for (name, ..) in RESETS {
        let (status, _) = reset(&graph, &devices[name]).await?;
        check(status == 204, &format!("{name}: the reset: {status}"));
    }
    advance("PT1M").await?;
    for (name, state, passcode) in RESETS {
        let (_, device) = read(&graph, &devices[name]).await?;
        let result = &device["deviceActionResults"][0];
        check(result["actionState"] == state, &format!("{name}: {}", result["actionState"]));
        check(
            result["passcode"].is_string() == passcode,
            &format!("{name}: {} passcode", if passcode { "a" } else { "no" }),
        );
    }

    let (status, body) = reset(&graph, &devices["MacBook-1"]).await?;
    check(status == 400, &format!("a Mac: {status}"));
    let error: Value = serde_json::from_str(&body)?;
    let told = error["error"]["message"].as_str().unwrap_or_default();
    check(told.contains("An error has occurred - Operation ID"), "a Mac: an error has occurred, and no reason");
    let (status, _) = read(&graph, "00000000-0000-4000-8000-000000000000").await?;
    check(status == 404, &format!("an unknown device: {status}"));
    let bare = graph.device_management().managed_device(&devices["iPhone-1"]).reset_passcode().send().await?;
    check(bare.status() == 411, &format!("a reset as the SDK sends it, without a length: {}", bare.status()));

    let reader = connect("READER", "READER_TOKEN")?;
    let (_, device) = read(&reader, &devices["iPhone-1"]).await?;
    check(device["deviceName"] == "iPhone-1", "an app that may only read reads");
    let (status, _) = reset(&reader, &devices["iPhone-1"]).await?;
    check(status == 403, &format!("its reset: {status}"));

    // The application still believes in its token, and Graph does not.
    advance("PT48H").await?;
    let expired = graph.device_management().managed_devices().list_managed_devices().send().await?;
    check(expired.status() == 401, &format!("an expired token: {}", expired.status()));
    Ok(())
}
