//! Devices that are worked out whenever somebody looks at one, because there are too many to keep.

use std::fmt;

use uuid::Uuid;

use super::base::User;
use crate::device::ManagedDevice;

/// Where the devices of a large fleet come from. Device `number` is the same every time.
pub trait Source: fmt::Debug + Send + Sync {
    /// How many there are; numbers are counted from 0.
    fn count(&self) -> u32;

    /// The device with that number, as nobody has changed it: with its usual physical side and no actions.
    fn device(&self, number: u32) -> ManagedDevice;

    /// What that device is sorted and found by. Costs a fraction of the device itself.
    fn sketch(&self, number: u32) -> Sketch;

    /// Hears that so many more were sketched: somebody may be waiting for all of them.
    fn has_sketched(&self, _more: u32) {}
}

/// The properties of a device by which it is sorted and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// `id`.
    pub id: Uuid,
    /// `deviceName`.
    pub device_name: String,
    /// `serialNumber`; empty if it tells none.
    pub serial_number: String,
    /// `azureADDeviceId`, unless it is the zero id.
    pub directory_id: Option<Uuid>,
    /// Its primary user.
    pub owner: Option<Owner>,
}

/// The primary user of a device, whose address is their sign-in name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// `userId`.
    pub id: Uuid,
    /// `userPrincipalName`.
    pub principal: String,
    /// `userDisplayName`.
    pub display: String,
}

impl From<Owner> for User {
    fn from(owner: Owner) -> Self {
        Self {
            id: owner.id.hyphenated().to_string(),
            mail: owner.principal.clone(),
            user_principal_name: owner.principal,
            display_name: owner.display,
        }
    }
}
