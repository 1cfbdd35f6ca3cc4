//! The certificate authority: what its certificate says, and how it signs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};
use ring::digest::{SHA256, digest};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_cert::der::Decode as _;

/// How long certificates are valid, from a day before they are made: clocks of clients may be behind.
const DAYS: u64 = 365;

/// An authority with its key.
pub(super) struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    valid: Validity,
}

/// First and last day, both at midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Validity {
    from: NaiveDate,
    to: NaiveDate,
}

impl std::fmt::Debug for Ca {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Ca").field("valid", &self.valid).finish_non_exhaustive()
    }
}

impl Ca {
    /// A new authority with a key of its own, which may sign for `permitted` and for loopback addresses.
    pub(super) fn new(permitted: &[String], now: DateTime<Utc>) -> Result<Self, rcgen::Error> {
        let from = now.date_naive().checked_sub_days(Days::new(1)).unwrap_or_default();
        let valid = Validity { from, to: from.checked_add_days(Days::new(DAYS)).unwrap_or(NaiveDate::MAX) };
        let key = KeyPair::generate()?;
        let params = params(permitted, &key, valid);
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem, valid })
    }

    /// An authority made by an earlier run. The error says what is wrong with the certificate.
    pub(super) fn load(pem: String, key: KeyPair, permitted: &[String], now: DateTime<Utc>) -> Result<Self, String> {
        const FRESH: &str = "remove ca.pem and ca-key.pem to get new ones";
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| format!("it holds no certificate in PEM; {FRESH}"))?;
        let found = x509_cert::Certificate::from_der(&der)
            .map_err(|error| format!("its certificate cannot be read ({error}); {FRESH}"))?;
        let inside = found.tbs_certificate();
        if inside.subject_public_key_info().subject_public_key.raw_bytes() != key.public_key_raw() {
            return Err(format!("it does not belong to the key in ca-key.pem; {FRESH}"));
        }
        let [from, to] = [inside.validity().not_before, inside.validity().not_after].map(instant);
        if !(from..=to).contains(&now) {
            return Err(format!(
                "it is valid from {} to {}; {FRESH}",
                crate::clock::spell(from),
                crate::clock::spell(to)
            ));
        }
        let valid = Validity { from: from.date_naive(), to: to.date_naive() };
        let params = params(permitted, &key, valid);
        // What this run would have made of the same key and days; a difference is another list of names, or another maker.
        let expected = params.self_signed(&key).map_err(|error| error.to_string())?;
        let expected = x509_cert::Certificate::from_der(expected.der()).map_err(|error| error.to_string())?;
        let expected = expected.tbs_certificate();
        if inside.extensions() != expected.extensions() || inside.subject() != expected.subject() {
            return Err(format!(
                "it was made for other names than those of this run (another version, or other --tls-name); {FRESH}"
            ));
        }
        Ok(Self { issuer: Issuer::new(params, key), pem, valid })
    }

    /// The certificate.
    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    /// The private key.
    pub(super) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// A server's certificate over `key` for these names and addresses. It is called after the first name.
    pub(super) fn sign(
        &self,
        names: &[&str],
        addresses: &[IpAddr],
        key: &KeyPair,
    ) -> Result<CertificateDer<'static>, rcgen::Error> {
        let mut params = CertificateParams::default();
        self.valid.write(&mut params);
        params.distinguished_name = named(names.first().copied().unwrap_or("localhost"));
        for name in names {
            params.subject_alt_names.push(SanType::DnsName((*name).try_into()?));
        }
        params.subject_alt_names.extend(addresses.iter().copied().map(SanType::IpAddress));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        // All leaves share a key; the name tells their numbers apart.
        params.serial_number = Some(serial(&[key.public_key_raw(), names.join(",").as_bytes()].concat()));
        Ok(params.signed_by(key, &self.issuer)?.into())
    }
}

impl Validity {
    fn write(self, params: &mut CertificateParams) {
        let [from, to] = [self.from, self.to].map(|day| {
            let number = |number: u32| u8::try_from(number).expect("months and days are small");
            rcgen::date_time_ymd(day.year(), number(day.month()), number(day.day()))
        });
        params.not_before = from;
        params.not_after = to;
    }
}

/// Everything the authority's certificate says. It is a function of its arguments, so that a kept one can be compared.
fn params(permitted: &[String], key: &KeyPair, valid: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    valid.write(&mut params);
    // Authorities of different runs must have different names, or verifiers that know several take the wrong one.
    let number = serial(key.public_key_raw());
    let short = number.to_bytes().first_chunk().map_or(0, |first| u32::from_be_bytes(*first));
    params.distinguished_name = named(&format!("Simtune test authority {short:08x}"));
    params.serial_number = Some(number);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let loopback = [
        CidrSubnet::from_v4_prefix(Ipv4Addr::new(127, 0, 0, 0).octets(), 8),
        CidrSubnet::from_v6_prefix(Ipv6Addr::LOCALHOST.octets(), 128),
    ];
    let names = permitted.iter().cloned().map(GeneralSubtree::DnsName);
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.chain(loopback.map(GeneralSubtree::IpAddress)).collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::OrganizationName, "Simtune, for tests only");
    names.push(DnType::CommonName, name);
    names
}

/// A positive number of 16 bytes.
fn serial(of: &[u8]) -> SerialNumber {
    let mut bytes = digest(&SHA256, of).as_ref()[..16].to_vec();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

fn instant(time: x509_cert::time::Time) -> DateTime<Utc> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
