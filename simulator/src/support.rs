//! Which devices support the passcode reset, edition by edition, as data that says where it comes from.
//!
//! ```text
//! fixtures/support-matrix/reset-passcode/<day>.toml ─ load ─▶ Edition ─ decide(facts) ─▶ Decision
//!                                                               └─ table · compare · explain · markdown ─▶ text
//! ```
//!
//! The article about this action changed many times, and each wording is an *edition*, named after the day from which it
//! held. Rows of an edition never overlap, so their order means nothing; what no row describes is not supported because
//! it is not listed. Adding an edition is a file and a line in [`EDITIONS`].

pub mod compare;
pub mod edition;
pub mod explain;
pub mod load;
pub mod markdown;
pub mod table;
pub mod when;

pub use edition::{Decision, Edition, Need, Needs, Origin, Outcome, PasscodeKind, Scope};
pub use load::LoadError;

/// The edition that is used unless another is asked for: the article this project grew from.
pub const DEFAULT_EDITION: &str = "2018-03-08";

/// An edition as it is carried in the program: its text, parsed only when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// The day from which it held, `YYYY-MM-DD`.
    pub id: &'static str,
    /// The text of its file.
    pub text: &'static str,
}

/// One entry of [`EDITIONS`]: a macro only because `include_str!` wants its path written out.
macro_rules! embedded {
    ($id:literal) => {
        Embedded { id: $id, text: include_str!(concat!("../fixtures/support-matrix/reset-passcode/", $id, ".toml")) }
    };
}
/// Every edition, oldest first.
pub const EDITIONS: &[Embedded] = &[
    embedded!("2017-04-14"),
    embedded!("2017-08-09"),
    embedded!("2018-03-08"),
    embedded!("2018-03-30"),
    embedded!("2018-06-25"),
    embedded!("2018-07-13"),
    embedded!("2018-09-18"),
    embedded!("2019-06-25"),
    embedded!("2019-09-05"),
    embedded!("2020-01-06"),
    embedded!("2022-08-13"),
    embedded!("2023-08-01"),
    embedded!("2025-09-22"),
    embedded!("2026-04-21"),
    embedded!("2026-08-19"),
];

impl Embedded {
    /// The edition itself.
    pub fn parse(&self) -> Edition {
        Edition::parse(&format!("{}.toml", self.id), self.text).expect("embedded editions are parsed by a test")
    }
}

/// The edition in force on a day (`YYYY-MM-DD`), or the last one for `latest`.
pub fn edition_at(asked: &str) -> Result<&'static Embedded, NoSuchEdition> {
    let known = || EDITIONS.iter().map(|edition| edition.id).collect::<Vec<_>>().join(", ");
    if asked == "latest" {
        return Ok(LATEST);
    }
    if !load::is_day(asked) {
        return Err(NoSuchEdition::NotADay { asked: asked.to_owned(), known: known() });
    }
    // Days of this form sort as text.
    EDITIONS
        .iter()
        .rev()
        .find(|edition| edition.id <= asked)
        .ok_or_else(|| NoSuchEdition::BeforeTheFirst { asked: asked.to_owned(), first: FIRST.id })
}

/// Why no edition is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchEdition {
    /// Neither a day nor `latest`.
    #[error("`{asked}` is not an edition; give a day as YYYY-MM-DD or `latest` (editions: {known})")]
    NotADay {
        /// What was asked for.
        asked: String,
        /// The editions there are.
        known: String,
    },
    /// A day before there was any.
    #[error("no edition was in force on {asked}; the first is {first}")]
    BeforeTheFirst {
        /// What was asked for.
        asked: String,
        /// The first edition.
        first: &'static str,
    },
}

const FIRST: &Embedded = &EDITIONS[0];
const LATEST: &Embedded = &EDITIONS[EDITIONS.len() - 1];

#[cfg(test)]
mod tests;
