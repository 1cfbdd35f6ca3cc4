//! What it is asked for, one function each.

use serde_json::Value as Json;

use super::http::Outgoing;
use super::{ReferenceClient, Trouble, read};
use crate::client_log::{ActionOutcome, Answer, ErrorKind};
use crate::defect::Defect;
use crate::manner::Manner;
use crate::transport::HttpResponse;

type Done = Result<Answer, Trouble>;

/// What a value in a query needs: everything that could mean something else.
const QUERY_VALUE: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b',');

impl ReferenceClient {
    pub(super) fn list_devices(&mut self, filter: Option<&str>, select: Option<&str>) -> Done {
        let url = format!("{}/deviceManagement/managedDevices", self.surroundings.environment.graph_base_url);
        let mut url = self.with_options(url, filter, select);
        let top = match self.manner {
            Some(Manner::LargePages) => Some(999),
            Some(Manner::SmallPages) => Some(2),
            _ => None,
        };
        if let Some(top) = top {
            url = format!("{url}{}$top={top}", if url.contains('?') { '&' } else { '?' });
        }
        let listing = self.pages(url)?;
        Ok(Answer { ok: true, devices: Some(listing.devices), complete: Some(listing.complete), ..Answer::default() })
    }

    pub(super) fn find_device(&mut self, by: &str, value: &str) -> Done {
        let filter = format!("{by} eq '{}'", self.literal(value));
        let found = self.list_devices(Some(&filter), None)?;
        Ok(Answer { complete: None, ..found })
    }

    pub(super) fn get_device(&mut self, id: &str, select: Option<&str>) -> Done {
        let url = self.with_options(self.device_url(id), None, select);
        let response = self.send(&Outgoing::get(url))?;
        let json = self.expect_json(&response)?;
        Ok(Answer { ok: true, device: Some(read::device(&json, self.defects)?), ..Answer::default() })
    }

    pub(super) fn reset_passcode(&mut self, id: &str) -> Done {
        if self.behaves(Manner::LooksFirst) {
            self.get_device(id, Some("id")).map_err(|trouble| trouble.with_outcome(ActionOutcome::NotApplied))?;
        }
        if self.behaves(Manner::BatchesEverything) {
            return self.reset_by_batch(id);
        }
        let request = Outgoing::post(format!("{}/resetPasscode", self.device_url(id)), None);
        let sent = self.send(&request);
        if self.is(Defect::ClaimsSuccess) && sent.as_ref().is_ok_and(|response| response.status == 429) {
            return Ok(accepted());
        }
        let response = sent.map_err(|trouble| {
            // What went wrong before the action was sent, or at a redirect, did nothing.
            let harmless = matches!(trouble.error.kind, ErrorKind::Auth | ErrorKind::Redirect);
            trouble.with_outcome(if harmless { ActionOutcome::NotApplied } else { ActionOutcome::Unknown })
        })?;
        match response.status {
            200..=299 => Ok(accepted()),
            // Whoever refuses for the client's sake has done nothing; whoever fails may have.
            400..=499 => Err(self.refused(&response).with_outcome(ActionOutcome::NotApplied)),
            _ if self.is(Defect::UnknownStatusIsSuccess) && !(500..=504).contains(&response.status) => Ok(accepted()),
            _ => Err(self.refused(&response).with_outcome(ActionOutcome::Unknown)),
        }
    }

    pub(super) fn get_action_result(&mut self, id: &str) -> Done {
        let beta = &self.surroundings.environment.graph_beta_url;
        let url = format!("{beta}/deviceManagement/managedDevices/{}?$select=id,deviceActionResults", segment(id));
        let response = self.send(&Outgoing::get(url))?;
        let json = self.expect_json(&response)?;
        let results = json["deviceActionResults"].as_array().map(Vec::as_slice).unwrap_or_default();
        let resets = results.iter().filter(|result| result["actionName"].as_str() == Some("resetPasscode"));
        let latest = resets.max_by_key(|result| result["startDateTime"].as_str().unwrap_or_default().to_owned());
        let state = latest.and_then(|result| result["actionState"].as_str()).unwrap_or("none");
        let state = if state == "pending" && self.is(Defect::StuckPending) { "done" } else { state };
        let passcode = latest.and_then(|result| result["passcode"].as_str()).map(str::to_owned);
        Ok(Answer { ok: true, state: Some(state.to_owned()), passcode, ..Answer::default() })
    }

    pub(super) fn refused(&self, response: &HttpResponse) -> Trouble {
        Trouble::refused(response, self.defects)
    }

    /// The body of a success.
    pub(super) fn expect_json(&self, response: &HttpResponse) -> Result<Json, Trouble> {
        if (200..300).contains(&response.status) {
            read::json(response, self.defects)
        } else {
            Err(self.refused(response))
        }
    }

    pub(super) fn device_url(&self, id: &str) -> String {
        let base = &self.surroundings.environment.graph_base_url;
        if self.behaves(Manner::KeysInParentheses) {
            return format!("{base}/deviceManagement/managedDevices('{}')", segment(id));
        }
        format!("{base}/deviceManagement/managedDevices/{}", segment(id))
    }

    /// A text inside a filter's quotes.
    fn literal(&self, value: &str) -> String {
        if self.is(Defect::UnescapedFilter) || self.is(Defect::SingleApostrophe) {
            value.to_owned()
        } else {
            value.replace('\'', "''")
        }
    }

    fn with_options(&self, url: String, filter: Option<&str>, select: Option<&str>) -> String {
        let mut options = Vec::new();
        let dollar = if self.is(Defect::NoDollar) { "" } else { "$" };
        if let Some(select) = select.filter(|_| !self.behaves(Manner::SelectsNothing)) {
            options.push(format!("{dollar}select={select}"));
        }
        if let Some(filter) = filter {
            let value = if self.is(Defect::UnescapedFilter) {
                filter.replace(' ', "%20")
            } else {
                percent_encoding::utf8_percent_encode(filter, QUERY_VALUE).to_string()
            };
            let value = if self.behaves(Manner::PlusForSpace) { value.replace("%20", "+") } else { value };
            options.push(format!("{dollar}filter={value}"));
        }
        if options.is_empty() { url } else { format!("{url}?{}", options.join("&")) }
    }
}

fn accepted() -> Answer {
    Answer { ok: true, outcome: Some("accepted".to_owned()), ..Answer::default() }
}

/// A text as one segment of a path.
fn segment(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, QUERY_VALUE).to_string()
}
