//! What can be wrong with a `$filter` or an `$orderby`, and where.
//!
//! Only the sentence about a missing property follows the service's wording, which was seen for `$select`; the others
//! are ours, because no answer of the service to a bad filter is on record.

use std::fmt;

use super::{Function, MAX_DEPTH, MAX_LENGTH};

/// A clause that cannot be used, and the byte of its text (escapes undone) where that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid {clause} clause at position {at}: {problem}.")]
pub struct ClauseError {
    /// Which query option.
    pub clause: Clause,
    /// Bytes from the beginning of the text.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// The query options that hold expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clause {
    /// `$filter`
    Filter,
    /// `$orderby`
    OrderBy,
}

/// What is wrong, as a sentence without its full stop. Parts of the text that are quoted are cut to a readable length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// More than [`MAX_LENGTH`] bytes.
    #[error("the text is {0} bytes long, the limit is {MAX_LENGTH}")]
    TooLong(usize),
    /// More than [`MAX_DEPTH`] levels.
    #[error("parentheses, 'not' and function calls nest deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Nothing in the grammar begins with this character.
    #[error("the character {0:?} means nothing here")]
    UnexpectedCharacter(char),
    /// `"text"`.
    #[error("text is written between single quotes, as in 'Surface', and a quote inside it is doubled")]
    WrongQuotes,
    /// No closing quote.
    #[error("the text that begins here has no closing quote; a quote inside text is doubled")]
    UnterminatedText,
    /// Begins like a number and is none.
    #[error("'{0}' is neither a number nor a date nor a GUID")]
    MalformedNumber(String),
    /// Beyond a double.
    #[error("the number {0} is too large for Edm.Double")]
    DoubleOutOfRange(String),
    /// Begins like a date and is none.
    #[error("'{0}' is not a date of the calendar; dates look like 2026-01-31 or 2026-01-31T08:30:00Z")]
    MalformedDate(String),
    /// Begins like a time of day and is none.
    #[error("'{0}' is not a time of day; those look like 08:30 or 08:30:00.5")]
    MalformedTime(String),
    /// A local time.
    #[error("the time in '{0}' does not say its zone; end it with Z or with an offset, whose '+' is sent as '%2B'")]
    DateWithoutZone(String),
    /// `datetime'2026-01-31T00:00:00'`.
    #[error("'{0}' before the quote is not a type; {hint}", hint = hint_for_prefix(.0))]
    UnknownLiteralForm(String),
    /// Something else should stand here.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// In words.
        expected: &'static str,
        /// Quoted.
        found: String,
    },
    /// OData has it, this engine does not.
    #[error("{0} is not supported in a filter")]
    Unsupported(String),
    /// OData has a function of this name, this engine does not.
    #[error("the function '{name}' is not supported in a filter{hint}")]
    UnsupportedFunction {
        /// As the client spelled it.
        name: String,
        /// What to do about it, or nothing.
        hint: &'static str,
    },
    /// A chain such as `a eq b eq c`.
    #[error("comparisons do not chain; '{0}' after another one of its rank needs parentheses")]
    ChainedComparison(&'static str),
    /// No such function.
    #[error("unknown function '{0}'; known are {known}", known = known_functions())]
    UnknownFunction(String),
    /// Too few or too many arguments.
    #[error("{name} takes {takes} but was given {given}", name = function.as_str(), takes = takes(*function))]
    ArgumentCount {
        /// The function.
        function: Function,
        /// How many were written.
        given: usize,
    },
    /// The wording is the service's for `$select` (observed: `msgraph-beta-sdk-dotnet#563`); its use here is assumed.
    #[error("Could not find a property named '{name}' on type '{type_name}'")]
    UnknownProperty {
        /// As the client spelled it.
        name: String,
        /// In full.
        type_name: String,
    },
    /// A path that goes on after a value that has no members.
    #[error("'{name}' is {edm} and has no member '{member}'")]
    NoMembers {
        /// The property.
        name: String,
        /// Its type.
        edm: String,
        /// What was asked of it.
        member: String,
    },
    /// A collection where one value is needed.
    #[error("'{0}' is a collection; ask about its items with any or all")]
    IsCollection(String),
    /// `any` of something that is not a collection.
    #[error("'{0}' is not a collection; any and all need one")]
    NotACollection(String),
    /// A lambda inside a lambda that walks the same items again for each of them: the work would grow as a power of
    /// the depth. OData allows it, this engine does not.
    #[error("'{0}' stands inside any or all and must be a collection of that item")]
    ForeignCollection(String),
    /// The same variable twice.
    #[error("the variable '{0}' is already in use outside")]
    VariableInUse(String),
    /// An operator between types that do not go together.
    #[error("'{operator}' does not apply to {left} and {right}{hint}")]
    IncompatibleTypes {
        /// As written.
        operator: &'static str,
        /// Type of the left side.
        left: String,
        /// Type of the right side.
        right: String,
        /// What to do about it, or nothing.
        hint: &'static str,
    },
    /// True or false is needed.
    #[error("expected a condition that is true or false, found {found}{hint}")]
    NotACondition {
        /// The type found.
        found: String,
        /// What to do about it, or nothing.
        hint: &'static str,
    },
    /// An argument of another type than the function takes.
    #[error("{function} takes {expected} here, not {found}")]
    ArgumentType {
        /// As OData spells it.
        function: &'static str,
        /// The type wanted.
        expected: &'static str,
        /// The type found.
        found: String,
    },
    /// A text compared with a GUID.
    #[error("'{0}' is not a GUID")]
    NotAGuid(String),
    /// `substring(a,1,-1)`.
    #[error("the length of a substring cannot be negative")]
    NegativeLength,
    /// `$orderby` of a complex value or a collection.
    #[error("rows cannot be sorted by '{name}', which is {edm}")]
    NotSortable {
        /// The property.
        name: String,
        /// Its type.
        edm: String,
    },
    /// Only literals can stand in the list of `in`.
    #[error("the list of 'in' holds literals only")]
    NotALiteral,
}

impl Problem {
    /// `text`, cut where a reader has seen enough.
    pub(in crate::odata) fn shown(text: &str) -> String {
        const ENOUGH: usize = 40;
        match text.char_indices().nth(ENOUGH) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Filter => "filter",
            Self::OrderBy => "orderby",
        })
    }
}

/// Types that OData 2 and 3 wrote in front of a quoted value.
fn hint_for_prefix(name: &str) -> &'static str {
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    if is_one_of(&["datetime", "datetimeoffset", "date", "time", "timeofday"]) {
        "dates and times are written without it and without quotes, as in 2026-01-31T08:30:00Z"
    } else if is_one_of(&["guid"]) {
        "GUIDs are written without it"
    } else {
        "enumerations are written as microsoft.graph.name'member'"
    }
}

fn known_functions() -> String {
    Function::ALL.map(Function::as_str).join(", ")
}

fn takes(function: Function) -> String {
    match function.arity() {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, most) => format!("{least} or {most} arguments"),
    }
}
