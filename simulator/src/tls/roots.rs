//! The bundle: what the system trusts, and the authority. Variables such as `SSL_CERT_FILE` replace a client's roots
//! rather than add to them; without the system's a client could reach nothing else any more.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Where systems keep their roots in one file: Debian and Alpine, Fedora, SUSE, macOS and the BSDs.
const PLACES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Writes the bundle, so that a reader sees all of it or nothing. `own` are the caller's roots, if he has any. Where no
/// roots are found the bundle is the authority alone.
pub(super) fn write_bundle(path: &Path, own: Option<&Path>, authority: &str) -> io::Result<()> {
    let temporary = path.with_extension(format!("pem.{}", std::process::id()));
    let mut bundle = File::create(&temporary)?;
    // The authority comes first: whoever reads on from it needs no line break at the end of somebody else's file.
    bundle.write_all(authority.as_bytes())?;
    // A caller who took over the variables of an earlier run trusts this very file; it must not grow from run to run.
    let own = own.filter(|own| own.canonicalize().ok() != path.canonicalize().ok());
    let mut places = own.into_iter().chain(PLACES.iter().map(Path::new));
    // The kernel copies; the certificates never pass through this process.
    if let Some(mut roots) = places.find_map(|place| File::open(place).ok()) {
        io::copy(&mut roots, &mut bundle)?;
    }
    std::fs::rename(&temporary, path)
}
