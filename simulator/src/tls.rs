//! TLS on the client port: a certificate authority that can sign for few names, and certificates made when first asked for.
//!
//! A client that is to trust this simulator trusts its authority. So that nobody can use that against the client, the
//! authority is fresh for each run unless `--ca-dir` keeps it, its key is readable by its owner alone, and the names it
//! can sign for are in its own certificate, as critical name constraints that verifiers enforce.

mod ca;
mod folder;
mod leaves;
mod roots;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustls::ServerConfig;

use self::folder::Folder;
use self::leaves::Leaves;
use crate::hosts::{self, Names};

/// Where the files of the authority are kept, and what its bundle is made of.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The folder that keeps the authority from run to run; without one it is made afresh.
    pub kept: Option<PathBuf>,
    /// Where a folder for this run alone is made, if nothing is kept.
    pub temporary: PathBuf,
    /// The caller's own trusted roots; those of the system are looked for if there are none.
    pub roots: Option<PathBuf>,
}

/// Everything the client port needs to speak TLS. Dropping it removes what was made for this run alone.
#[derive(Debug)]
pub struct Tls {
    leaves: Leaves,
    folder: Folder,
}

/// Why there is no TLS, and so no simulator.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file of `--ca-dir` is not what it should be.
    #[error("--ca-dir: {path}: {why}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong, and the way out.
        why: String,
    },
    /// A file or folder cannot be read or written.
    #[error("cannot {verb} {path}: {source}; --ca-dir names another folder for the certificate authority")]
    Io {
        /// `read`, `write` or `make`.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The authority could not be made.
    #[error("cannot make a certificate authority: {0}")]
    Made(#[from] rcgen::Error),
}

impl Tls {
    /// Makes the authority, or takes up the one that is kept, and writes its files. Certificates come later, when asked for.
    /// `now` is the computer's time: verifiers do not know a tenant's.
    pub fn prepare(names: &Names, places: &Places, now: DateTime<Utc>) -> Result<Self, TlsError> {
        let permitted = permitted(names);
        let folder = match &places.kept {
            Some(path) => Folder::kept(path)?,
            None => Folder::temporary(&places.temporary)?,
        };
        let ca = folder.authority(&permitted, now)?;
        roots::write_bundle(&folder.bundle(), places.roots.as_deref(), ca.pem()).map_err(|source| TlsError::Io {
            verb: "write",
            path: folder.bundle(),
            source,
        })?;
        Ok(Self { leaves: Leaves::new(ca, names), folder })
    }

    /// The authority's certificate, as a PEM file.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.certificate()
    }

    /// The system's trusted roots and the authority's certificate, as a PEM file.
    pub fn bundle_file(&self) -> PathBuf {
        self.folder.bundle()
    }

    /// How to speak TLS with a client that asked for `name`, or for none.
    pub fn config(&self, name: Option<&str>) -> Arc<ServerConfig> {
        self.leaves.config(name)
    }
}

/// The DNS names that the authority may sign for.
fn permitted(names: &Names) -> Vec<String> {
    let mut permitted: Vec<String> = hosts::microsoft().iter().map(|host| host.name.clone()).collect();
    permitted.push("localhost".to_owned());
    permitted.extend(names.given().iter().cloned());
    permitted.sort();
    permitted.dedup();
    permitted
}

fn io_error(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TlsError {
    move |source| TlsError::Io { verb, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
