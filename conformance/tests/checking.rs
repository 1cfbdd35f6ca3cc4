//! `check` in a test of one's own client: a client written here, by the public API alone.

use std::panic::catch_unwind;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use simtune_conformance::check;
use simtune_conformance::client_log::{Answer, ClientError, ErrorKind};
use simtune_conformance::operation::Call;
use simtune_conformance::runner::Plan;
use simtune_conformance::transport::{HttpRequest, Surroundings};
use simtune_conformance::verdict::Verdict;

/// Lists devices, and follows links if it `follows` them. It never comes again and says what went wrong.
fn client(at: Surroundings, follows: bool) -> impl FnMut(&Call) -> Answer {
    move |call| match list(&at, call.args["filter"].as_str(), follows) {
        Ok(devices) => {
            let devices = devices.into_iter().filter_map(|device| device.as_object().cloned()).collect();
            Answer { ok: true, devices: Some(devices), complete: Some(true), ..Answer::default() }
        }
        Err((kind, status)) => {
            Answer { error: Some(ClientError { kind, status, ..ClientError::default() }), ..Answer::default() }
        }
    }
}

type Trouble = (ErrorKind, Option<u16>);

fn list(at: &Surroundings, filter: Option<&str>, follows: bool) -> Result<Vec<Value>, Trouble> {
    let env = &at.environment;
    let (id, secret) = (&env.graph_client_id, env.graph_client_secret.replace('~', "%7E"));
    let form = format!(
        "grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
    );
    let token =
        match &env.graph_access_token {
            Some(token) => token.clone(),
            None => send(
                at,
                "POST",
                &env.graph_token_url,
                ("content-type", "application/x-www-form-urlencoded"),
                form,
            )?["access_token"]
                .as_str()
                .ok_or((ErrorKind::Auth, None))?
                .to_owned(),
        };
    let mut devices = Vec::new();
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let filter = filter.map_or_else(String::new, |filter| format!("?$filter={}", escaped(filter)));
    let mut next = Some(format!("{}/deviceManagement/managedDevices{filter}", env.graph_base_url));
    let mut pages = 0;
    while let Some(url) = next.take() {
        pages += 1;
        // A token goes nowhere but to Graph, and nobody goes in a circle for ever.
        if !url.starts_with(&env.graph_base_url) || pages > 40 {
            return Err((ErrorKind::Redirect, None));
        }
        let page = send(at, "GET", &url, ("authorization", &format!("Bearer {token}")), String::new())?;
        devices.extend(page["value"].as_array().ok_or((ErrorKind::Parse, None))?.iter().cloned());
        next = page["@odata.nextLink"].as_str().filter(|_| follows).map(str::to_owned);
    }
    Ok(devices)
}

fn send(at: &Surroundings, method: &str, url: &str, header: (&str, &str), body: String) -> Result<Value, Trouble> {
    let headers = [header, ("client-request-id", "4b8f7f5e-7e7c-4a8e-9c39-0d1d7a3a6a51")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let request = HttpRequest { method: method.to_owned(), url: url.to_owned(), headers, body: body.into() };
    let response = at
        .transport
        .send(request_with_length(request), Duration::from_secs(30))
        .map_err(|_| (ErrorKind::Network, None))?;
    match response.status {
        200 if response.whole => serde_json::from_slice(&response.body()).map_err(|_| (ErrorKind::Parse, None)),
        200 => Err((ErrorKind::Network, None)),
        status => Err((ErrorKind::Http, Some(status))),
    }
}

fn request_with_length(mut request: HttpRequest) -> HttpRequest {
    request.headers.push(("content-length".to_owned(), request.body.len().to_string()));
    request
}

const CAPABILITIES: [&str; 2] = ["op.list", "auth.client_credentials"];

fn plan() -> Plan {
    Plan { only: ["PAG-*", "ERR-*"].map(str::to_owned).to_vec(), cases: 20, ..Plan::default() }
}

#[test]
fn a_client_of_ones_own_is_checked_by_one_call() {
    let report = check(&CAPABILITIES, plan(), |surroundings| client(surroundings, true));
    assert_eq!(report.verdict("PAG-01"), Some(Verdict::Pass));
    assert_eq!(report.verdict("ERR-01"), Some(Verdict::Warn), "it gives no request id");
}

#[test]
fn what_it_breaks_is_told_as_a_story() {
    let run = catch_unwind(|| check(&CAPABILITIES, plan(), |surroundings| client(surroundings, false)));
    let told = run.map(|_| ()).unwrap_err().downcast::<String>().unwrap();
    assert!(told.contains("FAIL PAG-01") && told.contains("which nobody followed"), "{told}");
}
