//! Which devices a path is about: all of them, a user's, an app's, the co-managed ones.

use super::{Context, device_query};
use crate::device::ManagedDevice;
use crate::posture::apps::{self, App};
use crate::posture::summary;
use crate::random::Draw;
use crate::route::{Operation, Route, Whose};
use crate::wire::error::Refusal;

/// The part of the fleet that a path is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'a> {
    /// Every device.
    All,
    /// Those of the user with this id or sign-in name.
    Of(&'a str),
    /// Those with this app.
    With(App, Draw),
    /// Those that Configuration Manager manages too.
    CoManaged,
}

impl Which<'_> {
    /// Whether that is every device.
    pub(super) fn is_all(self) -> bool {
        matches!(self, Self::All)
    }

    /// Whether `device` is one of them.
    pub(super) fn has(self, device: &ManagedDevice) -> bool {
        match self {
            Self::All => true,
            Self::Of(user) => device_query::is_owned_by(device, user),
            Self::With(app, draw) => apps::installed(device, draw).any(|installed| installed == app),
            Self::CoManaged => summary::is_co_managed(device),
        }
    }
}

impl Context<'_> {
    /// Where everything drawn of devices beside their records comes from.
    pub(super) fn posture(&self) -> Draw {
        Draw::from_seed(self.tenant.seed()).at("posture")
    }

    /// The signed-in user's id.
    pub(super) fn signed_in(&self) -> Result<&str, Refusal> {
        self.user.ok_or(Refusal::NoSignedInUser)
    }

    /// The devices that the path is about.
    pub(super) fn which<'a>(&'a self, route: &'a Route) -> Result<Which<'a>, Refusal> {
        if let Operation::ListComanagedDevices = route.operation {
            return Ok(Which::CoManaged);
        }
        match (&route.user, &route.app) {
            (Some(Whose::Mine), _) => Ok(Which::Of(self.signed_in()?)),
            (Some(Whose::Users(key)), _) => Ok(Which::Of(key)),
            (None, Some(id)) => Ok(Which::With(self.app(id, route)?, self.posture())),
            (None, None) => Ok(Which::All),
        }
    }

    /// The app with that id, which some device must have.
    pub(super) fn app(&self, id: &str, route: &Route) -> Result<App, Refusal> {
        let draw = self.posture();
        App::all()
            .find(|app| app.id(draw).eq_ignore_ascii_case(id))
            .filter(|app| self.world.inventory().iter().any(|device| Which::With(*app, draw).has(&device)))
            .ok_or_else(|| self.unknown(route.backend_call(None)))
    }
}
