//! The tests of the conformance kit, one binary.

mod architecture;
mod breakers;
mod checking;
mod cli;
mod commands;
mod convictions;
mod documents;
mod drivers;
mod driving;
mod init;
mod innocence;
mod observing;
mod posting;
mod proof;
mod protocol;
mod readme;
mod registry;
mod reports;
mod shrinking;
mod truth;
mod vocabulary;
mod workers;
