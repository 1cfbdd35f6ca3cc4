//! `simtune fleet`: files of devices, made, imported, anonymized and checked.

use std::io::{Read, Write};
use std::process::{Output, Stdio};

use hyper::Method;
use insta::assert_snapshot;
use serde_json::Value as Json;
use simtune::fleet::{self, Source};
use simtune::tenant::TenantSpec;

use crate::command_line::{Scratch, run, simtune, told};
use crate::harness::{Harness, json, start, text};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

/// The program with these words behind `fleet`; a word that begins with `@` is a fixture.
fn fleet(arguments: &[&str]) -> Output {
    run(&words(arguments).iter().map(String::as_str).collect::<Vec<_>>())
}

fn words(arguments: &[&str]) -> Vec<String> {
    let words = arguments.iter().map(|word| match word.strip_prefix('@') {
        Some(fixture) => format!("{FIXTURES}/{fixture}"),
        None => (*word).to_owned(),
    });
    std::iter::once("fleet".to_owned()).chain(words).collect()
}

/// The same, with something on standard input.
fn fleet_with(arguments: &[&str], input: &[u8]) -> Output {
    let words = words(arguments);
    let mut child = simtune(&words.iter().map(String::as_str).collect::<Vec<_>>())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the input is written");
    output
}

fn story(arguments: &[&str]) -> String {
    let told = told(&fleet(arguments)).replace(&format!("{FIXTURES}/"), "");
    format!("simtune fleet {}\n{told}", arguments.join(" ").replace('@', ""))
}

#[test]
fn generated_devices_are_those_of_serve() {
    let day = start().date_naive().to_string();
    let output = fleet(&["generate", "--count", "40", "--seed", "7", "--as-of", &day]);
    assert!(output.status.success(), "{}", told(&output));
    let of_file = Source::File { name: "generated.jsonl".into(), text: String::from_utf8(output.stdout).unwrap() };
    let served = |source| {
        let harness = Harness::with(TenantSpec { fleet: source, seed: 7, ..TenantSpec::default() });
        ["v1.0", "beta"].map(|version| list(&harness, version))
    };
    assert_eq!(served(of_file), served(Source::Generated(40)));
}

/// Every device of a list as the service spells it, the pages one after another.
fn list(harness: &Harness, version: &str) -> Vec<String> {
    let target = format!("/{version}/deviceManagement/managedDevices");
    vec![text(&harness.ask(Method::GET, &target, b""))]
}

#[test]
fn a_mix_decides_what_is_generated() {
    let output = fleet(&["generate", "--count", "2000", "--mix", "@fleets/mixes/telephones.toml"]);
    assert!(output.status.success(), "{}", told(&output));
    let devices: Vec<Json> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let share = |is: &dyn Fn(&Json) -> bool| devices.iter().filter(|device| is(device)).count() * 100 / devices.len();
    // 40, 10, 30 and 5 of 85, in per cent.
    let of_type = |names: &'static [&str]| share(&|device| names.contains(&device["deviceType"].as_str().unwrap()));
    assert!((43..=51).contains(&of_type(&["iPhone"])), "{}", of_type(&["iPhone"]));
    assert!((8..=15).contains(&of_type(&["android"])), "{}", of_type(&["android"]));
    assert!((31..=39).contains(&of_type(&["androidForWork"])), "{}", of_type(&["androidForWork"]));
    assert!((3..=9).contains(&of_type(&["windowsPhone", "winMO6"])), "{}", of_type(&["windowsPhone", "winMO6"]));
    let offline = share(&|device| device["physical"]["online"] == false);
    assert!((7..=13).contains(&offline), "{offline}");
    let wrong = |device: &Json| device["physical"]["unlockToken"] == "wrong";
    assert!(
        devices.iter().any(wrong) && devices.iter().filter(|device| wrong(device)).all(|d| d["deviceType"] == "iPhone")
    );
}

#[test]
fn a_mix_that_is_none_is_refused() {
    let cases = [
        "[kinds]\niphon = 3\n",
        "[kinds]\niphone = \"3\"\n",
        "[kinds]\n\niphone = -1\n",
        "[kinds]\niphone = 0\n",
        "[kinds]\niphone = 1\n[physical]\nofline = 3\n",
        "[kinds]\niphone = 1\n[physical]\noffline = 300\n",
        "kinds = 3\n",
        "",
    ];
    let stories = cases.map(|mix| {
        let scratch = Scratch::new("mix.toml", mix);
        let output = fleet(&["generate", "--count", "1", "--mix", scratch.path()]);
        assert_eq!(output.status.code(), Some(64), "{mix}");
        format!("{mix}{}", told(&output).replace(scratch.path(), "mix.toml"))
    });
    assert_snapshot!(stories.join("\n"));
}

#[test]
fn every_form_of_a_saved_answer_is_read() {
    let four = told(&fleet(&["import", "@saved-responses/page-1.json", "@saved-responses/page-2.json"]));
    for form in ["array-of-pages.json", "pages.jsonl", "pages-one-after-another.json", "devices.json", "browser.har"] {
        let output = fleet(&["import", &format!("@saved-responses/{form}")]);
        assert_eq!(four.lines().nth(1), String::from_utf8_lossy(&output.stdout).lines().next(), "{form}");
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 4, "{form}: {}", told(&output));
    }
    let page = told(&fleet(&["import", "@saved-responses/page-2.json"]));
    for form in ["utf-16-big-endian.json", "utf-8-with-mark.json"] {
        assert_eq!(told(&fleet(&["import", &format!("@saved-responses/{form}")])), page, "{form}");
    }
    let one = std::fs::read(format!("{FIXTURES}/saved-responses/page-2.json")).unwrap();
    assert_eq!(told(&fleet_with(&["import", "-"], &one)), page);
}

#[test]
fn what_is_imported_and_what_is_not_is_told() {
    let stories = [
        story(&["import", "@saved-responses/page-1.json"]),
        story(&[
            "import",
            "@saved-responses/page-1.json",
            "@saved-responses/page-2.json",
            "@saved-responses/beta-page.json",
            "@saved-responses/single.json",
            "@saved-responses/single-selected.json",
        ]),
        story(&["import", "@saved-responses/windows-powershell.json"]),
        story(&["import", "@saved-responses/browser.har"]),
        story(&["import", "@saved-responses/batch.json"]),
        story(&["import", "@saved-responses/powershell-cut-off.json"]),
        story(&["import", "@saved-responses/refusal.json"]),
        story(&["import", "@saved-responses/users.json"]),
        story(&["import", "@saved-responses/wrong-type.json"]),
        story(&["import", "@saved-responses/no-such-file.json"]),
    ];
    assert_snapshot!(stories.join("\n"));
    for input in [&b""[..], b"[]", b"{\"value\":[]}", b"7", b"{\"deviceName\":\"Zo\xeb\"}", b"{\"deviceName\":"] {
        let output = fleet_with(&["import", "-"], input);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(64), 0), "{}", told(&output));
    }
}

#[test]
fn a_tenant_that_was_saved_is_served_again() {
    let original = Harness::new();
    let mut files = Vec::new();
    for version in ["v1.0", "beta"] {
        files.push((format!("{version}.json"), list(&original, version).remove(0)));
    }
    let ids: Vec<String> =
        json(&original.ask(Method::GET, "/v1.0/deviceManagement/managedDevices?$select=id", b""))["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|device| device["id"].as_str().unwrap().to_owned())
            .collect();
    let single = |harness: &Harness, version: &str, id: &str, select: &str| {
        text(&harness.ask(Method::GET, &format!("/{version}/deviceManagement/managedDevices/{id}{select}"), b""))
    };
    let hidden = "?$select=id,notes,iccid,udid,ethernetMacAddress,physicalMemoryInBytes,activationLockBypassCode,\
                  bootstrapTokenEscrowed,windowsActiveMalwareCount,windowsRemediatedMalwareCount,chromeOSDeviceInfo,\
                  remoteAssistanceSessionUrl";
    for id in &ids {
        files.push(("single.json".to_owned(), single(&original, "beta", id, "")));
        files.push(("hidden.json".to_owned(), single(&original, "beta", id, hidden)));
    }
    let imported = fleet::import(&files).unwrap();
    assert_eq!(imported.devices, ids.len());

    let source = Source::File { name: "imported.jsonl".into(), text: imported.text };
    // Nothing is left to be made up, so another seed changes nothing.
    let again = Harness::with(TenantSpec { fleet: source, seed: 99, ..TenantSpec::default() });
    for version in ["v1.0", "beta"] {
        assert_eq!(list(&again, version), list(&original, version), "{version}");
    }
    for id in &ids {
        assert_eq!(single(&again, "beta", id, ""), single(&original, "beta", id, ""));
        assert_eq!(single(&again, "beta", id, hidden), single(&original, "beta", id, hidden));
    }
}

#[test]
fn anonymized_files_are_fleets_of_nobody() {
    let output = fleet(&["anonymize", "@saved-responses/page-1.json", "--seed", "3"]);
    assert_snapshot!("anonymize", told(&output));
    assert_eq!(output, fleet(&["anonymize", "@saved-responses/page-1.json", "--seed", "3"]));
    let checked = fleet_with(&["validate", "--synthetic", "-"], &output.stdout);
    assert_eq!(told(&checked), "exit 0\nstandard input: 2 devices, no problems\n");
    let refused = fleet(&["anonymize", "@saved-responses/refusal.json"]);
    assert_eq!(refused.status.code(), Some(64));
}

#[test]
fn validate_tells_every_problem_with_its_line() {
    let broken = Scratch::new(
        "validate.jsonl",
        concat!(
            "{\"deviceName\":\"fine\"}\n",
            "{\"devisName\":\"B\",\"isEncrypted\":\"yes\",\"osVersion\":7}\n",
            "{\"deviceName\":\"A\"\n",
            "\"a device\"\n",
            "{\"id\":\"5f0c2d5e-7a52-4d0a-9d1c-000000000001\"}\n",
            "{\"id\":\"5F0C2D5E-7A52-4D0A-9D1C-000000000001\",\"@odata.etag\":\"x\"}\n",
            "{\"id\":\"seven\",\"physical\":{\"online\":\"no\"}}\n",
            "{\"deviceName\":\"A\",\"deviceName\":\"B\"}\n",
            "{\"operatingSystem\":\"Android\"}\n",
            "{\"ownerType\":\"company\",\"managedDeviceOwnerType\":\"personal\"}\n",
            "{\"serialNumber\":\"C02XK0AAJGH5\",\"userPrincipalName\":\"erika@fabrikam.com\"}\n",
        ),
    );
    let spread = Scratch::new("spread.json", "[\n  {\n    \"deviceName\": \"A\",\n    \"imey\": \"1\"\n  }\n]\n");
    let stories = [
        story(&["validate", broken.path()]),
        story(&["validate", "--synthetic", broken.path()]),
        story(&["validate", spread.path()]),
        story(&["validate", "--synthetic", "@fleets/one-of-each.jsonl"]),
        story(&["validate", "./no-such-file.jsonl"]),
    ];
    let told = stories.join("\n").replace(broken.path(), "broken.jsonl").replace(spread.path(), "spread.json");
    assert_snapshot!(told);
}

#[test]
fn serve_points_to_import() {
    let page = "{\"value\":[{\"deviceName\":\"A\",\"newInBeta\":1}]}";
    let scratch = Scratch::new("page.json", page);
    let output = run(&["serve", "--fleet", scratch.path()]);
    assert_eq!(output.status.code(), Some(64));
    assert!(told(&output).contains("simtune fleet import"), "{}", told(&output));
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let mut child = simtune(&["fleet", "generate", "--count", "100000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut first = [0; 64];
    child.stdout.take().expect("a pipe").read_exact(&mut first).expect("the first bytes");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(told(&output), "exit 0\n");
}
