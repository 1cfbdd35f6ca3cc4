//! The diagnostics that people sent from the Company Portal of their phones and tablets.
//!
//! Names and the examples of their values are documented (`powerliftIncidentMetadata`); who sent any, when, and how the
//! files are called is made up.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::device::ManagedDevice;
use crate::device::platform::Platform;
use crate::random::Draw;

/// One of them: `powerliftIncidentMetadata`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: Uuid,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// The operating system.
    pub platform: &'static str,
    /// The app it was sent from.
    pub application: &'static str,
    /// What was sent.
    pub files: [&'static str; 2],
}

/// What the user of `device` sent from it: one of four did, once.
pub fn sent(device: &ManagedDevice, draw: Draw) -> Option<Incident> {
    let (platform, application) = match device.facts().platform {
        Platform::Ios | Platform::IpadOs => ("iOS", "com.microsoft.CompanyPortal"),
        Platform::Android => ("Android", "com.microsoft.windowsintune.companyportal"),
        _ => return None,
    };
    let record = device.record();
    if record.user_principal_name.as_str().is_empty() {
        return None;
    }
    let draw = draw.at("app diagnostics").at(record.id.as_str());
    if draw.below(4) != 0 {
        return None;
    }
    let after = TimeDelta::minutes(i64::try_from(draw.at("after").below(60)).expect("below 60"));
    let at = record.enrolled_date_time + after;
    Some(Incident { id: draw.guid(), at, platform, application, files: ["CompanyPortal.log", "Settings.json"] })
}

impl Incident {
    /// It as Graph spells it.
    pub fn json(&self) -> Json {
        let id = self.id.hyphenated().to_string();
        json!({
            "powerliftId": id,
            "easyId": id[..8].to_ascii_uppercase(),
            "createdAtDateTime": self.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "platform": self.platform,
            "application": self.application,
            "clientVersion": "5.2203.1",
            "locale": "en-US",
            "fileNames": self.files,
        })
    }
}
