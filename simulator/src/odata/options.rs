//! The query of a URL, still escaped, taken apart into OData's options.
//!
//! Names are read in any case, as OData 4.01 documents; the `$` is needed (nothing on record shows the inventory
//! accepting names without it, they count as custom options). What an option means is for the module of that option,
//! so a filter is only text here. The wording of the refusals is ours: none of the service's is on record.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::escape::{self, EscapeError};
use super::filter::Problem;
use super::select::{Expand, Select, SelectError};

/// The largest `$top` and `$skip`, as the service's integers are 32 bits wide (assumed).
pub const MAX_COUNT: u32 = i32::MAX.unsigned_abs();

/// The options of one request, escapes undone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryOptions<'a> {
    /// `$filter`, not empty.
    pub filter: Option<Cow<'a, str>>,
    /// `$orderby`, not empty.
    pub order_by: Option<Cow<'a, str>>,
    /// `$search`, not empty.
    pub search: Option<Cow<'a, str>>,
    /// `$skiptoken`, not empty; [`super::skip_token::SkipToken::parse`] reads it.
    pub skip_token: Option<Cow<'a, str>>,
    /// `$select`
    pub select: Option<Select>,
    /// `$expand`
    pub expand: Option<Expand>,
    /// `$top`
    pub top: Option<u32>,
    /// `$skip`
    pub skip: Option<u32>,
    /// `$count`
    pub count: Option<bool>,
    /// Other options that begin with `$`, names as sent.
    pub unknown: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Options without `$`, which OData leaves to others, names as sent.
    pub custom: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// Why a query cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// Broken escapes; the part is quoted as it was sent.
    #[error("Invalid query option '{part}': {problem}.")]
    Escape {
        /// The beginning of it.
        part: String,
        /// Positions count from the beginning of the name or of the value, whichever is broken.
        problem: EscapeError,
    },
    /// An option of OData's, twice.
    #[error("Query option '{0}' was specified more than once; it can be given once only.")]
    Duplicate(&'static str),
    /// An option of OData's without a value.
    #[error("Query option '{0}' has no value; leave it out or give it one.")]
    Empty(&'static str),
    /// `$top=many`.
    #[error(
        "Invalid value '{value}' for query option '{option}': it takes a whole number from {} to {}.",
        range.start(),
        range.end()
    )]
    NotACount {
        /// Which one.
        option: &'static str,
        /// As sent, escapes undone.
        value: String,
        /// What would be accepted.
        range: RangeInclusive<u32>,
    },
    /// `$count=maybe`.
    #[error("Invalid value '{value}' for query option '{option}': it takes true or false.")]
    NotABoolean {
        /// Which one.
        option: &'static str,
        /// As sent, escapes undone.
        value: String,
    },
    /// `$select` or `$expand`.
    #[error(transparent)]
    Select(#[from] SelectError),
}

impl<'a> QueryOptions<'a> {
    /// Takes apart the raw query of a URL, without its question mark.
    pub fn parse(query: &'a str) -> Result<Self, OptionError> {
        let mut options = Self::default();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let broken = |problem| OptionError::Escape { part: Problem::shown(part), problem };
            let name = escape::decode(name).map_err(broken)?;
            let value = escape::decode(value).map_err(broken)?;
            options.add(name, value)?;
        }
        Ok(options)
    }

    fn add(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) -> Result<(), OptionError> {
        match name.to_ascii_lowercase().as_str() {
            "$filter" => put("$filter", &mut self.filter, text("$filter", value)?),
            "$orderby" => put("$orderby", &mut self.order_by, text("$orderby", value)?),
            "$search" => put("$search", &mut self.search, text("$search", value)?),
            "$skiptoken" => put("$skiptoken", &mut self.skip_token, text("$skiptoken", value)?),
            "$select" => {
                let select = Select::parse(&text("$select", value)?)?;
                put("$select", &mut self.select, select)
            }
            "$expand" => {
                let expand = Expand::parse(&text("$expand", value)?)?;
                put("$expand", &mut self.expand, expand)
            }
            "$top" => put("$top", &mut self.top, count("$top", &value)?),
            "$skip" => put("$skip", &mut self.skip, count("$skip", &value)?),
            "$count" => put("$count", &mut self.count, boolean("$count", &value)?),
            _ => {
                let others = if name.starts_with('$') { &mut self.unknown } else { &mut self.custom };
                others.push((name, value));
                Ok(())
            }
        }
    }
}

fn put<T>(option: &'static str, slot: &mut Option<T>, value: T) -> Result<(), OptionError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(OptionError::Duplicate(option)),
    }
}

fn text<'a>(option: &'static str, value: Cow<'a, str>) -> Result<Cow<'a, str>, OptionError> {
    if value.trim().is_empty() { Err(OptionError::Empty(option)) } else { Ok(value) }
}

fn count(option: &'static str, value: &str) -> Result<u32, OptionError> {
    let digits = value.trim();
    let number = digits.parse().ok().filter(|number| *number <= MAX_COUNT);
    number.filter(|_| !digits.starts_with('+')).ok_or_else(|| OptionError::NotACount {
        option,
        value: Problem::shown(value),
        range: 0..=MAX_COUNT,
    })
}

fn boolean(option: &'static str, value: &str) -> Result<bool, OptionError> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if value.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(OptionError::NotABoolean { option, value: Problem::shown(value) })
    }
}

#[cfg(test)]
mod tests {
    use super::QueryOptions;
    use proptest::prelude::*;

    #[test]
    fn every_option_is_found_however_it_is_escaped() {
        let query = "%24filter=deviceName%20eq+'R%26D'&$TOP=5&$skip=%31&$count=True&$orderby=a%2cb\
                     &$search=%22x%22&$select=id,deviceName&$expand=users&$skiptoken=A%3d%27b%27&&";
        let options = QueryOptions::parse(query).unwrap();
        assert_eq!(options.filter.as_deref(), Some("deviceName eq 'R&D'"));
        assert_eq!(options.top, Some(5));
        assert_eq!(options.skip, Some(1));
        assert_eq!(options.count, Some(true));
        assert_eq!(options.order_by.as_deref(), Some("a,b"));
        assert_eq!(options.search.as_deref(), Some("\"x\""));
        assert_eq!(options.select.unwrap().names, ["id", "deviceName"]);
        assert_eq!(options.expand.unwrap().items[0].name, "users");
        assert_eq!(options.skip_token.as_deref(), Some("A='b'"));
    }

    #[test]
    fn other_options_are_listed_in_order() {
        let query = "top=5&$format=json&api-version=1=2&$Deltatoken=x&flag&top=6";
        let options = QueryOptions::parse(query).unwrap();
        assert_eq!(options.top, None);
        let unknown = [("$format", "json"), ("$Deltatoken", "x")];
        assert_eq!(options.unknown, unknown.map(|(name, value)| (name.into(), value.into())));
        let custom = [("top", "5"), ("api-version", "1=2"), ("flag", ""), ("top", "6")];
        assert_eq!(options.custom, custom.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn refusals() {
        let refusals = [
            "$filter=a%2",
            "$fil%ter=a",
            "$filter=%ff",
            "$top=1&%24top=2",
            "$Filter=a&$filter=b",
            "$filter=",
            "$select=+",
            "$top=-1",
            "$top=+1",
            "$top=%2B1",
            "$top=2147483648",
            "$top=99999999999999999999",
            "$top=ten",
            "$top",
            "$skip=1.5",
            "$count=1",
            "$select=a,,b",
            "$expand=a(b",
        ]
        .map(|query| match QueryOptions::parse(query) {
            Ok(options) => format!("{query}\n    accepted: {:?}", options.top),
            Err(error) => format!("{query}\n    {error}"),
        });
        insta::assert_snapshot!(refusals.join("\n"));
    }

    #[test]
    fn text_without_escapes_is_not_copied() {
        let options = QueryOptions::parse("$filter=isEncrypted").unwrap();
        assert!(matches!(options.filter, Some(std::borrow::Cow::Borrowed(_))));
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in r"((%24|\$)?(filter|top|select|count|expand|x)?[=&]?([%+a-z0-9'(),]|\PC){0,6}){0,6}") {
            let _ = QueryOptions::parse(&query);
        }
    }
}
