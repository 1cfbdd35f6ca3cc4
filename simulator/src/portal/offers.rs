//! What a device can be asked for, by which row of which matrix, and whether a user's role allows it.
//!
//! Nothing is decided here: the service decides when it is asked. This says beforehand what it will say.

use serde_json::{Value as Json, json};

use crate::actions::platforms::Matrix;
use crate::actions::{ACTIONS, Course, Parameter, RemoteAction, types};
use crate::device::ManagedDevice;
use crate::device::order::Arguments;
use crate::device::platform::Named;
use crate::device::record::ApiVersion;
use crate::identity::intune_role::{DELETE_DEVICES, IntuneRole, Permission};
use crate::identity::user::User;
use crate::odata::value::Edm;
use crate::support::{Edition, Outcome};

/// Every action, and what becomes of it on `device` if `user` asks for it.
pub fn offers(device: &ManagedDevice, edition: &Edition, user: Option<&User>) -> Vec<Json> {
    let actions = ACTIONS.iter().map(|action| {
        let right = right(user, Permission::remote_task(action.name()));
        json!({
            "action": action.name(),
            "version": if action.since() == ApiVersion::V1 { "v1.0" } else { "beta" },
            "matrix": ruling(*action, device, edition),
            "right": right,
            "parameters": action.parameters().iter().map(parameter).collect::<Vec<_>>(),
            "byService": action.course(&Arguments::default()) == Course::ByService,
        })
    });
    let delete = json!({
        "action": "delete",
        "version": "v1.0",
        "matrix": { "supported": true, "row": null, "text": null, "origin": null, "source": null, "outcome": null, "needs": [] },
        "right": right(user, DELETE_DEVICES),
        "parameters": [],
        "byService": true,
    });
    actions.chain([delete]).collect()
}

/// What the matrix says, and on whose authority.
fn ruling(action: &dyn RemoteAction, device: &ManagedDevice, edition: &Edition) -> Json {
    if action.name() == "resetPasscode" {
        let decision = edition.decide(device.facts());
        let outcome = match decision.outcome {
            Outcome::PasscodeRemoved => json!({ "kind": "removed" }),
            Outcome::TemporaryPasscode { scope, passcode } => {
                json!({ "kind": "temporary", "scope": scope.name(), "characters": passcode.name() })
            }
            Outcome::NotSupported => json!({ "kind": "notSupported" }),
        };
        return json!({
            "supported": decision.outcome != Outcome::NotSupported,
            "row": format!("{}, {}", edition.id, decision.row),
            "text": decision.text,
            "origin": decision.origin.name(),
            "source": decision.source,
            "outcome": outcome,
            "needs": decision.needs.iter().map(Named::name).collect::<Vec<_>>(),
        });
    }
    let matrix = Matrix::embedded();
    let supported = action.is_supported(edition, device);
    let row = matrix.nearest(action.name(), device);
    let source = row.and_then(|row| matrix.sources.get(&row.source));
    json!({
        "supported": supported,
        "row": row.map(|row| row.on.iter().map(|column| column.label()).collect::<Vec<_>>().join(", ")),
        "text": null,
        "origin": row.map(|row| row.origin.name()),
        "source": source.map(|source| format!("{} ({})", source.title, source.date)),
        "outcome": null,
        "needs": row.map(|row| row.needs.iter().map(|need| need.label()).collect::<Vec<_>>()).unwrap_or_default(),
    })
}

/// Whether `user` has `permission` in Intune, and why not. An app that acts for itself is asked for no role.
fn right(user: Option<&User>, permission: Permission) -> Json {
    let missing = user.and_then(|user| match user {
        User { licensed: false, .. } => Some("licence"),
        User { role: IntuneRole::None, .. } => Some("role"),
        User { role, .. } if !role.has(permission) => Some("permission"),
        User { .. } => None,
    });
    json!({ "allowed": missing.is_none(), "missing": missing, "permission": permission.name() })
}

fn parameter(parameter: &Parameter) -> Json {
    let (kind, members): (&str, &[&str]) = match parameter.edm {
        Edm::Boolean => ("boolean", &[]),
        Edm::Int32 | Edm::Int64 | Edm::Double => ("number", &[]),
        Edm::Enum(name) => ("choice", types::members_of(name)),
        Edm::Complex(_) | Edm::ComplexCollection(_) | Edm::StringCollection => ("json", &[]),
        _ => ("text", &[]),
    };
    json!({ "name": parameter.name, "kind": kind, "required": !parameter.nullable, "members": members })
}
