//! Small collections whose members are made as JSON values: everything but devices.

use serde_json::{Map, Value as Json};

use super::rows::{Row, RowSchema, shown};
use super::{Context, Reply, device_query, foreign_token};
use crate::model::EntityType;
use crate::odata::evaluate::Predicate;
use crate::odata::options::QueryOptions;
use crate::odata::order::OrderBy;
use crate::odata::skip_token::{SkipToken, next_link_by_skip, next_link_query};
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::shape::Metadata;

/// How a collection is answered.
pub(super) struct Collection<'a> {
    /// Its name in `@odata.context`.
    pub(super) name: &'a str,
    /// Its items' type; a property that it does not have is refused.
    pub(super) entity_type: &'static EntityType,
    /// Items on a page unless `$top` says less.
    pub(super) page: usize,
    /// Whether `@odata.count` comes unasked.
    pub(super) counts: bool,
    /// The options that shape its list; any other is in the journal as ignored.
    pub(super) reads: &'static [&'static str],
    /// How it leads to the next page.
    pub(super) links: Links,
}

/// How a collection leads to the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// By an opaque `$skiptoken`.
    Token,
    /// By a plain `$skip`.
    Skip,
}

impl Collection<'_> {
    /// The page that `options` ask for, out of `total` items. The token is the number of items before it: these
    /// collections only grow.
    pub(super) fn list(
        &self,
        context: &Context<'_>,
        route: &Route,
        options: &QueryOptions<'_>,
        total: usize,
        items: impl Iterator<Item = Json>,
    ) -> Result<Reply, Refusal> {
        let schema = RowSchema::new(self.entity_type, route.version);
        let select = options.select.as_ref().map(|select| schema.select(&select.names)).transpose()?;
        let filter = options.filter.as_deref().filter(|_| self.reads.contains(&"$filter"));
        let filter = filter.map(|text| Predicate::parse(text, &schema)).transpose();
        let filter = filter.map_err(|error| device_query::bad(&error))?;
        let order = options.order_by.as_deref().filter(|_| self.reads.contains(&"$orderby"));
        let order = order.map(|text| OrderBy::parse(text, &schema)).transpose();
        let order = order.map_err(|error| device_query::bad(&error))?;

        let page = Page { context, route, options, select };
        if filter.is_none() && order.is_none() {
            return self.page(&page, total, items);
        }
        let mut kept: Vec<Json> =
            items.filter(|item| filter.as_ref().is_none_or(|filter| filter.matches(&self.row(item)))).collect();
        if let Some(order) = order {
            kept.sort_by(|a, b| order.compare(&self.row(a), &self.row(b)));
        }
        self.page(&page, kept.len(), kept.into_iter())
    }

    fn row<'r>(&self, members: &'r Json) -> Row<'r> {
        Row { entity_type: self.entity_type, members }
    }

    fn page(&self, page: &Page<'_>, total: usize, items: impl Iterator<Item = Json>) -> Result<Reply, Refusal> {
        let Page { context, route, options, select } = page;
        let start = match &options.skip_token {
            None => usize::try_from(options.skip.unwrap_or(0)).unwrap_or(usize::MAX),
            Some(token) => read_token(token)?,
        };
        let top = options.top.map_or(self.page, |top| usize::try_from(top).unwrap_or(usize::MAX).min(self.page));
        let items = items.skip(start).take(top);
        let value: Vec<Json> =
            items.map(|item| shown(item, self.entity_type, select.as_deref(), context.shape)).collect();
        let end = start.saturating_add(value.len());

        let mut answer = Map::new();
        self.annotate(context, route, &names(select.as_deref(), &[]), "", &mut answer);
        if options.count == Some(true) || (self.counts && options.skip_token.is_none()) {
            answer.insert("@odata.count".to_owned(), total.into());
        }
        if end < total && !value.is_empty() {
            let query = match self.links {
                Links::Token => next_link_query(context.query, &SkipToken::new([(LABEL, end.to_string().as_str())])),
                Links::Skip => next_link_by_skip(context.query, end),
            };
            let (path, _) = context.request.target().split_once('?').unwrap_or((context.request.target(), ""));
            answer.insert("@odata.nextLink".to_owned(), format!("{}{path}?{query}", context.link_root()).into());
        }
        answer.insert("value".to_owned(), value.into());
        let ignored = device_query::unread_options(options, self.reads);
        Ok(Reply::json(context.shape, Json::Object(answer).to_string().into_bytes(), ignored))
    }

    /// One item as the whole answer.
    pub(super) fn get(
        &self,
        context: &Context<'_>,
        route: &Route,
        options: &QueryOptions<'_>,
        item: Json,
    ) -> Result<Reply, Refusal> {
        self.get_expanded(context, route, options, item, Vec::new(), &["$select"])
    }

    /// One item with what it leads to; `read` is what was read of the options.
    pub(super) fn get_expanded(
        &self,
        context: &Context<'_>,
        route: &Route,
        options: &QueryOptions<'_>,
        item: Json,
        expanded: Vec<(&'static str, Json)>,
        read: &[&str],
    ) -> Result<Reply, Refusal> {
        let schema = RowSchema::new(self.entity_type, route.version);
        let select = options.select.as_ref().map(|select| schema.select(&select.names)).transpose()?;
        let expanded_names: Vec<&str> = expanded.iter().map(|(name, _)| *name).collect();
        let mut answer = Map::new();
        self.annotate(context, route, &names(select.as_deref(), &expanded_names), "/$entity", &mut answer);
        if let Json::Object(members) = shown(item, self.entity_type, select.as_deref(), context.shape) {
            answer.extend(members);
        }
        answer.extend(expanded.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let ignored = device_query::unread_options(options, read);
        Ok(Reply::json(context.shape, Json::Object(answer).to_string().into_bytes(), ignored))
    }

    fn annotate(
        &self,
        context: &Context<'_>,
        route: &Route,
        names: &str,
        suffix: &str,
        answer: &mut Map<String, Json>,
    ) {
        if context.shape.metadata == Metadata::None {
            return;
        }
        let url = format!("{}/{}/$metadata#{}{names}{suffix}", context.root, route.version.segment(), self.name);
        answer.insert("@odata.context".to_owned(), url.into());
    }
}

/// What a page is made from.
struct Page<'a> {
    context: &'a Context<'a>,
    route: &'a Route,
    options: &'a QueryOptions<'a>,
    select: Option<Vec<&'static str>>,
}

/// `(id,displayName,managedDevices())`, or nothing.
fn names(select: Option<&[&str]>, expanded: &[&str]) -> String {
    let expanded = expanded.iter().map(|name| format!("{name}()"));
    let names: Vec<String> = select.unwrap_or_default().iter().map(|name| (*name).to_owned()).chain(expanded).collect();
    if names.is_empty() { String::new() } else { format!("({})", names.join(",")) }
}

/// What a token of these collections holds: how many items stand before its page. The service's own are opaque.
const LABEL: &str = "Skip";

fn read_token(token: &str) -> Result<usize, Refusal> {
    let start = SkipToken::parse(token).ok().and_then(|token| token.get(LABEL)?.parse().ok());
    start.ok_or_else(foreign_token)
}
