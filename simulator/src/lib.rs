//! A local Microsoft Intune that answers like Microsoft Graph.
//!
//! ```text
//!            client port                                   control port
//!                 │                                             │
//!              server ─ sockets, HTTP ──────────────────────────┤
//!                 │                                             │
//!              service ─ one request, top to bottom          control ─ what the tester sees
//!                 │                                             │
//!   sign_in ◀─────┼─────▶ access ─▶ route ─▶ operations         │
//!   tokens        │       who?      what?    how?               │
//!                 │                             │               │
//!                 └──────────▶ tenant ─▶ world ◀┴───────────────┘
//!                                          │  devices, time, audits, journal
//!                                          ▼
//!              device · support · actions · posture · quirks · odata ─ pure: no clock, no lock, no socket
//!                                          │
//!                                          ▼
//!                                        wire ─ JSON, errors and headers as Graph spells them
//! ```
//!
//! # Reading order
//!
//! 1. [`device`]: what a managed device is. Its `record` is the one table of properties, its `lifecycle` the one of
//!    actions. [`model`] has every other type of the entity data model, [`posture`] what is drawn of a device beside its
//!    record.
//! 2. [`support`]: which devices support the passcode reset, as data that says where it comes from.
//! 3. [`actions`]: what an administrator can ask one device to do, and [`functions`], what can be read of one beside
//!    its properties. [`quirks`]: how the doubtful is decided. [`faults`]: what goes wrong on purpose;
//!    [`awkward`]: which of all that broke real clients.
//! 4. [`world`]: the devices of one tenant, its time, and what happens in it. Below it [`inventory`], [`audit`],
//!    [`journal`] and [`answers`]; above it [`tenant`].
//! 5. [`service`]: one request, top to bottom. It asks [`access`] (who?), [`route`] (what?) and [`operations`] (how?);
//!    [`wire`] spells the answer. [`odata`] reads the query. [`sign_in`] serves [`identity`], where tokens come from.
//! 6. [`control`]: the port the tester talks to; [`portal`]: what a browser finds there.
//! 7. [`server`]: the sockets of both ports, and the doors of one of them. [`hosts`] is whom it answers for, [`tls`] with
//!    which certificates, [`exchange`] what it hands over, [`gzip`] how bodies shrink.
//! 8. [`running`]: a whole simulator. [`config`] is every knob, [`ready`] how to find it, [`log`] a line per request,
//!    [`variables`] the same for a shell, [`tally`] what was asked, [`report`] what `exec` says of it, [`cli`] the
//!    program around it, [`exit_code`] how that ends.
//!
//! [`fleet`] makes the devices a tenant starts with, [`random`] every draw, and [`clock`] is the only one that reads the
//! time. `docs/architecture.md` says who may know whom, and why.
//!
//! # A simulator in your own process
//!
//! ```
//! use simtune::{clock::Wall, config::{AuthOption, Options}, log::Log, running::Simulator};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let free = Some("127.0.0.1:0".parse()?);
//! let options = Options { listen: free, control: free, auth: Some(AuthOption::Relaxed), ..Options::default() };
//! let simulator = Simulator::start(options.check()?, Wall::System, Log::silent()).await?;
//!
//! let address = simulator.ready().authority_url.trim_start_matches("http://");
//! let mut socket = tokio::net::TcpStream::connect(address).await?;
//! let request = "GET /v1.0/deviceManagement/managedDevices?$top=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
//! socket.write_all(request.as_bytes()).await?;
//! let mut answer = String::new();
//! socket.read_to_string(&mut answer).await?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"deviceName\":"));
//! simulator.stop().await;
//! # Ok(())
//! # }
//! ```

pub mod access;
pub mod actions;
pub mod answers;
pub mod audit;
pub mod awkward;
pub mod batch;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod device;
pub mod exchange;
pub mod exit_code;
pub mod faults;
pub mod fleet;
pub mod functions;
pub mod gzip;
pub mod hosts;
pub mod identity;
pub mod inventory;
pub mod journal;
pub mod log;
pub mod metadata;
pub mod model;
pub mod odata;
pub mod operations;
pub mod outgoing;
pub mod portal;
pub mod posture;
pub mod private;
pub mod quirks;
pub mod random;
pub mod rbac;
pub mod ready;
pub mod report;
pub mod route;
pub mod running;
pub mod server;
pub mod service;
pub mod shutdown;
pub mod sign_in;
pub mod stored;
pub mod support;
pub mod tally;
pub mod tenant;
pub mod throttle;
pub mod tls;
pub mod variables;
pub mod why;
pub mod wire;
pub mod world;
