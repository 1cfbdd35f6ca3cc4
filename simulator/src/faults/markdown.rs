//! `docs/faults.md`, made from the tables.
