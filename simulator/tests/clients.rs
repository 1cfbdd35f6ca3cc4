//! The recipes for clients: their code is that of programs that run, their versions are those that are pinned.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn workspace_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(workspace_file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn recipes() -> String {
    read("docs/clients.md")
}

/// What a fence holds, and the program it says it is from.
struct Block<'a> {
    from: Option<&'a str>,
    text: String,
}

/// The fenced blocks of a text. `<!-- from FILE -->` on the line before the fence names the program.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let from = before.strip_prefix("<!-- from ").and_then(|rest| rest.strip_suffix(" -->"));
            let text = lines.by_ref().take_while(|line| !line.starts_with("```")).collect::<Vec<_>>().join("\n");
            found.push(Block { from, text });
        }
        before = line;
    }
    found
}

/// The folders of the programs.
fn programs() -> BTreeSet<String> {
    fs::read_dir(workspace_file("conformance/clients"))
        .expect("there are programs")
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| entry.file_type().expect("it has a type").is_dir())
        .map(|entry| entry.file_name().into_string().expect("a name in UTF-8"))
        .collect()
}

#[test]
fn the_code_of_a_recipe_is_that_of_the_program_it_names() {
    let recipes = recipes();
    let mut told = BTreeSet::new();
    for block in blocks(&recipes) {
        let Some(from) = block.from else { continue };
        assert!(
            read(from).contains(&block.text),
            "{from} does not have these lines of docs/clients.md:\n{}",
            block.text
        );
        told.insert(from.split('/').nth(2).expect("conformance/clients/PROGRAM/FILE").to_owned());
    }
    assert_eq!(told, programs(), "each program has a recipe");
}

#[test]
fn a_recipe_without_a_program_says_that_it_is_untested() {
    for section in recipes().split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default();
        let blocks = blocks(section);
        let tested = blocks.iter().any(|block| block.from.is_some());
        assert!(
            blocks.is_empty() || tested != heading.ends_with("(untested)"),
            "'{heading}': it has a program, or it says that it is untested"
        );
    }
}

#[test]
fn the_versions_are_those_that_are_pinned() {
    let pins = [
        read(".ci/clients/python/requirements.txt"),
        read("conformance/clients/node-graph-client/package.json"),
        read("conformance/clients/rust-graph-rs-sdk/Cargo.lock"),
    ];
    let recipes = recipes();
    let versions: Vec<(&str, &str)> = recipes
        .lines()
        .filter(|line| line.starts_with("| ["))
        .filter_map(|row| row.split('|').nth(2))
        .flat_map(|cell| cell.split(','))
        .filter_map(|package| package.trim().strip_prefix('`')?.split_once("` "))
        .collect();
    assert!(versions.len() >= 7, "{versions:?}");
    for (name, version) in versions {
        let spelled = [
            format!("\n{name}=={version}\n"),
            format!("\"{name}\": \"{version}\""),
            format!("name = \"{name}\"\nversion = \"{version}\""),
        ];
        assert!(
            spelled.iter().any(|pin| pins.iter().any(|file| file.contains(pin))),
            "docs/clients.md says {name} {version}, which is pinned nowhere"
        );
    }
}

#[test]
fn every_program_is_run() {
    let driver = read("conformance/clients/run.sh");
    let known = driver.lines().find_map(|line| line.strip_prefix("known=(")?.strip_suffix(')')).expect("known=(…)");
    assert_eq!(known.split(' ').map(str::to_owned).collect::<BTreeSet<_>>(), programs());
    let checks = read(".ci/run");
    for program in programs() {
        assert!(checks.contains(&program), ".ci/run does not run {program}");
    }
}
