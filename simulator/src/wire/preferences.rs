//! What a client prefers: the `Prefer` header (RFC 7240, and OData's preferences).

use hyper::header::{HeaderMap, HeaderName};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// The preferences that an answer can depend on. Whether the service says which it applied is not known; it does not
/// here (assumed).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Preferences {
    /// `odata.maxpagesize`: items a page should have at most.
    pub max_page_size: Option<u32>,
    /// `include-unknown-enum-members`: the client can take members that the schema does not have (documented: Graph's
    /// best practices).
    pub unknown_enum_members: bool,
}

impl Preferences {
    /// Reads every `Prefer` header; of a preference that comes twice the first counts (RFC 7240), and one that cannot
    /// be read counts as not sent.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut preferences = Self::default();
        if !headers.contains_key(PREFER) {
            return preferences;
        }
        // Headers are looked at backwards, so that the first has the last word.
        let values: Vec<&str> = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok()).collect();
        for preference in values.iter().flat_map(|value| value.split(',')).rev() {
            let preference = preference.split(';').next().unwrap_or_default();
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if name.eq_ignore_ascii_case("odata.maxpagesize") || name.eq_ignore_ascii_case("maxpagesize") {
                preferences.max_page_size = value.parse().ok().filter(|size| *size > 0);
            } else if name.eq_ignore_ascii_case("include-unknown-enum-members") {
                preferences.unknown_enum_members = true;
            }
        }
        preferences
    }
}

#[cfg(test)]
mod tests {
    use super::Preferences;
    use hyper::header::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    fn of(values: &[&str]) -> (Option<u32>, bool) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("prefer", HeaderValue::from_str(value).unwrap());
        }
        let preferences = Preferences::of(&headers);
        (preferences.max_page_size, preferences.unknown_enum_members)
    }

    #[test]
    fn preferences_are_read_as_they_come() {
        assert_eq!(of(&[]), (None, false));
        assert_eq!(of(&["odata.maxpagesize=999"]), (Some(999), false));
        assert_eq!(of(&["return=minimal, OData.MaxPageSize = \"5\"; x=1"]), (Some(5), false));
        assert_eq!(of(&["maxpagesize=7", "odata.maxpagesize=8"]), (Some(7), false));
        assert_eq!(of(&["include-unknown-enum-members, respond-async"]), (None, true));
        for unreadable in ["odata.maxpagesize", "odata.maxpagesize=0", "odata.maxpagesize=-1", "odata.maxpagesize=many"]
        {
            assert_eq!(of(&[unreadable]), (None, false), "{unreadable}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read(values in prop::collection::vec("[ -~]{0,40}", 0..4)) {
            of(&values.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
