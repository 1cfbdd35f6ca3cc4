//! The rows, subject by subject.

mod answers;
mod errors;
mod more;
mod pages;
mod queries;
mod values;
mod waiting;
mod wire;

use super::Row;

/// Rows of one subject.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// Its heading.
    pub title: &'static str,
    /// Its rows, in the order of their numbers.
    pub rows: &'static [Row],
}

/// Every subject, in the order of numbers.
pub static SUBJECTS: &[Subject] = &[
    Subject { title: "Pages", rows: pages::ROWS },
    Subject { title: "Queries and lists", rows: queries::ROWS },
    Subject { title: "Actions and enumerations", rows: answers::ROWS },
    Subject { title: "Waiting", rows: waiting::ROWS },
    Subject { title: "Errors", rows: errors::ROWS },
    Subject { title: "Values", rows: values::ROWS },
    Subject { title: "Connections", rows: wire::ROWS },
    Subject { title: "And more", rows: more::ROWS },
];

/// Every row, in the order of numbers.
pub fn all() -> impl Iterator<Item = &'static Row> {
    SUBJECTS.iter().flat_map(|subject| subject.rows)
}
