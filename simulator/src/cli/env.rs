//! `simtune env`: the variables that lead a client to a running simulator.

use serde_json::{Map, Value as Json};

use super::{At, Stop, ask};
use crate::config;
use crate::variables::{Caller, Variable, variables};

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
    let token = ask::token(at, None, None, &[])?;
    super::print(&spell(shell, &variables(&ready, Some(&token), &caller())))
}

/// What of this process's environment matters to the variables.
pub(super) fn caller() -> Caller {
    Caller { no_proxy: ["NO_PROXY", "no_proxy"].into_iter().filter_map(config::environment).collect() }
}

fn spell(shell: Shell, variables: &[Variable]) -> String {
    if shell == Shell::Json {
        let members: Map<String, Json> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), value.as_deref().into())).collect();
        return format!("{}\n", Json::Object(members));
    }
    variables.iter().map(|(name, value)| line(shell, name, value.as_deref())).collect()
}

/// A line that sets a variable, or removes it whether it is set or not. Quoted, a value means itself in each shell.
fn line(shell: Shell, name: &str, value: Option<&str>) -> String {
    match (shell, value) {
        (Shell::Fish, Some(value)) => {
            format!("set -gx {name} '{}';\n", value.replace('\\', "\\\\").replace('\'', "\\'"))
        }
        (Shell::Fish, None) => format!("set -e {name};\n"),
        (Shell::Pwsh, Some(value)) => format!("$env:{name} = '{}'\n", quotes_doubled(value)),
        (Shell::Pwsh, None) => format!("Remove-Item -ErrorAction Ignore Env:{name}\n"),
        (Shell::Sh | Shell::Json, Some(value)) => format!("export {name}='{}'\n", value.replace('\'', "'\\''")),
        (Shell::Sh | Shell::Json, None) => format!("unset {name}\n"),
    }
}

/// PowerShell takes four typographic quotes for single ones as well (documented: `about_Quoting_Rules`).
fn quotes_doubled(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(c);
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Shell, spell};
    use proptest::prelude::*;

    #[test]
    fn each_shell_gets_its_own_quoting() {
        let variables =
            [("SIMTUNE_CLIENT_SECRET", Some("it's \\ $1 \u{2019}".to_owned())), ("SIMTUNE_PROXY_URL", None)];
        let told: Vec<String> =
            [Shell::Sh, Shell::Fish, Shell::Pwsh, Shell::Json].iter().map(|shell| spell(*shell, &variables)).collect();
        insta::assert_snapshot!(told.join(""));
    }

    /// What fish reads back from between single quotes: a backslash escapes itself and the quote, and nothing else.
    fn read_by_fish(line: &str) -> Option<String> {
        let mut characters = line.strip_prefix("set -gx NAME '")?.strip_suffix("';\n")?.chars().peekable();
        let mut value = String::new();
        while let Some(c) = characters.next() {
            match c {
                '\'' => return None,
                '\\' => value.push(characters.next_if(|next| matches!(next, '\\' | '\'')).unwrap_or(c)),
                _ => value.push(c),
            }
        }
        Some(value)
    }

    /// What PowerShell reads back: a quote comes in pairs, and nothing else has a meaning.
    fn read_by_pwsh(line: &str) -> Option<String> {
        let quote = |c: char| matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}');
        let mut characters = line.strip_prefix("$env:NAME = '")?.strip_suffix("'\n")?.chars().peekable();
        let mut value = String::new();
        while let Some(c) = characters.next() {
            if quote(c) {
                characters.next_if(|next| quote(*next))?;
            }
            value.push(c);
        }
        Some(value)
    }

    const ANY_VALUE: &str = "([ -~]|['\\\\$`\"\n]|[\u{2018}-\u{201b}]|[^\\x00]){0,24}";

    proptest! {
        #[test]
        fn fish_and_powershell_read_back_any_value(value in ANY_VALUE) {
            let spelled = |shell| spell(shell, &[("NAME", Some(value.clone()))]);
            prop_assert_eq!(read_by_fish(&spelled(Shell::Fish)), Some(value.clone()));
            prop_assert_eq!(read_by_pwsh(&spelled(Shell::Pwsh)), Some(value.clone()));
        }
    }

    #[cfg(unix)]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// By a shell itself.
        #[test]
        fn sh_reads_back_any_value(value in ANY_VALUE) {
            let script = spell(Shell::Sh, &[("NAME", Some(value.clone())), ("GONE", None)]) + "printf %s \"$NAME${GONE-.}\"";
            let output = std::process::Command::new("sh").args(["-euc", &script]).env("GONE", "there").output().unwrap();
            prop_assert!(output.status.success(), "{output:?}");
            prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), value + ".");
        }
    }
}
