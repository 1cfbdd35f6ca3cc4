//! The rows as commands of a POSIX shell, for somebody who pastes them.

use std::fmt::Write;

use super::{Ask, Knob, Way};

/// What the commands below it need: names for addresses and for what is done again and again. `graph` shows the head of
/// an answer too, and `control` only its status.
pub const NAMES: &str = r#"eval "$(simtune env)"
tenant="$SIMTUNE_CONTROL_URL/api/tenants/default"
devices="$SIMTUNE_GRAPH_URL/deviceManagement/managedDevices"
graph() { curl -sSig -w '\n' -H "Authorization: Bearer $SIMTUNE_TOKEN" "$@"; }
control() { curl -s -o /dev/null -w '%{http_code}\n' "$@"; }
id_of() { curl -s "$tenant/devices" | tr '{' '\n' | sed -n "s/^\"id\":\"\([^\"]*\)\".*\"deviceName\":\"$1\".*/\1/p"; }
walk() {
  next="$1"
  for page in 1 2 3 4 5; do
    [ -n "$next" ] || break
    answer=$(graph "$next"); printf '%s\n' "$answer"
    next=$(printf '%s' "$answer" | sed -n 's/.*"@odata.nextLink":"\([^"]*\)".*/\1/p')
  done
}
sign_in() {
  answer=$(curl -s "$SIMTUNE_AUTHORITY_URL/$SIMTUNE_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials \
    -d client_id="$SIMTUNE_CLIENT_ID" --data-urlencode client_secret="$1" -d scope=https://graph.microsoft.com/.default)
  printf '%s\n' "$answer"
  SIMTUNE_TOKEN=$(printf '%s' "$answer" | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')
}
"#;

/// Takes everything back that a row did.
pub const UNDO: &str = r#"control -X POST "$tenant/reset"; eval "$(simtune env)""#;

/// The commands of one way: what is set, then what is asked, a line each.
pub fn commands(way: &Way, number: u8) -> Vec<String> {
    way.knobs.iter().map(|knob| knob_command(knob, number)).chain(way.asks.iter().map(ask_command)).collect()
}

/// The flags of `simtune serve` that set as much of this way as flags can.
pub fn flags(way: &Way) -> Vec<String> {
    way.knobs
        .iter()
        .filter_map(|knob| match knob {
            Knob::Quirk(name, on, _) => Some(format!("--quirk {name}={on}")),
            Knob::Throttle(factor) => Some(format!("--throttle {factor}")),
            Knob::Flags(flags) => Some((*flags).to_owned()),
            Knob::Fault(_) | Knob::Device(..) | Knob::NewDevice(_) => None,
        })
        .collect()
}

/// The flags with which the quirks of this way show nothing of it. Everything else is off without a flag.
pub fn flags_off(way: &Way) -> Vec<String> {
    let off = |knob: &Knob| match knob {
        Knob::Quirk(name, _, off) => Some(format!("--quirk {name}={off}")),
        _ => None,
    };
    way.knobs.iter().filter_map(off).collect()
}

/// What a knob is to the control API: verb, path below the tenant, and body. Flags are not its business.
pub fn call(knob: &Knob, number: u8) -> Option<(&'static str, String, String)> {
    Some(match knob {
        Knob::Quirk(name, on, _) => ("PATCH", "quirks".into(), format!(r#"{{"{name}":"{on}"}}"#)),
        Knob::Fault(rule) => ("PUT", "faults".into(), format!(r#"{{"value":[{{"id":"row-{number}",{rule}}}]}}"#)),
        Knob::Throttle(factor) => ("PATCH", "throttle".into(), format!(r#"{{"mode":{factor}}}"#)),
        Knob::Device(name, members) => ("PATCH", format!("devices/{{id:{name}}}"), (*members).to_owned()),
        Knob::NewDevice(members) => ("POST", "devices".into(), (*members).to_owned()),
        Knob::Flags(_) => return None,
    })
}

fn knob_command(knob: &Knob, number: u8) -> String {
    match (knob, call(knob, number)) {
        (Knob::Flags(flags), _) => format!("simtune serve {flags}     # in the place of the one that runs"),
        (_, Some((verb, path, body))) => format!("control -X {verb} \"$tenant/{}\" -d '{body}'", filled(&path)),
        (_, None) => unreachable!("everything but flags is a call"),
    }
}

fn ask_command(ask: &Ask) -> String {
    match ask {
        Ask::Send(verb, target, headers, body) => {
            let mut command = String::from("graph");
            if *verb != "GET" {
                let _ = write!(command, " -X {verb}");
            }
            for header in *headers {
                let _ = write!(command, " -H '{header}'");
            }
            if let Some(body) = body {
                let _ = write!(command, " -d '{body}'");
            }
            let _ = write!(command, " \"{}\"", filled(target));
            if headers.iter().any(|header| header.starts_with("Accept-Encoding")) {
                command.push_str(" | cat -v");
            }
            command
        }
        Ask::Walk(target) => format!("walk \"{}\"", filled(target)),
        Ask::Together(first, second) => format!("graph \"{}\" \"{}\"", filled(first), filled(second)),
        Ask::SignIn => "sign_in \"$SIMTUNE_CLIENT_SECRET\"".to_owned(),
        Ask::SignInWith(secret) => format!("sign_in {secret}"),
        Ask::Advance(by) => format!("control -X POST \"$tenant/clock/advance\" -d '{{\"by\":\"{by}\"}}'"),
    }
}

/// A target as it stands inside double quotes.
fn filled(target: &str) -> String {
    let target = target.replace('$', "\\$");
    let target = target.replace("{devices}", "$devices");
    let target = target.replace("{graph}", "$SIMTUNE_GRAPH_URL").replace("{beta}", "$SIMTUNE_GRAPH_BETA_URL");
    target.replace("{id:", "$(id_of '").replace('}', "')")
}
