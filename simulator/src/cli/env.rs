//! `simtune env`: the variables that lead a client to a running simulator.

use serde_json::{Map, Value as Json};

use super::{At, Stop, ask};

/// How variables are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Shell {
    /// bash, zsh and their kin.
    Sh,
    /// fish.
    Fish,
    /// PowerShell.
    Pwsh,
    /// One JSON object.
    Json,
}

pub(super) fn print(shell: Shell, at: &At) -> Result<(), Stop> {
    let ready = ask::ready(at)?;
    let mut variables = ready.variables();
    variables.push(("SIMTUNE_TOKEN", ask::token(at, None, None, &[])?));
    super::print(&spell(shell, &variables))
}

fn spell(shell: Shell, variables: &[(&str, String)]) -> String {
    if shell == Shell::Json {
        let members: Map<String, Json> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        return format!("{}\n", Json::Object(members));
    }
    variables
        .iter()
        .map(|(name, value)| match shell {
            Shell::Fish => format!("set -gx {name} '{}';\n", value.replace('\\', "\\\\").replace('\'', "\\'")),
            Shell::Pwsh => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
            Shell::Sh | Shell::Json => format!("export {name}='{}'\n", value.replace('\'', "'\\''")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Shell, spell};

    #[test]
    fn each_shell_gets_its_own_quoting() {
        let variables = [("SIMTUNE_CLIENT_SECRET", "it's \\ $1".to_owned())];
        let told: Vec<String> =
            [Shell::Sh, Shell::Fish, Shell::Pwsh, Shell::Json].iter().map(|shell| spell(*shell, &variables)).collect();
        insta::assert_snapshot!(told.join(""));
    }
}
