//! The client under test, as many write it with ureq. Yours takes its place.

use std::time::Duration;

use serde_json::Value;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Error};

/// Managed devices: what there are, and their passcodes.
pub struct Graph {
    agent: Agent,
    env: Value,
}

impl Graph {
    pub fn new(env: Value) -> Self {
        let pem = env["GRAPH_CA_FILE"].as_str().and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
        let certificate = |item| if let Ok(PemItem::Certificate(one)) = item { Some(one) } else { None };
        let roots = parse_pem(&pem).filter_map(certificate).collect::<Vec<_>>();
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&roots)).build();
        let config = Agent::config_builder().tls_config(tls).timeout_global(Some(Duration::from_secs(5)));
        Self { agent: config.build().into(), env }
    }

    fn sign_in(&self) -> Result<String, Error> {
        let env = |name: &str| self.env[name].as_str().unwrap_or_default();
        if let Some(token) = self.env["GRAPH_ACCESS_TOKEN"].as_str() {
            return Ok(token.to_owned());
        }
        let form = [("grant_type", "client_credentials"), ("client_id", env("GRAPH_CLIENT_ID"))];
        let secrets = [("client_secret", env("GRAPH_CLIENT_SECRET")), ("scope", env("GRAPH_SCOPE"))];
        let answer = self.agent.post(env("GRAPH_TOKEN_URL")).send_form(form.into_iter().chain(secrets))?;
        let answer: Value = answer.into_body().read_json()?;
        Ok(answer["access_token"].as_str().unwrap_or_default().to_owned())
    }

    pub fn ask(&self, method: &str, url: &str, query: &[(&str, &str)]) -> Result<Value, Error> {
        let token = format!("Bearer {}", self.sign_in()?);
        if method == "POST" {
            self.agent.post(url).header("authorization", token).send_empty()?;
            return Ok(Value::Null);
        }
        let asked = self.agent.get(url).header("authorization", token).query_pairs(query.iter().copied());
        asked.call()?.into_body().read_json()
    }

    pub fn list(&self, query: &[(&str, &str)]) -> Result<Vec<Value>, Error> {
        let mut page = self.ask("GET", &self.devices(), query)?;
        let mut devices = Vec::new();
        loop {
            devices.append(page["value"].as_array_mut().unwrap_or(&mut Vec::new()));
            let Some(next) = page["@odata.nextLink"].as_str() else { return Ok(devices) };
            page = self.ask("GET", next, &[])?;
        }
    }

    pub fn devices(&self) -> String {
        format!("{}/deviceManagement/managedDevices", self.env["GRAPH_BASE_URL"].as_str().unwrap_or_default())
    }
}
