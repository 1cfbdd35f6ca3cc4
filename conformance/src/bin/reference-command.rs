//! The reference client as a command: started for each operation, with what to do in its environment.
//!
//! `reference-command --quiet` writes no result line, like a script of which only the exit code is known;
//! `reference-command --defect B01` is a client with that defect.

use std::process::ExitCode;

use serde_json::Value as Json;
use simtune_conformance::command::UNSUPPORTED;
use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::operation::Call;
use simtune_conformance::reference::ReferenceClient;
use simtune_conformance::transport::{Environment, Surroundings};

fn main() -> ExitCode {
    match perform() {
        Ok(code) => code,
        Err(text) => {
            eprintln!("reference-command: {text}");
            ExitCode::from(64)
        }
    }
}

fn perform() -> Result<ExitCode, String> {
    #[expect(clippy::disallowed_methods, reason = "the environment is this program's input")]
    let variables: Vec<(String, String)> = std::env::vars().collect();
    let value = |wanted: &str| {
        let found = variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        found.ok_or_else(|| format!("{wanted} is not set"))
    };
    let args = serde_json::from_str(&value("OP_ARGS")?).map_err(|error| format!("OP_ARGS: {error}"))?;
    let call = Call { op: value("OP")?, args };
    let members = variables.iter().map(|(name, value)| (name.clone(), value.clone().into()));
    let environment: Environment =
        serde_json::from_value(Json::Object(members.collect())).map_err(|error| error.to_string())?;

    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let mut arguments = std::env::args().skip_while(|argument| argument != "--defect").skip(1);
    let defects = match arguments.next() {
        None => Defects::NONE,
        Some(name) => Defect::named(&name).map(Defects::only).ok_or_else(|| format!("there is no defect {name}"))?,
    };
    let mut client = ReferenceClient::with(Surroundings::real(runtime.handle(), environment)?, defects);
    let answer = client.perform(&call);
    if !std::env::args().any(|argument| argument == "--quiet") {
        println!("{}", serde_json::to_string(&answer).map_err(|error| error.to_string())?);
    }
    Ok(match (answer.unsupported, answer.ok) {
        (true, _) => ExitCode::from(u8::try_from(UNSUPPORTED).unwrap_or(1)),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::FAILURE,
    })
}
