//! Which page of a listing a request is for. A link is opaque, so the links that were given are remembered with the number
//! of the page they lead to.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// Links remembered; beyond that all are forgotten, and rules that ask for a page wait for the next walk.
const REMEMBERED: usize = 10_000;

/// The links that were given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pages {
    leads_to: BTreeMap<String, u32>,
}

impl Pages {
    /// The number of the page that `target` (path and query) asks for, from 1.
    pub fn number(&self, target: &str) -> Option<u32> {
        if is_first(target) { Some(1) } else { self.leads_to.get(&decoded(target)).copied() }
    }

    /// Remembers that page `number` has this link, unless it was seen before: a link that loops leads where it led.
    pub fn note(&mut self, number: u32, link: &str) {
        let target = link.split_once("://").map_or(link, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        if is_first(target) {
            return;
        }
        if self.leads_to.len() >= REMEMBERED {
            self.leads_to.clear();
        }
        self.leads_to.entry(decoded(target)).or_insert(number.saturating_add(1));
    }
}

/// Whether a listing begins there: nothing is skipped.
pub(super) fn is_first(target: &str) -> bool {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    !query.split('&').any(|part| {
        let name = decoded(part.split('=').next().unwrap_or_default());
        name.eq_ignore_ascii_case("$skiptoken") || name.eq_ignore_ascii_case("$skip")
    })
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The link of a page, read from its bytes; it stands before the items.
pub fn link_of(body: &[u8]) -> Option<String> {
    let head = body.get(..body.len().min(32 * 1024))?;
    let head = String::from_utf8_lossy(head);
    let (_, rest) = head.split_once("\"@odata.nextLink\":")?;
    serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::{Pages, is_first, link_of};

    #[test]
    fn a_link_is_known_however_it_comes_back() {
        let mut pages = Pages::default();
        pages.note(1, "http://127.0.0.1:1/v1.0/x?$top=2&$skiptoken=Last%3d%27a%27");
        for target in ["/v1.0/x?$top=2&$skiptoken=Last%3d%27a%27", "/v1.0/x?%24top=2&%24skiptoken=Last%3D'a'"] {
            assert_eq!(pages.number(target), Some(2), "{target}");
        }
        assert_eq!(pages.number("/v1.0/x?$skiptoken=other"), None);
        assert_eq!(pages.number("/v1.0/x?$top=2"), Some(1));
        assert!(is_first("/v1.0/x?$filter=deviceName eq '$skiptoken'"));
    }

    #[test]
    fn a_link_that_loops_leads_where_it_led() {
        let mut pages = Pages::default();
        pages.note(1, "/x?$skiptoken=a");
        pages.note(2, "/x?$skiptoken=a");
        assert_eq!(pages.number("/x?$skiptoken=a"), Some(2));
    }

    #[test]
    fn the_link_is_read_from_the_head_of_a_page() {
        let page = br#"{"@odata.context":"c","@odata.nextLink":"http://h/x?a=\u0022","value":[{"@odata.nextLink":1}]}"#;
        assert_eq!(link_of(page).as_deref(), Some("http://h/x?a=\""));
        assert_eq!(link_of(b"{\"value\":[]}"), None);
    }
}
