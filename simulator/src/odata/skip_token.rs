//! Where a page ended, written in the link to the next one as the service writes it.
//!
//! The service's token is a keyset in clear text, `LastDeviceName='PSD200115-HS-22',LastDeviceId='5515d4ef-…'`,
//! escaped with lower-case digits, and the link keeps the query options of the request (observed:
//! `Intune-PowerShell-SDK#146`). Doubling a quote inside a value is assumed, after OData's own string literals.

use std::fmt;

use super::escape::{self, EscapeError};

/// Labels and the values at which a page ended, in key order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkipToken(Vec<(String, String)>);

/// Why a token is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkipTokenError {
    /// The escapes are broken.
    #[error("the $skiptoken cannot be read: {0}")]
    Escape(#[from] EscapeError),
    /// The text is not a list of `Label='value'`.
    #[error(
        "the $skiptoken is not of the form Label='value',Label='value' at position {0}; follow @odata.nextLink unchanged"
    )]
    Malformed(usize),
}

impl SkipToken {
    /// A token of these labels and values, at least one. A label is made of ASCII letters and digits, or the token
    /// will not be read back.
    pub fn new<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter();
        Self(pairs.map(|(label, value)| (label.to_owned(), value.to_owned())).collect())
    }

    /// Reads the text of a token, escapes already undone.
    pub fn parse(text: &str) -> Result<Self, SkipTokenError> {
        let mut pairs = Vec::new();
        let mut rest = text;
        loop {
            let malformed = |rest: &str| SkipTokenError::Malformed(text.len() - rest.len());
            let label_length = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let (label, after_label) = rest.split_at(label_length);
            if label.is_empty() {
                return Err(malformed(rest));
            }
            let quoted = after_label.strip_prefix("='").ok_or_else(|| malformed(after_label))?;
            let (value, after_value) = unquote(quoted).ok_or_else(|| malformed(quoted))?;
            pairs.push((label.to_owned(), value));
            if after_value.is_empty() {
                return Ok(Self(pairs));
            }
            rest = after_value.strip_prefix(',').ok_or_else(|| malformed(after_value))?;
        }
    }

    /// Reads a token as it stands in a URL, whoever escaped it.
    pub fn decode(escaped: &str) -> Result<Self, SkipTokenError> {
        Self::parse(&escape::decode(escaped)?)
    }

    /// The token as it stands in a URL, with lower-case escapes.
    pub fn encode(&self) -> String {
        escape::encode(&self.to_string())
    }

    /// The value of `label`, spelled exactly so.
    pub fn get(&self, label: &str) -> Option<&str> {
        self.pairs().find_map(|(known, value)| (known == label).then_some(value))
    }

    /// Labels and values in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(label, value)| (label.as_str(), value.as_str()))
    }
}

/// The clear text, escapes not yet applied.
impl fmt::Display for SkipToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (label, value)) in self.pairs().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(f, "{comma}{label}='{}'", value.replace('\'', "''"))?;
        }
        Ok(())
    }
}

/// The query of a link that skips instead: what the client sent, in its order and spelling, with `$skip` at the end
/// instead of an earlier one, as some of the service's collections link (observed: graph2otel, `detectedApps`).
pub fn next_link_by_skip(query: &str, skip: usize) -> String {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let kept = parts.filter(|part| {
        let name = part.split_once('=').map_or(*part, |(name, _)| name);
        !is_option(name, "$skip") && !is_option(name, "$skiptoken")
    });
    let mut parts: Vec<String> = kept.map(str::to_owned).collect();
    parts.push(format!("$skip={skip}"));
    parts.join("&")
}

/// The query of the link to the next page: what the client sent, in its order and spelling, with the token put in
/// place of an earlier one or at the end. `$skip` is left out, because the token already stands behind it.
///
/// `query` is the raw query of the request, without the question mark.
pub fn next_link_query(query: &str, token: &SkipToken) -> String {
    let encoded = token.encode();
    let mut placed = false;
    let mut parts = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let name = part.split_once('=').map_or(part, |(name, _)| name);
        if is_option(name, "$skip") {
            continue;
        }
        if !is_option(name, "$skiptoken") {
            parts.push(part.to_owned());
        } else if !placed {
            placed = true;
            parts.push(format!("{name}={encoded}"));
        }
    }
    if !placed {
        parts.push(format!("$skiptoken={encoded}"));
    }
    parts.join("&")
}

fn is_option(raw_name: &str, option: &str) -> bool {
    escape::decode(raw_name).is_ok_and(|name| name.eq_ignore_ascii_case(option))
}

/// The value up to its closing quote, doubled quotes halved, and what follows the quote.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('\'')?;
        value.push_str(before);
        match after.strip_prefix('\'') {
            Some(after_pair) => {
                value.push('\'');
                rest = after_pair;
            }
            None => return Some((value, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SkipToken, SkipTokenError, next_link_query};
    use proptest::prelude::*;

    fn observed() -> SkipToken {
        SkipToken::new([
            ("LastDeviceName", "PSD200115-HS-22"),
            ("LastDeviceId", "5515d4ef-2551-456f-a975-e772ffefe6a0"),
        ])
    }

    #[test]
    fn a_token_looks_as_observed() {
        assert_eq!(
            observed().encode(),
            "LastDeviceName%3d%27PSD200115-HS-22%27%2cLastDeviceId%3d%275515d4ef-2551-456f-a975-e772ffefe6a0%27"
        );
    }

    #[test]
    fn any_legal_escaping_is_read() {
        for escaped in [
            "LastDeviceName%3D%27PSD200115-HS-22%27%2CLastDeviceId%3D%275515d4ef-2551-456f-a975-e772ffefe6a0%27",
            "LastDeviceName='PSD200115-HS-22',LastDeviceId='5515d4ef-2551-456f-a975-e772ffefe6a0'",
            "%4castDeviceName=%27PSD200115%2dHS-22',LastDeviceId='5515d4ef-2551-456f-a975-e772ffefe6a0%27",
        ] {
            assert_eq!(SkipToken::decode(escaped), Ok(observed()), "{escaped}");
        }
    }

    #[test]
    fn garbage_is_refused_with_its_position() {
        for (text, position) in [
            ("", 0),
            ("100", 3),
            ("Last", 4),
            ("Last=", 4),
            ("Last='x", 6),
            ("Last='x'y", 8),
            ("Last='x',", 9),
            ("Last='x',='y'", 9),
            ("Last='x''", 6),
        ] {
            assert_eq!(SkipToken::parse(text), Err(SkipTokenError::Malformed(position)), "{text}");
        }
        assert!(matches!(SkipToken::decode("Last%3"), Err(SkipTokenError::Escape(_))));
    }

    #[test]
    fn the_next_link_keeps_the_query_of_the_request() {
        let token = SkipToken::new([("K", "v")]);
        for (query, next) in [
            ("", "$skiptoken=K%3d%27v%27"),
            ("$filter=a+eq%201&tag=%C3%A9&$top=5", "$filter=a+eq%201&tag=%C3%A9&$top=5&$skiptoken=K%3d%27v%27"),
            ("%24skiptoken=old&$top=5", "%24skiptoken=K%3d%27v%27&$top=5"),
            ("$skip=20&$count=true&%24skip=1", "$count=true&$skiptoken=K%3d%27v%27"),
            ("$SkipToken=a&x&$skiptoken=b", "$SkipToken=K%3d%27v%27&x"),
        ] {
            assert_eq!(next_link_query(query, &token), next);
        }
    }

    proptest! {
        #[test]
        fn a_token_survives_the_url(pairs in proptest::collection::vec(("[A-Za-z][A-Za-z0-9]{0,12}", any::<String>()), 1..4)) {
            let token = SkipToken::new(pairs.iter().map(|(label, value)| (label.as_str(), value.as_str())));
            prop_assert_eq!(SkipToken::decode(&token.encode()), Ok(token.clone()));
            prop_assert_eq!(SkipToken::parse(&token.to_string()), Ok(token));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            if let Ok(token) = SkipToken::parse(&text) {
                prop_assert_eq!(token.to_string(), text);
            }
        }
    }
}
