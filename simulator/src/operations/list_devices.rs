//! `GET …/managedDevices`: pages in the service's order, linked by a clear-text keyset token.
//!
//! A token holds the name and id of the last device of its page (observed: IPS#146), so a device that is renamed
//! between two pages is skipped or repeated (inferred), and one that is not touched is seen exactly once.

use hyper::StatusCode;
use uuid::Uuid;

use super::device_query::{self, Seen};
use super::which::Which;
use super::{Context, Reply, directory, expand, foreign_token};
use crate::device::Key;
use crate::device::record::ApiVersion;
use crate::inventory::{Base, FoundBy, Inventory, Listed, Place};
use crate::odata::evaluate::Predicate;
use crate::odata::options::QueryOptions;
use crate::odata::order::OrderBy;
use crate::odata::skip_token::{SkipToken, next_link_query};
use crate::quirks::{
    CountSegmentV1, CountUnasked, ListSingleGetOnly, MaxPageSize, PageSize, Quirks, Skip, TopAbovePage,
};
use crate::route::{self, Operation, Route, Whose};
use crate::wire::device_json::{self, Form, View};
use crate::wire::error::Refusal;
use crate::wire::headers::Content;
use crate::wire::json;

const LABELS: [&str; 2] = ["LastDeviceName", "LastDeviceId"];
/// The portal's own requests begin with `$skipToken=Skip='0'` (observed: contrib#2382, 2022-03-10).
const PORTAL_LABEL: &str = "Skip";

/// The property that rows are sorted by.
const NAME: &str = "deviceName";

/// A page about to be written.
struct Page<'a> {
    devices: Vec<Listed<'a>>,
    /// Where the next page starts, if there is one.
    next: Option<Key>,
    /// How many devices there are in all, where that is shown.
    count: Option<usize>,
}

pub(super) fn list(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let quirks = context.world.quirks();
    let options = device_query::options(context.query)?;
    let mut ignored = device_query::unread_options(
        &options,
        &["$filter", "$select", "$expand", "$top", "$skip", "$count", "$orderby", "$search", "$skiptoken"],
    );
    device_query::search(&options, quirks, &mut ignored)?;
    let select = device_query::select(&options, route.version)?;
    let filter = device_query::filter(&options, route.version, quirks, &mut ignored)?;
    let order = device_query::order(&options, route.version, quirks, &mut ignored)?;
    let start = Start::of(&options)?;
    let top = page_size(context, &options)?;
    let expansions = expand::expansions(&options, route.version, Form::Item, &mut ignored)?;
    let which = context.which(route)?;
    let page = page(context, which, &options, top, filter.as_ref(), order.as_ref(), &start);
    if let Some(Whose::Users(key)) = &route.user
        && page.devices.is_empty()
        && passing(context, which, None, None).next().is_none()
    {
        // The directory has to find somebody first (inferred from its own refusals; not on record for this path).
        directory::user(context, key)?;
    }

    let what = format!("{}{}", set_name(route), expand::names(select.as_ref(), &expansions));
    let mut body = Vec::with_capacity(512 + page.devices.len() * 2_048);
    body.push(b'{');
    body.extend_from_slice(&context.context_annotation(route, &what));
    if let Some(count) = page.count {
        body.extend_from_slice(b"\"@odata.count\":");
        json::integer(&mut body, i64::try_from(count).unwrap_or(i64::MAX));
        body.push(b',');
    }
    if let Some(next) = &page.next {
        body.extend_from_slice(b"\"@odata.nextLink\":");
        json::string(&mut body, &link(context, next));
        body.push(b',');
    }
    body.extend_from_slice(b"\"value\":[");
    let known_members = context.known_members();
    let fill = quirks.list_single_get_only == ListSingleGetOnly::Fill;
    for (index, device) in page.devices.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        let view = View {
            version: route.version,
            form: Form::Item,
            select: select.as_ref().map(device_query::Selection::rows),
            shape: context.shape,
            fill,
            known_members,
            last_sync: context.world.computed_last_sync(device, context.now),
        };
        device_json::write(&mut body, device, &view, b"");
        expand::append(&mut body, context, route, device, view.form, &expansions);
    }
    body.extend_from_slice(b"]}");
    Ok(Reply::json(context.shape, body, ignored))
}

/// `GET …/managedDevices/$count`: a number as text on beta; on v1.0 a quirk decides.
pub(super) fn count(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    if route.version == ApiVersion::V1 && context.world.quirks().count_segment_v1 == CountSegmentV1::Refuse {
        return Err(route::no_such_route(
            &context.request.method,
            "~/singleton/navigation/$count",
            "deviceManagement/managedDevices/$count",
        ));
    }
    let options = device_query::options(context.query)?;
    let mut ignored = device_query::unread_options(&options, &["$filter"]);
    let filter = device_query::filter(&options, route.version, context.world.quirks(), &mut ignored)?;
    let count = passing(context, context.which(route)?, filter.as_ref(), None).count();
    Ok(Reply { status: StatusCode::OK, content: Content::Text, body: count.to_string().into_bytes(), ignored })
}

/// The set of the answer in `@odata.context`. Those below a user were not captured; they are assumed to be called as the
/// others.
fn set_name(route: &Route) -> String {
    match (&route.operation, &route.app) {
        (Operation::ListComanagedDevices, _) => "deviceManagement/comanagedDevices".to_owned(),
        (_, Some(app)) => format!("deviceManagement/detectedApps('{app}')/managedDevices"),
        _ => "deviceManagement/managedDevices".to_owned(),
    }
}

/// Whether a list asked for with `query` needs a look at every device. One that is refused does not.
pub(super) fn looks_far(query: &str, version: ApiVersion, quirks: &Quirks) -> bool {
    let Ok(options) = device_query::options(query) else { return false };
    let Ok(filter) = device_query::filter(&options, version, quirks, &mut Vec::new()) else { return false };
    let is_sorted = device_query::order(&options, version, quirks, &mut Vec::new()).is_ok_and(|order| order.is_some());
    is_sorted || filter.is_some_and(|filter| device_query::sought(&filter, is_indexed).is_none())
}

/// A device that was not left out, and itself if it had to be looked at for that.
struct Passed<'a> {
    place: Place<'a>,
    device: Option<Listed<'a>>,
}

impl<'a> Passed<'a> {
    fn device(self, inventory: &'a Inventory) -> Listed<'a> {
        self.device.unwrap_or_else(|| inventory.at(self.place))
    }
}

/// Those of the devices that the filter lets pass, behind `after`.
fn passing<'a>(
    context: &'a Context<'_>,
    which: Which<'a>,
    filter: Option<&'a Predicate>,
    after: Option<&Key>,
) -> Box<dyn Iterator<Item = Passed<'a>> + 'a> {
    let inventory = context.world.inventory();
    let few = rows(inventory.base(), which, filter);
    let everything = which.is_all() && context.sees_everything();
    // What is found by an index has to be looked at all the same, and wholly.
    let columns = filter
        .filter(|_| few.is_none() && everything)
        .and_then(|filter| device_query::columns(context, &filter.fields()));
    let places: Box<dyn Iterator<Item = Place<'a>> + 'a> = match few {
        Some(rows) => Box::new(inventory.places_among(rows, after)),
        None => Box::new(inventory.places(after)),
    };
    Box::new(places.filter_map(move |place| {
        let seen = match filter {
            None if everything => return Some(Passed { place, device: None }),
            Some(_) if columns.is_some() => Seen::at(place, columns, context),
            _ => {
                let device = inventory.at(place);
                if !(everything || context.sees(&device) && which.has(&device)) {
                    return None;
                }
                Seen::whole(device, context)
            }
        };
        filter.is_none_or(|filter| filter.matches(&seen)).then(|| Passed { place, device: seen.into_device() })
    }))
}

/// The only rows that have to be looked at, if a text tells which.
fn rows(base: &Base, which: Which<'_>, filter: Option<&Predicate>) -> Option<Vec<usize>> {
    if let Which::Of(user) = which {
        let mut rows = base.rows_with(FoundBy::UserId, user);
        rows.extend(base.rows_with(FoundBy::PrincipalName, user));
        rows.sort_unstable();
        rows.dedup();
        return Some(rows);
    }
    let (property, text) = device_query::sought(filter?, is_indexed)?;
    Some(match FoundBy::property(property) {
        Some(found_by) => base.rows_with(found_by, text),
        None => base.rows_named(text),
    })
}

fn is_indexed(property: &str) -> bool {
    property == NAME || FoundBy::property(property).is_some()
}

/// How many devices the page holds at most.
fn page_size(context: &Context<'_>, options: &QueryOptions<'_>) -> Result<usize, Refusal> {
    let quirks = context.world.quirks();
    let usual = match quirks.page_size {
        PageSize::Thousand => 1_000,
        PageSize::Hundred => 100,
        PageSize::Ten => 10,
        PageSize::One => 1,
    };
    if let Some(top) = options.top.filter(|top| *top > usual && quirks.top_above_page == TopAbovePage::Refuse) {
        // The words of other collections (observed: graph2otel).
        return Err(Refusal::BadQuery {
            message: format!(
                "The limit of '{usual}' for Top query has been exceeded. The value from the incoming request is '{top}'."
            ),
        });
    }
    let preferred = context.preferences.max_page_size.filter(|_| quirks.max_page_size == MaxPageSize::Honour);
    let wanted = [options.top, preferred].into_iter().flatten().min().unwrap_or(usual);
    Ok(usize::try_from(wanted.min(usual)).expect("at most a thousand"))
}

fn page<'a>(
    context: &'a Context<'_>,
    which: Which<'a>,
    options: &QueryOptions<'_>,
    top: usize,
    filter: Option<&'a Predicate>,
    order: Option<&OrderBy>,
    start: &Start,
) -> Page<'a> {
    let (after, skip) = (start.key(), start.skipped());
    let everything = filter.is_none() && which.is_all() && context.signed_in.is_none();
    let counted = options.count.unwrap_or(context.world.quirks().count_unasked == CountUnasked::Always);
    let count = (after.is_none() && counted).then(|| {
        if everything { context.world.inventory().len() } else { passing(context, which, filter, None).count() }
    });

    let inventory = context.world.inventory();
    let mut devices: Vec<Listed<'_>> = if let Some(order) = order {
        let columns = device_query::columns(context, &order.fields());
        let mut sorted: Vec<(Place<'_>, Seen<'_>)> = passing(context, which, filter, None)
            .map(|passed| (passed.place, Seen::at(passed.place, columns, context)))
            .collect();
        sorted.sort_by(|(_, a), (_, b)| order.compare(a, b));
        // A token's device is found again in the sorted list; one that is gone leaves nothing behind it.
        let start = after.map_or(0, |key| {
            let position = sorted.iter().position(|(place, _)| inventory.id_at(*place) == key.id);
            position.map_or(sorted.len(), |position| position + 1)
        });
        sorted.into_iter().skip(start).skip(skip).take(top + 1).map(|(place, _)| inventory.at(place)).collect()
    } else {
        let passed = passing(context, which, filter, after).skip(skip).take(top + 1);
        passed.map(|passed| passed.device(inventory)).collect()
    };
    let more = devices.len() > top;
    devices.truncate(top);
    let mut next = devices.last().filter(|_| more).map(|device| device.key());

    // Observed: beta-sdk-dotnet#681. The link leads on from the same place, so a client that follows it gets there.
    if skip > 0 && context.world.quirks().skip == Skip::EmptyWithLink {
        next = devices.first().map(|device| Key { name: device.key().name, id: Uuid::nil() });
        devices.clear();
    }
    Page { devices, next, count }
}

fn link(context: &Context<'_>, last: &Key) -> String {
    let id = last.id.hyphenated().to_string();
    let token = SkipToken::new([(LABELS[0], &*last.name), (LABELS[1], &id)]);
    let query = next_link_query(context.query, &token);
    let target = context.request.target();
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    format!("{}{path}?{query}", context.link_root())
}

/// Where a page starts.
enum Start {
    /// Behind this many devices: at the beginning, behind `$skip`, or where the portal's own form of the token says.
    Behind(usize),
    /// Behind this device.
    After(Key),
}

impl Start {
    fn of(options: &QueryOptions<'_>) -> Result<Self, Refusal> {
        let Some(token) = &options.skip_token else {
            return Ok(Self::Behind(options.skip.map_or(0, |skip| usize::try_from(skip).unwrap_or(usize::MAX))));
        };
        let token = SkipToken::parse(token)
            .map_err(|error| Refusal::BadQuery { message: format!("Invalid query option '$skiptoken': {error}.") })?;
        if let Some(skipped) = token.get(PORTAL_LABEL) {
            return skipped.parse().map(Self::Behind).map_err(|_| foreign_token());
        }
        let id = token.get(LABELS[1]).and_then(|id| Uuid::try_parse(id).ok());
        match (token.get(LABELS[0]), id) {
            (Some(name), Some(id)) => Ok(Self::After(Key { name: name.into(), id })),
            _ => Err(foreign_token()),
        }
    }

    fn key(&self) -> Option<&Key> {
        match self {
            Self::After(key) => Some(key),
            Self::Behind(_) => None,
        }
    }

    fn skipped(&self) -> usize {
        match self {
            // A link's token stands behind whatever was skipped already.
            Self::After(_) => 0,
            Self::Behind(skipped) => *skipped,
        }
    }
}
