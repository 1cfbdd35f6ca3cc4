//! `simtune fleet generate`: made-up devices, a line each, as fast as they can be written.

use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::Stop;
use crate::clock::Wall;
use crate::config::UsageError;
use crate::fleet::{self, Mix};
use crate::tenant::{DEFAULT_DOMAIN, fleet_draw};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(fleet::MOST_GENERATED)))]
    count: u32,
    /// What they are drawn from
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// A TOML file with shares of kinds of devices [default: those of an ordinary company]
    #[arg(long, value_name = "FILE")]
    mix: Option<PathBuf>,
    /// The day on which the devices are looked at; they enrolled and checked in before it [default: today, in UTC]
    #[arg(long, value_name = "DAY")]
    as_of: Option<NaiveDate>,
}

/// How much is written at once.
const CHUNK: usize = 256 * 1024;

pub(super) fn generate(arguments: &Arguments) -> Result<(), Stop> {
    let mix = match &arguments.mix {
        None => Mix::default(),
        Some(path) => {
            let name = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|error| UsageError(format!("--mix: cannot read {name}: {error}")))?;
            Mix::read(&name, &text).map_err(|error| UsageError(format!("--mix: {error}")))?
        }
    };
    let day = arguments.as_of.unwrap_or_else(|| Wall::System.now().date_naive());
    let mut stdout = std::io::stdout().lock();
    let mut out = Vec::with_capacity(CHUNK * 2);
    let draw = fleet_draw(arguments.seed);
    let people = fleet::People::new(DEFAULT_DOMAIN, draw.at("people"));
    let context = fleet::Context { people: &people, as_of: midnight(day) };
    for number in 0..arguments.count {
        fleet::write_line(&mut out, &mix.device(number, &context, draw));
        if out.len() >= CHUNK || number + 1 == arguments.count {
            match stdout.write_all(&out) {
                Ok(()) => out.clear(),
                Err(error) => return super::unwritten(&error),
            }
        }
    }
    stdout.flush().or_else(|error| super::unwritten(&error))
}

/// A tenant's fleet is made for a day and not for a moment.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
