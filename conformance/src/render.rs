//! What is shown of a run, made of its results alone: the terminal's text, a page, `JUnit` for CI systems, the exchanges of a
//! failure, a badge, a comparison.

mod badge;
mod compare;
mod har;
mod junit;
mod lane;
mod page;
mod terminal;

pub use self::badge::badge;
pub use self::compare::compare;
pub use self::har::har;
pub use self::junit::junit;
pub use self::page::{Beside, page};
pub use self::terminal::terminal;
