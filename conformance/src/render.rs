//! What is shown of a run, made of its results alone: the terminal's text, `JUnit` for CI systems, a badge, a comparison.

mod badge;
mod compare;
mod junit;
mod terminal;

pub use self::badge::badge;
pub use self::compare::compare;
pub use self::junit::junit;
pub use self::terminal::terminal;
