//! What must hold of every anonymized fleet.

use std::collections::HashSet;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::fleet::{AnonymizeError, Anonymized, anonymize};

/// A person and the device of that person. The letters make no word of any product.
#[derive(Debug, Clone)]
struct Planted {
    first: String,
    /// Stands in the display name and nowhere else.
    middle: String,
    last: String,
    company: String,
    serial: String,
    imei: String,
    mac: String,
    phone: String,
    guid: String,
}

fn planted() -> impl Strategy<Value = Planted> {
    let names = ("[mp][bdgmp]{4,9}", "[mp][bdgmp]{4,9}", "[mp][bdgmp]{4,9}", "[mp][bdgmp]{4,9}");
    let codes = ("[BDGP][0-9]{2}[BDGP0-9]{5,9}", "[1-9][0-9]{14}", "[c-f]8[0-9a-f]{10}", "[1-9][0-9]{9}", "[bd]{8}");
    (names, codes).prop_map(|((first, middle, last, company), (serial, imei, mac, phone, guid))| Planted {
        first,
        middle,
        last,
        company,
        serial,
        imei,
        mac,
        phone,
        guid,
    })
}

impl Planted {
    /// A device that holds every secret in every place where one can be.
    fn device(&self) -> Json {
        let Self { first, middle, last, company, serial, imei, mac, phone, guid } = self;
        let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
        let (given, family) = (capital(first), capital(last));
        let user = format!("{guid}-1111-4111-8111-111111111111");
        json!({
            "id": format!("{guid}-2222-4222-8222-222222222222"),
            "userId": user,
            "azureADDeviceId": user.to_uppercase(),
            "deviceName": format!("{given}’s iPhone ({last})"),
            "managedDeviceName": format!("{first}.{last}_IPhone_6/12/2020_1:52 PM"),
            "userDisplayName": format!("{given} {} {family}", capital(middle)),
            "userPrincipalName": format!("{first}.{last}@{company}.onmicrosoft.com"),
            "emailAddress": format!("{given}.{family}@{company}.com"),
            "enrolledByUserPrincipalName": format!("{first}_{company}.com#EXT#@{company}.onmicrosoft.com"),
            "serialNumber": serial,
            "easDeviceId": format!("Appl{serial}"),
            "activationLockBypassCode": format!("{serial}-{}", serial.to_lowercase()),
            "imei": imei,
            "meid": imei[..14],
            "iccid": format!("8949{imei}"),
            "udid": format!("{mac}{guid}{mac}{guid}"),
            "wiFiMacAddress": mac,
            "ethernetMacAddress": mac.to_uppercase(),
            "phoneNumber": format!("+49{phone}"),
            "notes": format!("{given} sits next to {family}, {first}@{company}.com, https://{company}.com/{serial}?q={phone}, {user}"),
            "deviceCategoryDisplayName": format!("{company} branch"),
            "enrollmentProfileName": format!("{company}-{last}"),
            "remoteAssistanceSessionUrl": format!("https://help.{company}.com/{guid}"),
            "model": format!("Book {company}"),
            "manufacturer": company,
            "operatingSystem": format!("{last} OS"),
            "subscriberCarrier": format!("{company} mobile"),
            "complianceState": format!("{given} {family}"),
            "usersLoggedOn": [{"userId": user, "lastLogOnDateTime": "2020-01-01T00:00:00Z"}],
            "chromeOSDeviceInfo": [{"name": serial, "value": first, "secret": last}],
            "physical": {"actualOsVersion": format!("1.0 {last}")},
        })
    }

    fn secrets(&self) -> [&str; 9] {
        [
            &self.first,
            &self.middle,
            &self.last,
            &self.company,
            &self.serial,
            &self.imei,
            &self.mac,
            &self.phone,
            &self.guid,
        ]
    }

    /// Somebody else whose name, address and codes have the same shape.
    fn double(&self) -> Self {
        let other = |text: &str| -> String {
            let others = [
                ('b', 'n'),
                ('d', 'r'),
                ('g', 's'),
                ('m', 't'),
                ('p', 'f'),
                ('B', 'N'),
                ('D', 'R'),
                ('G', 'S'),
                ('P', 'F'),
            ];
            text.chars()
                .map(|letter| others.iter().find(|(one, _)| *one == letter).map_or(letter, |(_, two)| *two))
                .collect()
        };
        Self {
            first: other(&self.first),
            middle: other(&self.middle),
            last: other(&self.last),
            company: other(&self.company),
            serial: other(&self.serial),
            guid: self.guid.replace('b', "c").replace('d', "e"),
            ..self.clone()
        }
    }
}

fn fleet<'a>(planted: impl IntoIterator<Item = &'a Planted>) -> String {
    let lines: Vec<String> = planted.into_iter().map(|planted| planted.device().to_string()).collect();
    lines.join("\n")
}

fn done(text: &str, seed: u64) -> Anonymized {
    anonymize("fleet.jsonl", text, seed).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn devices(text: &str) -> Vec<Map<String, Json>> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Length, case and what is neither letter nor digit; of a code also, whether it has letters.
fn shape(name: &str, text: &str) -> String {
    let is_code = !["Name", "emailAddress", "notes", "State", "Url", "model", "manufacturer", "Carrier", "System"]
        .iter()
        .any(|end| name.ends_with(end));
    let text = if name == "notes" { text.rsplit_once(',').map_or(text, |(text, _)| text) } else { text };
    let classed = text.chars().map(|letter| match letter {
        letter if is_code && letter.is_alphanumeric() => 'x',
        letter if letter.is_uppercase() => 'A',
        letter if letter.is_alphabetic() => 'a',
        letter if letter.is_numeric() => '0',
        other => other,
    });
    // The top of a domain becomes `.example`. Behind the last comma of the notes is a GUID.
    classed.collect::<String>().replace(".aaaaaaa", ".tld").replace(".aaa", ".tld")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_secret_is_left_and_every_shape_is_kept(planted in proptest::collection::vec(planted(), 1..4), seed: u64) {
        let text = fleet(&planted);
        let anonymized = done(&text, seed);
        let lower = anonymized.text.to_lowercase();
        for secret in planted.iter().flat_map(Planted::secrets) {
            prop_assert!(!lower.contains(&secret.to_lowercase()), "{secret} is left in {}", anonymized.text);
        }
        for (old, new) in devices(&text).iter().zip(devices(&anonymized.text)) {
            for (name, value) in &new {
                if let (Some(old), Some(new)) = (old[name].as_str(), value.as_str()) {
                    prop_assert_eq!(shape(name, old), shape(name, new), "{}: {} became {}", name, old, new);
                }
            }
        }
        prop_assert_eq!(&done(&text, seed).text, &anonymized.text);
        // What is nobody's stays of the same shape when it is replaced again.
        let again = done(&anonymized.text, seed.wrapping_add(1));
        for (old, new) in devices(&anonymized.text).iter().zip(devices(&again.text)) {
            for (name, value) in &new {
                if let (Some(old), Some(new)) = (old[name].as_str(), value.as_str()) {
                    prop_assert_eq!(shape(name, old), shape(name, new), "{}", name);
                }
            }
        }
    }

    /// The strongest promise: of two fleets that differ in names alone comes the same text.
    #[test]
    fn what_comes_out_does_not_depend_on_what_is_replaced(planted in proptest::collection::vec(planted(), 1..4), seed: u64) {
        let doubles: Vec<Planted> = planted.iter().map(Planted::double).collect();
        prop_assert_eq!(done(&fleet(&planted), seed).text, done(&fleet(&doubles), seed).text);
    }

    #[test]
    fn what_was_equal_stays_equal_and_nothing_else_becomes_it(planted in proptest::collection::vec(planted(), 2..6), seed: u64) {
        let twice: Vec<&Planted> = planted.iter().chain(&planted).collect();
        let devices = devices(&done(&fleet(twice), seed).text);
        let (once, again) = devices.split_at(planted.len());
        for name in ["userId", "serialNumber", "userPrincipalName", "imei", "wiFiMacAddress", "deviceName"] {
            let distinct = |devices: &[Map<String, Json>]| -> HashSet<String> {
                devices.iter().map(|device| device[name].to_string()).collect()
            };
            prop_assert_eq!(distinct(once), distinct(again));
            prop_assert_eq!(distinct(once).len(), planted.iter().map(|planted| planted.device()[name].to_string()).collect::<HashSet<_>>().len());
        }
        for device in &devices {
            let text = |name: &str| device[name].as_str().unwrap().to_owned();
            let first = text("userDisplayName").split(' ').next().unwrap().to_lowercase();
            prop_assert!(text("deviceName").to_lowercase().starts_with(&first), "the owner is still in the name");
            prop_assert!(text("userPrincipalName").starts_with(&first) && text("managedDeviceName").starts_with(&first));
            prop_assert_eq!(text("easDeviceId"), format!("Appl{}", text("serialNumber")));
            prop_assert_eq!(&text("imei")[..14], text("meid"));
            prop_assert_eq!(text("userId").to_uppercase(), text("azureADDeviceId"));
            prop_assert_eq!(device["usersLoggedOn"][0]["userId"].as_str().unwrap(), text("userId"));
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_is_a_trap(name in "\\PC{0,30}", notes in any::<String>(), code in "[ -~]{0,24}", seed: u64) {
        let device = json!({
            "deviceName": name, "notes": notes, "serialNumber": code, "imei": code, "meid": code, "iccid": code, "udid": code,
            "wiFiMacAddress": code, "phoneNumber": code, "easDeviceId": code, "userPrincipalName": code, "managedDeviceName": name,
            "userDisplayName": name, "azureADDeviceId": code, "model": code, "complianceState": code,
        });
        match anonymize("fleet.jsonl", &device.to_string(), seed) {
            Ok(_) => {}
            Err(error) => prop_assert!(false, "{error}: {device}"),
        }
    }
}

#[test]
fn quirks_survive_and_names_do_not() {
    let story: Vec<String> = [
        ("deviceName", json!("Erika’s iPhone 15 Pro Max")),
        ("deviceName", json!("iPad (3)")),
        ("deviceName", json!("DESKTOP-2F6PPF2")),
        ("deviceName", json!("")),
        ("deviceName", json!(null)),
        ("managedDeviceName", json!("erika.muster_AndroidForWork_10/6/2024 11:27 PM")),
        ("model", json!("iPad Pro (12.9\")(5th generation)")),
        ("userDisplayName", json!("王小明")),
        ("userDisplayName", json!("Zoë d’Été-Ørsted")),
        ("userPrincipalName", json!("erika_fabrikam.com#EXT#@contoso.onmicrosoft.com")),
        ("serialNumber", json!("0")),
        ("serialNumber", json!("To Be Filled By O.E.M.")),
        ("serialNumber", json!("C02XK0AAJGH5")),
        ("serialNumber", json!("7215-0015-5023-0784-8598-7363-00")),
        ("serialNumber", json!("Parallels-AB 12 CD 34 00 11 22 33 44 55 66 77 88 99 AA BB")),
        ("deviceCategoryDisplayName", json!("Unknown")),
        ("azureADDeviceId", json!("00000000-0000-0000-0000-000000000000")),
        ("id", json!("d5900d67-1234-daaa-0bbb-000000000002")),
        ("phoneNumber", json!("*******4567")),
        ("phoneNumber", json!("+1 (425) 555-0123")),
        ("imei", json!("35 209900 176148 1")),
        ("imei", json!("352099001761480")),
        ("wiFiMacAddress", json!("D46E0E022896")),
        ("wiFiMacAddress", json!("020000000000")),
        ("totalStorageSpaceInBytes", json!(-1)),
        ("lastSyncDateTime", json!("2020-03-03T11:32:54.6467627Z")),
        ("deviceEnrollmentType", json!("appleACMEBasicBYOD")),
        ("notes", json!("Ask erika@fabrikam.com,\n10.1.2.3 or https://wiki.fabrikam.com/x?y=12")),
    ]
    .into_iter()
    .map(|(name, value)| {
        let mut device = Map::new();
        device.insert(name.to_owned(), value.clone());
        let told = done(&Json::Object(device).to_string(), 1).text;
        let told: Json = serde_json::from_str(&told).unwrap();
        format!("{name:25} {value} → {}", told[name])
    })
    .collect();
    assert_snapshot!(story.join("\n"));
}

#[test]
fn a_file_without_a_device_is_refused() {
    assert!(matches!(anonymize("empty.jsonl", "\n", 1), Err(AnonymizeError::Unreadable(_))));
}
