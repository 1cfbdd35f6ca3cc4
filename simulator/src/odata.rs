//! OData as far as Graph speaks it: query options, filters and values, over fields known by name and nothing else.

pub mod value;
