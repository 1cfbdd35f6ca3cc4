//! The editions of the support matrix as values, for tables that people read side by side.

use serde_json::{Value as Json, json};

use crate::device::platform::Named;
use crate::support::edition::{Effect, Row};
use crate::support::{EDITIONS, Edition, Embedded, table};

/// Every edition: when, and what it is.
pub fn list() -> Vec<Json> {
    let editions = EDITIONS.iter().map(Embedded::parse);
    editions.map(|edition| json!({ "id": edition.id, "title": edition.title, "source": edition.source })).collect()
}

/// One edition with its rows.
pub fn show(edition: &Edition) -> Json {
    json!({
        "id": edition.id,
        "title": edition.title,
        "source": edition.source,
        "note": edition.note,
        "rows": edition.rows.iter().map(row).collect::<Vec<_>>(),
        "default": {
            "text": edition.default.text,
            "origin": edition.default.origin.name(),
            "source": edition.default.source,
        },
    })
}

fn row(row: &Row) -> Json {
    json!({
        "id": row.id,
        "who": row.when.to_string(),
        "outcome": table::effect_words(&row.effect, row.needs),
        "supported": row.effect != Effect::NotSupported,
        "origin": row.origin.name(),
        "source": row.source,
        "read": row.read,
        "text": row.text,
    })
}
