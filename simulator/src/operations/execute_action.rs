//! `POST /beta/deviceManagement/managedDevices/executeAction`: one action, asked of many devices.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::run_action::{arguments, written};
use super::{Context, Reply, initiator};
use crate::actions::parameters::EXECUTE_ACTION;
use crate::actions::{self, RemoteAction};
use crate::audit::event::Deed;
use crate::device::order::Arguments;
use crate::identity::intune_role::{DELETE_DEVICES, Permission};
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::world::{ActionRefusal, ActionRequest, Origin};

/// Devices in one call (documented: the index of device actions); that the service refuses more, and how, is assumed.
const MOST: usize = 100;

/// Devices in one call that collects diagnostics (documented: memdocs `collect-diagnostics.md`).
const MOST_DIAGNOSTICS: usize = 25;

/// What a call asks of each of its devices.
enum Asked {
    Action(&'static dyn RemoteAction, Arguments),
    Delete,
}

impl Asked {
    /// What a signed-in user's role must allow.
    fn permission(&self) -> Permission {
        match self {
            Self::Action(action, _) => Permission::remote_task(action.name()),
            Self::Delete => DELETE_DEVICES,
        }
    }

    /// What daily caps know it by.
    fn name(&self) -> &'static str {
        match self {
            Self::Action(action, _) => action.name(),
            Self::Delete => "delete",
        }
    }

    fn deed(&self) -> Deed {
        match self {
            Self::Action(action, _) => Deed::Action(action.name().into()),
            Self::Delete => Deed::Delete,
        }
    }
}

/// Each id ends in one of four lists (documented: `bulkManagedDeviceActionResult`). An id given twice counts once, and
/// one that is no GUID is not found (both assumed).
pub(super) fn execute(mut context: Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let given = arguments(&context, route.version, "executeAction", EXECUTE_ACTION)?;
    let asked = asked(&given)?;
    // Only the body tells what is asked, so the role is looked at here.
    if context.signed_in.is_some_and(|user| !user.role.has(asked.permission())) {
        return Err(Refusal::RoleDenied(route.backend_call(None)));
    }
    let ids: Vec<&str> = given.get("deviceIds").and_then(Json::as_array).map_or_else(Vec::new, |ids| {
        let mut seen = HashSet::new();
        ids.iter().filter_map(Json::as_str).filter(|id| seen.insert(id.to_ascii_lowercase())).collect()
    });
    let most = if given.text("actionName") == "collectDiagnostics" { MOST_DIAGNOSTICS } else { MOST };
    if ids.len() > most {
        return Err(refused(format!("'deviceIds' can have at most {most} items; this request has {}.", ids.len())));
    }
    context.within_daily_cap(route, asked.name(), ids.len())?;

    let bulk = context.world.next_bulk_id();
    let mut lists = [const { Vec::new() }; 4];
    for id in ids {
        let list = list_of(&mut context, id, &asked, bulk);
        if list == 0
            && let Ok(device) = Uuid::try_parse(id)
        {
            context.record(asked.deed(), device);
        }
        lists[list].push(Json::from(id));
    }
    let members: Map<String, Json> = LISTS.iter().map(|name| (*name).to_owned()).zip(lists.map(Json::Array)).collect();
    // The page's sample wraps the lists in `value`, as all generated samples do; SDKs read them as members
    // (documented).
    let answer = actions::Reply { context: "microsoft.graph.bulkManagedDeviceActionResult", members };
    Ok(written(&context, route, &answer))
}

const LISTS: [&str; 4] = ["successfulDeviceIds", "failedDeviceIds", "notFoundDeviceIds", "notSupportedDeviceIds"];

fn asked(given: &Arguments) -> Result<Asked, Refusal> {
    let name = given.text("actionName");
    if name == "delete" {
        return Ok(Asked::Delete);
    }
    // A member of the enumeration that is not emulated.
    let action = actions::action_in_bulk(name)
        .ok_or_else(|| refused(format!("simtune does not emulate the action '{name}' for many devices.")))?;
    let arguments = action.bulk_arguments(name, given);
    let missing = action.parameters().iter().find(|known| !known.nullable && arguments.get(known.name).is_none());
    if let Some(missing) = missing {
        return Err(refused(format!("The action '{name}' needs the parameter '{}'.", missing.name)));
    }
    action.check(&arguments).map_err(refused)?;
    Ok(Asked::Action(action, arguments))
}

/// The number of the list that `id` ends in. A device that the user's scope tags hide is not found (assumed).
fn list_of(context: &mut Context<'_>, id: &str, asked: &Asked, bulk: Uuid) -> usize {
    let Some(id) = Uuid::try_parse(id).ok().filter(|_| id.len() == 36) else { return 2 };
    if context.world.inventory().get(id).is_none_or(|device| !context.sees(&device)) {
        return 2;
    }
    let origin = Origin { by: context.signed_in.map(initiator), bulk: Some(bulk) };
    match asked {
        Asked::Delete if context.world.delete(id, origin, context.now) => 0,
        Asked::Delete => 2,
        Asked::Action(action, arguments) => {
            let asked = ActionRequest { action: *action, arguments: arguments.clone(), origin };
            match context.world.request_action(id, &asked, context.now) {
                Ok(_) => 0,
                Err(ActionRefusal::Unfit) => 1,
                Err(ActionRefusal::UnknownDevice) => 2,
                Err(ActionRefusal::Unsupported) => 3,
            }
        }
    }
}

fn refused(message: String) -> Refusal {
    Refusal::BadQuery { message }
}
