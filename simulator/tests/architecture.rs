//! Who may know whom: the table of `docs/architecture.md`, compared with the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_owned()
}

/// The table of the document: module → modules it may name. A cell may hold explanations in parentheses.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let document = fs::read_to_string(workspace().join("docs/architecture.md")).expect("the document");
    let section = document.split("## Who may know whom").nth(1).expect("the section").split("\n## ").next().unwrap();
    let mut table: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let names =
            |cell: &str| -> BTreeSet<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        for module in names(cells[0]) {
            let fresh = table.insert(module.clone(), names(cells[1])).is_none();
            assert!(fresh, "{module} has two rows");
        }
    }
    table
}

/// Every Rust file below `folder`, tests left out.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "snapshots" {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            files.push(path);
        }
    }
    files
}

/// The code of a file without its comments and its test module.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Module → modules it names by `crate::…`.
fn named() -> BTreeMap<String, BTreeSet<String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in sources(&src) {
        let below = path.strip_prefix(&src).unwrap();
        let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let uses = found.entry(module.clone()).or_default();
        for rest in code(&path).split("crate::").skip(1) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if !name.is_empty() && name != module {
                uses.insert(name);
            }
        }
    }
    found
}

#[test]
fn modules_know_whom_the_table_lets_them_know() {
    let (allowed, named) = (allowed(), named());
    let mut wrong = Vec::new();
    for (module, uses) in &named {
        let Some(may) = allowed.get(module) else {
            wrong.push(format!("{module} has no row; it names {uses:?}"));
            continue;
        };
        for extra in uses.difference(may) {
            wrong.push(format!("{module} names {extra}, which its row does not allow"));
        }
        for idle in may.difference(uses) {
            wrong.push(format!("{module} may name {idle} and does not: take it out of the row"));
        }
    }
    for stale in allowed.keys().filter(|module| !named.contains_key(*module)) {
        wrong.push(format!("there is no module {stale}"));
    }
    assert!(wrong.is_empty(), "docs/architecture.md and the code differ:\n{}", wrong.join("\n"));
}

#[test]
fn nobody_knows_a_module_that_knows_him() {
    let named = named();
    let mut open: Vec<(String, Vec<String>)> =
        named.keys().map(|module| (module.clone(), vec![module.clone()])).collect();
    while let Some((module, path)) = open.pop() {
        for next in named.get(&module).into_iter().flatten() {
            assert_ne!(next, &path[0], "a circle: {} → {next}", path.join(" → "));
            if !path.contains(next) {
                let mut path = path.clone();
                path.push(next.clone());
                open.push((next.clone(), path));
            }
        }
    }
}

#[test]
fn the_domain_is_pure() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let banned = [
        "async ",
        "Mutex",
        "RwLock",
        "tokio::",
        "hyper::",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "std::fs",
        "std::env",
        "Utc::now",
        "SystemTime",
    ];
    for module in [
        "device",
        "support",
        "actions",
        "functions",
        "posture",
        "odata",
        "random",
        "quirks",
        "inventory",
        "identity",
        "fleet",
        "faults",
        "model",
        "variables",
        "report",
        "throttle",
        "awkward",
        "stored",
    ] {
        for path in sources(&src) {
            let below = path.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
            if below == format!("{module}.rs") || below.starts_with(&format!("{module}/")) {
                let code = code(&path);
                for word in banned {
                    assert!(!code.contains(word), "{below} is not pure: it holds {word}");
                }
            }
        }
    }
}

#[test]
fn only_the_command_line_opens_connections() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut opening = Vec::new();
    for path in sources(&src) {
        let below = path.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
        let code = code(&path);
        if ["TcpStream::connect", "lookup_host", "to_socket_addrs", "UdpSocket"].iter().any(|word| code.contains(word))
        {
            opening.push(below);
        }
    }
    assert_eq!(opening, ["cli/ask.rs"], "what a proxy does not do, it cannot be made to do");
}

#[test]
fn every_module_begins_with_a_sentence() {
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} says nothing of itself", path.display());
    }
}
