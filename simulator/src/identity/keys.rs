//! The key that signs access tokens, and the document that publishes its public half.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{self, KeyPair as _, RSA_PKCS1_SHA256};
use serde::Serialize;

use super::pem;

/// Public, worthless, and committed: making a key takes longer than the simulator may take to start.
const DEVELOPMENT_KEY: &str = include_str!("../../fixtures/identity/development-signing-key.pem");

/// Why a signing key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No block `PRIVATE KEY` could be read.
    #[error("failed to find a PEM block 'PRIVATE KEY'; give an unencrypted PKCS#8 key")]
    NotPem,
    /// ring refused what the block holds.
    #[error("failed to use the private key ({0}); give an RSA key of 2048 to 4096 bits in PKCS#8")]
    Rejected(String),
}

/// The public half of a key as a member of a JSON Web Key Set (RFC 7517), in the order Entra writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names are those of RFC 7517 and RFC 7518")]
pub struct Jwk {
    pub kty: &'static str,
    pub r#use: &'static str,
    pub kid: String,
    pub x5t: String,
    pub n: String,
    pub e: String,
    pub issuer: String,
}

/// An RSA key that signs in RS256, the only algorithm Entra announces for its tokens (observed:
/// `id_token_signing_alg_values_supported` in recordings of its `OpenID` metadata).
pub struct SigningKey {
    pair: KeyPair,
    kid: String,
}

impl SigningKey {
    /// The development key that is part of every copy of the simulator.
    pub fn development() -> Self {
        Self::from_pem(DEVELOPMENT_KEY).expect("the committed development key is a PKCS#8 RSA key")
    }

    /// A key from an unencrypted PKCS#8 file.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::block(text, "PRIVATE KEY").ok_or(KeyError::NotPem)?;
        let pair = KeyPair::from_pkcs8(&der).map_err(|rejected| KeyError::Rejected(rejected.to_string()))?;
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, pair.public_key().as_ref());
        let kid = URL_SAFE_NO_PAD.encode(thumbprint);
        Ok(Self { pair, kid })
    }

    /// The name of this key in token headers and in the key set: the SHA-1 thumbprint of its public half, base64url.
    /// Entra's are the thumbprints of certificates; this key has none, so only the shape (27 characters) agrees.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half: an `RSAPublicKey` structure in DER.
    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The key as a member of a JSON Web Key Set. Shape observed in Entra's key sets, without `x5c`: there is no
    /// certificate to show. `issuer` is what tokens of this key may say, such as `https://…/{tenantid}/v2.0`.
    pub fn jwk(&self, issuer: String) -> Jwk {
        let public: PublicKeyComponents<Vec<u8>> = self.pair.public_key().into();
        Jwk {
            kty: "RSA",
            r#use: "sig",
            kid: self.kid.clone(),
            x5t: self.kid.clone(),
            n: URL_SAFE_NO_PAD.encode(public.n),
            e: URL_SAFE_NO_PAD.encode(public.e),
            issuer,
        }
    }

    /// The RS256 signature of `message`; always the same for the same message.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        // ring wants a generator for every padding; PKCS#1 v1.5 never asks it for anything.
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("an RSA key that ring accepted signs any message");
        signature
    }

    /// Whether `signature` is this key's RS256 signature of `message`.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, self.public_key())
            .verify(message, signature)
            .is_ok()
    }
}

/// Shows the name, never the key: an imported key need not be worthless.
impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}
