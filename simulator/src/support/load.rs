//! Reads an edition from its file and refuses whatever a person might have meant otherwise.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::Spanned;

use super::edition::{Edition, Effect, Need, Origin, PasscodeKind, Row, Scope, Unlisted};
use super::when::{RangeError, Set, VersionRange, When};
use crate::device::facts::{Enrolment, JoinState, Ownership};
use crate::device::os_version::OsVersion;
use crate::device::platform::{Named, Platform};

/// Why a file is not an edition, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct LoadError {
    /// The file's name.
    pub file: String,
    /// The line, counting from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with an edition's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML, or not of this form: an unknown key, fact or value, or a missing one. The text lists the known ones.
    #[error("{0}")]
    Form(String),
    /// The edition is not named as its file.
    #[error("the file of edition `{edition}` must be called `{edition}.toml`")]
    Misnamed {
        /// The name inside.
        edition: String,
    },
    /// Not a day.
    #[error("`{0}` is not a day; write YYYY-MM-DD")]
    NotADay(String),
    /// Two rows have one name.
    #[error("row `{id}` is already on line {first}; every row needs a name of its own")]
    SameName {
        /// The name.
        id: String,
        /// The line of the first one.
        first: usize,
    },
    /// Two rows describe the same device, so the order of rows would decide.
    #[error("row `{id}` overlaps row `{other}` on line {other_line}: both claim {both}; narrow one of them")]
    Overlap {
        /// The later row.
        id: String,
        /// The earlier row.
        other: String,
        /// Its line.
        other_line: usize,
        /// Devices that both claim.
        both: String,
    },
    /// A fact is listed with no value.
    #[error("row `{id}` lists no {fact}; leave the key out if any will do")]
    EmptySet {
        /// The row.
        id: String,
        /// The fact.
        fact: &'static str,
    },
    /// No device can be enrolled so.
    #[error("row `{id}`: no device has {what} together with the rest of the row; remove it")]
    Impossible {
        /// The row.
        id: String,
        /// The platform or enrolment that fits nothing else.
        what: &'static str,
    },
    /// The version condition cannot be read.
    #[error("row `{id}`: {problem}")]
    Range {
        /// The row.
        id: String,
        /// Why.
        problem: RangeError,
    },
    /// A key that the outcome asks for, or does not allow.
    #[error("row `{id}`: outcome `{outcome}` {rule}")]
    Outcome {
        /// The row.
        id: String,
        /// Its outcome.
        outcome: &'static str,
        /// What that outcome asks for.
        rule: &'static str,
    },
}

impl Edition {
    /// Reads the edition in `text`; `file_name` is `<edition>.toml` and appears in errors.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, LoadError> {
        let at =
            |offset: usize, problem| LoadError { file: file_name.to_owned(), line: line_of(text, offset), problem };
        let file: File = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            at(offset, Problem::Form(error.message().to_owned()))
        })?;

        let id = file.edition.get_ref();
        let id_at = file.edition.span().start;
        if !is_day(id) {
            return Err(at(id_at, Problem::NotADay(id.clone())));
        }
        if file_name.strip_suffix(".toml") != Some(id) {
            let edition = id.clone();
            return Err(at(id_at, Problem::Misnamed { edition }));
        }

        let mut rows: Vec<(usize, Row)> = Vec::with_capacity(file.row.len());
        for row in file.row {
            let row_at = row.id.span().start;
            let row = row.read().map_err(|(offset, problem)| at(offset, problem))?;
            for (other_at, other) in &rows {
                let other_line = line_of(text, *other_at);
                if let Some(problem) = clash(&row, other, other_line) {
                    return Err(at(row_at, problem));
                }
            }
            rows.push((row_at, row));
        }
        Ok(Self {
            id: id.as_str().into(),
            title: file.title.into(),
            source: file.source.into(),
            note: file.note.trim().into(),
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            default: Unlisted {
                text: file.default.text.into(),
                origin: file.default.origin.0,
                source: file.default.source.into(),
            },
        })
    }
}

fn clash(row: &Row, other: &Row, other_line: usize) -> Option<Problem> {
    if row.id == other.id {
        return Some(Problem::SameName { id: row.id.to_string(), first: other_line });
    }
    row.when.intersection(&other.when).map(|both| Problem::Overlap {
        id: row.id.to_string(),
        other: other.id.to_string(),
        other_line,
        both: both.to_string(),
    })
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.get(..offset).unwrap_or(text).matches('\n').count()
}

/// Whether `text` has the form of a day; months and days are checked for range, not against a calendar.
pub(super) fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u8>().ok());
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(position, byte)| match position {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && number(5..7).is_some_and(|month| (1..=12).contains(&month))
        && number(8..10).is_some_and(|day| (1..=31).contains(&day))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    edition: Spanned<String>,
    title: String,
    source: String,
    note: String,
    default: DefaultFile,
    row: Vec<RowFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultFile {
    text: String,
    origin: Value<Origin>,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RowFile {
    id: Spanned<String>,
    when: WhenFile,
    outcome: Value<OutcomeName>,
    scope: Option<Value<Scope>>,
    passcode: Option<Value<PasscodeKind>>,
    digits_before: Option<Version>,
    #[serde(default)]
    needs: Vec<Value<Need>>,
    origin: Value<Origin>,
    source: String,
    read: Spanned<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhenFile {
    platform: Option<Vec<Value<Platform>>>,
    enrolment: Option<Vec<Value<Enrolment>>>,
    ownership: Option<Vec<Value<Ownership>>>,
    join: Option<Vec<Value<JoinState>>>,
    os: Option<Spanned<String>>,
}

impl RowFile {
    fn read(self) -> Result<Row, (usize, Problem)> {
        let id_at = self.id.span().start;
        let read_at = self.read.span().start;
        let when = self.when.read(self.id.get_ref()).map_err(|(offset, problem)| (offset.unwrap_or(id_at), problem))?;
        if !is_day(self.read.get_ref()) {
            return Err((read_at, Problem::NotADay(self.read.into_inner())));
        }
        let effect = effect(
            self.outcome.0,
            self.scope.map(|scope| scope.0),
            self.passcode.map(|passcode| passcode.0),
            self.digits_before.map(|version| version.0),
            &self.needs,
        )
        .map_err(|rule| {
            let problem = Problem::Outcome { id: self.id.get_ref().clone(), outcome: self.outcome.0.name(), rule };
            (id_at, problem)
        })?;
        Ok(Row {
            id: self.id.into_inner().into(),
            when,
            effect,
            needs: Set::of(self.needs.iter().map(|need| need.0)),
            origin: self.origin.0,
            source: self.source.into(),
            read: self.read.into_inner().into(),
            text: self.text.into(),
        })
    }
}

fn effect(
    outcome: OutcomeName,
    scope: Option<Scope>,
    passcode: Option<PasscodeKind>,
    digits_before: Option<OsVersion>,
    needs: &[Value<Need>],
) -> Result<Effect, &'static str> {
    match (outcome, scope, passcode, digits_before) {
        (OutcomeName::TemporaryPasscode, Some(scope), Some(passcode), digits_before) => {
            Ok(Effect::TemporaryPasscode { scope, passcode, digits_before })
        }
        (OutcomeName::TemporaryPasscode, ..) => Err("needs `scope` and `passcode`"),
        (OutcomeName::PasscodeRemoved, None | Some(Scope::Device), None, None) => Ok(Effect::PasscodeRemoved),
        (OutcomeName::PasscodeRemoved, ..) => {
            Err("is about the device and makes no passcode; remove `passcode`, `digits-before` and any other `scope`")
        }
        (OutcomeName::NotSupported, None, None, None) if needs.is_empty() => Ok(Effect::NotSupported),
        (OutcomeName::NotSupported, ..) => Err("does nothing; remove `scope`, `passcode`, `digits-before` and `needs`"),
    }
}

impl WhenFile {
    /// The offset is `None` where the row as a whole is meant.
    fn read(self, id: &str) -> Result<When, (Option<usize>, Problem)> {
        let os = match self.os {
            None => None,
            Some(text) => Some(VersionRange::parse(text.get_ref()).map_err(|problem| {
                let id = id.to_owned();
                (Some(text.span().start), Problem::Range { id, problem })
            })?),
        };
        let when = When {
            platform: set(id, self.platform)?,
            enrolment: set(id, self.enrolment)?,
            ownership: set(id, self.ownership)?,
            join: set(id, self.join)?,
            os,
        };
        let impossible = |what| {
            let id = id.to_owned();
            Err((None, Problem::Impossible { id, what }))
        };
        let mut platforms = when.platform.iter();
        let mut enrolments = when.enrolment.iter();
        if let Some(platform) = platforms.find(|platform| !when.possible().any(|(known, _)| known == *platform)) {
            return impossible(platform.label());
        }
        // A row that leaves the enrolment open means every way there is, and only a written list can be wrong.
        if !when.enrolment.is_all()
            && let Some(enrolment) = enrolments.find(|enrolment| !when.possible().any(|(_, known)| known == *enrolment))
        {
            return impossible(enrolment.label());
        }
        Ok(when)
    }
}

fn set<F: Named>(id: &str, values: Option<Vec<Value<F>>>) -> Result<Set<F>, (Option<usize>, Problem)> {
    let Some(values) = values else {
        return Ok(Set::all());
    };
    let set = Set::of(values.iter().map(|value| value.0));
    if set.is_empty() {
        let id = id.to_owned();
        return Err((None, Problem::EmptySet { id, fact: F::WHAT }));
    }
    Ok(set)
}

/// A value of a vocabulary, spelled by its name.
#[derive(Clone, Copy)]
struct Value<F>(F);

impl<'de, F: Named> Deserialize<'de> for Value<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        F::from_name(&name).map(Self).ok_or_else(|| {
            let known: Vec<_> = F::ALL.iter().map(|value| value.name()).collect();
            D::Error::custom(format!("unknown {} `{name}`; known are {}", F::WHAT, known.join(", ")))
        })
    }
}

struct Version(OsVersion);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        OsVersion::parse(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a version; write one such as 10.0")))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OutcomeName {
    TemporaryPasscode,
    PasscodeRemoved,
    NotSupported,
}

impl Named for OutcomeName {
    const WHAT: &'static str = "outcome";
    const ALL: &'static [Self] = &[Self::TemporaryPasscode, Self::PasscodeRemoved, Self::NotSupported];

    fn name(self) -> &'static str {
        match self {
            Self::TemporaryPasscode => "temporary-passcode",
            Self::PasscodeRemoved => "passcode-removed",
            Self::NotSupported => "not-supported",
        }
    }

    fn label(self) -> &'static str {
        self.name()
    }
}
