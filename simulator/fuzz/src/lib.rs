//! The query engine, compiled alone, and what every input must keep to.
//!
//! `odata.rs` and `odata/` are links to the simulator's own files: that they compile here is the proof that the engine
//! needs nothing else of it.

pub mod odata;
pub mod promises;
pub mod sample;
