//! Compact JSON Web Signatures: three base64url segments with dots between, read strictly.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey};
use serde::Serialize;
use serde_json::{Map, Value};

use super::keys::SigningKey;

/// What stops a text from being a JWS in compact form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAJwt {
    /// Not three segments.
    #[error("expected three segments with dots between them")]
    Segments,
    /// A segment is not base64url.
    #[error("a segment is not base64url")]
    Base64,
    /// Header or claims are not a JSON object.
    #[error("header or claims are not a JSON object")]
    Json,
}

/// How the segments may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// As RFC 7515 says: none.
    Forbidden,
    /// With or without. Client assertions with `=` were seen from published clients and are accepted by Entra.
    Optional,
}

/// The signature algorithms in use: tokens are RS256, client assertions are either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256, which Microsoft recommends for client assertions (documented: entra-docs,
    /// certificate credentials).
    Ps256,
}

impl Algorithm {
    /// The algorithm that a header's `alg` names, if it is one of these.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            _ => None,
        }
    }

    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Ps256 => &RSA_PSS_2048_8192_SHA256,
        }
    }
}

/// A JWS taken apart; nothing about it is proved yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Jws<'a> {
    signing_input: &'a str,
    signature: Vec<u8>,
    /// The protected header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
}

impl<'a> Jws<'a> {
    /// Takes `text` apart.
    pub fn parse(text: &'a str, padding: Padding) -> Result<Self, NotAJwt> {
        let (signing_input, signature) = text.rsplit_once('.').ok_or(NotAJwt::Segments)?;
        let (header, claims) = signing_input.split_once('.').ok_or(NotAJwt::Segments)?;
        if claims.contains('.') {
            return Err(NotAJwt::Segments);
        }
        Ok(Self {
            signing_input,
            signature: decode(signature, padding).ok_or(NotAJwt::Base64)?,
            header: object(header, padding)?,
            claims: object(claims, padding)?,
        })
    }

    /// Whether `key` made the signature. Only RS256 counts, whatever the header says.
    pub fn is_signed_by(&self, key: &SigningKey) -> bool {
        self.header.get("alg").and_then(Value::as_str) == Some("RS256")
            && key.has_signed(self.signing_input.as_bytes(), &self.signature)
    }

    /// Whether the signature is `algorithm`'s for `public_key`, an `RSAPublicKey` in DER of at least 2048 bits.
    pub fn verifies(&self, algorithm: Algorithm, public_key: &[u8]) -> bool {
        UnparsedPublicKey::new(algorithm.parameters(), public_key)
            .verify(self.signing_input.as_bytes(), &self.signature)
            .is_ok()
    }
}

/// The compact form of `claims` signed by `key`, with the header an Entra access token has (`x5t` repeats `kid`).
pub fn sign(key: &SigningKey, claims: &impl Serialize) -> String {
    let kid = key.kid();
    let header = format!(r#"{{"typ":"JWT","alg":"RS256","x5t":"{kid}","kid":"{kid}"}}"#);
    let claims = serde_json::to_vec(claims).expect("claims have string keys and no failing serializer");
    let mut text = URL_SAFE_NO_PAD.encode(header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut text);
    let signature = key.sign(text.as_bytes());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    text
}

/// base64url with or without padding; trailing bits must be zero, so that a text has one meaning and one spelling.
const OPTIONAL_PADDING: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes of one base64url segment.
pub(super) fn decode(segment: &str, padding: Padding) -> Option<Vec<u8>> {
    match padding {
        Padding::Forbidden => URL_SAFE_NO_PAD.decode(segment).ok(),
        Padding::Optional => OPTIONAL_PADDING.decode(segment).ok(),
    }
}

fn object(segment: &str, padding: Padding) -> Result<Map<String, Value>, NotAJwt> {
    let bytes = decode(segment, padding).ok_or(NotAJwt::Base64)?;
    serde_json::from_slice(&bytes).map_err(|_| NotAJwt::Json)
}
