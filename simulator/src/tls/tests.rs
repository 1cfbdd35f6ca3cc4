//! What certificates say to a real verifier, and what happens to the files.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use rcgen::KeyPair;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::ca::Ca;
use super::folder::Folder;
use super::{Places, Tls, permitted};
use crate::hosts::Names;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_782_475_200, 0).expect("a day in 2026")
}

fn names(given: &[&str]) -> Names {
    let given: Vec<String> = given.iter().map(|name| (*name).to_owned()).collect();
    Names::new("127.0.0.1:3650".parse().unwrap(), &given)
}

/// Whether a client that trusts `ca` takes `leaf` for `name`.
fn verify(ca: &Ca, leaf: &CertificateDer<'_>, name: &str, at: DateTime<Utc>) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.pem().as_bytes()).unwrap()).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()));
    let seconds = u64::try_from(at.timestamp()).unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let name = ServerName::try_from(name.to_owned()).unwrap();
    verifier.build().unwrap().verify_server_cert(leaf, &[], &name, &[], at).map(|_| ())
}

/// The same for a certificate that the authority's key signs for that name alone, whatever the authority says of it.
fn signed_and_verified(ca: &Ca, name: &str) -> Result<(), rustls::Error> {
    let key = KeyPair::generate().unwrap();
    let leaf = match name.parse::<IpAddr>() {
        Ok(address) => ca.sign(&[], &[address], &key),
        Err(_) => ca.sign(&[name], &[], &key),
    };
    verify(ca, &leaf.unwrap(), name, now())
}

#[test]
fn a_verifier_takes_names_within_the_constraints_and_no_others() {
    let ca = Ca::new(&permitted(&names(&["intune.test"])), now()).unwrap();
    for name in ["graph.microsoft.com", "sts.windows.net", "localhost", "intune.test", "127.0.0.1", "127.8.8.8", "::1"]
    {
        signed_and_verified(&ca, name).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for name in ["example.com", "microsoft.com", "portal.azure.com", "xgraph.microsoft.com", "test", "192.0.2.1", "::2"]
    {
        let error = signed_and_verified(&ca, name).expect_err(name).to_string();
        assert!(error.contains("NameConstraintViolation"), "{name}: {error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_stranger_can_be_signed_for(name in "[a-z]{1,12}(\\.[a-z]{1,12}){1,3}") {
        let ca = Ca::new(&permitted(&names(&[])), now()).unwrap();
        prop_assert!(signed_and_verified(&ca, &name).is_err());
    }
}

#[test]
fn certificates_are_valid_from_yesterday_for_a_year() {
    let ca = Ca::new(&permitted(&names(&[])), now()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = ca.sign(&["localhost"], &[], &key).unwrap();
    for (days, valid) in [(-2, false), (0, true), (363, true), (365, false)] {
        let verified = verify(&ca, &leaf, "localhost", now() + TimeDelta::days(days));
        assert_eq!(verified.is_ok(), valid, "after {days} days: {verified:?}");
    }
}

#[test]
fn leaves_of_one_key_differ_in_number() {
    let ca = Ca::new(&permitted(&names(&[])), now()).unwrap();
    let key = KeyPair::generate().unwrap();
    let number = |name: &str| {
        use x509_cert::der::Decode as _;
        let leaf = ca.sign(&[name], &[], &key).unwrap();
        x509_cert::Certificate::from_der(&leaf).unwrap().tbs_certificate().serial_number().to_string()
    };
    assert_ne!(number("localhost"), number("graph.microsoft.com"));
    assert_eq!(number("localhost"), number("localhost"));
}

/// A folder that goes when the test does.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("simtune-test-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Takes up the authority in a folder; its certificate, or why not.
fn take_up(folder: &Path, given: &[&str], now: DateTime<Utc>) -> Result<String, String> {
    let folder = Folder::kept(folder).map_err(|error| error.to_string())?;
    let ca = folder.authority(&permitted(&names(given)), now).map_err(|error| error.to_string())?;
    signed_and_verified_at(&ca, now)?;
    Ok(ca.pem().to_owned())
}

fn signed_and_verified_at(ca: &Ca, now: DateTime<Utc>) -> Result<(), String> {
    let leaf = ca.sign(&["localhost"], &[], &KeyPair::generate().unwrap()).unwrap();
    verify(ca, &leaf, "localhost", now).map_err(|error| error.to_string())
}

#[test]
fn a_kept_authority_is_taken_up_again() {
    let scratch = Scratch::new("kept");
    let first = take_up(&scratch.0, &["intune.test"], now()).unwrap();
    assert_eq!(take_up(&scratch.0, &["intune.test"], now() + TimeDelta::days(100)).unwrap(), first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&scratch.0.join("ca-key.pem")), 0o600);
        assert_eq!(mode(&scratch.0), 0o700);
    }
}

#[test]
fn an_authority_that_cannot_be_taken_up_says_why() {
    let scratch = Scratch::new("unusable");
    let folder = &scratch.0;
    let [certificate, key] = ["ca.pem", "ca-key.pem"].map(|name| folder.join(name));
    take_up(folder, &[], now()).unwrap();
    let sound = [&certificate, &key].map(|path| fs::read_to_string(path).unwrap());
    let other = Ca::new(&permitted(&names(&[])), now()).unwrap();
    // Its own key and days, but it may sign for everything.
    let free = Ca::new(&["com".to_owned()], now()).unwrap();

    let mut told = Vec::new();
    let mut tell = |what: &str, given: &[&str], at: DateTime<Utc>| {
        let why = take_up(folder, given, at).expect_err(what);
        told.push(format!("{what}:\n  {}", why.replace(&*folder.to_string_lossy(), "DIR")));
        fs::write(&certificate, &sound[0]).unwrap();
        fs::write(&key, &sound[1]).unwrap();
    };
    tell("another --tls-name", &["intune.test"], now());
    tell("two years later", &[], now() + TimeDelta::days(730));
    fs::write(&certificate, "nothing").unwrap();
    tell("no certificate", &[], now());
    fs::write(&certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    tell("a broken certificate", &[], now());
    fs::write(&key, "nothing").unwrap();
    tell("no key", &[], now());
    fs::write(&certificate, other.pem()).unwrap();
    tell("somebody else's certificate", &[], now());
    fs::write(&certificate, free.pem()).unwrap();
    fs::write(&key, free.key_pem()).unwrap();
    tell("an authority for all names", &[], now());
    fs::remove_file(&key).unwrap();
    tell("a lost key", &[], now());
    fs::remove_file(&certificate).unwrap();
    tell("a lost certificate", &[], now());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        tell("a key for all to read", &[], now());
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_temporary_folder_is_private_and_goes() {
    let places = Places { temporary: std::env::temp_dir(), ..Places::default() };
    let tls = Tls::prepare(&names(&[]), &places, now()).unwrap();
    let folder = tls.ca_file().parent().unwrap().to_owned();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["ca-bundle.pem", "ca.pem"], "the key is in memory alone");
    drop(tls);
    assert!(!folder.exists());
}

#[test]
fn the_bundle_is_the_callers_roots_and_the_authority() {
    let scratch = Scratch::new("bundle");
    let roots = std::env::temp_dir().join(format!("simtune-test-roots-{}.pem", std::process::id()));
    fs::write(&roots, "the caller's own").unwrap();
    let places = Places { kept: Some(scratch.0.clone()), roots: Some(roots.clone()), ..Places::default() };
    let tls = Tls::prepare(&names(&[]), &places, now()).unwrap();
    let authority = fs::read_to_string(tls.ca_file()).unwrap();
    assert_eq!(fs::read_to_string(tls.bundle_file()).unwrap(), format!("{authority}the caller's own"));
    fs::remove_file(roots).unwrap();

    let again = |roots: PathBuf| {
        let places = Places { kept: Some(scratch.0.clone()), roots: Some(roots), ..Places::default() };
        fs::metadata(Tls::prepare(&names(&[]), &places, now()).unwrap().bundle_file()).unwrap().len()
    };
    let first = again(scratch.0.join("not-there.pem"));
    assert_eq!(again(scratch.0.join("ca-bundle.pem")), first, "it does not take itself for the caller's roots");
}

#[test]
fn one_certificate_is_made_for_a_name_however_often_it_is_asked_for() {
    let places = Places { temporary: std::env::temp_dir(), ..Places::default() };
    let tls = Tls::prepare(&names(&["intune.test"]), &places, now()).unwrap();
    for (one, other, same) in [
        (Some("graph.microsoft.com"), Some("GRAPH.microsoft.com"), true),
        (Some("graph.microsoft.com"), Some("login.microsoftonline.com"), false),
        (None, Some("localhost"), true),
        (None, Some("intune.test"), false),
        (Some("example.com"), Some("example.org"), true),
        (None, Some("example.org"), false),
    ] {
        assert_eq!(Arc::ptr_eq(&tls.config(one), &tls.config(other)), same, "{one:?} and {other:?}");
    }
}
