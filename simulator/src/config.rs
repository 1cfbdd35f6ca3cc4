//! Every knob of a simulator: flags win, then the environment, then `simtune.toml`, then the default.
//!
//! One struct is read from all three; the JSON Schema of the file (`fixtures/schema/simtune.schema.json`) is generated
//! from it. This module and `clap`, which it configures, are the only readers of the environment.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::clock::{self, ClockStart};
use crate::faults::profile::Profile as FaultProfile;
use crate::faults::{Rule, load};
use crate::fleet;
use crate::hosts;
use crate::identity::certificate::Certificate;
use crate::identity::directory::Auth;
use crate::log::LogFormat;
use crate::quirks::{Profile, Quirks};
use crate::support;
use crate::tenant::TenantSpec;
use crate::throttle;
use crate::tls;
use crate::wire::links::NextLink;
use crate::world::CheckIn;

/// The file that is read when it lies in the working directory and no other is named.
pub const FILE_NAME: &str = "simtune.toml";
/// Where the client port is, unless told otherwise.
pub const CLIENT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3650);
/// Where the control port is, unless told otherwise.
pub const CONTROL_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3651);

/// The options of `serve` and `exec`: as flags, as `SIMTUNE_…` in the environment, or as keys of `simtune.toml`.
#[derive(Debug, Clone, Default, Args, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "simtune.toml")]
pub struct Options {
    /// Where clients connect; port 0 takes a free one [default: 127.0.0.1:3650; exec: a free port]
    #[arg(long, env = "SIMTUNE_LISTEN", value_name = "ADDR", value_parser = address)]
    pub listen: Option<SocketAddr>,

    /// Where the tester connects; port 0 takes a free one [default: 127.0.0.1:3651; exec: a free port]
    #[arg(long, env = "SIMTUNE_CONTROL", value_name = "ADDR", value_parser = address)]
    pub control: Option<SocketAddr>,

    /// Write the ready object to this file (mode 0600) once requests are served
    #[arg(long, env = "SIMTUNE_READY_FILE", value_name = "PATH")]
    pub ready_file: Option<PathBuf>,

    /// Ids, the secret and every random outcome are functions of this number [default: 1]
    #[arg(long, env = "SIMTUNE_SEED", value_name = "N")]
    pub seed: Option<u64>,

    /// The tenant's id [default: from the seed]
    #[arg(long, env = "SIMTUNE_TENANT_ID", value_name = "GUID")]
    pub tenant_id: Option<Uuid>,

    /// The tenant's domain [default: simtune.example]
    #[arg(long, env = "SIMTUNE_TENANT_DOMAIN", value_name = "NAME")]
    pub tenant_domain: Option<String>,

    /// The app's id [default: from the seed]
    #[arg(long, env = "SIMTUNE_CLIENT_ID", value_name = "GUID")]
    pub client_id: Option<Uuid>,

    /// The app's secret [default: from the seed]
    #[arg(long, env = "SIMTUNE_CLIENT_SECRET", value_name = "S", hide_env_values = true)]
    pub client_secret: Option<String>,

    /// A certificate (PEM file) that the app may sign its assertions with
    #[arg(long, env = "SIMTUNE_CLIENT_CERTIFICATE", value_name = "PEM")]
    pub client_certificate: Option<PathBuf>,

    /// enforce: tokens and credentials are checked; relaxed: anybody, with anything or nothing, is let in [default: enforce]
    #[arg(long, env = "SIMTUNE_AUTH", value_name = "enforce|relaxed")]
    pub auth: Option<AuthOption>,

    /// The devices: one-of-each, empty, three-pages, a number to generate, or a file [default: one-of-each]
    #[arg(long, env = "SIMTUNE_FLEET", value_name = "NAME|FILE|N")]
    pub fleet: Option<String>,

    /// The edition of the support matrix: an id, a date, or latest [default: 2018-03-08]
    #[arg(long, env = "SIMTUNE_EDITION", value_name = "E")]
    pub edition: Option<String>,

    /// How the doubtful is decided: documented, realistic or awkward [default: realistic]
    #[arg(long, env = "SIMTUNE_QUIRKS", value_name = "PROFILE")]
    pub quirks: Option<String>,

    /// One quirk, over the profile; may be repeated
    #[arg(long, env = "SIMTUNE_QUIRK", value_name = "NAME=VALUE", value_delimiter = ',')]
    #[serde(default)]
    pub quirk: Vec<String>,

    /// What goes wrong on purpose: none, kind, ordinary, hostile, or a file of faults [default: none]
    #[arg(long, env = "SIMTUNE_FAULTS", value_name = "NAME|FILE")]
    pub faults: Option<String>,

    /// The documented budgets: report what Graph would refuse, enforce them, off, or a factor that scales and enforces
    /// them [default: report]
    #[arg(long, env = "SIMTUNE_THROTTLE", value_name = "report|enforce|off|FACTOR")]
    pub throttle: Option<String>,

    /// auto, manual, or the instant at which a manual clock starts [default: auto]
    #[arg(long, env = "SIMTUNE_CLOCK", value_name = "auto|manual|ISO-TIME")]
    pub clock: Option<String>,

    /// From push to answer, without periodic check-ins; or realistic [default: 2s]
    #[arg(long, env = "SIMTUNE_CHECK_IN", value_name = "DURATION|realistic")]
    pub check_in: Option<String>,

    /// What nextLink starts with: the door the client used, the real Graph's host, or nothing [default: door]
    #[arg(long, env = "SIMTUNE_NEXT_LINK", value_name = "door|graph|relative")]
    pub next_link: Option<NextLink>,

    /// Keep the certificate authority in this folder [default: a new one for each run]
    #[arg(long, env = "SIMTUNE_CA_DIR", value_name = "DIR")]
    pub ca_dir: Option<PathBuf>,

    /// A further name that certificates are good for and that the proxy answers to; may be repeated
    #[arg(long, env = "SIMTUNE_TLS_NAME", value_name = "NAME", value_delimiter = ',')]
    #[serde(default)]
    pub tls_name: Vec<String>,

    /// Log lines as text, or as JSON with the ready object as one line on stdout; exec: its summary [default: text]
    #[arg(long, env = "SIMTUNE_LOG_FORMAT", value_name = "text|json")]
    pub log_format: Option<LogFormat>,

    /// Allow to bind an address that other machines can reach
    #[arg(long, env = "SIMTUNE_EXPOSE")]
    #[serde(default)]
    pub expose: bool,
}

/// Whether credentials matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthOption {
    /// They are checked.
    Enforce,
    /// Anybody is let in.
    Relaxed,
}

impl From<AuthOption> for Auth {
    fn from(option: AuthOption) -> Self {
        match option {
            AuthOption::Enforce => Self::Enforce,
            AuthOption::Relaxed => Self::Relaxed,
        }
    }
}

/// Options, checked and complete.
#[derive(Debug)]
pub struct Config {
    /// The client port.
    pub listen: SocketAddr,
    /// The control port.
    pub control: SocketAddr,
    /// Where to write the ready object.
    pub ready_file: Option<PathBuf>,
    /// How the log is written.
    pub log_format: LogFormat,
    /// What nextLink starts with.
    pub next_link: NextLink,
    /// Where the files of the certificate authority are.
    pub tls_places: tls::Places,
    /// Further names that certificates are good for.
    pub tls_names: Vec<String>,
    /// The default tenant.
    pub tenant: TenantSpec,
}

/// Input that cannot be used: exit code 64.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

impl Options {
    /// Fills what flags and environment left open from a configuration file: `named`, or `simtune.toml` if it is there.
    pub fn with_file(self, named: Option<&Path>) -> Result<Self, UsageError> {
        Ok(self.over(Self::read_file(named)?))
    }

    /// The same for a simulator that serves one command: on free ports, and without a ready file, unless flags or
    /// environment say otherwise. The file's ports are those of `serve`, which may be running.
    pub fn with_file_for_one_command(self, named: Option<&Path>) -> Result<Self, UsageError> {
        let file = Self::read_file(named)?;
        let free = |address: Option<SocketAddr>, default: SocketAddr| {
            Some(SocketAddr::new(address.unwrap_or(default).ip(), 0))
        };
        let listen = free(file.listen, CLIENT_ADDRESS);
        let control = free(file.control, CONTROL_ADDRESS);
        Ok(self.over(Self { listen, control, ready_file: None, ..file }))
    }

    fn read_file(named: Option<&Path>) -> Result<Self, UsageError> {
        let path = named.unwrap_or(Path::new(FILE_NAME));
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse_file(&path.display().to_string(), &text),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(UsageError(format!("cannot read {}: {error}", path.display()))),
        }
    }

    /// Reads the text of a configuration file.
    pub fn parse_file(name: &str, text: &str) -> Result<Self, UsageError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            UsageError(format!("{name}, line {line}: {}", error.message().trim()))
        })
    }

    /// These options, with `below` where they are silent.
    fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            control: self.control.or(below.control),
            ready_file: self.ready_file.or(below.ready_file),
            seed: self.seed.or(below.seed),
            tenant_id: self.tenant_id.or(below.tenant_id),
            tenant_domain: self.tenant_domain.or(below.tenant_domain),
            client_id: self.client_id.or(below.client_id),
            client_secret: self.client_secret.or(below.client_secret),
            client_certificate: self.client_certificate.or(below.client_certificate),
            auth: self.auth.or(below.auth),
            fleet: self.fleet.or(below.fleet),
            edition: self.edition.or(below.edition),
            quirks: self.quirks.or(below.quirks),
            quirk: below.quirk.into_iter().chain(self.quirk).collect(),
            faults: self.faults.or(below.faults),
            throttle: self.throttle.or(below.throttle),
            clock: self.clock.or(below.clock),
            check_in: self.check_in.or(below.check_in),
            next_link: self.next_link.or(below.next_link),
            ca_dir: self.ca_dir.or(below.ca_dir),
            tls_name: below.tls_name.into_iter().chain(self.tls_name).collect(),
            log_format: self.log_format.or(below.log_format),
            expose: self.expose || below.expose,
        }
    }

    /// Checks everything and fills the defaults. Reads the fleet and the certificate, if they are files.
    pub fn check(self) -> Result<Config, UsageError> {
        let listen = self.listen.unwrap_or(CLIENT_ADDRESS);
        let control = self.control.unwrap_or(CONTROL_ADDRESS);
        for (flag, address) in [("--listen", listen), ("--control", control)] {
            if !address.ip().is_loopback() && !self.expose {
                return Err(UsageError(format!(
                    "{flag} {address} can be reached from other machines, where everybody who can connect is an administrator of every tenant; add --expose if that is meant"
                )));
            }
        }
        if let Some(secret) = &self.client_secret
            && secret.is_empty()
        {
            return Err(UsageError("--client-secret must not be empty; leave it out to get one from the seed".into()));
        }
        if let Some(domain) = &self.tenant_domain
            && !is_domain(domain)
        {
            return Err(UsageError(format!(
                "--tenant-domain '{domain}' is no domain name; write it like contoso.example"
            )));
        }
        Ok(Config {
            listen,
            control,
            ready_file: self.ready_file,
            log_format: self.log_format.unwrap_or_default(),
            next_link: self.next_link.unwrap_or_default(),
            tls_places: tls::Places {
                kept: self.ca_dir,
                temporary: std::env::temp_dir(),
                roots: environment("SSL_CERT_FILE").map(PathBuf::from),
            },
            tls_names: self.tls_name.into_iter().map(tls_name).collect::<Result<_, _>>()?,
            tenant: TenantSpec {
                tenant_id: self.tenant_id,
                domain: self.tenant_domain,
                seed: self.seed.unwrap_or(1),
                fleet: fleet_source(self.fleet.as_deref())?,
                kept: fleet::KEPT,
                progress: None,
                edition: self.edition.map(checked_edition).transpose()?,
                quirks: quirks(self.quirks.as_deref(), &self.quirk)
                    .map_err(|error| UsageError(format!("--quirks, --quirk: {error}")))?,
                throttle: throttle(self.throttle.as_deref()).map_err(in_flag("--throttle"))?,
                clock: self
                    .clock
                    .as_deref()
                    .map(str::parse::<ClockStart>)
                    .transpose()
                    .map_err(in_flag("--clock"))?
                    .unwrap_or_default(),
                auth: self.auth.map_or(Auth::Enforce, Auth::from),
                check_in: check_in(self.check_in.as_deref()).map_err(in_flag("--check-in"))?,
                client_id: self.client_id,
                client_secret: self.client_secret,
                client_certificate: self.client_certificate.as_deref().map(certificate).transpose()?,
                faults: faults(self.faults.as_deref())?,
            },
        })
    }
}

/// The value of an environment variable, if it is set and text.
pub fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    std::env::var(name).ok()
}

/// A profile and single quirks over it.
pub fn quirks<S: AsRef<str>>(profile: Option<&str>, single: &[S]) -> Result<Quirks, UsageError> {
    let profile = profile.map(Profile::named).transpose().map_err(UsageError)?.unwrap_or_default();
    let mut quirks = Quirks::of(profile);
    for pair in single {
        let pair = pair.as_ref();
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| UsageError(format!("'{pair}' sets no quirk; write NAME=VALUE, like filter-ne=eq")))?;
        quirks.set(name, value).map_err(UsageError)?;
    }
    Ok(quirks)
}

/// Reads `report`, `enforce`, `off` or a factor.
pub fn throttle(text: Option<&str>) -> Result<throttle::Mode, String> {
    text.map_or_else(|| Ok(throttle::Mode::default()), str::parse)
}

/// Reads `2s` or `realistic`.
pub fn check_in(text: Option<&str>) -> Result<CheckIn, String> {
    match text {
        None => Ok(TenantSpec::default().check_in),
        Some("realistic") => Ok(CheckIn::Realistic),
        Some(text) => clock::duration(text).map(CheckIn::AfterPush).map_err(|error| format!("{error}; or realistic")),
    }
}

/// Where the devices come from; reads the file if it is one.
fn fleet_source(argument: Option<&str>) -> Result<fleet::Source, UsageError> {
    let Some(argument) = argument else { return Ok(TenantSpec::default().fleet) };
    let chosen = fleet::choose(argument).map_err(|error| UsageError(format!("--fleet: {error}")))?;
    Ok(match chosen {
        fleet::Choice::Builtin(fleet) => fleet.into(),
        fleet::Choice::Generated(count) => fleet::Source::Generated(count),
        fleet::Choice::Path(name) => {
            let bytes =
                std::fs::read(&name).map_err(|error| UsageError(format!("--fleet: cannot read {name}: {error}")))?;
            let text = String::from_utf8(bytes).map_err(|_| {
                UsageError(format!(
                    "--fleet: {name} is not UTF-8; 'simtune fleet import {name}' makes a fleet file of saved answers"
                ))
            })?;
            fleet::Source::File { name, text }
        }
    })
}

/// What goes wrong; reads the file if it is one. A name without a dot or a separator is meant for a profile.
fn faults(argument: Option<&str>) -> Result<Arc<[Rule]>, UsageError> {
    let Some(argument) = argument else { return Ok(Arc::default()) };
    if let Some(profile) = FaultProfile::named(argument) {
        return Ok(profile.rules().into());
    }
    let text = std::fs::read_to_string(argument).map_err(|error| {
        let hint = if argument.contains(['.', '/', '\\']) {
            format!("cannot read {argument}: {error}")
        } else {
            format!(
                "'{argument}' is neither a profile ({}) nor a file that can be read: {error}",
                FaultProfile::names()
            )
        };
        UsageError(format!("--faults: {hint}"))
    })?;
    load::file(argument, &text).map(Arc::from).map_err(|error| UsageError(format!("--faults: {error}")))
}

/// Reads an address with its port.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address has a port and no name, like 127.0.0.1:3650 or [::1]:3650".to_owned())
}

fn checked_edition(name: String) -> Result<String, UsageError> {
    support::edition_at(&name).map_err(|error| UsageError(format!("--edition {name}: {error}")))?;
    Ok(name)
}

fn certificate(path: &Path) -> Result<Certificate, UsageError> {
    let pem = std::fs::read_to_string(path)
        .map_err(|error| UsageError(format!("--client-certificate: cannot read {}: {error}", path.display())))?;
    Certificate::from_pem(&pem).map_err(|error| UsageError(format!("--client-certificate {}: {error}", path.display())))
}

/// Reads a name for certificates. The authority may sign for it and for all names below it, so it must not be one below
/// which strangers are.
fn tls_name(name: String) -> Result<String, UsageError> {
    const TOP: [&str; 14] =
        ["com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "dev", "app", "cloud", "xyz", "online"];
    let name = name.to_ascii_lowercase();
    let refused = |why: String| Err(UsageError(format!("--tls-name '{name}': {why}")));
    if name.parse::<IpAddr>().is_ok() {
        return refused("certificates are made for names; loopback addresses are in them anyway".to_owned());
    }
    if !is_host_name(&name) {
        return refused("it is no host name; write it like simtune or intune.contoso.example".to_owned());
    }
    if !name.contains('.') && (name.len() == 2 || TOP.contains(&name.as_str())) {
        return refused("it is a top-level domain, and the authority could sign for everybody below it".to_owned());
    }
    let above = |host: &&hosts::Host| host.name.strip_suffix(&name).is_some_and(|rest| rest.ends_with('.'));
    if let Some(host) = hosts::microsoft().iter().find(above) {
        return refused(format!(
            "{} is below it, and the authority could sign for all of Microsoft's names",
            host.name
        ));
    }
    Ok(name)
}

/// Whether `text` is a domain name of at least two labels.
pub fn is_domain(text: &str) -> bool {
    text.contains('.') && is_host_name(text)
}

/// Whether `text` is made of labels as host names are.
pub fn is_host_name(text: &str) -> bool {
    text.len() <= 253
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn in_flag(flag: &str) -> impl Fn(String) -> UsageError {
    move |error| UsageError(format!("{flag}: {error}"))
}

#[cfg(test)]
mod tests;
