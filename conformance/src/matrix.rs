//! The support matrix, walked from a row to a device that it describes.
//!
//! The simulator goes the other way, from a device to its row. The two share the data and no code.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value as Json, json};

/// The edition that scenarios are about.
pub const EDITION: &str = "2018-03-08";

/// The rows of [`EDITION`], with a device for each.
pub static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../fixtures/support-matrix/reset-passcode/2018-03-08.toml"))
        .expect("the edition in the repository is sound");
    let mut rows: Vec<Row> = file.row.into_iter().map(Row::of).collect();
    // What no row lists is refused by default.
    rows.push(Row {
        id: "default".to_owned(),
        outcome: Outcome::NotSupported,
        system: "Linux",
        members: json!({ "deviceType": "linux", "osVersion": "24.04", "managementAgent": "mdm" }),
    });
    rows
});

/// A row, and a device that it describes.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What a reset leads to.
    pub outcome: Outcome,
    /// The device's operating system.
    pub system: &'static str,
    /// The device's members that make it belong to this row.
    pub members: Json,
}

/// What a reset leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A new passcode, to be read afterwards.
    TemporaryPasscode,
    /// No passcode any more.
    PasscodeRemoved,
    /// A refusal.
    NotSupported,
}

#[derive(Deserialize)]
struct File {
    row: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    id: String,
    when: When,
    outcome: Outcome,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct When {
    platform: Vec<String>,
    enrolment: Vec<String>,
    join: Vec<String>,
    os: String,
}

/// A platform's device type, operating system, and a version that is neither its first nor its last.
const PLATFORMS: [(&str, &str, &str, &str); 6] = [
    ("windows-phone", "windowsPhone", "Windows", "10.0.14393.2007"),
    ("ios", "iPhone", "iOS", "17.6.1"),
    ("ipados", "iPad", "iOS", "17.6.1"),
    ("android", "android", "Android", "6.0.1"),
    ("windows", "desktop", "Windows", "10.0.22631.3737"),
    ("macos", "macMDM", "macOS", "14.4.1 (23E224)"),
];

impl Row {
    /// The first kind of device that a row lists.
    fn of(row: Written) -> Self {
        let first = |list: &[String], otherwise: &str| list.first().map_or(otherwise, String::as_str).to_owned();
        let platform = first(&row.when.platform, "ios");
        let (_, device_type, system, version) = *PLATFORMS
            .iter()
            .find(|(name, ..)| *name == platform)
            .unwrap_or_else(|| panic!("the row {} has the platform {platform}, which is not known here", row.id));
        let mut members = json!({ "deviceType": device_type, "osVersion": within(&row.when.os, version) });
        match first(&row.when.enrolment, "standard").as_str() {
            "work-profile" => members["deviceType"] = "androidForWork".into(),
            "monitored-only" => members["managementAgent"] = "eas".into(),
            _ => {}
        }
        match first(&row.when.join, "").as_str() {
            "azure-ad-joined" => members["joinType"] = "azureADJoined".into(),
            "unknown" => members["joinType"] = "unknown".into(),
            _ => {}
        }
        Self { id: row.id, outcome: row.outcome, system, members }
    }
}

/// The lower bound where there is one: a version at the border tells most.
fn within(condition: &str, usual: &str) -> String {
    let bound = condition.split(',').find_map(|part| part.trim().strip_prefix(">="));
    bound.unwrap_or(usual).to_owned()
}

/// The row with that id.
pub fn row(id: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.id == id)
}

/// The outcome of the row with that id; what is not listed is not supported.
pub fn outcome(id: &str) -> Outcome {
    row(id).map_or(Outcome::NotSupported, |row| row.outcome)
}
