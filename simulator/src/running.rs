//! A whole simulator: from a checked configuration to two open ports, and back.

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::clock::Wall;
use crate::config::Config;
use crate::control::Control;
use crate::hosts::Names;
use crate::identity::keys::SigningKey;
use crate::log::Log;
use crate::ready::Ready;
use crate::server::{self, BindError, Client, Listeners};
use crate::service::Service;
use crate::shutdown::Shutdown;
use crate::tenant::{TenantError, Tenants};
use crate::tls::{Tls, TlsError};

/// A running simulator. Dropping it ends it at once; [`Simulator::stop`] lets it finish its answers.
#[derive(Debug)]
pub struct Simulator {
    ready: Ready,
    service: Arc<Service>,
    stop: Shutdown,
    serving: JoinHandle<()>,
}

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The default tenant cannot be made.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// The certificate authority cannot be made or taken up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system does not say which ports were taken.
    #[error("cannot tell the ports: {0}")]
    Address(std::io::Error),
}

impl Simulator {
    /// Starts one: when this returns, requests are served.
    pub async fn start(config: Config, wall: Wall, log: Log) -> Result<Self, StartError> {
        let listeners = Listeners::bind(config.listen, config.control).await?;
        let (client, control) = listeners.addresses().map_err(StartError::Address)?;
        let tenants = Tenants::new(config.tenant, wall)?;
        let names = Names::new(client, &config.tls_names);
        // Not the wall of the tenants: certificates are judged by the client's own clock.
        let tls = Tls::prepare(&names, &config.tls_places, Wall::System.now())?;
        let ready = Ready::new(&names, control, tenants.default_tenant(), &tls);
        let key = Arc::new(SigningKey::development());
        let service = Arc::new(Service::new(tenants, key, config.next_link, client.to_string(), log));
        let control = Arc::new(Control::new(Arc::clone(&service), ready.clone()));
        let (stop, stopped) = Shutdown::new();
        let client = Arc::new(Client { service: Arc::clone(&service), names, tls });
        let serving = tokio::spawn(server::serve(listeners, client, control, stopped));
        Ok(Self { ready, service, stop, serving })
    }

    /// Everything a client needs to connect.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The service behind the client port.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Finishes the answers under way and closes both ports.
    pub async fn stop(mut self) {
        self.stop.request();
        // A panic of the serving task is a bug that was reported already.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
