//! Answers exactly as Graph spells them: JSON, errors, headers.

pub mod cors;
pub mod device_json;
pub mod error;
pub mod hardware_information;
pub mod headers;
pub mod json;
pub mod links;
pub mod preferences;
pub mod shape;
pub mod strict;
pub mod throttled;
