//! `GET …/managedDevices`: pages in the service's order, linked by a clear-text keyset token.
//!
//! A token holds the name and id of the last device of its page (observed: IPS#146), so a device that is renamed
//! between two pages is skipped or repeated (inferred), and one that is not touched is seen exactly once.

use std::sync::Arc;

use hyper::StatusCode;
use uuid::Uuid;

use super::device_query::{self, is_owned_by};
use super::{Context, Reply, foreign_token};
use crate::device::record::ApiVersion;
use crate::device::{Key, ManagedDevice};
use crate::odata::evaluate::Predicate;
use crate::odata::options::QueryOptions;
use crate::odata::order::OrderBy;
use crate::odata::skip_token::{SkipToken, next_link_query};
use crate::quirks::{CountSegmentV1, ListSingleGetOnly, Skip};
use crate::route::{self, Route};
use crate::wire::device_json::{self, Form, View};
use crate::wire::error::Refusal;
use crate::wire::headers::Content;
use crate::wire::json;

/// Devices on a page unless `$top` says less (observed: PIS#2, docs#6356). What a larger `$top` does is not known;
/// that it is treated as this is assumed.
const PAGE: usize = 1_000;

const LABELS: [&str; 2] = ["LastDeviceName", "LastDeviceId"];

/// A page about to be written.
struct Page<'a> {
    devices: Vec<&'a Arc<ManagedDevice>>,
    /// Where the next page starts, if there is one.
    next: Option<Key>,
    /// How many devices there are in all, where that is shown.
    count: Option<usize>,
}

pub(super) fn list(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let quirks = &context.world.quirks;
    let options = device_query::options(context.query)?;
    let mut ignored = device_query::unread_options(
        &options,
        &["$filter", "$select", "$top", "$skip", "$count", "$orderby", "$skiptoken"],
    );
    let select = device_query::select(&options, route.version)?;
    let filter = device_query::filter(&options, route.version, quirks, &mut ignored)?;
    let order = device_query::order(&options, route.version, quirks, &mut ignored)?;
    let after = options.skip_token.as_deref().map(read_token).transpose()?;
    let page = page(context, route, &options, filter.as_ref(), order.as_ref(), after.as_ref());

    let what = match &select {
        Some(select) => format!("deviceManagement/managedDevices({})", select.names()),
        None => "deviceManagement/managedDevices".to_owned(),
    };
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
            last_sync: context.world.computed_last_sync(device, context.now),
        };
        device_json::write(&mut body, device, &view, b"");
    }
    body.extend_from_slice(b"]}");
    Ok(Reply::json(context.shape, body, ignored))
}

/// `GET …/managedDevices/$count`: a number as text on beta; on v1.0 a quirk decides.
pub(super) fn count(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    if route.version == ApiVersion::V1 && context.world.quirks.count_segment_v1 == CountSegmentV1::Refuse {
        return Err(route::no_such_route(
            &context.request.method,
            "~/singleton/navigation/$count",
            "deviceManagement/managedDevices/$count",
        ));
    }
    let options = device_query::options(context.query)?;
    let mut ignored = device_query::unread_options(&options, &["$filter"]);
    let filter = device_query::filter(&options, route.version, &context.world.quirks, &mut ignored)?;
    let count = passing(context, route, filter.as_ref(), None).count();
    Ok(Reply { status: StatusCode::OK, content: Content::Text, body: count.to_string().into_bytes(), ignored })
}

/// The devices that the route and the filter let pass, behind `after`.
fn passing<'a>(
    context: &'a Context<'_>,
    route: &'a Route,
    filter: Option<&'a Predicate>,
    after: Option<&Key>,
) -> impl Iterator<Item = &'a Arc<ManagedDevice>> {
    context.world.inventory().iter_after(after).filter(move |device| {
        context.sees(device)
            && route.user.as_deref().is_none_or(|user| is_owned_by(device, user))
            && filter.is_none_or(|filter| filter.matches(&***device))
    })
}

fn page<'a>(
    context: &'a Context<'_>,
    route: &'a Route,
    options: &QueryOptions<'_>,
    filter: Option<&'a Predicate>,
    order: Option<&OrderBy>,
    after: Option<&Key>,
) -> Page<'a> {
    let top = options.top.map_or(PAGE, |top| usize::try_from(top).unwrap_or(PAGE).min(PAGE));
    // A link's token stands behind whatever was skipped already.
    let skip =
        if after.is_some() { 0 } else { options.skip.map_or(0, |skip| usize::try_from(skip).unwrap_or(usize::MAX)) };

    // The count comes unasked on the first page (observed: contrib#1391, sdk-powershell#1819).
    let everything = filter.is_none() && route.user.is_none() && context.signed_in.is_none();
    let count = (after.is_none() && options.count != Some(false)).then(|| {
        if everything { context.world.inventory().len() } else { passing(context, route, filter, None).count() }
    });

    let mut devices: Vec<&Arc<ManagedDevice>> = if let Some(order) = order {
        // A token's device is found again in the sorted list; one that is gone leaves nothing behind it.
        let mut sorted: Vec<_> = passing(context, route, filter, None).collect();
        sorted.sort_by(|a, b| order.compare(&***a, &***b));
        let start = after.map_or(0, |key| {
            sorted.iter().position(|device| device.id() == key.id).map_or(sorted.len(), |position| position + 1)
        });
        sorted.into_iter().skip(start).skip(skip).take(top + 1).collect()
    } else {
        passing(context, route, filter, after).skip(skip).take(top + 1).collect()
    };
    let more = devices.len() > top;
    devices.truncate(top);
    let mut next = devices.last().filter(|_| more).map(|device| device.key());

    // Observed: beta-sdk-dotnet#681. The link leads on from the same place, so a client that follows it gets there.
    if skip > 0 && context.world.quirks.skip == Skip::EmptyWithLink {
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

fn read_token(token: &str) -> Result<Key, Refusal> {
    let token = SkipToken::parse(token)
        .map_err(|error| Refusal::BadQuery { message: format!("Invalid query option '$skiptoken': {error}.") })?;
    let id = token.get(LABELS[1]).and_then(|id| Uuid::try_parse(id).ok());
    match (token.get(LABELS[0]), id) {
        (Some(name), Some(id)) => Ok(Key { name: name.into(), id }),
        _ => Err(foreign_token()),
    }
}
