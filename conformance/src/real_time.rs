//! Real sockets and the computer's clock, for a Rust client that works in a program of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;

use crate::http::{self, Trust};
use crate::manner::OnSockets;
use crate::simulator;
use crate::transport::{Clock, Environment, Failure, HttpRequest, HttpResponse, Surroundings, Transport};

/// Real sockets and the computer's clock.
struct Real {
    runtime: Handle,
    trust: Option<Trust>,
    manner: Option<OnSockets>,
}

impl Surroundings {
    /// Real sockets, the computer's clock, and trust in the environment's certificate authority.
    pub fn real(runtime: &Handle, environment: Environment) -> Result<Self, String> {
        Self::really(runtime, environment, None)
    }

    /// The same, with sockets used in another lawful manner.
    pub fn really(runtime: &Handle, environment: Environment, manner: Option<OnSockets>) -> Result<Self, String> {
        let trusted = environment.graph_ca_file.as_ref().map(|file| http::trust(Path::new(file), manner));
        let real = Arc::new(Real { runtime: runtime.clone(), trust: trusted.transpose()?, manner });
        Ok(Self { transport: Arc::<Real>::clone(&real), clock: real, environment })
    }
}

impl Transport for Real {
    fn send(&self, request: HttpRequest, patience: Duration) -> Result<HttpResponse, Failure> {
        self.runtime.block_on(http::send(&request, patience, self.trust.as_ref(), self.manner))
    }
}

impl Clock for Real {
    fn now(&self) -> DateTime<Utc> {
        simulator::wall_now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}
