//! Many resets in few requests.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value as Json, json};

use super::http::Outgoing;
use super::{ReferenceClient, Trouble};
use crate::client_log::{ActionOutcome, Answer, ClientError, ErrorKind, ResetSeen};
use crate::defect::Defect;
use crate::manner::Manner;
use crate::transport::HttpResponse;
use std::time::Duration;

/// Requests in a batch (documented: `JSON` batching).
const LIMIT: usize = 20;

impl ReferenceClient {
    /// Resets passcodes by batches of at most 20, and what was throttled again, by itself.
    pub(super) fn batch_reset(&mut self, ids: &[String]) -> Result<Answer, Trouble> {
        let limit = match self.manner {
            Some(Manner::OneByOne) => 1,
            _ if self.is(Defect::LargeBatch) => usize::MAX,
            _ => LIMIT,
        };
        let mut results: Vec<ResetSeen> = Vec::new();
        // Why there is no token to be had: what one batch was told is true for the next one as well, and who was asked to
        // wait there does not come back at once because there is more to do.
        let mut without_token: Option<ClientError> = None;
        for ids in ids.chunks(limit.min(ids.len().max(1))) {
            if let Some(error) = &without_token {
                results.extend(ids.iter().map(|id| failed(id, error.clone())));
                continue;
            }
            let ends = self.one_batch(ids);
            if self.can_renew() && self.token.is_none() {
                without_token = ends.iter().find_map(|end| end.error.clone());
            }
            results.extend(ends);
        }
        Ok(Answer { ok: true, results: Some(results), ..Answer::default() })
    }

    /// Resets a passcode by a batch of one request.
    pub(super) fn reset_by_batch(&mut self, id: &str) -> Result<Answer, Trouble> {
        let end = self.one_batch(&[id.to_owned()]).pop();
        match end.and_then(|end| end.error) {
            Some(error) => Err(Trouble { error }),
            None => Ok(Answer { ok: true, outcome: Some("accepted".to_owned()), ..Answer::default() }),
        }
    }

    fn one_batch(&mut self, ids: &[String]) -> Vec<ResetSeen> {
        let mut ends: Vec<Option<ResetSeen>> = vec![None; ids.len()];
        let mut open: Vec<usize> = (0..ids.len()).collect();
        let attempts = if self.behaves(Manner::NeverRepeatsPost) { 1 } else { self.attempts() };
        for attempt in 1..=attempts {
            let answers = match self.send_batch(ids, &open) {
                Ok(answers) => answers,
                Err(trouble) => {
                    for place in open.drain(..) {
                        ends[place] = Some(failed(&ids[place], trouble.error.clone()));
                    }
                    break;
                }
            };
            let mut wait = Duration::ZERO;
            let mut throttled = Vec::new();
            for (at, place) in open.iter().copied().enumerate() {
                let answer = if self.is(Defect::ByPosition) {
                    answers.values().nth(at)
                } else {
                    answers.get(&place.to_string())
                };
                let status = answer.and_then(|answer| answer["status"].as_u64()).unwrap_or_default();
                if status == 429 {
                    wait = wait.max(self.inner_wait(answer.unwrap_or(&Json::Null), attempt));
                    throttled.push(place);
                }
                ends[place] = Some(self.inner_end(&ids[place], status, answer));
            }
            if throttled.is_empty() || attempt == attempts || wait > self.patience() {
                break;
            }
            self.sleep(wait);
            if !self.is(Defect::RetriesWholeBatch) {
                open = throttled;
            }
        }
        ends.into_iter().flatten().collect()
    }

    /// Sends a batch; its answers by id, in the order in which they came.
    fn send_batch(&mut self, ids: &[String], open: &[usize]) -> Result<Answers, Trouble> {
        let requests: Vec<Json> = open
            .iter()
            .map(|place| {
                json!({
                    "id": place.to_string(),
                    "method": "POST",
                    "url": format!("/deviceManagement/managedDevices/{}/resetPasscode", ids[*place]),
                    // Without them the service refuses the whole batch (observed: sdk-dotnet#1038, #2628).
                    "headers": { "Content-Type": "application/json" },
                    "body": {},
                })
            })
            .collect();
        let body = Bytes::from(json!({ "requests": requests }).to_string());
        let url = format!("{}/$batch", self.surroundings.environment.graph_base_url);
        let response = self.send(&Outgoing::post(url, Some(body))).map_err(|trouble| {
            let harmless = matches!(trouble.error.kind, ErrorKind::Auth | ErrorKind::Redirect);
            trouble.with_outcome(if harmless { ActionOutcome::NotApplied } else { ActionOutcome::Unknown })
        })?;
        if !(200..300).contains(&response.status) {
            let known = (400..500).contains(&response.status);
            let outcome = if known { ActionOutcome::NotApplied } else { ActionOutcome::Unknown };
            return Err(self.refused(&response).with_outcome(outcome));
        }
        let json = self.expect_json(&response).map_err(|trouble| trouble.with_outcome(ActionOutcome::Unknown))?;
        let answers = json["responses"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(Answers(answers.iter().map(|answer| (id_of(answer), answer.clone())).collect()))
    }

    fn inner_wait(&mut self, answer: &Json, attempt: u32) -> Duration {
        if self.is(Defect::InnerRetryAfterIgnored) {
            return Duration::ZERO;
        }
        let own = Duration::from_secs(3) * 2u32.saturating_pow(attempt - 1);
        self.asked_to_wait(&inner(answer)).unwrap_or(own)
    }

    fn inner_end(&self, id: &str, status: u64, answer: Option<&Json>) -> ResetSeen {
        if (200..300).contains(&status) || self.is(Defect::OuterSuccess) {
            return ResetSeen { device_id: id.to_owned(), ok: true, error: None };
        }
        let Some(answer) = answer else {
            let error = Trouble::new(ErrorKind::Parse, "the batch has no answer to this").error;
            return failed(id, ClientError { outcome: Some(ActionOutcome::Unknown), ..error });
        };
        let outcome = if (400..500).contains(&status) { ActionOutcome::NotApplied } else { ActionOutcome::Unknown };
        failed(id, ClientError { outcome: Some(outcome), ..self.refused(&inner(answer)).error })
    }
}

/// The answers of a batch.
struct Answers(Vec<(String, Json)>);

impl Answers {
    fn get(&self, id: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, answer)| answer)
    }

    fn values(&self) -> impl Iterator<Item = &Json> {
        self.0.iter().map(|(_, answer)| answer)
    }
}

fn id_of(answer: &Json) -> String {
    answer["id"].as_str().unwrap_or_default().to_owned()
}

/// An answer inside a batch as if it had come by itself.
fn inner(answer: &Json) -> HttpResponse {
    let headers: BTreeMap<String, String> = serde_json::from_value(answer["headers"].clone()).unwrap_or_default();
    HttpResponse {
        interim: Vec::new(),
        status: answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default(),
        headers: headers.into_iter().collect(),
        pieces: vec![Bytes::from(answer["body"].to_string())],
        whole: true,
    }
}

fn failed(id: &str, error: ClientError) -> ResetSeen {
    ResetSeen { device_id: id.to_owned(), ok: false, error: Some(error) }
}
