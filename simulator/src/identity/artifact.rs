//! Codes and refresh tokens as clients see them: opaque, of Entra's shape, with the tenant inside.
//!
//! A client of `common` or `organizations` presents them without naming a tenant, so they have to. Entra's begin with
//! `0.A` or `1.A` (observed: a published client tells its own by that), and what follows is not documented.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::directory::{BASE64URL, text};
use crate::random::Draw;

/// A new artifact of `tenant`; `kind` is read by people only.
pub(super) fn make(kind: &str, tenant: Uuid, draw: Draw) -> String {
    format!("1.A{}.SIMTUNE-{kind}-{}", URL_SAFE_NO_PAD.encode(tenant.as_bytes()), text(draw, BASE64URL, 43))
}

/// The tenant that an artifact names, without any proof that it was ever made.
pub fn tenant_of(artifact: &str) -> Option<Uuid> {
    let encoded = artifact.strip_prefix("1.A")?.split('.').next()?;
    Uuid::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}
