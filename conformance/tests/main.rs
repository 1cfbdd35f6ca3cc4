//! The tests of the conformance kit, one binary.

mod driving;
mod vocabulary;
mod workers;
