//! `retire`: company data goes, the device leaves management and the user keeps the rest.

use super::{Course, RemoteAction};
use crate::device::departure::Way;
use crate::device::order::Arguments;

/// `POST …/retire`.
#[derive(Debug)]
pub struct Retire;

impl RemoteAction for Retire {
    fn name(&self) -> &'static str {
        "retire"
    }

    fn audit_name(&self, _arguments: &Arguments) -> &'static str {
        "removeCompanyData"
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["retire"]
    }

    fn course(&self, _arguments: &Arguments) -> Course {
        Course::Departure { way: Way::Retire, stays: false }
    }
}
