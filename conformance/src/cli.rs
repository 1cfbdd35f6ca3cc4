//! The program: `simtune-conformance check`, `observe`, `replay`, `list`, `explain`, `report` and `init`.

mod check;
mod driver;
mod exit_code;
mod folder;
mod init;
mod list;
mod observe;
mod progress;
mod replay;
mod report;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::exit_code::{EXIT_CODES, ExitCode};
use crate::rule::Profile;
use crate::shards::Shard;
use crate::template::Template;

/// Asks a Microsoft Graph client to do things, watches what it sends, and says whether it behaved.
#[derive(Debug, Parser)]
#[command(name = "simtune-conformance", version, max_term_width = 120, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Test a client: the smallest scenario of each rule, then scenarios drawn from a seed
    Check(CheckArguments),
    /// Run any program as it is, and judge it by its traffic alone
    Observe(ObserveArguments),
    /// Run a saved failure again: fixed (0), still fails (1) or different (2)
    Replay(ReplayArguments),
    /// List the rules
    List,
    /// Say what a rule requires, who requires it, and how it is tested
    Explain {
        /// A rule, such as PAG-03
        rule: String,
    },
    /// Show results: one run, several clients side by side, or all shards of a run put together
    Report(ReportArguments),
    /// Write a driver to begin with, which runs as it is
    Init(InitArguments),
}

/// Arguments of `check`.
#[derive(Debug, Args)]
struct CheckArguments {
    /// Only the smallest scenario of each rule, and no scenario in which clients may wait for more than 8 s
    #[arg(long)]
    smoke: bool,
    /// Scenarios to draw
    #[arg(long, value_name = "N", default_value_t = 256, conflicts_with = "smoke")]
    cases: u64,
    /// What scenarios are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Scenarios at the same time; waiting costs nothing
    #[arg(short, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Only rules that match, such as THR-*; may be repeated
    #[arg(long, value_name = "GLOB", value_parser = known_rules)]
    only: Vec<String>,
    /// Breaches that are put up with, each with a reason and an end
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Where results are written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A share of the scenarios, such as 1/4
    #[arg(long, value_name = "I/N", default_value_t)]
    shard: Shard,
    /// Whose texts count
    #[arg(long, value_name = "NAME", default_value = "graph", value_parser = profile)]
    profile: Profile,
    #[command(flatten)]
    driver: DriverArguments,
}

/// Arguments of `observe`.
#[derive(Debug, Args)]
struct ObserveArguments {
    /// What goes wrong: none, kind, ordinary, hostile, or a file of faults
    #[arg(long, value_name = "NAME|FILE", default_value = "ordinary")]
    faults: String,
    /// The devices: one-of-each, empty, three-pages, a number to generate, or a file
    #[arg(long, value_name = "NAME|FILE|N", default_value = "three-pages")]
    fleet: String,
    /// What ids, and the chances of faults, are drawn from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Only rules that match, such as THR-*; may be repeated
    #[arg(long, value_name = "GLOB", value_parser = known_rules)]
    only: Vec<String>,
    /// Breaches that are put up with, each with a reason and an end
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// Where results are written
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Whose texts count
    #[arg(long, value_name = "NAME", default_value = "graph", value_parser = profile)]
    profile: Profile,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
struct ReplayArguments {
    /// A file of `failures/`
    failure: PathBuf,
    #[command(flatten)]
    driver: DriverArguments,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
struct ReportArguments {
    /// Files `results.ndjson`. Whole runs are shown side by side; shards of a run are put together
    #[arg(required = true)]
    results: Vec<PathBuf>,
    /// A page for people, of one run or of several side by side
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Everything that `check --out` writes, made of these results: for shards that are put together
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
struct InitArguments {
    /// The language it is written in: node, python, rust or sh
    #[arg(long, value_name = "NAME", value_parser = Template::named)]
    language: &'static Template,
    /// Where it is written
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// How the client is reached.
#[derive(Debug, Args)]
struct DriverArguments {
    /// How CMD is driven: one program that stays (worker), the same by POST (http), or one start for each operation (command)
    #[arg(long, value_enum, default_value = "worker")]
    drive: DriveOption,
    /// Give the client http addresses instead of https. Some SDKs send no token there
    #[arg(long)]
    no_tls: bool,
    /// The time zone of the client's process (TZ)
    #[arg(long, value_name = "ZONE", default_value = "America/New_York")]
    time_zone: String,
    /// How time is kept: wall, or warp, where the client's clock is ten times as fast (libfaketime)
    #[arg(long, value_name = "wall|warp", value_enum, default_value = "wall", hide_possible_values = true)]
    time: TimeOption,
    /// The driver and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// How time is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TimeOption {
    /// By the computer's clock.
    Wall,
    /// The client's clock is fast.
    Warp,
}

/// How a program is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DriveOption {
    /// It stays, and answers one JSON line with another.
    Worker,
    /// It is started for each operation.
    Command,
    /// It stays, and answers one POST to the address that it announces with another message.
    Http,
}

/// Runs the program and says how it ends.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Printing can fail only where nobody reads.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::Usage } else { ExitCode::Ok };
        }
    };
    let done = match cli.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Observe(arguments) => observe::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::List => list::list(),
        Command::Explain { rule } => list::explain(&rule),
        Command::Report(arguments) => report::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
    };
    done.unwrap_or_else(|trouble| {
        eprintln!("simtune-conformance: {}", trouble.text);
        trouble.exit
    })
}

/// Whether the program understands arguments, without doing what they say: documents are held to it.
pub fn understands(arguments: impl IntoIterator<Item = OsString>) -> Result<(), String> {
    Cli::try_parse_from(arguments).map(|_| ()).map_err(|error| error.to_string())
}

/// Why a command did not do what it was asked for.
struct Trouble {
    exit: ExitCode,
    text: String,
}

impl Trouble {
    fn usage(text: impl Into<String>) -> Self {
        Self { exit: ExitCode::Usage, text: text.into() }
    }
}

type Done = Result<ExitCode, Trouble>;

/// Writes to stdout; whoever stopped reading is not told.
fn print(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn read(path: &std::path::Path) -> Result<String, Trouble> {
    std::fs::read_to_string(path).map_err(|error| Trouble::usage(format!("cannot read {}: {error}", path.display())))
}

fn profile(text: &str) -> Result<Profile, String> {
    let known = || Profile::ALL.map(|(name, _)| name).join(", ");
    let found = Profile::ALL.iter().find(|(name, _)| *name == text);
    found.map(|(_, profile)| *profile).ok_or_else(|| format!("there are {}", known()))
}

fn name_of(profile: Profile) -> &'static str {
    Profile::ALL.iter().find(|(_, known)| *known == profile).map_or("graph", |(name, _)| name)
}

/// The rules that some pattern matches.
fn matching(patterns: &[String]) -> impl Iterator<Item = &'static crate::rule::Rule> {
    patterns.iter().flat_map(|pattern| {
        let glob = glob::Pattern::new(pattern).unwrap_or_default();
        crate::rules::all().filter(move |rule| glob.matches(rule.id))
    })
}

fn known_rules(pattern: &str) -> Result<String, String> {
    let glob = glob::Pattern::new(pattern).map_err(|error| error.to_string())?;
    let any = crate::rules::all().any(|rule| glob.matches(rule.id));
    any.then(|| pattern.to_owned())
        .ok_or_else(|| "no rule matches; `simtune-conformance list` names them all".to_owned())
}
