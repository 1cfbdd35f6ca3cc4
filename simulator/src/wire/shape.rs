//! What shape of JSON a client asked for in its `Accept` header.

/// How many annotations an answer carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Metadata {
    /// Only nextLink and count.
    None,
    /// Context, and the type of derived items.
    #[default]
    Minimal,
    /// Type, id and edit link of every entity too.
    Full,
}

/// The shape of an answer's JSON.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Shape {
    /// `odata.metadata`.
    pub metadata: Metadata,
    /// `IEEE754Compatible=true`: 64-bit integers as strings (documented OData; unverified on Intune).
    pub ieee754: bool,
}

impl Shape {
    /// The shape of the first JSON media type in `accept` that names one; anything else is minimal, because Graph
    /// answers JSON whatever is asked for.
    pub fn of_accept(accept: Option<&[u8]>) -> Self {
        let mut shape = Self::default();
        // Most clients name no parameter.
        let named = accept.filter(|bytes| bytes.contains(&b'='));
        let Some(accept) = named.and_then(|bytes| std::str::from_utf8(bytes).ok()) else { return shape };
        for parameter in accept.split([';', ',']).map(str::trim) {
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if name.eq_ignore_ascii_case("odata.metadata") || name.eq_ignore_ascii_case("metadata") {
                shape.metadata = match value.to_ascii_lowercase().as_str() {
                    "none" => Metadata::None,
                    "full" => Metadata::Full,
                    _ => Metadata::Minimal,
                };
            } else if name.eq_ignore_ascii_case("IEEE754Compatible") {
                shape.ieee754 = value.eq_ignore_ascii_case("true");
            }
        }
        shape
    }

    /// How many shapes there are.
    pub const COUNT: usize = 6;

    /// This shape's number, below [`Shape::COUNT`].
    pub const fn number(self) -> usize {
        self.metadata as usize * 2 + self.ieee754 as usize
    }

    /// The `Content-Type` of an answer of this shape, as observed on Intune's (graph2otel, azuread captures).
    pub const fn content_type(self) -> &'static str {
        match (self.metadata, self.ieee754) {
            (Metadata::None, false) => {
                "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
            }
            (Metadata::None, true) => {
                "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=true;charset=utf-8"
            }
            (Metadata::Minimal, false) => {
                "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
            }
            (Metadata::Minimal, true) => {
                "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=true;charset=utf-8"
            }
            (Metadata::Full, false) => {
                "application/json;odata.metadata=full;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
            }
            (Metadata::Full, true) => {
                "application/json;odata.metadata=full;odata.streaming=true;IEEE754Compatible=true;charset=utf-8"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Metadata, Shape};

    #[test]
    fn the_accept_header_chooses_the_shape() {
        for (accept, metadata, ieee754) in [
            ("application/json", Metadata::Minimal, false),
            ("application/json;odata.metadata=none", Metadata::None, false),
            ("application/json; odata.metadata=full, */*", Metadata::Full, false),
            ("application/json;IEEE754Compatible=true;odata.metadata=minimal", Metadata::Minimal, true),
            ("text/html", Metadata::Minimal, false),
        ] {
            let shape = Shape::of_accept(Some(accept.as_bytes()));
            assert_eq!((shape.metadata, shape.ieee754), (metadata, ieee754), "{accept}");
        }
        assert_eq!(Shape::of_accept(Some(&[0xff])), Shape::default());
    }
}
