//! The program itself: what it prints, which code it ends with, and what it leaves behind.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use insta::assert_snapshot;

/// Runs the program with nothing of the caller's environment that could change it.
pub(crate) fn simtune(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simtune"));
    command.args(arguments).env_clear().current_dir(std::env::temp_dir()).stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    simtune(arguments).output().expect("the program runs")
}

pub(crate) fn told(output: &Output) -> String {
    format!(
        "exit {}\n{}{}",
        output.status.code().expect("an exit code"),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A file of our own, removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("simtune-test-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a temporary file");
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("a plain path")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn help_is_for_people() {
    assert_snapshot!("help", told(&run(&["--help"])));
    assert_snapshot!("help_serve", told(&run(&["serve", "--help"])));
    assert_snapshot!("help_exec", told(&run(&["exec", "--help"])));
    assert_snapshot!("no_command", told(&run(&[])));
}

#[test]
fn bad_input_ends_with_64_and_one_clear_sentence() {
    let unknown_key = Scratch::new("unknown-key.toml", "seed = 1\n\nspeed = 2\n");
    let wrong_type = Scratch::new("wrong-type.toml", "seed = \"one\"\n");
    let fleet = Scratch::new("fleet.jsonl", "{\"deviceName\":\"A\"}\n{\"devisName\":\"B\"}\n");
    let faults = Scratch::new("faults.toml", "[[fault]]\nid = \"a\"\nact = { explode = {} }\n");
    let broken = Scratch::new("broken.jsonl", "{\"deviceName\":\"A\"\n");
    let device = Scratch::new("device.json", "{\"deviceType\":\"iPhone\",\"colour\":\"red\"}");
    let cases: Vec<Vec<&str>> = vec![
        vec!["serv"],
        vec!["serve", "--flet", "empty"],
        vec!["serve", "--listen", "3650"],
        vec!["serve", "--listen", "0.0.0.0:0"],
        vec!["serve", "--fleet", "one-of-eech"],
        vec!["serve", "--fleet", "./no-such-file.jsonl"],
        vec!["serve", "--fleet", fleet.path()],
        vec!["serve", "--fleet", broken.path()],
        vec!["serve", "--fleet", "99999999999"],
        vec!["serve", "--edition", "2016-01-01"],
        vec!["serve", "--edition", "newest"],
        vec!["serve", "--quirks", "lenient"],
        vec!["serve", "--faults", "cruel"],
        vec!["serve", "--faults", "./cruel.toml"],
        vec!["serve", "--faults", faults.path()],
        vec!["serve", "--quirk", "filter-ne"],
        vec!["serve", "--quirk", "filter-ne=maybe"],
        vec!["serve", "--clock", "noon"],
        vec!["serve", "--check-in", "soon"],
        vec!["serve", "--client-secret", ""],
        vec!["serve", "--tenant-domain", "contoso"],
        vec!["serve", "--client-certificate", fleet.path()],
        vec!["serve", "--config", "./no-such-file.toml"],
        vec!["serve", "--config", unknown_key.path()],
        vec!["serve", "--config", wrong_type.path()],
        vec!["matrix", "--edition", "yesterday"],
        vec!["matrix", "--against", "1999-12-31"],
        vec!["matrix", "--action", "removeDevicePasscode"],
        vec!["explain", "./no-such-file.json"],
        vec!["explain", device.path()],
        vec!["quirks", "--profile", "lenient"],
        vec!["wait", "--timeout", "long"],
        vec!["token", "--control", "127.0.0.1:3651"],
    ];
    let scratch = std::env::temp_dir().to_string_lossy().into_owned();
    let story: Vec<String> = cases
        .iter()
        .map(|arguments| {
            let output = run(arguments);
            assert_eq!(output.status.code(), Some(64), "{arguments:?}: {}", told(&output));
            assert!(output.stdout.is_empty(), "{arguments:?} prints nothing on stdout");
            let sentence = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
            format!("simtune {}\n{sentence}", arguments.join(" "))
        })
        .collect();
    let story = story.join("\n\n").replace(&format!("{scratch}/simtune-test-{}-", std::process::id()), "FOLDER/");
    assert_snapshot!(story);
}

#[test]
fn explain_and_matrix_tell_the_deciding_row() {
    let explain = |device: &str, edition: &str| {
        let mut child = simtune(&["explain", "-", "--edition", edition])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("a pipe").write_all(device.as_bytes()).expect("it reads");
        format!("{device}\n{}", told(&child.wait_with_output().expect("it ends")))
    };
    let stories = [
        explain(r#"{"deviceType":"android","osVersion":"6.0.1"}"#, "2018-03-08"),
        explain(r#"{"deviceType":"android","osVersion":"6.0.1","physical":{"actualOsVersion":"8.0"}}"#, "2018-03-08"),
        explain(r#"{"deviceType":"windowsPhone","osVersion":"10.0.15062","joinType":"azureADJoined"}"#, "2018-03-08"),
        explain(r#"{"deviceType":"macMDM","osVersion":"14.4.1 (23E224)"}"#, "latest"),
        explain(r#"{"operatingSystem":"Android","osVersion":"9"}"#, "2018-03-30"),
    ];
    assert_snapshot!("explain", stories.join("\n"));
    assert_snapshot!("matrix", told(&run(&["matrix"])));
    assert_snapshot!("matrix_against", told(&run(&["matrix", "--against", "latest"])));
    assert_snapshot!("matrix_action", told(&run(&["matrix", "--action", "wipe"])));
    assert_snapshot!("quirks", told(&run(&["quirks", "--profile", "awkward"])));
}

#[test]
fn completions_and_the_man_page_are_made_from_the_same_definition() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell]);
        assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("ready-file"), "{shell}");
    }
    let man = run(&["man"]);
    assert!(man.status.success() && String::from_utf8_lossy(&man.stdout).contains(".TH simtune"));
}

#[test]
fn nobody_there_is_exit_1_with_the_way_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for arguments in [vec!["health"], vec!["wait", "--timeout", "50ms"], vec!["token"], vec!["env"]] {
        let mut arguments = arguments;
        arguments.extend(["--control", &url]);
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(String::from_utf8_lossy(&output.stderr).contains("simtune serve"), "{}", told(&output));
    }
}

#[test]
fn a_taken_port_is_exit_69() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["serve", "--listen", &address, "--control", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(69), "{}", told(&output));
    let sentence = String::from_utf8_lossy(&output.stderr).replace(&address, "127.0.0.1:PORT");
    assert_snapshot!(sentence);
}

#[cfg(unix)]
#[test]
fn serve_says_how_to_connect_and_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::fs::PermissionsExt;

    let ready_file = std::env::temp_dir().join(format!("simtune-test-ready-{}.json", std::process::id()));
    let mut child = simtune(&["serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--log-format", "json"])
        .arg("--ready-file")
        .arg(&ready_file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).expect("one JSON line");
    let control = ready["controlUrl"].as_str().unwrap().to_owned();

    // The file is there as soon as `wait` says so, and nobody else can read it.
    assert!(run(&["wait", "--control", &control]).status.success());
    let from_file: serde_json::Value = loop {
        if let Ok(text) = std::fs::read_to_string(&ready_file) {
            break serde_json::from_str(&text).expect("the ready file is whole");
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended before it wrote the ready file");
        std::thread::yield_now();
    };
    assert_eq!(from_file, ready);
    assert_eq!(std::fs::metadata(&ready_file).unwrap().permissions().mode() & 0o777, 0o600);

    assert!(run(&["health", "--control", &control]).status.success());
    let token = run(&["token", "--control", &control]);
    assert_eq!(String::from_utf8_lossy(&token.stdout).trim().split('.').count(), 3);
    let env = run(&["env", "--control", &control, "--shell", "json"]);
    let env: serde_json::Value = serde_json::from_slice(&env.stdout).expect("JSON");
    assert_eq!(env["SIMTUNE_GRAPH_URL"], ready["graphUrl"]);
    assert_eq!(env["AZURE_CLIENT_SECRET"], ready["clientSecret"]);
    assert_eq!(env["NO_PROXY"], "localhost,127.0.0.1,::1");
    assert_eq!(env["HTTPS_PROXY"], ready["proxyUrl"]);
    assert_eq!(env["NODE_EXTRA_CA_CERTS"], ready["caFile"]);
    assert!(env["ALL_PROXY"].is_null(), "what would lead elsewhere is to be removed");

    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!ready_file.exists(), "the ready file is removed");
    let ca_file = ready["caFile"].as_str().unwrap();
    assert!(!std::path::Path::new(ca_file).exists(), "the authority is removed");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "stdout carries the ready object and nothing else");
}
