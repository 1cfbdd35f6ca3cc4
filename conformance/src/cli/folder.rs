//! The folder of a run's results: `results.ndjson`, and everything else, which is made of it.

use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{ExitCode, Trouble};
use crate::failure_file::FailureFile;
use crate::process::quoted;
use crate::render;
use crate::results::{Line, Results, Run};

/// The lines of a run.
pub(super) const RESULTS: &str = "results.ndjson";
const FAILURES: &str = "failures";

/// A folder that results are written into.
pub(super) struct Folder(PathBuf);

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

impl Folder {
    /// Makes the folder, takes away what an earlier run left there, and begins its lines.
    pub(super) fn begin(path: &Path) -> Result<(Self, File), Trouble> {
        let folder = Self(path.to_owned());
        folder.empty()?;
        let path = path.join(RESULTS);
        let file = File::create(&path).map_err(|error| cannot_write(&path, &error))?;
        Ok((folder, file))
    }

    /// The folder, with nothing left in it of earlier failures: they would be taken for this run's.
    fn empty(&self) -> Result<(), Trouble> {
        let failures = self.0.join(FAILURES);
        if failures.exists() {
            fs::remove_dir_all(&failures).map_err(|error| cannot_write(&failures, &error))?;
        }
        fs::create_dir_all(&failures).map_err(|error| cannot_write(&failures, &error))
    }

    /// Writes results that are there already: their own lines, and with `copy` those of their scenarios. Nothing of what was
    /// in the folder is lost before all of it is written.
    pub(super) fn rewrite(
        path: &Path,
        results: &mut Results,
        copy: impl FnOnce(&mut dyn std::io::Write) -> Result<(), Trouble>,
    ) -> Result<Self, Trouble> {
        let folder = Self(path.to_owned());
        fs::create_dir_all(path).map_err(|error| cannot_write(path, &error))?;
        let (unfinished, finished) = (path.join(format!("{RESULTS}.part")), path.join(RESULTS));
        let file = File::create(&unfinished).map_err(|error| cannot_write(&unfinished, &error))?;
        let mut file = std::io::BufWriter::new(file);
        folder.bring_home(results);
        let lines = results.run.clone().map(Line::Run);
        lines.iter().try_for_each(|line| folder.append(&mut file, line))?;
        copy(&mut file)?;
        let findings = results.findings.iter().cloned().map(Line::Finding);
        let rules = results.rules.iter().cloned().map(Line::Rule);
        let mut lines = findings.chain(rules).chain(results.summary.map(Line::Summary));
        lines.try_for_each(|line| folder.append(&mut file, &line))?;
        file.flush().map_err(|error| cannot_write(&unfinished, &error))?;
        fs::rename(&unfinished, &finished).map_err(|error| cannot_write(&finished, &error))?;
        folder.empty()?;
        folder.render(results)?;
        Ok(folder)
    }

    /// Failures are replayed from this folder now.
    fn bring_home(&self, results: &mut Results) {
        let Some(run) = &results.run else { return };
        // Results may come from anywhere, and a rule's id becomes a file's name.
        let is_plain = |id: &str| id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        for line in &mut results.rules {
            line.file = None;
            let Some(failure) = FailureFile::of(line, run).filter(|failure| is_plain(&failure.rule)) else { continue };
            line.file = Some(format!("{FAILURES}/{}", failure.name()));
            let replay = format!("replay    {}", self.replay(&failure.name(), &run.command));
            for told in line.story.iter_mut().filter(|told| told.starts_with("replay ")) {
                told.clone_from(&replay);
            }
        }
    }

    /// Appends a line.
    pub(super) fn append(&self, file: &mut impl std::io::Write, line: &Line) -> Result<(), Trouble> {
        file.write_all(line.text().as_bytes()).map_err(|error| cannot_write(&self.0.join(RESULTS), &error))
    }

    /// How a failure in this folder is run again.
    pub(super) fn replay(&self, failure: &str, driver: &str) -> String {
        let path = self.0.join(FAILURES).join(failure);
        format!("simtune-conformance replay {} {driver}", quoted(&path.display().to_string()))
    }

    /// Makes everything else of the results.
    pub(super) fn render(&self, results: &Results) -> Result<(), Trouble> {
        let junit = render::junit(results)
            .map_err(|error| Trouble { exit: ExitCode::Harness, text: format!("junit.xml: {error}") })?;
        self.write("junit.xml", &junit)?;
        self.write("badge.json", &render::badge(results))?;
        self.write("report.html", &render::page(std::slice::from_ref(results), render::Beside::Failures))?;
        let unknown = Run::default();
        let run = results.run.as_ref().unwrap_or(&unknown);
        for line in &results.rules {
            let (Some(name), Some(failure)) = (&line.file, FailureFile::of(line, run)) else { continue };
            self.write(name, &failure.text())?;
            if let Some(har) = render::har(line, run) {
                self.write(&har_of(name), &har)?;
            }
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Trouble> {
        let path = self.0.join(name);
        fs::write(&path, text).map_err(|error| cannot_write(&path, &error))
    }
}

/// The name of the exchanges of a failure.
fn har_of(failure: &str) -> String {
    format!("{}.har", failure.trim_end_matches(".json"))
}

pub(super) fn cannot_write(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble { exit: ExitCode::Harness, text: format!("cannot write {}: {error}; name another place", path.display()) }
}
