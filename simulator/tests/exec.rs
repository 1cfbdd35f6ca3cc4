//! `simtune exec`: what the command gets, what becomes of its output, its signals and its children, and what is said at
//! the end. Real processes throughout.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use insta::assert_snapshot;
use serde_json::Value as Json;

/// The program with nothing of the caller's environment but what commands are found by.
fn exec(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simtune"));
    command.arg("exec").args(arguments).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.current_dir(std::env::temp_dir()).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    exec(arguments).output().expect("the program runs")
}

fn told(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A command under way that the test talks to: its lines on stdout, and its stdin.
struct Conversation {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Conversation {
    fn begin(arguments: &[&str]) -> Self {
        let mut command = exec(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Closes stdin and waits for the end: exit code, the rest of stdout, stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        drop(self.child.stdin.take());
        let (mut out, mut err) = (String::new(), String::new());
        self.stdout.read_to_string(&mut out).expect("text");
        self.child.stderr.take().expect("a pipe").read_to_string(&mut err).expect("text");
        (self.child.wait().expect("it ends").code(), out, err)
    }
}

/// One request, without a library: the status.
fn ask(url: &str, method: &str, target: &str, token: &str) -> u16 {
    let address = url.strip_prefix("http://").expect("plain HTTP").split('/').next().expect("a host");
    let mut socket = TcpStream::connect(address).expect("it listens");
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("text");
    answer.split(' ').nth(1).expect("a status").parse().expect("a number")
}

/// A command that says how to connect, and waits until the test has done its part.
const MEETING: &[&str] =
    &["--", "sh", "-c", "echo $SIMTUNE_GRAPH_URL; echo $SIMTUNE_TOKEN; read line; exit ${1:-0}", "sh"];

fn meet(options: &[&str], code: &str, targets: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut meeting = Conversation::begin(&[options, MEETING, &[code]].concat());
    let (url, token) = (meeting.line(), meeting.line());
    for (method, target) in targets {
        ask(&url, method, target, &token);
    }
    meeting.end()
}

const DEVICES: (&str, &str) = ("GET", "/v1.0/deviceManagement/managedDevices?$top=1");
const UNKNOWN: (&str, &str) = ("GET", "/beta/deviceManagement/windowsAutopilotDeviceIdentities/7");
const IGNORED: (&str, &str) = ("GET", "/v1.0/deviceManagement/managedDevices?$filter=isEncrypted%20eq%20true");

#[test]
fn input_and_output_are_the_commands_own_byte_for_byte() {
    let everything: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let mut child = exec(&["--", "sh", "-c", "cat; printf 'err\\377\\n' >&2"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().unwrap();
    let sent = everything.clone();
    let writer = std::thread::spawn(move || stdin.write_all(&sent));
    let output = child.wait_with_output().expect("it ends");
    writer.join().unwrap().expect("all of it is read");
    assert!(output.stdout == everything, "stdout is untouched");
    let rest = output.stderr.strip_prefix(b"err\xff\n").expect("stderr begins with the command's own");
    assert_snapshot!(told(rest), @"simtune: no request reached the simulator; the command finds it by SIMTUNE_GRAPH_URL");
}

#[test]
fn the_exit_code_is_the_commands_own() {
    let folder = std::env::temp_dir();
    let folder = folder.to_str().expect("a plain path");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, code) in [
        (vec!["--", "true"], 0),
        (vec!["--", "sh", "-c", "exit 7"], 7),
        (vec!["--", "sh", "-c", "exit 255"], 255),
        (vec!["--", "sh", "-c", "kill -KILL $$"], 137),
        (vec!["--", "sh", "-c", "kill -TERM $$"], 143),
        (vec!["--", "simtune-no-such-program"], 127),
        (vec!["--", folder], 126),
        (vec!["--listen", &taken, "--", "true"], 69),
        (vec!["--"], 64),
        (vec!["true"], 64),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", told(&output.stderr));
    }
    assert_snapshot!(told(&run(&["--", "simtune-no-such-program"]).stderr), @"simtune: cannot run 'simtune-no-such-program': No such file or directory (os error 2)");
}

#[test]
fn bad_input_is_refused_before_the_command_starts() {
    let cases = [
        vec!["--fail-on", "unknown-rout"],
        vec!["--fail-on", "unknown-route,early-retri"],
        vec!["--throttle", "off", "--fail-on", "would-throttle"],
        vec!["--throttle", "sometimes"],
        vec!["--fail-on", ""],
        vec!["--report", "xml=report.xml"],
        vec!["--report", "junit"],
        vec!["--report", "json="],
        vec!["--report", "json=/no-such-folder/report.json"],
        vec!["--report", "junit=/"],
        vec!["--ready-file", "/no-such-folder/ready.json"],
    ];
    let story: Vec<String> = cases
        .iter()
        .map(|options| {
            let output = run(&[options.as_slice(), &["--", "echo", "started"]].concat());
            assert_eq!(output.status.code(), Some(64), "{options:?}");
            assert!(output.stdout.is_empty(), "{options:?}: the command did not start");
            format!("simtune exec {}\n{}", options.join(" "), told(&output.stderr).trim_end())
        })
        .collect();
    assert_snapshot!(story.join("\n\n"));
}

#[test]
fn the_command_gets_the_variables_of_its_own_simulator() {
    let output = exec(&["--client-secret", "it's \"hush\"", "--", "sh", "-c", "env; echo TOKEN=$SIMTUNE_TOKEN >&2"])
        // As left by an outer simulator, and by a company's network.
        .env("SIMTUNE_CONTROL_URL", "http://127.0.0.1:9")
        .env("SIMTUNE_GRAPH_URL", "http://127.0.0.1:9")
        .env("SIMTUNE_PROXY_URL", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .env("NO_PROXY", "corp.example")
        .env("no_proxy", "corp.example,10.0.0.0/8")
        .env("OTHER", "kept")
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", told(&output.stderr));
    let env = told(&output.stdout);
    let value = |name: &str| env.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let graph = value("SIMTUNE_GRAPH_URL").expect("set");
    assert!(graph.ends_with("/v1.0") && !graph.contains(":9/") && !graph.contains(":3650/"), "{graph}");
    assert_eq!(value("SIMTUNE_AUTHORITY_URL").map(|url| format!("{url}/v1.0")).as_deref(), Some(graph));
    assert_ne!(value("SIMTUNE_CONTROL_URL"), Some("http://127.0.0.1:9"));
    assert_eq!(value("HTTPS_PROXY"), value("SIMTUNE_PROXY_URL"));
    assert_ne!(value("SIMTUNE_PROXY_URL"), Some("http://127.0.0.1:9"));
    assert_eq!(value("ALL_PROXY"), None, "what would lead elsewhere is not inherited");
    let bundle = value("SSL_CERT_FILE").expect("set");
    assert!(!std::path::Path::new(bundle).exists(), "no file is left behind: {bundle}");
    assert_eq!(value("SIMTUNE_CLIENT_SECRET"), Some("it's \"hush\""));
    assert_eq!(value("AZURE_CLIENT_SECRET"), Some("it's \"hush\""));
    assert_eq!(value("AZURE_TENANT_ID"), value("SIMTUNE_TENANT_ID"));
    assert_eq!(value("SIMTUNE_TOKEN").expect("set").split('.').count(), 3);
    assert_eq!(value("no_proxy"), Some("localhost,127.0.0.1,::1,corp.example,10.0.0.0/8"));
    assert_eq!(value("OTHER"), Some("kept"));
}

#[test]
fn signals_reach_the_command() {
    for name in ["TERM", "INT", "HUP", "QUIT", "USR1", "USR2"] {
        let script = format!("trap 'echo heard {name}; exit 5' {name}; echo ready; read line");
        let mut conversation = Conversation::begin(&["--", "sh", "-c", &script]);
        assert_eq!(conversation.line(), "ready");
        conversation.signal(name);
        assert_eq!(conversation.line(), format!("heard {name}"));
        assert_eq!(conversation.end().0, Some(5));
    }
    let mut deaf = Conversation::begin(&["--", "sh", "-c", "echo ready; exec sleep 1000"]);
    assert_eq!(deaf.line(), "ready");
    deaf.signal("TERM");
    assert_eq!(deaf.end().0, Some(143), "128 + 15");
}

#[test]
fn what_was_ignored_from_the_start_stays_ignored() {
    let script = "trap '' HUP; exec \"$0\" exec -- sh -c 'kill -HUP $PPID; kill -HUP $$; echo alive'";
    let output = Command::new("sh").args(["-c", script, env!("CARGO_BIN_EXE_simtune")]).output().expect("sh runs");
    assert_eq!((output.status.code(), told(&output.stdout).as_str()), (Some(0), "alive\n"), "{}", told(&output.stderr));
}

/// A named pipe, removed at the end.
struct Fifo(PathBuf);

impl Fifo {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("simtune-test-fifo-{}-{name}", std::process::id()));
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo runs").success());
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a plain path")
    }
}

impl Drop for Fifo {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn is_alive(pid: &str) -> bool {
    Command::new("kill").args(["-0", pid]).stderr(Stdio::null()).status().expect("kill runs").success()
}

#[test]
fn nothing_the_command_started_outlives_it() {
    let background = run(&["--", "sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!; exit 4"]);
    assert_eq!(background.status.code(), Some(4));
    assert!(!is_alive(told(&background.stdout).trim()));

    let stopped = run(&["--", "sh", "-c", "sleep 1000 >/dev/null 2>&1 & kill -STOP $!; echo $!"]);
    assert!(!is_alive(told(&stopped.stdout).trim()));

    // Asked first: a shell that hears of it says so.
    let script =
        "(trap 'echo asked; exit' TERM; echo ready > \"$0\"; while :; do sleep 0.01; done) & read line < \"$0\"";
    let fifo = Fifo::new("polite");
    let polite = run(&["--", "sh", "-c", script, fifo.path()]);
    assert_eq!(told(&polite.stdout), "asked\n", "{}", told(&polite.stderr));
}

#[test]
fn whoever_does_not_listen_is_killed() {
    let deaf = run(&["--", "sh", "-c", "trap '' TERM; sleep 1000 >/dev/null 2>&1 & echo $!"]);
    assert!(deaf.status.success());
    assert!(!is_alive(told(&deaf.stdout).trim()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_daemon_that_left_the_group_ends_too() {
    // The daemon says who it is through a fifo, so the command does not end before it is there.
    let script =
        "(setsid sh -c 'echo $$ > \"$0\"; exec sleep 1000' \"$0\" >/dev/null 2>&1 &) & read pid < \"$0\"; echo $pid";
    let fifo = Fifo::new("daemon");
    let output = run(&["--", "sh", "-c", script, fifo.path()]);
    let pid = told(&output.stdout).trim().to_owned();
    assert!(output.status.success() && pid.parse::<u32>().is_ok(), "{pid} {}", told(&output.stderr));
    assert!(!is_alive(&pid));
}

#[test]
fn the_summary_says_what_was_asked_and_what_is_missing() {
    let (code, _, quiet) = meet(&[], "0", &[DEVICES]);
    assert_eq!((code, quiet.as_str()), (Some(0), "simtune: 1 request, 0 refused\n"));
    let (code, _, told) =
        meet(&[], "0", &[DEVICES, UNKNOWN, UNKNOWN, IGNORED, ("POST", "/common/oauth2/v2.0/nonsense")]);
    assert_eq!(code, Some(0));
    assert_snapshot!(told);
    let (_, _, json) = meet(&["--log-format", "json"], "0", &[UNKNOWN]);
    let json: Json = serde_json::from_str(&json).expect("stderr is one JSON object");
    assert_eq!(json["unknownRoutes"][0]["path"], "/beta/deviceManagement/windowsAutopilotDeviceIdentities/{id}");
}

#[test]
fn fail_on_decides_about_a_command_that_succeeded() {
    let check = |option: &str, code: &str, target| meet(&["--fail-on", option], code, &[DEVICES, target]).0;
    assert_eq!(check("unknown-route", "0", DEVICES), Some(0));
    assert_eq!(check("unknown-route", "0", UNKNOWN), Some(3));
    assert_eq!(check("unknown-route", "0", IGNORED), Some(0));
    assert_eq!(check("unknown-route,ignored-filter", "0", IGNORED), Some(3));
    assert_eq!(check("unknown-route", "9", UNKNOWN), Some(9), "the command's own failure comes first");
}

/// A tenant that goes back to its seed forgets its journal; the summary does not.
#[test]
fn a_reset_between_two_tests_hides_nothing() {
    let script = "echo $SIMTUNE_GRAPH_URL; echo $SIMTUNE_TOKEN; echo $SIMTUNE_CONTROL_URL; read line; exit 0";
    let mut meeting = Conversation::begin(&["--fail-on", "unknown-route", "--", "sh", "-c", script]);
    let (url, token, control) = (meeting.line(), meeting.line(), meeting.line());
    assert_eq!(ask(&url, UNKNOWN.0, UNKNOWN.1, &token), 400);
    assert_eq!(ask(&control, "POST", "/api/tenants/default/reset", ""), 200);
    assert_eq!(meeting.end().0, Some(3));
}

#[test]
fn reports_are_written_whatever_the_command_does() {
    let folder = std::env::temp_dir().join(format!("simtune-test-reports-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a folder of our own");
    let (junit, json) = (folder.join("report.xml"), folder.join("report.json"));
    let option = |format: &str, path: &Path| format!("{format}={}", path.display());
    let (junit_option, json_option) = (option("junit", &junit), option("json", &json));
    let options = ["--report", &junit_option, "--report", &json_option, "--fail-on", "unknown-route"];
    let (code, _, _) = meet(&options, "2", &[DEVICES, UNKNOWN]);
    assert_eq!(code, Some(2));
    let junit = std::fs::read_to_string(&junit).expect("the report");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let json = std::fs::read_to_string(&json).expect("the report").replace(&version, "\"version\": \"VERSION\"");
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let gone = run(&["--report", &json_option, "--", "simtune-no-such-program"]);
    let missing: Json = serde_json::from_str(&std::fs::read_to_string(folder.join("report.json")).unwrap()).unwrap();
    std::fs::remove_dir_all(&folder).expect("nobody else is in it");
    assert_eq!(left.len(), 2, "nothing beside the reports: {left:?}");
    assert_eq!((gone.status.code(), &missing["outcome"]["kind"]), (Some(127), &Json::from("notFound")));
    assert_snapshot!(junit + &json);
}

#[test]
fn ports_and_ready_file_of_the_configuration_are_those_of_serve() {
    let name = |what: &str| std::env::temp_dir().join(format!("simtune-test-exec-{}-{what}", std::process::id()));
    let (config, file_ready, flag_ready) = (name("simtune.toml"), name("file.json"), name("flag.json"));
    let text = format!("listen = \"127.0.0.1:3650\"\nready-file = '{}'\nseed = 7\n", file_ready.display());
    std::fs::write(&config, text).unwrap();
    let script = "test ! -e \"$1\" && test -e \"$2\" && echo $SIMTUNE_GRAPH_URL";
    let (config_path, flag_path) = (config.to_str().unwrap(), flag_ready.to_str().unwrap());
    let output = run(&[
        "--config",
        config_path,
        "--ready-file",
        flag_path,
        "--",
        "sh",
        "-c",
        script,
        "sh",
        file_ready.to_str().unwrap(),
        flag_path,
    ]);
    std::fs::remove_file(&config).unwrap();
    assert!(output.status.success(), "{}", told(&output.stderr));
    assert!(!told(&output.stdout).contains(":3650/"), "a free port, though the file names one");
    assert!(!flag_ready.exists(), "the ready file goes with the simulator");
}

#[test]
fn who_comes_too_often_or_too_early_is_told_of_and_fails() {
    let often = [DEVICES; 3];
    let checks = ["--throttle", "0.0001", "--fail-on", "early-retry,would-throttle"];
    let (code, _, err) = meet(&checks, "0", &often);
    assert_eq!(code, Some(3), "{err}");
    assert_snapshot!("throttled_summary", err);
    let (code, _, err) = meet(&["--fail-on", "early-retry,would-throttle"], "0", &often);
    assert_eq!(code, Some(0), "three requests exceed nothing: {err}");
}
