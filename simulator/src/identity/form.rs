//! The fields of a request: a form, or a query.

use std::borrow::Cow;

/// Fields in the order they came; of one sent twice the first counts, and an empty one counts as absent.
#[derive(Debug, Default)]
pub(super) struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    /// The fields of `body`; none if it is not a form. A charset or another parameter of the type does not matter.
    pub(super) fn of_body(content_type: Option<&str>, body: &'a [u8]) -> Self {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self(form_urlencoded::parse(body).collect())
        } else {
            Self::default()
        }
    }

    /// The fields of `query`, with those of `form` behind them.
    pub(super) fn of_query(query: &'a str, form: Self) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).chain(form.0).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref()).filter(|value| !value.is_empty())
    }

    /// A field that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, super::error::Refusal> {
        self.get(name).ok_or_else(|| super::error::Reason::MissingParameter.with(&[name]))
    }

    /// Every field but those called `left_out`, as a query.
    pub(super) fn to_query(&self, left_out: &[&str]) -> String {
        let kept = self.0.iter().filter(|(name, _)| !left_out.contains(&name.as_ref()));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }
}

/// Whether `claims`, a request parameter, says that the client understands claims challenges (documented: entra-docs,
/// claims challenges: `{"access_token":{"xms_cc":{"values":["cp1"]}}}`). What is no JSON says nothing (assumed).
pub(super) fn understands_challenges(claims: Option<&str>) -> bool {
    let Some(claims) = claims.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok()) else {
        return false;
    };
    let values = claims["access_token"]["xms_cc"]["values"].as_array();
    values.is_some_and(|values| {
        values.iter().filter_map(|value| value.as_str()).any(|value| value.eq_ignore_ascii_case("cp1"))
    })
}
