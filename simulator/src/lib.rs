//! A local Microsoft Intune that answers like Microsoft Graph.

pub mod device;
pub mod identity;
pub mod odata;
pub mod random;
pub mod support;
