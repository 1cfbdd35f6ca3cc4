//! The tenant segment of a path: this tenant, one of the words for any tenant, or a refusal.

use uuid::Uuid;

use super::directory::{Auth, Directory};
use super::error::{Reason, Refusal};

/// Who is asked, as far as the path tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TenantName {
    /// This tenant, by id or domain.
    This,
    /// `organizations`: whichever tenant the user belongs to.
    Organizations,
    /// `common`: the same, personal accounts included.
    Common,
    /// `consumers`: personal accounts, of which there are none here.
    Consumers,
}

impl TenantName {
    /// Reads `tenant` for `directory`, which was chosen to answer. A word without a dot is malformed here; the metadata
    /// endpoint calls it unknown.
    pub(super) fn read(directory: &Directory, tenant: &str) -> Result<Self, Refusal> {
        let name = tenant.to_ascii_lowercase();
        match name.as_str() {
            "common" => return Ok(Self::Common),
            "organizations" => return Ok(Self::Organizations),
            "consumers" => return Ok(Self::Consumers),
            _ if directory.auth == Auth::Relaxed || directory.answers_to(tenant) => return Ok(Self::This),
            _ => {}
        }
        Err(match Uuid::try_parse(tenant) {
            Ok(id) if id.is_nil() => Reason::EmptyTenantId.with(&[tenant]),
            Ok(_) => Reason::UnknownTenant.with(&[tenant]),
            Err(_) if is_domain(tenant) => Reason::UnknownTenant.with(&[tenant]),
            Err(_) => Reason::MalformedTenant.with(&[tenant]),
        })
    }

    /// For users: everybody but `consumers`. `app` is the client id and the app's name, for the refusal.
    pub(super) fn of_users(self, app: (&str, &str)) -> Result<(), Refusal> {
        if self == Self::Consumers { Err(Reason::NoConsumers.with(&[app.0, app.1])) } else { Ok(()) }
    }
}

fn is_domain(name: &str) -> bool {
    name.contains('.')
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}
