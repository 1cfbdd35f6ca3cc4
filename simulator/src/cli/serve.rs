//! `simtune serve`: from a checked configuration to a running simulator, until a signal comes.

use std::fmt::Write;

use super::{Stop, print, progress, signals};
use crate::clock::Wall;
use crate::config::{Config, UsageError};
use crate::log::{Log, LogFormat};
use crate::ready::Ready;
use crate::running::{Simulator, StartError};
use crate::tenant::Tenant;

pub(super) fn serve(mut config: Config) -> Result<(), Stop> {
    config.tenant.progress = progress::shown();
    let (log, writer) = Log::stderr(config.log_format);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| UsageError(format!("cannot start threads: {error}")))?;
    let served = runtime.block_on(serve_until_stopped(config, log));
    drop(runtime);
    writer.finish();
    served
}

async fn serve_until_stopped(config: Config, log: Log) -> Result<(), Stop> {
    let mut signals =
        signals::Signals::new().map_err(|error| UsageError(format!("cannot listen for signals: {error}")))?;
    let (ready_file, log_format) = (config.ready_file.clone(), config.log_format);
    let simulator = Simulator::start(config, Wall::System, log).await.map_err(refused)?;
    announce(simulator.ready(), simulator.service().tenants().default_tenant(), log_format)?;
    if let Some(path) = &ready_file {
        let written = simulator.ready().write_file(path);
        written.map_err(|error| UsageError(format!("cannot write the ready file {}: {error}", path.display())))?;
    }
    signals.wait().await;
    simulator.stop().await;
    if let Some(path) = &ready_file {
        // It would lead to a simulator that is no longer there.
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

/// How a simulator that does not start ends the program.
pub(super) fn refused(error: StartError) -> Stop {
    let StartError::Bind(bind) = error else { return UsageError(error.to_string()).into() };
    let address = bind.address;
    if bind.source.kind() == std::io::ErrorKind::AddrInUse {
        let flag = if address.port() == crate::config::CONTROL_ADDRESS.port() { "--control" } else { "--listen" };
        return Stop::Busy(format!(
            "{address} is in use, perhaps by another simtune; stop that, or take a free port with {flag} {}:0",
            address.ip()
        ));
    }
    UsageError(bind.to_string()).into()
}

fn announce(ready: &Ready, tenant: &Tenant, format: LogFormat) -> Result<(), Stop> {
    match format {
        LogFormat::Json => print(&format!("{}\n", serde_json::to_string(ready).expect("our own values become JSON"))),
        LogFormat::Text => print(&banner(ready, tenant, &program())),
    }
}

/// How this program was called, so that the lines of the banner work when pasted.
fn program() -> String {
    let path = std::env::args().next().unwrap_or_else(|| "simtune".to_owned());
    let plain = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// What a person needs who has just started it.
pub(crate) fn banner(ready: &Ready, tenant: &Tenant, program: &str) -> String {
    let default_control = format!("http://{}", crate::config::CONTROL_ADDRESS);
    let at =
        if ready.control_url == default_control { String::new() } else { format!(" --control {}", ready.control_url) };
    let (devices, edition) = {
        let world = tenant.world();
        (world.inventory().len(), world.edition.id.to_string())
    };
    let mut text = format!(
        "\
Simtune {version}: a local Intune with {devices} devices, edition {edition}, seed {seed}

  Graph       {graph}   and {beta}
  Token       {authority}/{tenant}/oauth2/v2.0/token
  TLS         {graph_tls}   authority: {ca}
  Proxy       {authority}   for unmodified clients: HTTPS_PROXY
  Portal      {control}/   in a browser
  Control     {control}/api/tenants/default   (every call: /api/openapi.json)
  Tenant      {tenant}   {domain}
  Client      {client}
  Secret      {secret}

Try it (another terminal):
  curl -s -H \"Authorization: Bearer $({program} token{at})\" \"{graph}/deviceManagement/managedDevices?\\$select=id,deviceName,operatingSystem,osVersion\"

A POST needs a length: use  curl -X POST -d ''.   For your client's environment:  eval \"$({program} env{at})\"
",
        version = ready.version,
        seed = ready.seed,
        graph = ready.graph_url,
        beta = ready.graph_beta_url,
        graph_tls = ready.graph_tls_url,
        ca = ready.ca_file.display(),
        authority = ready.authority_url,
        control = ready.control_url,
        tenant = ready.tenant_id,
        domain = ready.tenant_domain,
        client = ready.client_id,
        secret = ready.client_secret,
    );
    for warning in &tenant.warnings {
        let _ = writeln!(text, "note: {warning}");
    }
    text
}
