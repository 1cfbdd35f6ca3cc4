//! What must hold for every fleet.

mod anonymize;
mod lint;

use std::collections::HashSet;
use std::fmt::Write as _;

use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::{
    Builtin, Choice, Context, Draft, FleetError, People, Source, Warning, choose, drafts, generated, read_device,
};
use crate::device::record::{PROPERTIES, Record, property};
use crate::odata::value::Value;
use crate::random::Draw;

const DOMAIN: &str = "fleet.example";

fn people() -> People {
    People::new(DOMAIN, Draw::from_seed(1))
}

fn as_of() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 9, 30, 0).unwrap()
}

fn fleet(source: &Source) -> Result<Vec<Draft>, FleetError> {
    drafts(source, &Context { people: &people(), as_of: as_of() }, Draw::from_seed(1))
}

fn file(text: &str) -> Result<Vec<Draft>, FleetError> {
    fleet(&Source::File { name: "fleet.jsonl".to_owned(), text: text.to_owned() })
}

fn one_of_each() -> Vec<Draft> {
    fleet(&Builtin::OneOfEach.into()).unwrap()
}

fn device(object: Json) -> Draft {
    let Json::Object(object) = object else { panic!("a device is an object") };
    read_device(&object, &Context { people: &people(), as_of: as_of() }, Draw::from_seed(1)).unwrap()
}

fn shown(value: Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Boolean(truth) => truth.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Enum(member) => member.to_owned(),
        Value::DateTime(date) => date.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string(),
        Value::Entity(_) | Value::Items(_) => unreachable!("no stored property is one"),
        Value::Json(json) => json.to_owned(),
    }
}

fn field(record: &Record, name: &str) -> String {
    let (_, property) = property(name).unwrap();
    let crate::device::record::Source::Field(read) = property.source else { panic!("{name} is no field") };
    shown(read(record))
}

fn page(draft: &Draft) -> String {
    let mut page = String::new();
    for property in PROPERTIES {
        if let crate::device::record::Source::Field(read) = property.source {
            writeln!(page, "{}: {}", property.name, shown(read(&draft.record))).unwrap();
        }
    }
    writeln!(page, "physical: {}", json!(draft.physical)).unwrap();
    page
}

#[test]
fn a_few_devices_in_full() {
    let fleet = one_of_each();
    for name in [
        "iPhone-1",
        "iPhone-user-enrollment",
        "iPad (3)",
        "Android-6",
        "Work-profile-14",
        "Kiosk-1",
        "DESKTOP-1",
        "MacBook-1",
        "linux-1",
        "Windows-Phone-8.1",
        "Android-exchange-only",
    ] {
        let draft = fleet.iter().find(|draft| draft.record.device_name.as_str() == name).unwrap();
        insta::assert_snapshot!(name.replace([' ', '(', ')'], ""), page(draft));
    }
}

#[test]
fn what_each_of_one_of_each_is_for() {
    let mut table = String::new();
    for draft in one_of_each() {
        let record = &draft.record;
        let text = |name| field(record, name).trim_matches('"').to_owned();
        let row = ["deviceName", "deviceType", "operatingSystem", "osVersion", "managementAgent"].map(text);
        let standing = ["deviceEnrollmentType", "managedDeviceOwnerType", "joinType", "azureADRegistered"].map(text);
        writeln!(table, "{} | {} | {}", row.join(" "), standing.join(" "), text("userPrincipalName")).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_generated_fleet_reads_like_a_company() {
    let mut table = String::new();
    for draft in fleet(&Source::Generated(40)).unwrap() {
        let text = |name| field(&draft.record, name).trim_matches('"').to_owned();
        let row = ["deviceName", "deviceType", "osVersion", "model", "serialNumber", "userDisplayName"].map(text);
        writeln!(table, "{}", row.join(" | ")).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn errors_name_the_place_the_cause_and_the_way_out() {
    let texts = [
        "{\"deviceName\": \"a\"}\n\n{\"deviceNmae\": \"b\"}",
        "{\"colour\": \"red\"}",
        "{\"osVersion\": 17}",
        "{\"isEncrypted\": \"yes\"}",
        "{\"enrolledDateTime\": \"yesterday\"}",
        "{\"id\": \"7\"}",
        "{\"id\": null}",
        "{\"deviceName\": \"a\", \"DEVICENAME\": \"b\"}",
        "{\"ownerType\": \"company\", \"managedDeviceOwnerType\": \"personal\"}",
        "{\"physical\": {\"onlin\": true}}",
        "{\"physical\": {\"unlockToken\": \"lost\"}}",
        "{\"deviceName\": \"a\"}\n{\"deviceName\": \"b\",}",
        "{\"deviceName\": \"a\"}\n{\"deviceName\": \"b\"\n{\"deviceName\": \"c\"}",
        "{\"value\": [\n  {\"deviceName\": \"a\"},\n  {\"imie\": \"\"}\n]}",
        "[{\"deviceName\": \"a\"}, 7]",
        "7",
        "{\"id\": \"5f0c2d5e-7a52-4d0a-9d1c-3f7d3c1b8a10\"}\n{\"id\": \"5F0C2D5E-7a52-4d0a-9d1c-3f7d3c1b8a10\"}",
        "deviceName,osVersion\niPhone,17",
    ];
    let mut errors: Vec<String> = texts.iter().map(|text| file(text).unwrap_err().to_string()).collect();
    errors.extend(["one-of-eech", "nothing", "", "99999999999"].map(|name| choose(name).unwrap_err().to_string()));
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn the_argument_is_a_name_a_number_or_a_path() {
    assert_eq!(choose("one-of-each"), Ok(Choice::Builtin(Builtin::OneOfEach)));
    assert_eq!(choose("2500"), Ok(Choice::Generated(2500)));
    assert_eq!(choose("0"), Ok(Choice::Generated(0)));
    assert_eq!(choose("fleets/mine"), Ok(Choice::Path("fleets/mine".to_owned())));
    assert_eq!(choose("mine.jsonl"), Ok(Choice::Path("mine.jsonl".to_owned())));
}

#[test]
fn the_built_in_fleets_have_their_sizes() {
    let size = |fleet: Builtin| {
        super::drafts(&fleet.into(), &Context { people: &people(), as_of: as_of() }, Draw::from_seed(1)).unwrap().len()
    };
    assert_eq!(size(Builtin::Empty), 0);
    assert_eq!(size(Builtin::ThreePages), 2_500);
    assert!(size(Builtin::OneOfEach) >= 60);
}

#[test]
fn one_of_each_says_why_every_device_is_there_and_warns_of_one() {
    let fleet = one_of_each();
    for draft in &fleet {
        assert!(draft.record.notes.as_str().ends_with('.'), "{}", draft.record.device_name.as_str());
        assert!(draft.skipped.is_empty());
    }
    let warned: Vec<_> = fleet.iter().filter(|draft| draft.warning.is_some()).collect();
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0].warning, Some(Warning::AssumedDeviceAdministrator));
}

#[test]
fn everything_made_up_is_nobodys() {
    let fleets = [
        one_of_each(),
        fleet(&Builtin::ThreePages.into()).unwrap(),
        file("{}\n{\"userDisplayName\": \"Ada Sample\", \"operatingSystem\": \"iOS\"}").unwrap(),
    ];
    let complaints: Vec<String> =
        fleets.iter().flatten().flat_map(|draft| lint::complaints(&draft.record, DOMAIN)).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn ids_are_unique_among_ten_thousand() {
    let people = people();
    let context = Context { people: &people, as_of: as_of() };
    let ids: HashSet<_> = (0..10_000).map(|number| generated(number, &context, Draw::from_seed(1)).id).collect();
    assert_eq!(ids.len(), 10_000);
}

#[test]
fn the_same_words_are_stored_once() {
    let fleet = fleet(&Source::Generated(200)).unwrap();
    let places: HashSet<_> = fleet.iter().map(|draft| draft.record.operating_system.share().as_ptr()).collect();
    // A telephone and a tablet of one maker do not share, two telephones do.
    assert!(places.len() <= 20, "{} copies", places.len());
}

#[test]
fn a_new_line_leaves_the_other_devices_alone() {
    let before = file("{\"deviceName\": \"a\"}\n{\"deviceName\": \"b\"}\n{\"deviceName\": \"a\"}").unwrap();
    let after =
        file("{\"deviceName\": \"new\"}\n{\"deviceName\": \"a\"}\n{\"deviceName\": \"b\"}\n{\"deviceName\": \"a\"}")
            .unwrap();
    for (old, new) in before.iter().zip(&after[1..]) {
        assert_eq!(old.record, new.record);
    }
    assert_ne!(before[0].id, before[2].id);
}

#[test]
fn lines_pages_arrays_and_marks_are_all_read() {
    let names = |text: &str| -> Vec<String> {
        file(text).unwrap().iter().map(|draft| draft.record.device_name.as_str().to_owned()).collect()
    };
    assert_eq!(names("\n{\"deviceName\":\"a\"}\r\n\n{\"deviceName\":\"b\"}\n"), ["a", "b"]);
    assert_eq!(names("[{\"deviceName\":\"a\"},{\"deviceName\":\"b\"}]"), ["a", "b"]);
    assert_eq!(names("{\n \"value\": [\n{\"deviceName\":\"a\"},\n{\"deviceName\":\"b\"}]\n}\n"), ["a", "b"]);
    assert_eq!(names("{\"value\":[{\"deviceName\":\"a\"}]}\n{\"value\":[{\"deviceName\":\"b\"}]}"), ["a", "b"]);
    assert_eq!(names("\u{feff}{\n\"deviceName\":\"a\"\n}\n{\n\"deviceName\":\"b\"\n}"), ["a", "b"]);
    assert!(names("").is_empty());
    assert!(names("{\"value\": []}").is_empty());
}

#[test]
fn what_a_saved_response_has_beside_properties_is_skipped_by_name() {
    let draft = device(json!({
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/managedDevices/$entity",
        "roleScopeTagIds@odata.type": "#Collection(String)",
        "deviceActionResults": [],
        "hardwareInformation": {"serialNumber": ""},
        "users": [],
        "deviceName": "a",
        "ownerType": "company",
        "managedDeviceOwnerType": "company",
        "azureActiveDirectoryDeviceId": null,
    }));
    let mut skipped: Vec<&str> = draft.skipped.iter().map(AsRef::as_ref).collect();
    skipped.sort_unstable();
    assert_eq!(
        skipped,
        ["@odata.context", "deviceActionResults", "hardwareInformation", "roleScopeTagIds@odata.type", "users"]
    );
}

#[test]
fn one_person_owns_several_devices_and_is_the_same_on_each() {
    let fleet = one_of_each();
    let mut of_ada = fleet.iter().filter(|draft| draft.record.user_display_name.as_str() == "Ada Sample");
    let first = &of_ada.next().unwrap().record;
    assert_eq!(first.user_principal_name.as_str(), "ada.sample@fleet.example");
    let mut others = 0;
    for draft in of_ada {
        others += 1;
        assert_eq!(draft.record.user_id, first.user_id);
        assert_eq!(draft.record.email_address, first.email_address);
    }
    assert!(others >= 3);
}

#[test]
fn what_is_made_up_follows_from_what_is_known() {
    let mac = device(json!({"operatingSystem": "macOS", "serialNumber": "SIM123"}));
    assert_eq!(field(&mac.record, "easDeviceId"), "\"ApplSIM123\"");
    let nobody = device(json!({"deviceType": "iPad", "userPrincipalName": ""}));
    for name in ["userId", "userPrincipalName", "userDisplayName", "emailAddress", "easDeviceId"] {
        assert_eq!(field(&nobody.record, name), "\"\"", "{name}");
    }
    assert_eq!(field(&nobody.record, "deviceEnrollmentType"), "appleBulkWithoutUser");
    let old = device(json!({"deviceType": "android", "osVersion": "6.0.1"}));
    assert_eq!(field(&old.record, "isEncrypted"), "false");
    assert!(field(&old.record, "androidSecurityPatchLevel").starts_with("\"2017-"));
    let small = device(json!({"deviceType": "desktop", "totalStorageSpaceInBytes": 8192}));
    assert!(small.record.free_storage_space_in_bytes <= 8192);
}

/// JSON of any shape, with the names of properties often enough to be interesting.
fn any_object() -> impl Strategy<Value = Map<String, Json>> {
    let name = prop_oneof![
        4 => (0..PROPERTIES.len()).prop_map(|row| PROPERTIES[row].name.to_owned()),
        1 => "\\PC{0,12}",
    ];
    let text = prop_oneof![
        Just("iOS".to_owned()),
        Just("Android".to_owned()),
        Just("windowsPhone".to_owned()),
        Just("msSense".to_owned()),
        Just("9999-12-31T23:59:59.9999999Z".to_owned()),
        Just("0001-01-01T00:00:00Z".to_owned()),
        "\\PC{0,20}",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        text.prop_map(Json::from),
    ];
    let value = leaf.prop_recursive(2, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Json::from));
    prop::collection::vec((name, value), 0..12).prop_map(|members| members.into_iter().collect())
}

/// A value that fits a row of the table.
fn fitting(row: usize) -> impl Strategy<Value = (usize, Json)> {
    use crate::odata::value::Edm;
    let value = match PROPERTIES[row].edm {
        Edm::String | Edm::Enum(_) => {
            prop_oneof![1 => Just(Json::Null), 1 => Just(json!("")), 6 => "[ -~’é]{1,12}".prop_map(Json::from)].boxed()
        }
        Edm::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        Edm::Int32 => any::<i32>().prop_map(Json::from).boxed(),
        Edm::Int64 => any::<i64>().prop_map(Json::from).boxed(),
        Edm::DateTimeOffset => (-62_135_596_800_i64..253_402_300_799)
            .prop_map(|second| json!(DateTime::from_timestamp(second, 123_456_700).unwrap().to_rfc3339()))
            .boxed(),
        Edm::Complex(_) => Just(json!({ "any": 1 })).boxed(),
        _ => Just(json!([])).boxed(),
    };
    value.prop_map(move |value| (row, value))
}

fn fitting_object() -> impl Strategy<Value = Map<String, Json>> {
    let written = |row: &usize| PROPERTIES[*row].write.is_some() && PROPERTIES[*row].name != "id";
    let rows: Vec<usize> = (0..PROPERTIES.len()).filter(written).collect();
    prop::sample::subsequence(rows, 0..20)
        .prop_flat_map(|rows| rows.into_iter().map(fitting).collect::<Vec<_>>())
        .prop_map(|members| members.into_iter().map(|(row, value)| (PROPERTIES[row].name.to_owned(), value)).collect())
}

proptest! {
    #[test]
    fn no_object_is_a_trap(object in any_object(), seed: u64, second in any::<i64>()) {
        let as_of = DateTime::from_timestamp(second, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let people = People::new(DOMAIN, Draw::from_seed(seed));
        let _ = read_device(&object, &Context { people: &people, as_of }, Draw::from_seed(seed));
    }

    #[test]
    fn no_text_is_a_trap(text in "[\\[\\]{}:, \n\"a-z0-9\u{feff}\\\\]{0,60}") {
        let _ = file(&text);
        let _ = choose(&text);
    }

    #[test]
    fn everything_given_is_kept(object in fitting_object(), seed: u64) {
        let context = Context { people: &people(), as_of: as_of() };
        let draft = read_device(&object, &context, Draw::from_seed(seed)).unwrap();
        for (name, value) in &object {
            let mut expected = Record::default();
            let (_, property) = property(name).unwrap();
            property.write.unwrap()(&mut expected, value).unwrap();
            prop_assert_eq!(field(&draft.record, name), field(&expected, name), "{}", name);
        }
        let again = read_device(&object, &context, Draw::from_seed(seed)).unwrap();
        prop_assert_eq!(draft.record, again.record);
    }

    #[test]
    fn a_generated_device_does_not_depend_on_the_size_of_its_fleet(count in 1_u32..60, more in 0_u32..60) {
        let small = fleet(&Source::Generated(count)).unwrap();
        let large = fleet(&Source::Generated(count + more)).unwrap();
        for (one, other) in small.iter().zip(&large) {
            prop_assert_eq!(&one.record, &other.record);
        }
    }

    #[test]
    fn made_up_devices_are_nobodys_and_agree_with_themselves(seed: u64, number in 0_u32..1_000_000) {
        let people = People::new(DOMAIN, Draw::from_seed(seed));
        let draft = generated(number, &Context { people: &people, as_of: as_of() }, Draw::from_seed(seed));
        let record = &draft.record;
        prop_assert_eq!(lint::complaints(record, DOMAIN), Vec::<String>::new());
        prop_assert!(record.enrolled_date_time < record.last_sync_date_time);
        prop_assert!(record.last_sync_date_time < as_of());
        prop_assert!(record.free_storage_space_in_bytes < record.total_storage_space_in_bytes);
        prop_assert_eq!(record.user_id.as_str().is_empty(), record.user_principal_name.as_str().is_empty());
        prop_assert_eq!(record.azure_ad_registered == Some(true), record.join_type.as_deref() != Some("unknown"));
        prop_assert_eq!(record.id.as_str(), draft.id.to_string());
        for property in PROPERTIES {
            if let (crate::odata::value::Edm::Enum(_), crate::device::record::Source::Field(read)) = (property.edm, property.source) {
                prop_assert_ne!(read(record), Value::Null, "{}", property.name);
            }
        }
    }
}
