//! The tests of the conformance kit, one binary.

mod architecture;
mod convictions;
mod driving;
mod innocence;
mod registry;
mod shrinking;
mod vocabulary;
mod workers;
