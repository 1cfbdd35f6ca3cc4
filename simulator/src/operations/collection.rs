//! Small collections whose members are made as JSON values: directory objects and audits.

use serde_json::{Map, Value as Json};

use super::{Context, Reply, device_query, foreign_token};
use crate::device::record::ApiVersion;
use crate::model::EntityType;
use crate::odata::options::QueryOptions;
use crate::odata::skip_token::{SkipToken, next_link_query};
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::shape::Metadata;

/// How a collection is answered.
pub(super) struct Collection<'a> {
    /// Its name in `@odata.context`.
    pub(super) name: &'a str,
    /// Its items' type; `$select` of a property that it does not have is refused.
    pub(super) entity_type: &'static EntityType,
    /// Items on a page unless `$top` says less.
    pub(super) page: usize,
    /// Whether `@odata.count` comes unasked.
    pub(super) counts: bool,
}

impl Collection<'_> {
    /// The page that `options` ask for. The token is the number of items before it: these collections only grow.
    pub(super) fn list(
        &self,
        context: &Context<'_>,
        route: &Route,
        options: &QueryOptions<'_>,
        total: usize,
        items: impl Iterator<Item = Json>,
        ignored: Vec<String>,
    ) -> Result<Reply, Refusal> {
        let select = self.select(options, route.version)?;
        let start = match &options.skip_token {
            None => usize::try_from(options.skip.unwrap_or(0)).unwrap_or(usize::MAX),
            Some(token) => read_token(token)?,
        };
        let top = options.top.map_or(self.page, |top| usize::try_from(top).unwrap_or(usize::MAX).min(self.page));
        let value: Vec<Json> = items.skip(start).take(top).map(|item| reduced(item, select.as_deref())).collect();
        let end = start.saturating_add(value.len());

        let mut answer = Map::new();
        self.annotate(context, route, select.as_deref(), "", &mut answer);
        if options.count == Some(true) || (self.counts && options.skip_token.is_none()) {
            answer.insert("@odata.count".to_owned(), total.into());
        }
        if end < total && !value.is_empty() {
            let query = next_link_query(context.query, &SkipToken::new([(LABEL, end.to_string().as_str())]));
            let (path, _) = context.request.target().split_once('?').unwrap_or((context.request.target(), ""));
            answer.insert("@odata.nextLink".to_owned(), format!("{}{path}?{query}", context.link_root()).into());
        }
        answer.insert("value".to_owned(), value.into());
        Ok(Reply::json(context.shape, Json::Object(answer).to_string().into_bytes(), ignored))
    }

    /// One item as the whole answer.
    pub(super) fn get(
        &self,
        context: &Context<'_>,
        route: &Route,
        options: &QueryOptions<'_>,
        item: Json,
        ignored: Vec<String>,
    ) -> Result<Reply, Refusal> {
        let select = self.select(options, route.version)?;
        let mut answer = Map::new();
        self.annotate(context, route, select.as_deref(), "/$entity", &mut answer);
        if let Json::Object(members) = reduced(item, select.as_deref()) {
            answer.extend(members);
        }
        Ok(Reply::json(context.shape, Json::Object(answer).to_string().into_bytes(), ignored))
    }

    /// The properties that `$select` names, in the service's spelling.
    fn select(&self, options: &QueryOptions<'_>, version: ApiVersion) -> Result<Option<Vec<&str>>, Refusal> {
        let Some(select) = &options.select else { return Ok(None) };
        let mut selected = Vec::new();
        for name in &select.names {
            let known = self.entity_type.property(name, version);
            let known = known.ok_or_else(|| device_query::unknown_selected(name, &self.entity_type.full_name()))?;
            selected.push(known.name);
        }
        Ok(Some(selected))
    }

    fn annotate(
        &self,
        context: &Context<'_>,
        route: &Route,
        select: Option<&[&str]>,
        suffix: &str,
        answer: &mut Map<String, Json>,
    ) {
        if context.shape.metadata == Metadata::None {
            return;
        }
        let selected = select.map(|names| format!("({})", names.join(","))).unwrap_or_default();
        let url = format!("{}/{}/$metadata#{}{selected}{suffix}", context.root, route.version.segment(), self.name);
        answer.insert("@odata.context".to_owned(), url.into());
    }
}

/// What a token of these collections holds: how many items stand before its page. The service's own are opaque.
const LABEL: &str = "Skip";

fn read_token(token: &str) -> Result<usize, Refusal> {
    let start = SkipToken::parse(token).ok().and_then(|token| token.get(LABEL)?.parse().ok());
    start.ok_or_else(foreign_token)
}

fn reduced(item: Json, select: Option<&[&str]>) -> Json {
    match (select, item) {
        (Some(select), Json::Object(mut members)) => {
            let kept = select.iter().filter_map(|name| members.remove(*name).map(|value| ((*name).to_owned(), value)));
            Json::Object(kept.collect())
        }
        (_, item) => item,
    }
}
