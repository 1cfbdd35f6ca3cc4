//! From the arguments to the door behind which the client is.

use super::{DriveOption, DriverArguments, ExitCode, TimeOption, Trouble};
use crate::calibration::{self, NoWarp};
use crate::command::Command;
use crate::conversation::Door;
use crate::over_sockets::Surroundings;
use crate::pace::Pace;
use crate::process::Launch;
use crate::tempo::Tempo;
use crate::worker::{Limits, Pool, Way};

/// A client and where it is.
pub(super) type Reached = (Surroundings, Box<dyn Door>);

/// The client with time as it is asked for. Where time cannot be warped it is kept by the wall, and it is said why.
pub(super) fn keeping_time(arguments: &DriverArguments, jobs: usize) -> Result<Reached, Trouble> {
    if arguments.time == TimeOption::Warp {
        match warped(arguments, jobs)? {
            Ok(reached) => return Ok(reached),
            Err(why) => eprintln!("simtune-conformance: time is kept by the wall: {why}"),
        }
    }
    reached(Pace::default(), arguments, jobs)
}

fn warped(arguments: &DriverArguments, jobs: usize) -> Result<Result<Reached, NoWarp>, Trouble> {
    #[expect(clippy::disallowed_methods, reason = "where the library is, and what is preloaded anyway")]
    let environment = |name: &str| std::env::var(name).ok();
    let pace = match calibration::warp(Tempo::FAST, environment) {
        Ok(pace) => pace,
        Err(why) => return Ok(Err(why)),
    };
    let surroundings = surroundings(pace, arguments)?;
    // Whoever does not start by the wall either is told so there.
    let door = match door(arguments, &surroundings, jobs) {
        Ok(door) => door,
        Err(trouble) => return Ok(Err(NoWarp::NotStarted(trouble.text))),
    };
    Ok(calibration::client(&surroundings, door.as_ref()).map(|()| (surroundings, door)))
}

/// The client at a pace.
pub(super) fn reached(pace: Pace, arguments: &DriverArguments, jobs: usize) -> Result<Reached, Trouble> {
    let surroundings = surroundings(pace, arguments)?;
    let door = door(arguments, &surroundings, jobs)?;
    Ok((surroundings, door))
}

/// Ports, and a certificate authority.
fn surroundings(pace: Pace, arguments: &DriverArguments) -> Result<Surroundings, Trouble> {
    Surroundings::at(pace, !arguments.no_tls)
        .map_err(|text| Trouble { exit: ExitCode::Harness, text: format!("no simulator can be started: {text}") })
}

/// The way to the client, with room for so many scenarios at once.
fn door(arguments: &DriverArguments, surroundings: &Surroundings, jobs: usize) -> Result<Box<dyn Door>, Trouble> {
    let mut variables = surroundings.trust_variables();
    variables.push(("TZ".to_owned(), arguments.time_zone.clone()));
    let launch = Launch::new(&arguments.command).with(variables).at(surroundings.pace().clone());
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
    let time = if arguments.time == TimeOption::Warp { "--time warp " } else { "" };
    format!("{drive}{tls}{time}-- {}", Launch::new(&arguments.command).shown())
}
