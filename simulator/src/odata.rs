//! OData as far as Graph speaks it: query options, filters and values, over fields known by name and nothing else.
//!
//! ```text
//! URL query ──▶ QueryOptions ─┬─ $filter  ──▶ Expr ──bind(Schema)──▶ Predicate ──▶ matches(Entity)
//!   (escaped)     (text)      ├─ $orderby ──▶ OrderBy ─────────────▶ compare(Entity, Entity)
//!                             ├─ $select  ──▶ Select ──▶ fields of a Schema
//!                             └─ $skiptoken ▶ SkipToken ──▶ next_link_query
//! ```
//!
//! A [`schema::Schema`] says which names exist, a [`schema::Entity`] hands out values by index; who they belong to is
//! never known here. Nothing in this module panics, blocks, or takes more than linear time, whatever a client sends.

pub mod escape;
pub mod evaluate;
pub mod filter;
pub mod options;
pub mod order;
pub mod schema;
pub mod select;
pub mod skip_token;
pub mod value;

#[cfg(test)]
mod sample;
