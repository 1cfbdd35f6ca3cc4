//! What Linux tells of a process's family, in `/proc`.
//!
//! It hands orphans to the nearest subreaper, so descendants that left the command's process group end up as children of
//! this process.

use rustix::process::{Pid, getpid, set_child_subreaper};

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
            (Standing::of(pid)?.parent == own.as_raw_nonzero().get()).then(|| Pid::from_raw(pid)).flatten()
        })
        .collect()
}

/// Where a process stands among the others. A number is 0 where that process is outside this one's container: a program
/// that `docker exec` or `unshare` started has a parent, a group and a session that it cannot name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    parent: i32,
    group: i32,
    session: i32,
}

impl Standing {
    /// Of the process `pid`. None where `/proc` does not tell.
    fn of(pid: i32) -> Option<Self> {
        Self::read(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// From a line of `/proc/PID/stat`: behind the name, which may hold anything, stand state, parent, group and session.
    fn read(stat: &str) -> Option<Self> {
        let mut numbers = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(1).map_while(|word| word.parse().ok());
        Some(Self { parent: numbers.next()?, group: numbers.next()?, session: numbers.next()? })
    }
}

/// Whether nobody of this session stands behind this process's group, who could let it go on after a stop.
pub(super) fn is_orphaned() -> bool {
    is_orphaned_among(getpid().as_raw_nonzero().get(), Standing::of)
}

/// The same for the process `pid`, where `standing` tells of each.
fn is_orphaned_among(pid: i32, standing: impl Fn(i32) -> Option<Standing>) -> bool {
    let Some(own) = standing(pid) else { return true };
    let mut ancestor = own.parent;
    while let Some(behind) = standing(ancestor) {
        if behind.group != own.group {
            return behind.session != own.session;
        }
        ancestor = behind.parent;
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
    use super::{Standing, is_orphaned_among};

    fn stands(parent: i32, group: i32, session: i32) -> Standing {
        Standing { parent, group, session }
    }

    #[test]
    fn a_name_with_parentheses_and_spaces_hides_nothing() {
        assert_eq!(Standing::read("42 (a) S 7 (b) R 9 1 2 0"), Some(stands(9, 1, 2)));
        assert_eq!(Standing::read("42 (sh) S 7 42 43 0"), Some(stands(7, 42, 43)));
        assert_eq!(Standing::read("42 (sh) S 0 0 0 0"), Some(stands(0, 0, 0)));
        assert_eq!(Standing::read("nonsense"), None);
    }

    /// Process 9 with its ancestors, nearest first.
    fn orphaned(own: Standing, ancestors: &[(i32, Standing)]) -> bool {
        is_orphaned_among(9, |pid| match pid {
            9 => Some(own),
            _ => ancestors.iter().find(|(known, _)| *known == pid).map(|(_, standing)| *standing),
        })
    }

    #[test]
    fn a_shell_with_job_control_lets_its_jobs_go_on() {
        assert!(!orphaned(stands(5, 9, 5), &[(5, stands(1, 5, 5))]));
        // The same through a script in the job's group.
        assert!(!orphaned(stands(7, 7, 5), &[(7, stands(5, 7, 5)), (5, stands(1, 5, 5))]));
    }

    #[test]
    fn whoever_leads_a_session_has_nobody_behind() {
        assert!(orphaned(stands(5, 5, 5), &[(5, stands(3, 5, 5)), (3, stands(1, 3, 3))]));
        assert!(orphaned(stands(1, 1, 1), &[(1, stands(0, 1, 1))]), "the first process of a container");
    }

    #[test]
    fn a_group_outside_the_container_is_another_one() {
        assert!(orphaned(stands(5, 5, 5), &[(5, stands(3, 5, 5)), (3, stands(0, 0, 0))]));
        assert!(orphaned(stands(5, 0, 0), &[(5, stands(0, 0, 0))]), "nobody inside stands behind it");
    }
}
