//! JSON read by what it is: an object where an object is meant.
//!
//! Serde's derived readers also take an array whose items are the members in order. Nobody writes that on purpose, and
//! no schema says so. A whole number may be written with a fraction of zero, `2.0`, which is an integer to JSON Schema.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Number, Value as Json};

/// Reads `json`; the error names the member that is wrong, if one is.
pub fn read<T: DeserializeOwned>(json: Json) -> Result<T, serde_path_to_error::Error<Error>> {
    serde_path_to_error::deserialize(Strict(json))
}

/// The number, if it is a whole one of 64 bits, however it is written.
pub fn whole(number: &Number) -> Option<Number> {
    if !number.is_f64() {
        return Some(number.clone());
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    // Both bounds are powers of two, so they are exact.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within bounds")]
    match float {
        0.0..18_446_744_073_709_551_616.0 => Some((float as u64).into()),
        // The least of all is left out: numbers below it were rounded to it.
        _ if float < 0.0 && float > -9_223_372_036_854_775_808.0 => Some((float as i64).into()),
        _ => None,
    }
}

macro_rules! whole {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0 {
                Json::Number(number) => whole(&number).unwrap_or(number).deserialize_any(visitor),
                other => Self(other).deserialize_any(visitor),
            }
        }
    )* };
}

/// A value that is read so, and all that is in it.
struct Strict(Json);

impl IntoDeserializer<'_, Error> for Strict {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Json::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Strict))),
            Json::Object(members) => {
                visitor.visit_map(MapDeserializer::new(members.into_iter().map(|(name, value)| (name, Strict(value)))))
            }
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Json::Object(_) => self.deserialize_any(visitor),
            other => Err(Error::invalid_type(unexpected(&other), &"an object")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    whole! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
    deserialize_u32 deserialize_u64 }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Json::String(variant) => {
                let variant: StringDeserializer<Error> = variant.into_deserializer();
                visitor.visit_enum(variant)
            }
            Json::Object(members) if members.len() == 1 => {
                let members = members.into_iter().map(|(name, value)| (name, Strict(value)));
                MapAccessDeserializer::new(MapDeserializer::new(members)).deserialize_enum(name, variants, visitor)
            }
            other => other.deserialize_enum(name, variants, visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct identifier
        ignored_any
    }
}

fn unexpected(json: &Json) -> Unexpected<'_> {
    match json {
        Json::Null => Unexpected::Unit,
        Json::Bool(truth) => Unexpected::Bool(*truth),
        Json::Number(number) => number.as_f64().map_or(Unexpected::Other("number"), Unexpected::Float),
        Json::String(text) => Unexpected::Str(text),
        Json::Array(_) => Unexpected::Seq,
        Json::Object(_) => Unexpected::Map,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::read;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(default)]
        inner: Option<Inner>,
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        list: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        number: u8,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Kind {
        Plain,
        Full(Inner),
    }

    #[test]
    fn what_serde_reads_is_read_the_same() {
        for json in [
            json!({}),
            json!({"inner": null, "kind": "plain"}),
            json!({"inner": {"number": 1}, "kind": {"full": {"number": 2}}, "list": [{"number": 3}]}),
        ] {
            assert_eq!(read::<Outer>(json.clone()).unwrap(), serde_json::from_value(json).unwrap());
        }
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        for (json, place) in [
            (json!([]), "."),
            (json!([null, null, []]), "."),
            (json!({"inner": [1]}), "inner"),
            (json!({"list": [[1]]}), "list[0]"),
            (json!({"kind": {"full": [1]}}), "kind.full"),
        ] {
            let error = read::<Outer>(json.clone()).unwrap_err();
            assert_eq!(error.path().to_string(), place, "{json}");
            assert!(error.to_string().contains("expected an object"), "{json}: {error}");
        }
    }

    #[test]
    fn a_whole_number_may_have_a_fraction_of_zero() {
        assert_eq!(read::<Inner>(json!({"number": 2.0})).unwrap(), Inner { number: 2 });
        assert!(read::<Inner>(json!({"number": 2.5})).is_err());
        assert!(read::<Inner>(json!({"number": 256.0})).is_err());
        assert!(read::<Inner>(json!({"number": -1e300})).is_err());
    }

    #[test]
    fn the_member_at_fault_is_named() {
        let error = read::<Outer>(json!({"list": [{"number": 3}, {"number": "x"}]})).unwrap_err();
        assert_eq!(error.path().to_string(), "list[1].number");
    }
}
