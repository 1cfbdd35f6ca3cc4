//! The matrix for people: one action in a terminal, and all of them as the page `docs/remote-actions.md`.

use std::fmt::Write as _;

use super::{Matrix, Row};
use crate::actions::{ACTIONS, Course, Parameter, RemoteAction};
use crate::device::order::Arguments;
use crate::device::platform::Named;
use crate::device::record::ApiVersion;
use crate::support::table::{WIDTH, write_row};

/// One action's rows, aligned for a terminal.
pub fn table(matrix: &Matrix, action: &dyn RemoteAction) -> String {
    let mut text = format!("{}\n\n", action.name());
    let mut rows = vec![["devices", "answer", "origin", "source"].map(str::to_owned)];
    rows.extend(rows_of(matrix, action.name()).iter().map(|row| cells(matrix, row)));
    rows.push(["anything else", "not supported", "implied", "not listed"].map(str::to_owned));
    for (index, row) in rows.iter().enumerate() {
        write_row(&mut text, &[34, 26, 13, 31], row);
        if index == 0 {
            let _ = writeln!(text, "{}", "-".repeat(WIDTH));
        }
    }
    text
}

fn rows_of<'a>(matrix: &'a Matrix, action: &str) -> &'a [Row] {
    matrix.actions.get(action).map_or(&[], Vec::as_slice)
}

fn cells(matrix: &Matrix, row: &Row) -> [String; 4] {
    let source = &matrix.sources[&row.source];
    [
        labels(&row.on),
        answer(row),
        row.origin.label().to_owned(),
        format!("{} ({}, read {})", source.title, source.date, source.read),
    ]
}

fn labels<N: Named>(values: &[N]) -> String {
    values.iter().map(|value| value.label()).collect::<Vec<_>>().join(", ")
}

fn answer(row: &Row) -> String {
    match (row.supported, row.needs.as_slice()) {
        (false, _) => "not supported".to_owned(),
        (true, []) => "supported".to_owned(),
        (true, needs) => format!("supported if {}", labels(needs)),
    }
}

const OPENING: &str = "\
# The remote actions

<!-- Generated from simulator/src/actions and fixtures/support-matrix/remote-actions.toml; edit there, then run
     SIMTUNE_UPDATE_DOCS=1 cargo test -p simtune --lib actions:: -->

Each is `POST …/managedDevices/{id}/{action}` and answers `204 No Content`; only `createDeviceLogCollectionRequest` answers
`200 OK`, with the request as an entity, and only `moveDevicesToOU` is asked of the collection and names its devices itself. A device that no row names is refused with the opaque 400 of an unsupported action
(quirk `unsupported-action`).

*Origin* says how certain a row is: **stated** by its source, **implied** by it, from an **other edition** of the documentation,
or **assumed**, which means that nobody says so. The passcode reset has a history of its own:
[support-matrix.md](support-matrix.md).
";

/// The page about every action.
pub fn page(matrix: &Matrix) -> String {
    let mut text = OPENING.to_owned();
    text.push_str(
        "\n| Action | Since | Parameters | Shows in | Audited as | In bulk as |\n|---|---|---|---|---|---|\n",
    );
    for action in ACTIONS {
        let parameters: Vec<String> = action.parameters().iter().map(parameter).collect();
        let bulk: Vec<String> = action.bulk_names().iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            text,
            "| [`{name}`](#{anchor}) | {since} | {parameters} | {shows} | {audits} | {bulk} |",
            name = action.name(),
            anchor = action.name().to_ascii_lowercase(),
            since = action.since().segment(),
            parameters = parameters.join(", "),
            shows = shows(*action),
            audits = audit_names(*action),
            bulk = bulk.join(", "),
        );
    }
    text.push_str("\nA parameter with `?` may be null or left out.\n");
    for action in ACTIONS.iter().filter(|action| matrix.actions.contains_key(action.name())) {
        let _ = write!(text, "\n## {}\n\n| Devices | Answer | Origin | Source |\n|---|---|---|---|\n", action.name());
        for row in rows_of(matrix, action.name()) {
            let _ = writeln!(text, "| {} |", cells(matrix, row).join(" | "));
        }
    }
    text
}

fn parameter(parameter: &Parameter) -> String {
    let mark = if parameter.nullable { "?" } else { "" };
    let beta = if parameter.since == ApiVersion::Beta { " (beta)" } else { "" };
    format!("`{}{mark}`: {}{beta}", parameter.name, parameter.edm)
}

fn shows(action: &dyn RemoteAction) -> String {
    match action.course(&Arguments::default()) {
        Course::ByDevice => format!("`{}`", action.result_type()),
        Course::Departure { .. } => "`managementState`".to_owned(),
        Course::LogCollection => "`logCollectionRequests`".to_owned(),
        Course::ByService => "no entry".to_owned(),
    }
}

/// The names of an action in audits, for every value of its truths.
fn audit_names(action: &dyn RemoteAction) -> String {
    let mut names = vec![action.audit_name(&Arguments::default())];
    for parameter in action.parameters() {
        names.push(action.audit_name(&Arguments::default().with(parameter.name, true.into())));
    }
    names.sort_unstable();
    names.dedup();
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
