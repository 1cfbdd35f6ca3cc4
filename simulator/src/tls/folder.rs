//! Where the authority's files are: in a folder that is kept from run to run, or in one of this run alone.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use rcgen::KeyPair;
use ring::rand::{SecureRandom as _, SystemRandom};

use super::ca::Ca;
use super::{TlsError, io_error};
use crate::private;

/// The folder of the authority's files.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Whether it ends with this value.
    temporary: bool,
}

impl Folder {
    /// A folder that stays.
    pub(super) fn kept(path: &Path) -> Result<Self, TlsError> {
        let there = match private::new_folder(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => std::path::absolute(path),
        };
        Ok(Self { path: there.map_err(io_error("make", path))?, temporary: false })
    }

    /// A folder that only its owner can enter and that is removed when this value is dropped.
    pub(super) fn temporary(below: &Path) -> Result<Self, TlsError> {
        let mut random = [0; 8];
        let named = SystemRandom::new().fill(&mut random).map_err(|_| io::Error::other("the system has no randomness"));
        let path = below.join(format!("simtune-{:016x}", u64::from_ne_bytes(random)));
        named.and_then(|()| private::new_folder(&path)).map_err(io_error("make", &path))?;
        Ok(Self { path, temporary: true })
    }

    /// The authority's certificate.
    pub(super) fn certificate(&self) -> PathBuf {
        self.path.join("ca.pem")
    }

    /// The system's roots and the authority's certificate.
    pub(super) fn bundle(&self) -> PathBuf {
        self.path.join("ca-bundle.pem")
    }

    fn key(&self) -> PathBuf {
        self.path.join("ca-key.pem")
    }

    /// The authority that is kept here, or a new one. The key of one that will not be kept is never written.
    pub(super) fn authority(&self, permitted: &[String], now: DateTime<Utc>) -> Result<Ca, TlsError> {
        if self.temporary {
            let ca = Ca::new(permitted, now)?;
            return write_whole(&self.certificate(), ca.pem()).map(|()| ca);
        }
        match (read(&self.certificate())?, read(&self.key())?) {
            (Some(certificate), Some(key)) => self.load(certificate, &key, permitted, now),
            (None, None) => {
                let ca = Ca::new(permitted, now)?;
                let path = self.key();
                let written = private::new_file(&path).and_then(|mut file| file.write_all(ca.key_pem().as_bytes()));
                written.map_err(io_error("write", &path))?;
                write_whole(&self.certificate(), ca.pem()).map(|()| ca)
            }
            (Some(_), None) => Err(missing(self.key(), "ca.pem")),
            (None, Some(_)) => Err(missing(self.certificate(), "ca-key.pem")),
        }
    }

    fn load(&self, certificate: String, key: &str, permitted: &[String], now: DateTime<Utc>) -> Result<Ca, TlsError> {
        let path = self.key();
        if let Some(mode) = private::shared_mode(&path).map_err(io_error("read", &path))? {
            let why = format!("others can read it (mode {mode:04o}); chmod 600 it, if they have not done so yet");
            return Err(TlsError::Unusable { path, why });
        }
        let key = KeyPair::from_pem(key).map_err(|_| TlsError::Unusable {
            path,
            why: "it holds no private key in PKCS #8; remove ca.pem and ca-key.pem to get new ones".to_owned(),
        })?;
        Ca::load(certificate, key, permitted, now).map_err(|why| TlsError::Unusable { path: self.certificate(), why })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // What cannot be removed is the system's to clean.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// The text of a file, if it is there.
fn read(path: &Path) -> Result<Option<String>, TlsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", path)(error)),
    }
}

fn missing(path: PathBuf, other: &str) -> TlsError {
    let why = format!("it is missing, but {other} is there; put it back, or remove {other} to get new ones");
    TlsError::Unusable { path, why }
}

/// Writes a file so that a reader sees all of it or nothing.
fn write_whole(path: &Path, text: &str) -> Result<(), TlsError> {
    let temporary = path.with_extension(format!("pem.{}", std::process::id()));
    std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, path)).map_err(io_error("write", path))
}
