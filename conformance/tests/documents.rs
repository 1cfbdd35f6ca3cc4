//! What documents tell people to type is what the program understands.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode as _, Yaml};
use simtune_conformance::cli;

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).expect("a document")
}

/// The blocks of code in a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split("\n```").next()).map(str::to_owned).collect()
}

/// Every text in YAML.
fn texts(yaml: &Yaml<'_>, found: &mut Vec<String>) {
    if let Some(text) = yaml.as_str() {
        found.push(text.to_owned());
    }
    if let Some(list) = yaml.as_vec() {
        for item in list {
            texts(item, found);
        }
    }
    if let Some(members) = yaml.as_mapping() {
        for (_, value) in members {
            texts(value, found);
        }
    }
}

/// A command as a shell would pass it on where every variable is 1.
fn arguments(line: &str) -> Vec<OsString> {
    let mut line = line.to_owned();
    for (begin, end) in [("${{", "}}"), ("$((", "))")] {
        while let Some(at) = line.find(begin) {
            let length = line[at..].find(end).expect("an end") + end.len();
            line.replace_range(at..at + length, "1");
        }
    }
    let is_name = |letter: char| letter.is_ascii_uppercase() || letter == '_';
    while let Some(at) = line.find('$') {
        let length = 1 + line[at + 1..].find(|letter| !is_name(letter)).unwrap_or(line.len() - at - 1);
        line.replace_range(at..at + length, "1");
    }
    let command = line.split(" || ").next().unwrap_or_default().split(" # ").next().unwrap_or_default();
    command.split_whitespace().map(|word| word.replace(['"', '\''], "").into()).collect()
}

/// The lines that start the program.
fn commands(text: &str) -> Vec<Vec<OsString>> {
    let starts = |line: &&str| {
        line.split(' ').next().is_some_and(|first| first.ends_with("simtune-conformance")) && !line.ends_with('\'')
    };
    text.lines().map(str::trim).filter(starts).map(arguments).collect()
}

fn understood(commands: &[Vec<OsString>]) {
    for command in commands {
        assert_eq!(cli::understands(command.clone()), Ok(()), "{command:?}");
    }
}

#[test]
fn the_commands_of_pipelines_are_understood() {
    let text = document("docs/scale.md");
    let mut found = commands(&blocks(&text, "sh").join("\n"));
    for block in blocks(&text, "yaml") {
        let yaml = Yaml::load_from_str(&block).expect("YAML");
        let mut all = Vec::new();
        texts(&yaml[0], &mut all);
        let here = commands(&all.join("\n"));
        assert!(!here.is_empty(), "a block without a command:\n{block}");
        found.extend(here);
    }
    assert_eq!(found.len(), 5 + 2 + 2 + 2);
    understood(&found);
}

#[test]
fn the_shares_of_pipelines_are_all_there() {
    let text = document("docs/scale.md");
    let yaml: Vec<String> = blocks(&text, "yaml");
    let github = &Yaml::load_from_str(&yaml[0]).expect("YAML")[0];
    let shards = github["jobs"]["shard"]["strategy"]["matrix"]["shard"].as_vec().expect("a list");
    assert_eq!(shards.iter().filter_map(Yaml::as_integer).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
    assert!(yaml[0].contains("/8 --out"));
    let job = &Yaml::load_from_str(&yaml[2]).expect("YAML")[0];
    assert_eq!(job["spec"]["completionMode"].as_str(), Some("Indexed"));
    let completions = job["spec"]["completions"].as_integer().expect("a number");
    assert!(
        yaml[2].contains(&format!("/{completions}\" --out"))
            && yaml[2].contains(&format!("--cases {}", completions * 50_000))
    );
}

#[test]
fn the_commands_of_the_readme_are_understood() {
    let text = document("conformance/README.md");
    let found = commands(&[blocks(&text, ""), blocks(&text, "sh")].concat().join("\n"));
    assert!(found.len() >= 3, "{found:?}");
    understood(&found);
}
