//! How values of a world are written down, and what of them is read back: instants that the service can spell and counts
//! that can still be counted on. Whatever else a document says is refused, so that no later sum goes wrong.
//!
//! Each module is for `#[serde(with = "…")]`.

/// The largest count that is read back: what a JSON number holds exactly everywhere.
const LARGEST: u64 = 1 << 53;

/// An instant between the years 1 and 9999.
pub mod instant {
    use chrono::{DateTime, Datelike, Utc};
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// As RFC 3339.
    pub fn serialize<S: Serializer>(instant: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        instant.serialize(serializer)
    }

    /// Of RFC 3339.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let instant = DateTime::<Utc>::deserialize(deserializer)?;
        if (1..=9999).contains(&instant.year()) {
            Ok(instant)
        } else {
            Err(D::Error::custom("a date lies between the years 1 and 9999"))
        }
    }
}

/// An instant, or null.
pub mod optional_instant {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    struct Instant(#[serde(with = "super::instant")] DateTime<Utc>);

    /// As RFC 3339, or null.
    pub fn serialize<S: Serializer>(instant: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        instant.serialize(serializer)
    }

    /// Of RFC 3339, or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
        Ok(Option::<Instant>::deserialize(deserializer)?.map(|instant| instant.0))
    }
}

/// A number of things that were counted.
pub mod count {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::LARGEST;

    /// As a number.
    pub fn serialize<S: Serializer>(count: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(*count)
    }

    /// Of a number up to 2⁵³.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let count = u64::deserialize(deserializer)?;
        if count <= LARGEST { Ok(count) } else { Err(D::Error::custom(format!("a count is at most {LARGEST}"))) }
    }
}

/// A length of time, in microseconds.
pub mod span {
    use chrono::TimeDelta;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::LARGEST;

    /// As microseconds.
    pub fn serialize<S: Serializer>(span: &TimeDelta, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(span.num_microseconds().unwrap_or(i64::MAX))
    }

    /// Of microseconds: none less than nothing, none beyond some centuries.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
        let micros = i64::deserialize(deserializer)?;
        if u64::try_from(micros).is_ok_and(|micros| micros <= LARGEST) {
            Ok(TimeDelta::microseconds(micros))
        } else {
            Err(D::Error::custom(format!("a length of time is 0 to {LARGEST} microseconds")))
        }
    }
}

/// Bytes, in base64.
pub mod bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    /// As base64.
    pub fn serialize<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    /// Of base64, as many as belong there.
    pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(deserializer: D) -> Result<T, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        T::try_from(bytes).map_err(|_| D::Error::custom("these are more or fewer bytes than belong there"))
    }
}
