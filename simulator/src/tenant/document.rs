//! A whole tenant as one JSON document: written by an export, put in the place of another by an import.
//!
//! The document holds what a moment holds, the tenant's own secrets and passcodes among it. The tenant's id and domain are
//! only told: whoever reads the document keeps its own.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::moment::Members;
use super::{Moment, Tenant, TenantError, Tenants};
use crate::fleet;
use crate::identity::directory::{App, Auth, Directory};
use crate::identity::sessions::Sessions;
use crate::identity::user::User;
use crate::random::Draw;
use crate::world;

/// The form of documents that is written. It grows with every change that an older simulator could not read.
pub const VERSION: u32 = 1;

/// Why a document is not put in the place of what is. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is no JSON, or says nothing of its version.
    #[error("this is no exported world: {0}")]
    NoDocument(serde_json::Error),
    /// Its form is not known here.
    #[error(
        "the world is written down in version {0}, and simtune {simtune} reads version {VERSION}; use the simtune that wrote it, or a newer one",
        simtune = env!("CARGO_PKG_VERSION")
    )]
    OtherVersion(u32),
    /// Something in it cannot be.
    #[error("the world cannot be used: {0}")]
    Broken(serde_path_to_error::Error<serde_json::Error>),
    /// Nobody could ask for anything.
    #[error("the world cannot be used: apps: a tenant has at least one")]
    NoApp,
    /// Its edition does not exist, or it is too large.
    #[error("the world cannot be used: {0}")]
    Unusable(#[from] TenantError),
}

/// A tenant's moment on its way to a document.
#[derive(Debug)]
pub struct Export {
    id: Uuid,
    domain: String,
    moment: Moment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    version: u32,
    simtune: &'static str,
    exported_from: Origin,
    seed: u64,
    auth: Auth,
    apps: &'a [App],
    users: &'a [User],
    sign_ins: &'a Sessions,
    world: &'a world::Moment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Read {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(rename = "simtune")]
    _simtune: String,
    #[serde(rename = "exportedFrom")]
    _exported_from: Origin,
    seed: u64,
    auth: Auth,
    apps: Vec<App>,
    users: Vec<User>,
    sign_ins: Sessions,
    world: world::Stored,
}

/// Whose world it was; for people.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Origin {
    tenant_id: Uuid,
    domain: String,
}

/// As much as is read of every document, whatever its form.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl Export {
    /// `moment` of `tenant`, to be written down. Nobody waits while it is.
    pub fn new(tenant: &Tenant, moment: Moment) -> Self {
        Self { id: tenant.id, domain: tenant.domain.clone(), moment }
    }

    /// Writes the document, device by device: it is never in memory as a whole.
    pub fn write(&self, out: impl io::Write) -> io::Result<()> {
        let Moment { members: Members { directory, people: _, seed }, sessions, world } = &self.moment;
        let Directory { tenant_id: _, domain: _, apps, users, auth } = &**directory;
        let document = Written {
            version: VERSION,
            simtune: env!("CARGO_PKG_VERSION"),
            exported_from: Origin { tenant_id: self.id, domain: self.domain.clone() },
            seed: *seed,
            auth: *auth,
            apps,
            users,
            sign_ins: sessions,
            world,
        };
        serde_json::to_writer(out, &document).map_err(io::Error::from)
    }
}

impl Tenants {
    /// Puts the world of `document` in the place of what `tenant` is. Either all of it is, or nothing has changed.
    pub fn import(&self, tenant: &Tenant, document: &[u8]) -> Result<(), ImportError> {
        let Version { version } = serde_json::from_slice(document).map_err(ImportError::NoDocument)?;
        if version != VERSION {
            return Err(ImportError::OtherVersion(version));
        }
        let mut json = serde_json::Deserializer::from_slice(document);
        let read: Read = serde_path_to_error::deserialize(&mut json).map_err(ImportError::Broken)?;
        json.end().map_err(ImportError::NoDocument)?;
        let Read { _version: _, _simtune: _, _exported_from: _, seed, auth, apps, users, sign_ins, world } = read;
        if apps.is_empty() {
            return Err(ImportError::NoApp);
        }
        let edition = super::Shared::edition(&world.edition)?;
        let world = world.moment(edition, Draw::from_seed(seed).at("world"));
        if world.devices() > fleet::MOST as usize {
            return Err(TenantError::FleetTooLarge(world.devices()).into());
        }
        let directory = Directory { tenant_id: tenant.id, domain: tenant.domain.clone(), apps, users, auth };
        let members = Members { directory: Arc::new(directory), people: Arc::clone(world.people()), seed };
        tenant.go_back(&Moment { members, sessions: sign_ins, world }, self.wall.now());
        Ok(())
    }
}
