//! What Linux tells of a process's family, in `/proc`.
//!
//! It hands orphans to the nearest subreaper, so descendants that left the command's process group end up as children of
//! this process.

use rustix::process::{Pid, getpgid, getpgrp, getpid, getppid, getsid, set_child_subreaper};

/// Orphans among the descendants of this process become its children.
pub(super) fn adopt_orphans() {
    // Without it, what has left the group outlives the command: less, but no reason to refuse.
    let _ = set_child_subreaper(Some(getpid()));
}

/// The children of this process. Empty where `/proc` cannot be read.
pub(super) fn children() -> Vec<Pid> {
    let own = getpid();
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| {
            let pid: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            (parent(&stat)? == own.as_raw_nonzero().get()).then(|| Pid::from_raw(pid)).flatten()
        })
        .collect()
}

/// The parent in a line of `/proc/PID/stat`: behind the name, which may hold anything, stand state and parent.
fn parent(stat: &str) -> Option<i32> {
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Whether nobody of this session stands behind this process's group, who could let it go on after a stop.
pub(super) fn is_orphaned() -> bool {
    let own = getpgrp();
    let mut ancestor = getppid();
    while let Some(pid) = ancestor {
        if getpgid(Some(pid)).ok() != Some(own) {
            return getsid(Some(pid)).ok() != getsid(None).ok();
        }
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
        ancestor = parent(&stat).and_then(Pid::from_raw);
    }
    true
}

/// The signals that this process was told to ignore from its start, as `nohup` does, as a set of bits.
pub(super) fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_with_parentheses_and_spaces_hides_nothing() {
        assert_eq!(super::parent("42 (a) S 7 (b) R 9 1 1 0"), Some(9));
        assert_eq!(super::parent("42 (sh) S 7 42 42 0"), Some(7));
        assert_eq!(super::parent("nonsense"), None);
    }
}
