//! The functions a filter may call.

/// A function of OData's catalogue that the engine evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Is the second text inside the first?
    Contains,
    /// Does the first text begin with the second?
    StartsWith,
    /// Does the first text end with the second?
    EndsWith,
    /// Unicode lower case.
    ToLower,
    /// Unicode upper case.
    ToUpper,
    /// Without white space at either end.
    Trim,
    /// Number of characters.
    Length,
    /// Where the second text begins in the first, counted in characters from 0; -1 if nowhere.
    IndexOf,
    /// From a position, and optionally for so many characters.
    Substring,
    /// Both texts, one after the other.
    Concat,
    /// Of a date, in UTC.
    Year,
    /// Of a date, in UTC, January is 1.
    Month,
    /// Of the month, in UTC.
    Day,
    /// In UTC.
    Hour,
    /// Of the hour.
    Minute,
    /// Of the minute.
    Second,
    /// The fraction of the second, from 0 to less than 1.
    FractionalSeconds,
    /// The day without the time, in UTC.
    Date,
    /// The time without the day, in UTC.
    Time,
    /// The first instant there is, which the inventory shows for "never".
    MinDateTime,
    /// The last instant there is, which the inventory shows for "no end".
    MaxDateTime,
}

/// What OData defines and this engine does not, and what to write instead: refused by name, so that nobody looks for a
/// typing error. Nothing on record shows the service evaluating any of them.
const UNSUPPORTED: [(&str, &str); 19] = [
    ("case", ""),
    ("cast", ""),
    ("ceiling", ""),
    ("floor", ""),
    ("geo.distance", ""),
    ("geo.intersects", ""),
    ("geo.length", ""),
    ("hassubsequence", ""),
    ("hassubset", ""),
    ("isof", ""),
    ("matchespattern", "; contains, startswith and endswith are"),
    // The same rows must come out of the same inventory, whenever it is asked.
    ("now", "; write the instant itself, as in 2026-01-31T08:30:00Z"),
    ("replace", ""),
    ("round", ""),
    // OData 3, its arguments the other way round.
    ("substringof", "; write contains(property,'text')"),
    ("totaloffsetminutes", "; dates are kept in UTC, whatever offset they were written with"),
    ("totalseconds", ""),
    ("any", "; write collection/any(item: condition)"),
    ("all", "; write collection/all(item: condition)"),
];

impl Function {
    /// All of them, in the order the documentation lists them.
    pub const ALL: [Self; 21] = [
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::ToLower,
        Self::ToUpper,
        Self::Trim,
        Self::Length,
        Self::IndexOf,
        Self::Substring,
        Self::Concat,
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Hour,
        Self::Minute,
        Self::Second,
        Self::FractionalSeconds,
        Self::Date,
        Self::Time,
        Self::MinDateTime,
        Self::MaxDateTime,
    ];

    /// As OData spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
            Self::ToLower => "tolower",
            Self::ToUpper => "toupper",
            Self::Trim => "trim",
            Self::Length => "length",
            Self::IndexOf => "indexof",
            Self::Substring => "substring",
            Self::Concat => "concat",
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::FractionalSeconds => "fractionalseconds",
            Self::Date => "date",
            Self::Time => "time",
            Self::MinDateTime => "mindatetime",
            Self::MaxDateTime => "maxdatetime",
        }
    }

    /// How many arguments it takes: at least, at most.
    pub const fn arity(self) -> (usize, usize) {
        match self {
            Self::Contains | Self::StartsWith | Self::EndsWith | Self::IndexOf | Self::Concat => (2, 2),
            Self::Substring => (2, 3),
            Self::MinDateTime | Self::MaxDateTime => (0, 0),
            _ => (1, 1),
        }
    }

    /// The function of this name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let is_named = |function: &Self| function.as_str().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(is_named)
    }

    /// What to write instead, perhaps nothing, if OData knows a function of this name that is not one of these.
    pub(super) fn known_elsewhere(name: &str) -> Option<&'static str> {
        let mut known = UNSUPPORTED.iter();
        known.find_map(|(known, hint)| known.eq_ignore_ascii_case(name).then_some(*hint))
    }
}
