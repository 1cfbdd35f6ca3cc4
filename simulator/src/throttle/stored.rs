//! What was used of the budgets, as a world's document has it: by the names of the budgets, so that a row more or less in
//! the tables changes nothing for the others.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::{APPS, App, BUDGETS, DAILY_CAPS, Day, Mode, Throttle, windows};
use crate::stored;

/// Microseconds between 1970 and the year 1, or 9999, at most.
const FARTHEST: u64 = 260_000_000_000_000_000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    mode: Factor,
    users: Option<usize>,
    /// When each unit came that the tenant used, in microseconds since 1970, by budget.
    tenant: BTreeMap<String, VecDeque<i64>>,
    apps: Vec<OfApp>,
    day: i32,
    today: BTreeMap<String, u32>,
    over: BTreeMap<String, u64>,
    #[serde(with = "stored::count")]
    refused: u64,
    #[serde(with = "stored::count")]
    would_refuse: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OfApp {
    id: Uuid,
    asked: i64,
    used: BTreeMap<String, VecDeque<i64>>,
}

/// `report`, `off`, or the factor of what is enforced.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Factor {
    Name(String),
    Enforced(f64),
}

impl Serialize for Throttle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What the request exceeds that is being answered is over with it; where the last app stands is found again.
        let Self { mode, users, tenant, apps, latest: _, today, over, refused, would_refuse, exceeded: _ } = self;
        let used = |windows: &[super::Window]| {
            let units = BUDGETS.iter().zip(windows).filter(|(_, window)| !window.units().is_empty());
            units.map(|(budget, window)| (budget.name.to_owned(), window.units().clone())).collect()
        };
        let names = BUDGETS.iter().map(|budget| budget.name).chain(DAILY_CAPS.iter().map(|cap| cap.name));
        Written {
            mode: match mode {
                Mode::Enforce { factor } => Factor::Enforced(*factor),
                Mode::Off | Mode::Report => Factor::Name(mode.name().to_owned()),
            },
            users: *users,
            tenant: used(tenant),
            apps: apps.iter().map(|app| OfApp { id: app.id, asked: app.asked, used: used(&app.windows) }).collect(),
            day: today.number,
            today: DAILY_CAPS.iter().zip(today.used).map(|(cap, used)| (cap.name.to_owned(), used)).collect(),
            over: names.zip(over).map(|(name, over)| (name.to_owned(), *over)).collect(),
            refused: *refused,
            would_refuse: *would_refuse,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Throttle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer)?.read().map_err(serde::de::Error::custom)
    }
}

impl Written {
    fn read(self) -> Result<Throttle, String> {
        let mode: Mode = match self.mode {
            Factor::Name(name) => name.parse()?,
            Factor::Enforced(factor) => factor.to_string().parse()?,
        };
        if self.apps.len() > APPS {
            return Err(format!("at most {APPS} apps are counted at once; there are {}", self.apps.len()));
        }
        // The number of users counts only where something is counted.
        let users = self.users.unwrap_or_default();
        let read = |used: BTreeMap<String, VecDeque<i64>>| {
            let mut windows = windows(mode, users);
            for (name, units) in used {
                let row = BUDGETS.iter().position(|budget| budget.name == name).ok_or_else(|| unknown(&name))?;
                if !units.iter().is_sorted() || units.iter().any(|unit| unit.unsigned_abs() > FARTHEST) {
                    return Err(format!("what was used of {name} is not in the order of time"));
                }
                windows[row].fill(units);
            }
            Ok(windows)
        };
        let mut throttle = Throttle { users: self.users, ..Throttle::new(mode) };
        for app in self.apps {
            throttle.apps.push(App { id: app.id, asked: app.asked, windows: read(app.used)? });
        }
        if !throttle.apps.is_empty() {
            throttle.tenant = read(self.tenant)?;
        }
        throttle.today = Day { number: self.day, ..Day::default() };
        for (name, used) in self.today {
            let cap = DAILY_CAPS.iter().position(|cap| cap.name == name).ok_or_else(|| unknown(&name))?;
            throttle.today.used[cap] = used;
        }
        for (name, over) in self.over {
            let of_budgets = BUDGETS.iter().map(|budget| budget.name);
            let mut names = of_budgets.chain(DAILY_CAPS.iter().map(|cap| cap.name));
            let row = names.position(|known| known == name).ok_or_else(|| unknown(&name))?;
            throttle.over[row] = over.min(1 << 53);
        }
        throttle.refused = self.refused;
        throttle.would_refuse = self.would_refuse;
        Ok(throttle)
    }
}

fn unknown(name: &str) -> String {
    format!("there is no budget '{name}'")
}
