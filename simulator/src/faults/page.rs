//! The kinds of the `page` act: how a page of a list is spoiled.

use serde_json::{Map, Value as Json};

use super::message::{Around, Message};
use super::named::Named;
use super::redirect::other_host;
use crate::odata::skip_token::{SkipToken, next_link_query};
use crate::quirks::Confidence;

const LINK: &str = "@odata.nextLink";
const COUNT: &str = "@odata.count";
const VALUE: &str = "value";
/// How much a count is off.
const OFF_BY: i64 = 7;
/// Characters of a long link; the service's own stay far below.
const LONG: usize = 8 * 1024;

/// One kind.
pub struct PageKind {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Who met it.
    pub source: &'static str,
    /// How sure it is that the real service does it.
    pub confidence: Confidence,
    spoil: fn(&mut Page<'_>),
}

impl Named for PageKind {
    const WHAT: &'static str = "kind of page";
    const SCHEMA: &'static str = "PageKind";

    fn table() -> &'static [Self] {
        PAGE_KINDS
    }

    fn name(&self) -> &'static str {
        self.name
    }
}

impl PageKind {
    /// Spoils the page that `message` is; what is no page stays as it is.
    pub fn spoil(&self, message: &mut Message, around: &Around<'_>) {
        let Ok(Json::Object(mut members)) = serde_json::from_slice(&message.body) else { return };
        if !members.get(VALUE).is_some_and(Json::is_array) {
            return;
        }
        (self.spoil)(&mut Page { members: &mut members, around });
        message.body = Json::Object(members).to_string().into_bytes();
    }
}

macro_rules! kinds {
    ($( $name:literal $about:literal, $confidence:ident $source:literal, $spoil:expr; )*) => {
        /// Every kind.
        pub static PAGE_KINDS: &[PageKind] = &[ $( PageKind {
            name: $name,
            about: $about,
            source: $source,
            confidence: Confidence::$confidence,
            spoil: $spoil,
        }, )* ];
    };
}

kinds! {
    "empty" "no item, and a link to this very page: with `times`, whoever follows it loses nothing", Observed "beta-sdk-dotnet#681", |page| {
        page.items().clear();
        page.link_to(page.around.url());
    };
    "short" "half of the items, and a link that leads on behind them: nothing is lost", Observed "sdk-powershell#1819", |page| {
        let half = page.items().len().div_ceil(2);
        if half < page.items().len() && let Some(link) = page.behind(half) {
            page.items().truncate(half);
            page.link_to(link);
        }
    };
    "duplicate" "the first item once more at the end", Assumed "follows from a keyset over names that change (inferred from IPS#146)", |page| {
        let first = page.items().first().cloned();
        page.items().extend(first);
    };
    "missing" "without its last item, which no other page has", Observed "docs#21658, #21659", |page| {
        page.items().pop();
    };
    "reversed" "the items in the opposite order", Assumed "no order is promised without $orderby", |page| page.items().reverse();
    "loop" "a link to this very page, with its items: whoever follows links blindly never ends", Observed "sdk-dotnet#2108, sdk-javascript#1656, contrib#5311", |page| page.link_to(page.around.url());
    "noLink" "without its link: the walk ends early, as if it were whole", Observed "sdk-powershell#2534, #1819 (2,000 of 19,000)", |page| {
        page.members.remove(LINK);
    };
    "nullLink" "a link that is null, on the last page", Assumed "the member should be absent (OData JSON format 4.01)", |page| page.last_link(Json::Null);
    "emptyLink" "a link that is an empty text, on the last page", Assumed "no capture", |page| page.last_link("".into());
    "nextLinkOnEmpty" "the last page leads to one more, which is empty", Documented "paging guide: a page may be empty", |page| {
        let count = page.items().len();
        if !page.members.contains_key(LINK) && let Some(link) = page.behind(count) {
            page.link_to(link);
        }
    };
    "foreignLink" "a link to a host that is nobody's: does the token go there?", Observed "galaxie-toolbox#1068, sim PR#5442", |page| page.onward("https://graph.example");
    "lookAlikeHost" "a link to a host whose name begins like Graph's", Assumed "a check by prefix lets it pass", |page| page.onward("https://graph.microsoft.com.simtune.example");
    "otherHost" "a link to another name of this simulator (`localhost` for `127.0.0.1`): the journal shows whether the token goes along", Assumed "for clients that check the host", |page| {
        let host = other_host(page.around.root);
        page.onward(&host);
    };
    "plainLink" "a link with http in place of https", Assumed "for clients that check the scheme", |page| {
        let root = page.around.root.replacen("https://", "http://", 1);
        page.onward(&root);
    };
    "relativeLink" "a link without scheme and host", Documented "OData JSON format 4.01, 4.6.5: links may be relative", |page| page.onward("");
    "expiredToken" "a link whose token the service no longer takes (400)", Assumed "no capture; tokens do not last for ever", |page| {
        let token = SkipToken::new([("Expired", "0")]);
        page.link_to(page.address(&token));
    };
    "escapedLink" "a link whose `$skiptoken` is spelled `%24skiptoken`", Observed "WindowsAutopilotInfo#11, graph-explorer-v4#1178, sdk-dotnet#1184", |page| {
        let link = page.link_on().replacen("$skiptoken", "%24skiptoken", 1);
        page.link_to(link);
    };
    "longLink" "a link of 8 KiB", Assumed "for clients that keep links in small places", |page| {
        let mut link = page.link_on();
        let glue = if link.contains('?') { '&' } else { '?' };
        link.push(glue);
        link.push_str("simtune-padding=");
        link.extend(std::iter::repeat_n('x', LONG.saturating_sub(link.len())));
        page.link_to(link);
    };
    "wrongCount" "an `@odata.count` that is off by seven", Observed "graph2otel, beta-sdk-dotnet#681", |page| {
        let items = i64::try_from(page.items().len()).unwrap_or_default();
        let count = page.members.get(COUNT).and_then(Json::as_i64).unwrap_or(items);
        page.members.insert(COUNT.to_owned(), (count + OFF_BY).into());
    };
    "noValue" "without its member `value`", Assumed "no capture", |page| {
        page.members.remove(VALUE);
    };
    "nullValue" "a `value` that is null", Assumed "no capture", |page| {
        page.members.insert(VALUE.to_owned(), Json::Null);
    };
}

/// A page being spoiled.
struct Page<'a> {
    members: &'a mut Map<String, Json>,
    around: &'a Around<'a>,
}

impl Page<'_> {
    fn items(&mut self) -> &mut Vec<Json> {
        self.members.get_mut(VALUE).and_then(Json::as_array_mut).expect("a page has items until its kind removes them")
    }

    /// Sets the link; in front of the items, where the service has it.
    fn link_to(&mut self, link: String) {
        self.put_link(link.into());
    }

    fn put_link(&mut self, link: Json) {
        if let Some(known) = self.members.get_mut(LINK) {
            *known = link;
            return;
        }
        let items = self.members.shift_remove(VALUE);
        self.members.insert(LINK.to_owned(), link);
        self.members.extend(items.map(|items| (VALUE.to_owned(), items)));
    }

    fn last_link(&mut self, link: Json) {
        if !self.members.contains_key(LINK) {
            self.put_link(link);
        }
    }

    /// The link that leads on: the service's own; on the last page, one to an empty page behind it.
    fn link_on(&mut self) -> String {
        if let Some(link) = self.members.get(LINK).and_then(Json::as_str) {
            return link.to_owned();
        }
        let count = self.items().len();
        self.behind(count).unwrap_or_else(|| self.around.url())
    }

    /// The link that leads on, under another root.
    fn onward(&mut self, root: &str) {
        let link = self.link_on();
        let target =
            link.split_once("://").map_or(link.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        self.link_to(format!("{root}{target}"));
    }

    fn address(&self, token: &SkipToken) -> String {
        let (path, query) = self.around.parts();
        format!("{}{path}?{}", self.around.root, next_link_query(query, token))
    }

    /// A link to what lies behind the first `count` items. Devices are found again by name and id; of other items, whose
    /// token is a number, those before this page are known only on the first one.
    fn behind(&mut self, count: usize) -> Option<String> {
        let last = self.items().get(count.checked_sub(1)?)?.clone();
        let text = |name: &str| last.get(name).and_then(Json::as_str);
        let token = match (text("deviceName"), text("id")) {
            (Some(name), Some(id)) => SkipToken::new([("LastDeviceName", name), ("LastDeviceId", id)]),
            _ if super::pages::is_first(self.around.target) => SkipToken::new([("Skip", count.to_string().as_str())]),
            _ => return None,
        };
        Some(self.address(&token))
    }
}
