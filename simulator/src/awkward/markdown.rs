//! The rows as a document: `docs/awkward.md`.

use std::fmt::Write;

use super::rows::SUBJECTS;
use super::{Row, Way, shell};

/// The whole document.
pub fn document() -> String {
    let mut out = format!("{OPENING}```sh\n{}```\n\n{UNDOING}```sh\n{}\n```\n\n", shell::NAMES, shell::UNDO);
    out.push_str("| | What broke | By |\n|---|---|---|\n");
    for row in SUBJECTS.iter().flat_map(|subject| subject.rows) {
        let _ = writeln!(out, "| [{0}](#{0}) | {1} | {2} |", row.number, row.what, kinds(row));
    }
    for subject in SUBJECTS {
        let _ = write!(out, "\n## {}\n", subject.title);
        for row in subject.rows {
            write_row(&mut out, row);
        }
    }
    out
}

fn write_row(out: &mut String, row: &Row) {
    let _ = write!(
        out,
        "\n<a id=\"{0}\"></a>\n\n### {0}. {1}\n\nMet by: {2}.\n",
        row.number,
        capital(row.what),
        row.reports
    );
    for way in row.ways {
        let _ = write!(out, "\n*{}.* {}\n\n```sh\n", capital(&way.kind()), capital(way.seen));
        for command in shell::commands(way, row.number) {
            let _ = writeln!(out, "{command}");
        }
        out.push_str("```\n");
        let flags = shell::flags(way);
        if flags.len() == way.knobs.len() && !flags.is_empty() && way.kind() != "option" {
            let _ = write!(out, "\nFrom the start: `simtune serve {}`", flags.join(" "));
            let off = shell::flags_off(way);
            if !off.is_empty() {
                let _ = write!(out, "; not at all: `simtune serve {}`", off.join(" "));
            }
            out.push_str(".\n");
        }
    }
}

/// The kinds of a row's ways, each once.
fn kinds(row: &Row) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for kind in row.ways.iter().map(Way::kind) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.join(", ")
}

/// With a capital where it begins with a letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

const OPENING: &str = "\
# What broke real clients

<!-- Made from simulator/src/awkward; `SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --test main fixtures::` writes it anew. -->

Fifty-five things that broke real clients of the real service, each with those who met it and with commands that make it
happen here: by a quirk ([quirks.md](quirks.md)), a fault ([faults.md](faults.md)), a budget
([throttling.md](throttling.md)), the properties of a device or an option of `serve`; or *every day*, where nothing has to
be set. A test does all of it over a socket, and sees that it is gone with the knob off.

Labels name public issues and pull requests: `docs` and `contrib` those of `microsoftgraph/microsoft-graph-docs` and
`microsoft-graph-docs-contrib`, `sdk-x` of `msgraph-sdk-x`, `PIS` of `powershell-intune-samples`, `IPS` of
`microsoft/Intune-PowerShell-SDK`, `IDOCS` and `memdocs` of Microsoft's Intune documentation; others are called by the name
of their repository. A `#` without a name belongs to the one before it.

Start `simtune serve`, and in another shell:

";

const UNDOING: &str = "\
Between two blocks of commands, take back what was done:

";
