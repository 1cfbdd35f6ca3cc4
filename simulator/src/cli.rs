//! The command line: what can be asked, and which code the process ends with.

mod ask;
mod env;
mod exec;
mod explain;
mod fleet;
mod progress;
mod serve;
mod signals;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};
use uuid::Uuid;

use crate::config::{Options, UsageError};
use crate::exit_code::ExitCode;
use crate::report;

/// A local Microsoft Intune that answers like Microsoft Graph
#[derive(Debug, Parser)]
#[command(name = "simtune", version, about, subcommand_required = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a tenant until interrupted, and print how to connect
    Serve(Box<ServeArguments>),
    /// Serve on free ports, run a command with every variable set, and say what it asked for
    Exec(Box<ExecArguments>),
    /// Print the variables of a running simulator, for a shell to take over
    Env {
        /// How to spell them
        #[arg(long, value_enum, default_value_t = env::Shell::Sh)]
        shell: env::Shell,
        #[command(flatten)]
        at: At,
    },
    /// Print a bearer token, for curl
    Token {
        /// The app it is for [default: the tenant's own]
        #[arg(long, value_name = "ID")]
        app: Option<Uuid>,
        /// The user the app acts for, by sign-in name [default: the app acts for itself]
        #[arg(long, value_name = "UPN")]
        user: Option<String>,
        /// A permission it carries; may be repeated [default: all of the app's, or all that a user may give]
        #[arg(long = "scope", value_name = "S")]
        scopes: Vec<String>,
        #[command(flatten)]
        at: At,
    },
    /// Wait until a simulator is ready (exit 0), or not (1)
    Wait {
        /// How long
        #[arg(long, default_value = "10s", value_name = "DURATION")]
        timeout: String,
        #[command(flatten)]
        at: At,
    },
    /// Ask once whether a simulator is ready: exit 0 or 1
    Health {
        #[command(flatten)]
        at: At,
    },
    /// Say why an exchange went as it did: who decided, by which row, quirk, fault or budget, and what was ignored
    Why {
        /// The header request-id of the answer
        #[arg(value_name = "REQUEST-ID")]
        request: Uuid,
        /// Its tenant, by id or domain
        #[arg(long, value_name = "TENANT", default_value = "default")]
        tenant: String,
        #[command(flatten)]
        at: At,
    },
    /// Say which row of the support matrix decides about a device, and why
    Explain {
        /// A file with one device as JSON, in Graph's property names; - reads standard input
        device: PathBuf,
        /// An edition's id, a date, or latest [default: 2018-03-08]
        #[arg(long, value_name = "E")]
        edition: Option<String>,
    },
    /// Print the support matrix as a table
    Matrix {
        /// A remote action's name in Graph [default: resetPasscode]
        #[arg(long, value_name = "NAME", conflicts_with_all = ["edition", "against"])]
        action: Option<String>,
        /// An edition's id, a date, or latest [default: 2018-03-08]
        #[arg(long, value_name = "E")]
        edition: Option<String>,
        /// Another edition, to see what differs
        #[arg(long, value_name = "E2")]
        against: Option<String>,
    },
    /// List every quirk: values, default, source and how sure it is
    Quirks {
        /// The profile whose defaults are shown
        #[arg(long, value_name = "P", default_value = "realistic")]
        profile: String,
    },
    /// Make, import, anonymize and check files of devices
    Fleet {
        #[command(subcommand)]
        command: fleet::Command,
    },
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

#[derive(Debug, clap::Args)]
struct ServeArguments {
    #[command(flatten)]
    options: Options,
    /// The configuration file [default: simtune.toml, if it is there]
    #[arg(long, env = "SIMTUNE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct ExecArguments {
    /// Exit 3 when the command succeeded and this was met: unknown-route, ignored-filter, early-retry, would-throttle; a
    /// list, or repeated
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = report::checks::named)]
    fail_on: Vec<&'static report::checks::Check>,
    /// Write what the command asked for to a file, as junit=FILE or json=FILE; may be repeated
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = exec::Target::parse)]
    reports: Vec<exec::Target>,
    #[command(flatten)]
    options: Options,
    /// The configuration file; its ports and its ready file are for serve [default: simtune.toml, if it is there]
    #[arg(long, env = "SIMTUNE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Which simulator to ask.
#[derive(Debug, clap::Args)]
struct At {
    // Not a doc comment: rustdoc would read the URL in it.
    #[arg(
        long,
        value_name = "URL",
        help = "The control port of the simulator [default: $SIMTUNE_CONTROL_URL, else http://127.0.0.1:3651]"
    )]
    control: Option<String>,
}

/// Why a command ends otherwise than with 0.
#[derive(Debug)]
enum Stop {
    /// Bad input.
    Usage(UsageError),
    /// A port is taken.
    Busy(String),
    /// The simulator that was asked is not there, or says no.
    Negative(String),
    /// Everything was said; this is the code.
    Code(ExitCode),
}

impl From<UsageError> for Stop {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

/// Runs the program with these arguments.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::Usage } else { ExitCode::Ok };
        }
    };
    let (code, message) = match dispatch(arguments.command) {
        Ok(()) => return ExitCode::Ok,
        Err(Stop::Usage(error)) => (ExitCode::Usage, error.to_string()),
        Err(Stop::Busy(message)) => (ExitCode::PortBusy, message),
        Err(Stop::Negative(message)) => (ExitCode::Negative, message),
        Err(Stop::Code(code)) => return code,
    };
    eprintln!("simtune: {message}");
    code
}

/// The definition of the command line, for the man page and completions.
pub fn command() -> clap::Command {
    Arguments::command()
}

fn dispatch(command: Command) -> Result<(), Stop> {
    match command {
        Command::Serve(arguments) => {
            let config = arguments.options.with_file(arguments.config.as_deref())?.check()?;
            serve::serve(config)
        }
        Command::Exec(arguments) => {
            let config = arguments.options.with_file_for_one_command(arguments.config.as_deref())?.check()?;
            exec::exec(config, &arguments.command, &arguments.fail_on, &arguments.reports)
        }
        Command::Env { shell, at } => env::print(shell, &at),
        Command::Token { app, user, scopes, at } => {
            let token = ask::token(&at, app, user.as_deref(), &scopes)?;
            print(&format!("{token}\n"))
        }
        Command::Wait { timeout, at } => {
            let timeout =
                crate::clock::duration(&timeout).map_err(|error| UsageError(format!("--timeout: {error}")))?;
            ask::wait(&at, timeout.to_std().unwrap_or_default())
        }
        Command::Health { at } => ask::health(&at),
        Command::Why { request, tenant, at } => print(&crate::why::story(&ask::why(&at, &tenant, request)?)),
        Command::Explain { device, edition } => print(&explain::explain(&device, edition.as_deref())?),
        Command::Matrix { action: Some(action), .. } => print(&explain::action_matrix(&action)?),
        Command::Matrix { edition, against, .. } => print(&explain::matrix(edition.as_deref(), against.as_deref())?),
        Command::Quirks { profile } => print(&explain::quirks(&profile)?),
        Command::Fleet { command } => fleet::run(command),
        Command::Completions { shell } => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "simtune", &mut out);
            print(&String::from_utf8_lossy(&out))
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command())
                .render(&mut page)
                .map_err(|error| UsageError(format!("cannot write the man page: {error}")))?;
            print(&String::from_utf8_lossy(&page))
        }
    }
}

/// Writes to stdout; a reader that has gone, such as `head`, is no error.
fn print(text: &str) -> Result<(), Stop> {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    Ok(())
}
