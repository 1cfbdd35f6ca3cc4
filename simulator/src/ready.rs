//! The ready object: everything a client needs to find this simulator and be let in.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::tenant::Tenant;

/// In the ready file, at `GET /api/ready`, and on stdout with `--log-format json`. Members may be added.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ready {
    /// The program's version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// Graph v1.0.
    pub graph_url: String,
    /// Graph beta.
    pub graph_beta_url: String,
    /// The identity platform; `/{tenant}/oauth2/v2.0/token` is below it.
    pub authority_url: String,
    /// The control port.
    pub control_url: String,
    /// The default tenant.
    pub tenant_id: Uuid,
    /// The default tenant's domain.
    pub tenant_domain: String,
    /// Its app.
    pub client_id: Uuid,
    /// The app's secret.
    pub client_secret: String,
    /// What everything was made from.
    pub seed: u64,
}

impl Ready {
    /// The ready object of a simulator that listens on these addresses.
    pub fn new(client: SocketAddr, control: SocketAddr, tenant: &Tenant) -> Self {
        let root = root_url(client);
        let directory = tenant.directory();
        let app = directory.apps.first();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            graph_url: format!("{root}/v1.0"),
            graph_beta_url: format!("{root}/beta"),
            authority_url: root,
            control_url: root_url(control),
            tenant_id: tenant.id,
            tenant_domain: tenant.domain.clone(),
            client_id: app.map_or_else(Uuid::nil, |app| app.client_id),
            client_secret: app
                .and_then(|app| app.secrets.first())
                .map_or_else(String::new, |secret| secret.value.clone()),
            seed: tenant.spec.seed,
        }
    }

    /// Writes the ready file so that a reader sees all of it or nothing, and only its owner can read it.
    pub fn write_file(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().ok_or_else(|| std::io::Error::other("it names no file"))?;
        let mut temporary_name = std::ffi::OsString::from(".");
        temporary_name.push(name);
        temporary_name.push(format!(".{}", self.pid));
        let temporary = folder.join(temporary_name);
        let written = private_file(&temporary).and_then(|mut file| {
            serde_json::to_writer(&mut file, self)?;
            file.write_all(b"\n")?;
            std::fs::rename(&temporary, path)
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        written
    }
}

/// `http://host:port` for an address; an unspecified one is reached over loopback.
fn root_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Not `create_new`: a file left by a killed process of the same id must not stop this one.
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}
