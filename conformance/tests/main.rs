//! The tests of the conformance kit, one binary.

mod architecture;
mod checking;
mod cli;
mod commands;
mod convictions;
mod driving;
mod innocence;
mod protocol;
mod readme;
mod registry;
mod shrinking;
mod truth;
mod vocabulary;
mod workers;
