//! From the arguments to the door behind which the client is.

use super::{DriveOption, DriverArguments, ExitCode, Trouble};
use crate::command::Command;
use crate::conversation::Door;
use crate::over_sockets::Surroundings;
use crate::process::Launch;
use crate::worker::{Limits, Pool, Way};

/// Ports, and a certificate authority.
pub(super) fn surroundings(arguments: &DriverArguments) -> Result<Surroundings, Trouble> {
    Surroundings::new(!arguments.no_tls)
        .map_err(|text| Trouble { exit: ExitCode::Harness, text: format!("no simulator can be started: {text}") })
}

/// The way to the client, with room for so many scenarios at once.
pub(super) fn door(
    arguments: &DriverArguments,
    surroundings: &Surroundings,
    jobs: usize,
) -> Result<Box<dyn Door>, Trouble> {
    let mut variables = surroundings.trust_variables();
    variables.push(("TZ".to_owned(), arguments.time_zone.clone()));
    let launch = Launch::new(&arguments.command).with(variables);
    match arguments.drive {
        DriveOption::Command => Ok(Box::new(Command::new(launch))),
        DriveOption::Worker | DriveOption::Http => {
            let way = if arguments.drive == DriveOption::Http { Way::Posts } else { Way::Lines };
            let started = Pool::start_by(way, launch, Limits::default(), jobs);
            let pool = started.map_err(|error| Trouble { exit: ExitCode::Protocol, text: error.to_string() })?;
            Ok(Box::new(pool))
        }
    }
}

/// The driver's command for people, with the way it is driven.
pub(super) fn shown(arguments: &DriverArguments) -> String {
    let drive = match arguments.drive {
        DriveOption::Worker => "",
        DriveOption::Command => "--drive command ",
        DriveOption::Http => "--drive http ",
    };
    let tls = if arguments.no_tls { "--no-tls " } else { "" };
    format!("{drive}{tls}-- {}", Launch::new(&arguments.command).shown())
}
