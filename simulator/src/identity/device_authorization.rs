//! `POST /{tenant}/oauth2/v2.0/devicecode`: a device begins, and learns what to show its user.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::client;
use super::delegated_scope::Wanted;
use super::device_code::{Begun, INTERVAL, LIFETIME};
use super::directory::Directory;
use super::error::{AadError, Refusal, Stamp};
use super::form::{Form, understands_challenges};
use super::sessions::Sessions;
use super::tenant_name::TenantName;
use super::token_endpoint::{Dialect, TokenRequest};
use crate::random::Draw;

/// A device's answer: codes, and where to enter one of them.
#[derive(Debug)]
pub struct DeviceAuthorization {
    begun: Begun,
    verification_uri: String,
    /// When, and under which ids.
    pub stamp: Stamp,
}

/// Begins. Whoever is set to approve device codes has done so when this returns.
pub fn begin(
    directory: &Directory,
    sessions: &mut Sessions,
    request: &TokenRequest<'_>,
    now: DateTime<Utc>,
    draw: Draw,
) -> Result<DeviceAuthorization, AadError> {
    let form = Form::of_body(request.content_type, request.body);
    let stamp = Stamp::new(now, request.client_request_id.or(form.get("client-request-id")), draw);
    let begun = decide(directory, sessions, request, &form, now, draw).map_err(|refusal| refusal.stamped(stamp))?;
    if let Some(user) = sessions.auto_approve {
        let approved = sessions.decide_device(&begun.user_code, Some(user), now);
        debug_assert!(approved.is_ok(), "a new code is pending");
    }
    Ok(DeviceAuthorization { begun, verification_uri: format!("{}/devicelogin", request.authority.root()), stamp })
}

fn decide(
    directory: &Directory,
    sessions: &mut Sessions,
    request: &TokenRequest<'_>,
    form: &Form<'_>,
    now: DateTime<Utc>,
    draw: Draw,
) -> Result<Begun, Refusal> {
    let client_id = form.required("client_id")?;
    let tenant = TenantName::read(directory, request.tenant)?;
    let app = client::named(directory, client_id)?;
    tenant.of_users((client_id, &app.display_name))?;
    let wanted = match request.dialect {
        Dialect::V2 => Wanted::read(form.required("scope")?, request.authority, &directory.domain)?,
        Dialect::V1 => Wanted::resource(form.required("resource")?, request.authority, &directory.domain)?,
    };
    let understands = understands_challenges(form.get("claims"));
    Ok(sessions.device_codes.begin(directory.tenant_id, app.client_id, wanted, understands, now, draw))
}

impl DeviceAuthorization {
    /// The JSON body, status 200. Members and message documented; the address is this simulator's, under the name the
    /// client used.
    pub fn body(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            user_code: &'a str,
            device_code: &'a str,
            verification_uri: &'a str,
            expires_in: i64,
            interval: i64,
            message: String,
        }
        let Begun { user_code, device_code } = &self.begun;
        serde_json::to_string(&Body {
            user_code,
            device_code,
            verification_uri: &self.verification_uri,
            expires_in: LIFETIME.num_seconds(),
            interval: INTERVAL,
            message: format!(
                "To sign in, use a web browser to open the page {} and enter the code {user_code} to authenticate.",
                self.verification_uri
            ),
        })
        .expect("strings and numbers become JSON")
    }
}
