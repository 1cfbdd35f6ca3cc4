//! What the size of a fleet costs: `cargo bench -p simtune --bench fleets`.
//!
//! A simulator in a process of its own for each size. No answer is asked for twice, so that none is one that was kept.
//! `-- --write docs/performance.md` makes the table there and the graph beside it anew; `-- --most 10000000` goes further.

#[path = "support/connection.rs"]
mod connection;
#[path = "support/document.rs"]
mod document;
#[path = "support/graph.rs"]
mod graph;
#[path = "support/measure.rs"]
mod measure;
#[path = "support/simulator.rs"]
mod simulator;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use connection::Connection;
use graph::Line;
use simulator::Simulator;

const DEVICES: &str = "/v1.0/deviceManagement/managedDevices";
/// Requests of each kind; odd, so that there is a middle one.
const TURNS: usize = 21;

/// What one size costs, in milliseconds where nothing else is said.
struct Costs {
    size: u32,
    ready: f64,
    mebibytes: f64,
    first_page: f64,
    last_page: f64,
    one_device: f64,
    by_serial: f64,
    by_name: f64,
    by_user: f64,
    first_scan: f64,
    scan: f64,
    beside_scan: f64,
    walk: f64,
    mebibytes_after: f64,
}

fn main() {
    let most: u32 = document::after("--most").map_or(1_000_000, |most| most.parse().expect("a number of devices"));
    let sizes = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    let costs: Vec<Costs> = sizes.into_iter().filter(|size| *size <= most).map(measure_size).collect();
    let table = table(&costs);
    println!("\n{table}");
    if let Some(path) = document::after("--write") {
        document::put(&path, "sizes", &table);
        let folder = path.trim_end_matches(".md");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(format!("{folder}/sizes.svg"), graph(&costs)).expect("the folder can be written to");
    }
}

fn measure_size(size: u32) -> Costs {
    println!("\n{size} devices");
    let started = measure::now();
    let simulator = Simulator::start(&["--fleet", &size.to_string()]);
    let ready = milliseconds(started.elapsed());
    let mebibytes = memory(&simulator);
    println!("  ready after {ready:.0} ms with {mebibytes:.0} MiB");
    let token = simulator.token();
    let mut connection = Connection::open(simulator.client(), &token);

    let first_page = turns("first page", |turn| connection.get(&format!("{DEVICES}?turn={turn}")).1);
    let last = last_token(&mut connection, size);
    let last_page = turns("last page", |turn| connection.get(&format!("{DEVICES}?$skiptoken={last}&turn={turn}")).1);
    let known = known(&mut connection);
    let each = |turn: usize| &known[turn * known.len() / (TURNS + 1)];
    let one_device = turns("one device", |turn| connection.get(&format!("{DEVICES}/{}?turn={turn}", each(turn).id)).1);
    let mut find = |name: &str, property: &str, text: fn(&Known) -> &str| {
        turns(name, |turn| {
            let text = text(each(turn));
            connection.get(&format!("{DEVICES}?$filter={property}%20eq%20'{text}'&turn={turn}")).1
        })
    };
    let by_serial = find("by serial number", "serialNumber", |known| &known.serial);
    let by_name = find("by name", "deviceName", |known| &known.name);
    let by_user = find("by user", "userPrincipalName", |known| &known.user);

    let scan_for = |text: usize| format!("{DEVICES}?$filter=contains(model,'none%20{text}')");
    let first_scan = milliseconds(connection.get(&scan_for(0)).1);
    println!("  first look through a property {first_scan:.1} ms");
    let scan = turns("a look through all of it", |turn| connection.get(&scan_for(turn + 1)).1);
    let beside_scan = beside(&simulator, &token, &known[0].id);
    println!("  slowest of the requests for one device beside such looks {beside_scan:.2} ms");

    let started = measure::now();
    let mut next = Some(format!("{DEVICES}?$select=id"));
    let mut pages = 0_u32;
    while let Some(target) = next {
        let (body, _) = connection.get(&target);
        next = link(&body);
        pages += 1;
    }
    let walk = milliseconds(started.elapsed());
    println!("  walk through all {pages} pages {walk:.0} ms");
    let mebibytes_after = memory(&simulator);
    println!("  memory after all of it {mebibytes_after:.0} MiB");
    Costs {
        size,
        ready,
        mebibytes,
        first_page,
        last_page,
        one_device,
        by_serial,
        by_name,
        by_user,
        first_scan,
        scan,
        beside_scan,
        walk,
        mebibytes_after,
    }
}

/// The middle of some turns, in milliseconds, after one that warms up.
fn turns(name: &str, mut turn: impl FnMut(usize) -> Duration) -> f64 {
    turn(0);
    let times: Vec<f64> = (1..=TURNS).map(|number| milliseconds(turn(number))).collect();
    let median = measure::median(&times);
    let listed: Vec<String> = times.iter().map(|time| format!("{time:.2}")).collect();
    println!("  {name}: median {median:.2} ms of {}", listed.join(" "));
    median
}

/// A device to look for.
struct Known {
    id: String,
    serial: String,
    name: String,
    user: String,
}

/// Devices with a user and with names of their own, from the middle of the fleet.
fn known(connection: &mut Connection) -> Vec<Known> {
    let from =
        "$skiptoken=LastDeviceName%3d%27DESKTOP-4%27%2cLastDeviceId%3d%2700000000-0000-0000-0000-000000000000%27";
    let (body, _) = connection.get(&format!("{DEVICES}?$select=id,serialNumber,deviceName,userPrincipalName&{from}"));
    let start = body.find('{').expect("JSON");
    // The page comes in one chunk.
    let end = body.rfind('}').expect("JSON");
    let page: serde_json::Value = serde_json::from_str(&body[start..=end]).expect("JSON");
    let known = page["value"].as_array().expect("devices").iter().filter_map(|device| {
        let text = |name: &str| device[name].as_str().filter(|text| !text.is_empty()).map(escaped);
        let name = text("deviceName").filter(|name| name.starts_with("DESKTOP-"))?;
        Some(Known { id: text("id")?, serial: text("serialNumber")?, name, user: text("userPrincipalName")? })
    });
    known.collect()
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// The token of the page behind which nothing comes.
fn last_token(connection: &mut Connection, size: u32) -> String {
    let skip = size.saturating_sub(1_001).max(1) - 1;
    let (body, _) = connection.get(&format!("{DEVICES}?$select=id&$top=1&$skip={skip}"));
    let link = link(&body).expect("something comes behind it");
    link.split("$skiptoken=").nth(1).and_then(|rest| rest.split('&').next()).expect("a token").to_owned()
}

fn link(body: &str) -> Option<String> {
    let rest = body.split("\"@odata.nextLink\":\"").nth(1)?;
    let link = &rest[..rest.find('"')?];
    Some(link[link.find("/v1.0").expect("a link to Graph")..].to_owned())
}

/// How long the slowest of many requests for one device takes while others look through the fleet without a pause.
fn beside(simulator: &Simulator, token: &str, id: &str) -> f64 {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut connection = Connection::open(simulator.client(), token);
            let mut looks = 0;
            while !stop.load(Ordering::Relaxed) {
                looks += 1;
                connection.get(&format!("{DEVICES}?$filter=contains(osVersion,'none%20{looks}')"));
            }
        });
        let mut connection = Connection::open(simulator.client(), token);
        let mut times: Vec<f64> =
            (0..500).map(|turn| milliseconds(connection.get(&format!("{DEVICES}/{id}?beside={turn}")).1)).collect();
        stop.store(true, Ordering::Relaxed);
        looking.join().expect("the looks end");
        times.sort_by(f64::total_cmp);
        // The slowest but the two slowest: two threads share two cores with a third.
        times[times.len() - 3]
    })
}

fn memory(simulator: &Simulator) -> f64 {
    f64::from(u32::try_from(simulator.resident_kib().unwrap_or_default()).unwrap_or(u32::MAX)) / 1024.0
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// What is measured, with how it is written down.
type Row = (&'static str, fn(&Costs) -> f64, usize);

const ROWS: [Row; 14] = [
    ("ready, ms", |costs| costs.ready, 0),
    ("memory then, MiB", |costs| costs.mebibytes, 0),
    ("first page of 1,000, ms", |costs| costs.first_page, 2),
    ("last page of 1,000, ms", |costs| costs.last_page, 2),
    ("last page against first", |costs| costs.last_page / costs.first_page, 2),
    ("one device, ms", |costs| costs.one_device, 2),
    ("`serialNumber eq`, ms", |costs| costs.by_serial, 2),
    ("`deviceName eq`, ms", |costs| costs.by_name, 2),
    ("`userPrincipalName eq`, ms", |costs| costs.by_user, 2),
    ("first `contains(model,…)`, ms", |costs| costs.first_scan, 1),
    ("next ones, ms", |costs| costs.scan, 2),
    ("one device beside such looks, 99.4 %, ms", |costs| costs.beside_scan, 2),
    ("walk of everything, ms", |costs| costs.walk, 0),
    ("memory after all of it, MiB", |costs| costs.mebibytes_after, 0),
];

fn table(costs: &[Costs]) -> String {
    let mut table = "| devices |".to_owned();
    for cost in costs {
        let _ = write!(table, " {} |", thousands(cost.size));
    }
    let _ = writeln!(table, "\n|---|{}", "---:|".repeat(costs.len()));
    for (name, read, digits) in ROWS {
        let _ = write!(table, "| {name} |");
        for cost in costs {
            let _ = write!(table, " {:.digits$} |", read(cost));
        }
        table.push('\n');
    }
    table
}

fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let pieces: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|piece| std::str::from_utf8(piece).unwrap()).collect();
    pieces.join(",")
}

fn graph(costs: &[Costs]) -> String {
    let line = |name: &'static str, read: fn(&Costs) -> f64| Line {
        name,
        points: costs.iter().map(|cost| (f64::from(cost.size), read(cost))).collect(),
    };
    graph::svg(
        "What the size of a fleet costs",
        "devices",
        &[
            line("ready, ms", |costs| costs.ready),
            line("memory, MiB", |costs| costs.mebibytes),
            line("first page, ms", |costs| costs.first_page),
            line("last page, ms", |costs| costs.last_page),
            line("serialNumber eq, ms", |costs| costs.by_serial),
            line("contains(model), ms", |costs| costs.scan),
            line("walk, ms", |costs| costs.walk),
        ],
    )
}
