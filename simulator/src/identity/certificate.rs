//! A certificate that an app signs its assertions with: the public key, the thumbprints it is found by, and when it is valid.

use chrono::{DateTime, Utc};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde::{Deserialize, Serialize};
use x509_cert::der::Decode as _;
use x509_cert::time::Time;

use super::pem;
use crate::stored;

/// `rsaEncryption`, RFC 8017.
const RSA: &str = "1.2.840.113549.1.1.1";
/// An `RSAPublicKey` of 2048 bits is 270 bytes in DER; one of 1024 bits is 140.
const SHORTEST_KEY: usize = 256;

/// Why a certificate cannot be registered for an app.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No block `CERTIFICATE` could be read.
    #[error("failed to find a PEM block 'CERTIFICATE'; give the certificate itself, not only its key")]
    NotPem,
    /// The block does not hold a certificate.
    #[error("failed to read the certificate ({0}); make a new one, for example with 'openssl req -x509'")]
    NotX509(String),
    /// The key is not RSA.
    #[error("failed to use the certificate: its key is not RSA, and only RS256 and PS256 assertions are understood")]
    NotRsa,
    /// The key is too short for RS256 and PS256.
    #[error("failed to use the certificate: its RSA key is shorter than 2048 bits; make a longer one")]
    ShortKey,
}

/// What Entra keeps of an uploaded certificate, as far as assertions need it. It is not checked against any authority:
/// Entra takes self-signed ones (documented: entra-docs, certificate credentials).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificate {
    /// SHA-1 over the DER form; assertions name it in `x5t`.
    #[serde(with = "stored::bytes")]
    pub sha1: [u8; 20],
    /// SHA-256 over the DER form; assertions name it in `x5t#S256`.
    #[serde(with = "stored::bytes")]
    pub sha256: [u8; 32],
    /// The first moment of validity.
    #[serde(with = "stored::instant")]
    pub not_before: DateTime<Utc>,
    /// The last moment of validity.
    #[serde(with = "stored::instant")]
    pub not_after: DateTime<Utc>,
    #[serde(with = "stored::bytes")]
    public_key: Vec<u8>,
}

impl Certificate {
    /// The first certificate of a PEM file; private keys and further certificates in it are ignored.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let der = pem::block(text, "CERTIFICATE").ok_or(CertificateError::NotPem)?;
        let parsed =
            x509_cert::Certificate::from_der(&der).map_err(|reason| CertificateError::NotX509(reason.to_string()))?;
        let inside = parsed.tbs_certificate();
        let key = inside.subject_public_key_info();
        if key.algorithm.oid.to_string() != RSA {
            return Err(CertificateError::NotRsa);
        }
        let public_key = key.subject_public_key.raw_bytes().to_vec();
        if public_key.len() < SHORTEST_KEY {
            return Err(CertificateError::ShortKey);
        }
        Ok(Self {
            sha1: thumbprint(digest(&SHA1_FOR_LEGACY_USE_ONLY, &der).as_ref()),
            sha256: thumbprint(digest(&SHA256, &der).as_ref()),
            not_before: instant(inside.validity().not_before),
            not_after: instant(inside.validity().not_after),
            public_key,
        })
    }

    /// The public key: an `RSAPublicKey` structure in DER.
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Whether `now` lies in the validity.
    pub fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

fn thumbprint<const LENGTH: usize>(digest: &[u8]) -> [u8; LENGTH] {
    digest.try_into().expect("a digest has the length of its algorithm")
}

fn instant(time: Time) -> DateTime<Utc> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
