//! The controlling terminal: which process group it belongs to. Its owner gets Ctrl-C and Ctrl-Z, and may read.

use std::fs::File;
use std::io::IsTerminal;

use nix::sys::signal::{SigSet, Signal};
use rustix::process::Pid;
use rustix::termios::{tcgetpgrp, tcsetpgrp};

pub(super) struct Terminal(File);

impl Terminal {
    /// The one of this process, if it has one.
    pub(super) fn controlling() -> Option<Self> {
        File::options().read(true).write(true).open("/dev/tty").ok().map(Self)
    }

    /// Whether the user sits in front of it and of nothing else: no pipe of the shell's on either side.
    pub(super) fn is_plain() -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }

    /// Whether it belongs to this process's group.
    pub(super) fn is_ours(&self) -> bool {
        own_group().is_some_and(|group| self.belongs_to(group))
    }

    /// Whether it belongs to `group`.
    pub(super) fn belongs_to(&self, group: Pid) -> bool {
        tcgetpgrp(&self.0).is_ok_and(|owner| owner == group)
    }

    /// Gives it to `group`. A terminal that is gone stays gone.
    pub(super) fn give_to(&self, group: Pid) {
        // Who gives it away without owning it is stopped by SIGTTOU, unless that is blocked.
        let blocked = SigSet::from(Signal::SIGTTOU);
        let was_blocked = SigSet::thread_get_mask().is_ok_and(|mask| mask.contains(Signal::SIGTTOU));
        let _ = blocked.thread_block();
        let _ = tcsetpgrp(&self.0, group);
        if !was_blocked {
            let _ = blocked.thread_unblock();
        }
    }

    /// Takes it back from `group`, if that still has it.
    pub(super) fn take_back_from(&self, group: Pid) {
        if let Some(own) = own_group().filter(|_| self.belongs_to(group)) {
            self.give_to(own);
        }
    }
}

/// The group of this process. None where its leader is outside this container, as under `docker exec`: such a group has no
/// number here, and whoever leads it sees to its terminal itself.
fn own_group() -> Option<Pid> {
    Pid::from_raw(nix::unistd::getpgrp().as_raw())
}
