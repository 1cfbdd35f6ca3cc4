//! Files and folders that only their owner can read. All that differs between operating systems about it is here.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file for writing from its beginning; if it is made, only its owner can read it.
#[cfg(unix)]
pub fn file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Makes a file that is not there yet and that only its owner can read.
#[cfg(unix)]
pub fn new_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// Makes a folder that is not there yet and that only its owner can enter.
#[cfg(unix)]
pub fn new_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// The permissions of a file, if they let others than its owner in.
#[cfg(unix)]
pub fn shared_mode(path: &Path) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// Opens a file for writing from its beginning. Windows protects it as it protects the folder it is in.
#[cfg(not(unix))]
pub fn file(path: &Path) -> io::Result<File> {
    File::create(path)
}

/// Makes a file that is not there yet. Windows protects it as it protects the folder it is in.
#[cfg(not(unix))]
pub fn new_file(path: &Path) -> io::Result<File> {
    File::create_new(path)
}

/// Makes a folder that is not there yet. A user's temporary folder on Windows is the user's alone.
#[cfg(not(unix))]
pub fn new_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

/// There are no such permissions here.
#[cfg(not(unix))]
pub fn shared_mode(path: &Path) -> io::Result<Option<u32>> {
    std::fs::metadata(path).map(|_| None)
}
