//! Reads the matrix from its file and refuses what nobody could have meant.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use toml::Spanned;

use super::{Column, Matrix, Need, Row, Source};
use crate::device::platform::Named;
use crate::support::Origin;

/// Why a file is not the matrix, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct LoadError {
    /// The file's name.
    pub file: String,
    /// The line, counting from 1.
    pub line: usize,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sources: BTreeMap<String, FileSource>,
    actions: BTreeMap<String, FileAction>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSource {
    title: String,
    date: String,
    read: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileAction {
    yes: Vec<FileRow>,
    #[serde(default)]
    no: Vec<FileRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRow {
    on: Spanned<Vec<Name<Column>>>,
    #[serde(default)]
    needs: Vec<Name<Need>>,
    origin: Name<Origin>,
    source: Spanned<String>,
}

/// A value of a vocabulary, by its name.
#[derive(Debug, Clone, Copy)]
struct Name<N>(N);

impl<'de, N: Named> Deserialize<'de> for Name<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        N::from_name(&text).map(Name).ok_or_else(|| {
            let known: Vec<&str> = N::ALL.iter().map(|value| value.name()).collect();
            D::Error::custom(format!("`{text}` is no {}; known are {}", N::WHAT, known.join(", ")))
        })
    }
}

impl Matrix {
    /// Reads the matrix in `text`; `file` appears in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, LoadError> {
        let at = |offset: usize, problem: String| {
            let line = 1 + text[..offset.min(text.len())].bytes().filter(|byte| *byte == b'\n').count();
            LoadError { file: file.to_owned(), line, problem }
        };
        let parsed: File = toml::from_str(text)
            .map_err(|error| at(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        let mut actions = BTreeMap::new();
        for (name, action) in parsed.actions {
            let mut rows: Vec<Row> = Vec::new();
            let yes = action.yes.into_iter().map(|row| (true, row));
            for (supported, row) in yes.chain(action.no.into_iter().map(|row| (false, row))) {
                let (start, source) = (row.source.span().start, row.source.into_inner());
                if !parsed.sources.contains_key(&source) {
                    let known: Vec<&str> = parsed.sources.keys().map(String::as_str).collect();
                    return Err(at(start, format!("there is no source `{source}`; known are {}", known.join(", "))));
                }
                let start = row.on.span().start;
                let on: Vec<Column> = row.on.into_inner().into_iter().map(|name| name.0).collect();
                if on.is_empty() {
                    return Err(at(start, format!("`{name}` has a row for no device; name one or remove the row")));
                }
                if let Some(twice) = on.iter().find(|column| rows.iter().any(|other| other.on.contains(column))) {
                    let twice = twice.name();
                    return Err(at(
                        start,
                        format!("`{name}` has two rows for {twice}; every device needs one at most"),
                    ));
                }
                let needs = row.needs.into_iter().map(|name| name.0).collect();
                rows.push(Row { on, needs, supported, origin: row.origin.0, source });
            }
            actions.insert(name, rows);
        }
        let sources = parsed
            .sources
            .into_iter()
            .map(|(key, source)| (key, Source { title: source.title, date: source.date, read: source.read }))
            .collect();
        Ok(Self { sources, actions })
    }
}
