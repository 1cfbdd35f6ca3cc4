//! What Intune knows of a device beside its record: apps, policies, protection.
//!
//! Nothing of it is stored. Each is a function of the device and of the tenant's seed, worked out when somebody asks, so
//! a fleet of any size starts at once and two questions never get answers that disagree.

pub mod app_diagnostics;
pub mod apps;
pub mod policies;
pub mod protection;
pub mod summary;
