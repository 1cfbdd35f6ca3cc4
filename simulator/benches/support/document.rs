//! What was measured, put into the document that tells of it.

use std::fmt::Write as _;
use std::fs;

/// Puts `text` between the marks called `mark` of the document at `path`, with the machine it was measured on.
pub(crate) fn put(path: &str, mark: &str, text: &str) {
    let document = fs::read_to_string(path).expect("the document can be read");
    let (start, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let (before, rest) = document.split_once(&start).unwrap_or_else(|| panic!("{path} has no {start}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{path} has no {end}"));
    let mut new = String::new();
    let _ = write!(new, "{before}{start}\n{}\n\n{}\n{end}{after}", text.trim(), machine());
    fs::write(path, new).expect("the document can be written");
}

/// What the figures of a run have in common.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, model)| model);
    format!("Measured on {cores} cores ({}).", model.unwrap_or("of an unknown kind"))
}

/// The value of a flag of this program.
pub(crate) fn after(flag: &str) -> Option<String> {
    let mut arguments = std::env::args();
    arguments.find(|argument| argument == flag)?;
    Some(arguments.next().unwrap_or_else(|| panic!("{flag} needs a value")))
}
