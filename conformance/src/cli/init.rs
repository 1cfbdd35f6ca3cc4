//! `init`: a driver to begin with.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use super::{Done, ExitCode, InitArguments, Trouble, print};
use crate::process::quoted;
use crate::template::{File, Template};

pub(super) fn run(arguments: &InitArguments) -> Done {
    let InitArguments { language: template, folder } = arguments;
    if folder.exists() && !folder.is_dir() {
        return Err(Trouble::usage(format!("{} is no folder; name another one", folder.display())));
    }
    // All or nothing: a driver of which half is somebody else's would be neither.
    if let Some(file) = template.files.iter().find(|file| folder.join(file.path).exists()) {
        return Err(exists(&folder.join(file.path)));
    }
    for file in template.files {
        write(&folder.join(file.path), file)?;
    }
    print(&next(template, folder));
    Ok(ExitCode::Ok)
}

fn write(path: &Path, file: &File) -> Result<(), Trouble> {
    let refused = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path),
        _ => Trouble::usage(format!("cannot write {}: {error}; name another folder", path.display())),
    };
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(refused)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if file.runs {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o777);
    }
    let mut written = options.open(path).map_err(refused)?;
    written.write_all(file.text.as_bytes()).map_err(refused)
}

fn exists(path: &Path) -> Trouble {
    Trouble::usage(format!(
        "{} is there already, and nothing was written: what is there is never overwritten; name another folder",
        path.display()
    ))
}

/// What was written, and what to type next.
fn next(template: &Template, folder: &Path) -> String {
    let folder = folder.display().to_string();
    let files: Vec<&str> = template.files.iter().map(|file| file.path).collect();
    let files = files.join(", ");
    let mut text = format!("{folder}: {files}\nYour client takes the place of {}.\n\n", template.replace);
    let check = format!("simtune-conformance {}", template.check);
    let inside = if folder == "." { String::new() } else { format!("cd {}", quoted(&folder)) };
    for line in [&*inside, template.prepare, &check].into_iter().filter(|line| !line.is_empty()) {
        text.push_str("  ");
        text.push_str(line);
        text.push('\n');
    }
    text
}
