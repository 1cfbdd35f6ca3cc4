//! Lists: page after page, by the links that the service gives.

use serde_json::Value as Json;

use super::http::Outgoing;
use super::{ReferenceClient, Trouble, read};
use crate::client_log::{DeviceSeen, ErrorKind};
use crate::defect::Defect;
use crate::manner::Manner;
use crate::transport::HttpResponse;

/// How many empty pages may follow one another.
const EMPTY_TURNS: u32 = 10;

/// What no URL can hold.
const UNUSABLE: &percent_encoding::AsciiSet =
    &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// What a list came to.
pub(super) struct Listing {
    pub(super) devices: Vec<DeviceSeen>,
    /// Whether these are all.
    pub(super) complete: bool,
}

impl ReferenceClient {
    /// All devices of a list that begins at a URL.
    pub(super) fn pages(&mut self, first: String) -> Result<Listing, Trouble> {
        let mut devices = Vec::new();
        let mut url = first.clone();
        let mut seen = vec![url.clone()];
        let mut largest = 0;
        let mut barren = 0;
        let mut counted: Option<u64> = None;
        let mut ahead = None;
        loop {
            let fetched = ahead.take().unwrap_or_else(|| self.page(&url));
            let page = match fetched {
                Ok(page) => page,
                Err(trouble) if seen.len() > 1 && self.is(Defect::SwallowsPageError) => {
                    drop(trouble);
                    return Ok(Listing { devices, complete: true });
                }
                Err(trouble)
                    if trouble.error.status == Some(400) && seen.len() > 1 && self.is(Defect::ExpiredLinkIsEnd) =>
                {
                    break;
                }
                Err(trouble) => return Err(trouble),
            };
            let Some(page) = page else {
                if self.is(Defect::RestartsAtThrottledPage) {
                    // It starts anew, and keeps what it has.
                    url.clone_from(&first);
                    seen = vec![url.clone()];
                    continue;
                }
                return Ok(Listing { devices: Vec::new(), complete: true });
            };
            if self.behaves(Manner::Prefetches)
                && let Some(link) = self.next(&page, &url).filter(|link| self.is_trusted(link))
            {
                ahead = Some(self.page(&link));
            }
            let none = Vec::new();
            let value = page["value"]
                .as_array()
                .or(self.is(Defect::NoValueIsEmpty).then_some(&none))
                .ok_or_else(|| Trouble::new(ErrorKind::Parse, "the answer is no list"))?;
            for device in value {
                let device = read::device(device, self.defects)?;
                let known = |property: &str| {
                    devices.iter().any(|known: &DeviceSeen| known.get(property) == device.get(property))
                };
                if self.is(Defect::TwiceFatal) && known("id") {
                    return Err(Trouble::new(ErrorKind::Parse, "a device is there twice"));
                }
                let again = (self.is(Defect::OneOfEachName) && known("deviceName"))
                    || (self.behaves(Manner::Deduplicates) && known("id"));
                if !again {
                    devices.push(device);
                }
            }
            largest = largest.max(value.len());
            counted = counted.or(page["@odata.count"].as_u64());
            let Some(link) = self.next(&page, &url) else { break };
            let stops = self.is(Defect::FirstPageOnly)
                || (self.is(Defect::StopsAtEmptyPage) && value.is_empty())
                || (self.is(Defect::StopsAtShortPage) && value.len() < largest)
                || (self.is(Defect::TrustsCount) && counted.is_some_and(|count| devices.len() as u64 >= count));
            if stops {
                break;
            }
            url = if self.is(Defect::OwnSkip) {
                let joint = if first.contains('?') { '&' } else { '?' };
                format!("{first}{joint}$skip={}", devices.len())
            } else {
                self.respelled(link)
            };
            // An empty page may lead to itself until there is something on it, though not for ever.
            barren = if value.is_empty() { barren + 1 } else { 0 };
            let is_circle = barren > EMPTY_TURNS || (barren == 0 && seen.contains(&url));
            if is_circle && !self.is(Defect::EndlessCycle) {
                return Err(Trouble::new(ErrorKind::Unknown, "the pages lead in a circle"));
            }
            if !self.is_trusted(&url) && !self.is(Defect::TokenToForeignLink) {
                return Err(Trouble::new(ErrorKind::Unknown, "the next page is said to be at another host"));
            }
            seen.push(url.clone());
        }
        if self.is(Defect::TrustsCount) && counted.is_some_and(|count| (devices.len() as u64) < count) {
            return Err(Trouble::new(ErrorKind::Parse, "there are fewer devices than were counted"));
        }
        Ok(Listing { devices, complete: true })
    }

    /// One page; none where a defect goes on without it.
    fn page(&mut self, url: &str) -> Result<Option<Json>, Trouble> {
        let request = Outgoing::get(url.to_owned());
        if self.is(Defect::RestartsAtThrottledPage) {
            let outcome = self.token().map(|token| self.send_once(&request, Some(&token)))?;
            if outcome.as_ref().is_ok_and(|response| response.status == 429) {
                self.sleep(std::time::Duration::from_secs(30));
                return Ok(None);
            }
        }
        let response = if !self.is_trusted(url) && self.is(Defect::TokenToForeignLink) {
            let token = self.token()?;
            self.send_once(&request, Some(&token))?
        } else {
            self.send(&request)?
        };
        if self.gives_up_quietly(&response) {
            return Ok(None);
        }
        if !(200..300).contains(&response.status) {
            let is_known = matches!(response.status, 400..=404 | 409..=429 | 500..=504);
            if self.is(Defect::UnknownStatusIsSuccess) && !is_known {
                return Ok(None);
            }
            return Err(Trouble::refused(&response, self.defects));
        }
        read::json(&response, self.defects).map(Some)
    }

    fn gives_up_quietly(&self, response: &HttpResponse) -> bool {
        match response.status {
            404 => self.is(Defect::NotFoundIsEmpty),
            302 => self.is(Defect::RedirectIsData),
            429 => self.is(Defect::GivesUpSilently),
            _ => false,
        }
    }

    /// The link to the next page, as a whole URL.
    fn next(&self, page: &Json, url: &str) -> Option<String> {
        let members = page.as_object()?;
        if self.is(Defect::LinkBeforeValueOnly) {
            let place = |wanted: &str| members.keys().position(|name| name == wanted);
            if place("@odata.nextLink") > place("value") {
                return None;
            }
        }
        let link = members.get("@odata.nextLink")?;
        let link = if link.is_null() && self.is(Defect::FollowsNull) { "/null" } else { link.as_str()? };
        if link.starts_with('/') && self.is(Defect::RelativeLinkIsEnd) {
            return None;
        }
        self.resolve(url, link)
    }

    /// The link as it is used: as it is, but for defects.
    fn respelled(&self, link: String) -> String {
        let Some((path, query)) = link.split_once('?') else { return link };
        if self.is(Defect::ShortensLinks) {
            // A field of a database that is too short, and a token that is cut with it.
            return if link.len() > 2_048 { format!("{path}?$skiptoken=x") } else { link };
        }
        if self.is(Defect::AddsOptions) {
            return format!("{link}&$top=999");
        }
        if self.is(Defect::ReordersLink) || self.behaves(Manner::ReordersLinks) {
            let mut options: Vec<&str> = query.split('&').collect();
            options.sort_unstable();
            options.reverse();
            return format!("{path}?{}", options.join("&"));
        }
        if self.is(Defect::DecodesLink) {
            let decoded = percent_encoding::percent_decode_str(query).decode_utf8_lossy().replace('+', " ");
            // What a URL cannot hold at all is escaped again; what means something else now is not.
            return format!("{path}?{}", percent_encoding::utf8_percent_encode(&decoded, UNUSABLE));
        }
        link
    }
}
