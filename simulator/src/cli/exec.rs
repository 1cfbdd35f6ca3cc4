//! `simtune exec`: a simulator for one command.
//!
//! Whatever can be refused is refused before the command starts. Standard input, output and error are the command's own:
//! requests are not logged, and the summary comes when it has ended.

mod process;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{At, Stop, ask, env, serve};
use crate::clock::Wall;
use crate::config::{Config, UsageError};
use crate::exit_code::ExitCode;
use crate::log::{Log, LogFormat};
use crate::report::checks::Check;
use crate::report::{Outcome, Report, junit, summary};
use crate::running::Simulator;
use crate::throttle::Mode;
use crate::variables::variables;

/// A file that a report is written to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    format: Format,
    path: PathBuf,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Junit,
    Json,
}

pub(super) fn exec(
    config: Config,
    command: &[OsString],
    checks: &[&'static Check],
    reports: &[Target],
) -> Result<(), Stop> {
    if let Some(check) = checks.iter().find(|check| check.needs_budgets && config.tenant.throttle == Mode::Off) {
        return Err(UsageError(format!(
            "--fail-on {}: with --throttle off nothing is counted, and it could not fail; leave one of them out",
            check.name
        ))
        .into());
    }
    for target in reports {
        target.check()?;
    }
    let (ready_file, log_format) = (config.ready_file.clone(), config.log_format);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| UsageError(format!("cannot start threads: {error}")))?;
    // Before anything else, so that a signal right after the start finds its way.
    let supervisor = runtime
        .block_on(async { process::Supervisor::new() })
        .map_err(|error| UsageError(format!("cannot listen for signals: {error}")))?;
    let started = runtime.block_on(Simulator::start(config, Wall::System, Log::silent()));
    let simulator = started.map_err(serve::refused)?;
    let ready = simulator.ready();
    let token = ask::token(&At { control: Some(ready.control_url.clone()) }, None, None, &[])?;
    let _ready_file = ready_file
        .map(|path| {
            let written = ready.write_file(&path);
            let refused = |error| UsageError(format!("cannot write the ready file {}: {error}", path.display()));
            written.map_err(refused).map(|()| Removed(path.clone()))
        })
        .transpose()?;

    let (program, arguments) = command.split_first().expect("the command line asks for one");
    let mut child = Command::new(program);
    child.args(arguments);
    for (name, value) in variables(ready, Some(&token), &env::caller()) {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    let outcome = runtime.block_on(supervisor.run(child));
    let tally = std::sync::Arc::clone(simulator.service().tally());
    runtime.block_on(simulator.stop());
    drop(runtime);

    let report = Report::new(program.to_string_lossy().into_owned(), outcome, &tally.counts(), checks);
    tell(&summed_up(&report, log_format));
    for target in reports {
        target.write(&report)?;
    }
    Err(Stop::Code(ExitCode::Command(report.exit_code)))
}

/// What stderr is told at the end.
fn summed_up(report: &Report, format: LogFormat) -> String {
    match (format, &report.outcome) {
        (LogFormat::Json, _) => serde_json::to_string(report).expect("our own values become JSON") + "\n",
        (LogFormat::Text, Outcome::NotFound { reason } | Outcome::NotExecutable { reason }) => {
            format!("simtune: cannot run '{}': {reason}\n", report.command)
        }
        (LogFormat::Text, _) => summary::text(report),
    }
}

/// Writes to stderr; nobody is left to tell about a closed one.
fn tell(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A file that is removed when its time is over.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Target {
    /// Reads `junit=FILE` or `json=FILE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (format, path) = text.split_once('=').unwrap_or((text, ""));
        let format = match format {
            "junit" => Format::Junit,
            "json" => Format::Json,
            _ => return Err("a report is junit=FILE or json=FILE".to_owned()),
        };
        if path.is_empty() {
            return Err(format!("it names no file; write {text}=FILE", text = text.trim_end_matches('=')));
        }
        Ok(Self { format, path: PathBuf::from(path) })
    }

    /// Whether it can be written, by making a file beside it and taking it away again.
    fn check(&self) -> Result<(), Stop> {
        let refused = |reason: String| UsageError(format!("--report: cannot write {}: {reason}", self.path.display()));
        if self.path.is_dir() {
            return Err(refused("it is a folder".to_owned()).into());
        }
        if !self.folder().is_dir() {
            return Err(refused(format!("there is no folder {}", self.folder().display())).into());
        }
        // The kind alone: the rest names a file that nobody asked for.
        self.temporary().map(drop).map_err(|error| refused(error.kind().to_string()).into())
    }

    /// Writes the report so that a reader sees all of it or nothing.
    fn write(&self, report: &Report) -> Result<(), Stop> {
        let text = match self.format {
            Format::Junit => junit::xml(report),
            Format::Json => serde_json::to_string_pretty(report).map_err(|error| error.to_string()),
        };
        let written = text.and_then(|text| {
            let mut file = self.temporary().map_err(|error| error.kind().to_string())?;
            file.write_all(text.trim_end().as_bytes()).map_err(|error| error.to_string())?;
            file.write_all(b"\n").map_err(|error| error.to_string())?;
            file.persist(&self.path).map_err(|error| error.to_string())
        });
        match written {
            Ok(_) => Ok(()),
            // The command's own failure says more than a full disk.
            Err(reason) if report.exit_code != 0 => {
                tell(&format!("simtune: cannot write {}: {reason}\n", self.path.display()));
                Ok(())
            }
            Err(reason) => Err(UsageError(format!("cannot write {}: {reason}", self.path.display())).into()),
        }
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn temporary(&self) -> std::io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        // Whoever collects reports may be somebody else; the umask still decides.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.prefix(".simtune-report-").tempfile_in(self.folder())
    }
}
