//! A server's certificates: made when a name is first asked for, and kept. There are no more than there are names.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rcgen::KeyPair;
use rustls::ServerConfig;
use rustls::crypto::ring::{default_provider, sign::any_ecdsa_type};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::ca::Ca;
use crate::hosts::{Names, Whose};

/// The protocols that are offered inside TLS, the preferred one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificates of this run.
#[derive(Debug)]
pub(super) struct Leaves {
    ca: Ca,
    names: Names,
    /// Made with the first certificate: a start must not wait for it.
    base: OnceLock<Base>,
    made: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

/// What all certificates share.
struct Base {
    key: KeyPair,
    config: ServerConfig,
    /// For names that are not ours.
    refusing: Arc<ServerConfig>,
}

impl std::fmt::Debug for Base {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Base").finish_non_exhaustive()
    }
}

/// Has no certificate; the client is told so.
#[derive(Debug)]
struct Nobody;

impl ResolvesServerCert for Nobody {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        None
    }
}

impl Leaves {
    pub(super) fn new(ca: Ca, names: &Names) -> Self {
        Self { ca, names: names.clone(), base: OnceLock::new(), made: Mutex::default() }
    }

    /// How to speak TLS with a client that asked for `name`, or for none. One that asked for a name that is not ours is
    /// refused in the handshake.
    pub(super) fn config(&self, name: Option<&str>) -> Arc<ServerConfig> {
        let base = self.base.get_or_init(Base::new);
        // Only names of our own lists get a certificate, so there is an end to how many are kept.
        let name = match name.map(|name| (name, self.names.whose(name))) {
            Some((_, None)) => return Arc::clone(&base.refusing),
            Some((name, Some(Whose::Microsoft))) => name.to_ascii_lowercase(),
            Some((name, Some(Whose::Own))) if self.names.is_given(name) => name.to_ascii_lowercase(),
            _ => String::new(),
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made.get(&name) {
            return Arc::clone(config);
        }
        let config = self.make(base, &name);
        made.insert(name, Arc::clone(&config));
        config
    }

    /// `name` is one of ours; the empty one stands for this computer.
    fn make(&self, base: &Base, name: &str) -> Arc<ServerConfig> {
        let leaf = if name.is_empty() {
            let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            let listening = self.names.address().ip();
            if listening.is_loopback() && !addresses.contains(&listening) {
                addresses.push(listening);
            }
            self.ca.sign(&["localhost"], &addresses, &base.key)
        } else {
            self.ca.sign(&[name], &[], &base.key)
        };
        let certified = leaf.ok().zip(base.signing_key()).map(|(leaf, key)| CertifiedKey::new(vec![leaf], key));
        let Some(certified) = certified else { return Arc::clone(&base.refusing) };
        let mut config = base.config.clone();
        config.cert_resolver = Arc::new(SingleCertAndKey::from(certified));
        Arc::new(config)
    }
}

impl Base {
    fn new() -> Self {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Nobody));
        config.alpn_protocols = PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
        let refusing = Arc::new(config.clone());
        Self { key: KeyPair::generate().expect("the authority had randomness, too"), config, refusing }
    }

    fn signing_key(&self) -> Option<Arc<dyn rustls::sign::SigningKey>> {
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialized_der()));
        any_ecdsa_type(&der).ok()
    }
}
