//! Every dependency that is shipped or tested with has a permissive licence.

use std::process::Command;

use serde_json::Value as Json;

/// What MIT and Apache-2.0 software may be linked with.
const PERMISSIVE: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "ISC",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Zlib",
    "Unicode-3.0",
    "Unlicense",
    "CC0-1.0",
    "0BSD",
    "Apache-2.0 WITH LLVM-exception",
    "MIT-0",
    "BSL-1.0",
];

/// Whether an SPDX expression can be satisfied with permissive licences: one alternative of each part.
fn is_permissive(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    expression.split(" AND ").all(|part| {
        part.trim_matches(['(', ')', ' '])
            .split(" OR ")
            .any(|one| PERMISSIVE.contains(&one.trim_matches(['(', ')', ' '])))
    })
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    // Dependencies of this machine's platform only: those of others are not downloaded, so nothing can be read of them.
    let version = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Json = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 50, "the dependency tree was read");
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(is_permissive))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "not known to be permissive:\n{}", wrong.join("\n"));
}

#[test]
fn expressions_are_read_as_alternatives_and_parts() {
    for (expression, permissive) in [
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("Apache-2.0 AND ISC", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0", false),
        ("MIT AND GPL-3.0", false),
        ("MPL-2.0", false),
    ] {
        assert_eq!(is_permissive(expression), permissive, "{expression}");
    }
}
