//! Process groups, signals and job control.
//!
//! The command leads a process group of its own. What this process is told by signal is passed on to that group. A
//! terminal is handed to it as a shell would, so Ctrl-C, Ctrl-Z and interactive programs work. When the command has
//! ended, what is left of it is asked to end and, a little later, killed.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_current_process_group, kill_process, kill_process_group,
    test_kill_process_group, wait,
};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

#[cfg(target_os = "linux")]
use super::family;
use super::not_started;
use super::terminal::Terminal;
use crate::report::Outcome;

/// How long what is left of a command may take to end by itself, and then how long the system may take to kill it.
const GRACE: Duration = Duration::from_secs(1);
/// How often it is looked at meanwhile. Not every end announces itself.
const LOOK: Duration = Duration::from_millis(10);

/// Passed on to the command.
const FORWARDED: [Signal; 8] =
    [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::USR1, Signal::USR2, Signal::WINCH, Signal::TSTP];

/// Watches over one command.
pub(crate) struct Supervisor {
    signals: mpsc::UnboundedReceiver<Signal>,
    /// Children of this process that are none of the command's: those of a shell that became this process.
    others: Vec<Pid>,
}

/// A command under way.
struct Running {
    group: Pid,
    terminal: Option<Terminal>,
    /// Whether the terminal was handed over.
    interactive: bool,
    others: Vec<Pid>,
    ended: Option<Outcome>,
}

impl Supervisor {
    /// Listens from now on.
    pub(crate) fn new() -> io::Result<Self> {
        let (sender, signals) = mpsc::unbounded_channel();
        let ignored = ignored_signals();
        for known in FORWARDED.into_iter().chain([Signal::CHILD, Signal::CONT]) {
            // What was ignored from the start, by `nohup` say, is none of the command's business either.
            if known != Signal::CHILD && ignored & (1 << (known.as_raw() - 1)) != 0 {
                continue;
            }
            let mut stream = signal(SignalKind::from_raw(known.as_raw()))?;
            let sender = sender.clone();
            tokio::spawn(async move { while stream.recv().await.is_some() && sender.send(known).is_ok() {} });
        }
        Ok(Self { signals, others: adopt_orphans() })
    }

    /// Runs the command to its end, and ends what it left.
    pub(crate) async fn run(mut self, mut command: Command) -> Outcome {
        let child = match command.process_group(0).spawn() {
            Ok(child) => child,
            Err(error) => return not_started(&error),
        };
        let mut running = Running {
            group: Pid::from_child(&child),
            terminal: Terminal::controlling(),
            interactive: false,
            others: self.others,
            ended: None,
        };
        if Terminal::is_plain() {
            running.hand_over();
        }
        let outcome = loop {
            running.reap();
            if let Some(outcome) = running.ended.take() {
                break outcome;
            }
            match self.signals.recv().await {
                Some(Signal::CHILD) | None => {}
                Some(Signal::TSTP) => running.stop(),
                Some(Signal::CONT) => running.resume(),
                Some(other) => running.tell(other),
            }
        };
        running.end_the_rest(&mut self.signals).await;
        if let Some(terminal) = &running.terminal {
            terminal.take_back_from(running.group);
        }
        outcome
    }
}

impl Running {
    /// Tells the whole group; one that is gone hears nothing.
    fn tell(&self, signal: Signal) {
        let _ = kill_process_group(self.group, signal);
    }

    /// Gives the terminal to the command, if it is ours to give. Whoever wanted to use it before then was stopped.
    fn hand_over(&mut self) -> bool {
        let Some(terminal) = self.terminal.as_ref().filter(|terminal| terminal.is_ours()) else { return false };
        terminal.give_to(self.group);
        self.interactive = true;
        self.tell(Signal::CONT);
        true
    }

    /// This process was stopped and goes on, in the foreground or not.
    fn resume(&mut self) {
        if !(self.interactive && self.hand_over()) {
            self.tell(Signal::CONT);
        }
    }

    /// Takes note of every child that ended or stopped.
    fn reap(&mut self) {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG | WaitOptions::UNTRACED) {
            if pid != self.group {
                continue;
            }
            if let Some(signal) = status.stopping_signal() {
                self.stopped(signal);
            } else if let Some(code) = status.exit_status() {
                self.ended = Some(Outcome::Exited { code });
            } else if let Some(signal) = status.terminating_signal() {
                self.ended = Some(Outcome::Signalled { signal });
            }
        }
    }

    /// The command stopped. If that was for want of a terminal it gets it; else, if it has one, the user pressed Ctrl-Z
    /// and waits for this process to stop as well. Stopped by anybody else, it is their business.
    fn stopped(&mut self, signal: i32) {
        let wants_terminal = signal == Signal::TTIN.as_raw() || signal == Signal::TTOU.as_raw();
        let Some(terminal) = &self.terminal else { return };
        if wants_terminal && terminal.is_ours() {
            self.hand_over();
        } else if wants_terminal || terminal.belongs_to(self.group) {
            self.interactive = true;
            if nobody_waits() {
                self.tell(Signal::CONT);
                return;
            }
            // The whole group, as Ctrl-Z would have done: a script in it is what the user's shell waits for. By SIGSTOP,
            // because SIGTSTP would stop the script at once and this process a little later: a shell that goes on in
            // between would leave this process stopped for good.
            let _ = kill_current_process_group(Signal::STOP);
        }
    }

    /// Stops with the command; it goes on here, by a SIGCONT that is then passed on. Where nobody could send one, as for
    /// the first process of a container, nothing stops, as the system has it for everybody else.
    fn stop(&mut self) {
        if nobody_waits() {
            return;
        }
        self.tell(Signal::TSTP);
        let _ = kill_process(getpid(), Signal::STOP);
    }

    /// Ends what the command left: its process group and, where the system tells, whatever left that.
    async fn end_the_rest(&mut self, signals: &mut mpsc::UnboundedReceiver<Signal>) {
        for signal in [Signal::TERM, Signal::KILL] {
            let mut told = Vec::new();
            let mut waited = Duration::ZERO;
            self.tell(signal);
            // Who is stopped would not hear.
            self.tell(Signal::CONT);
            while waited < GRACE {
                self.reap();
                let adopted = self.adopted();
                if adopted.is_empty() && test_kill_process_group(self.group).is_err() {
                    return;
                }
                for pid in adopted {
                    if !told.contains(&pid) {
                        let _ = kill_process(pid, signal);
                        let _ = kill_process(pid, Signal::CONT);
                        told.push(pid);
                    }
                }
                tokio::select! {
                    _ = signals.recv() => {}
                    () = pause(LOOK) => waited += LOOK,
                }
            }
        }
    }

    #[cfg(target_os = "linux")]
    fn adopted(&self) -> Vec<Pid> {
        let mut children = family::children();
        children.retain(|pid| !self.others.contains(pid));
        children
    }

    #[cfg(not(target_os = "linux"))]
    fn adopted(&self) -> Vec<Pid> {
        self.others.clone()
    }
}

#[cfg(target_os = "linux")]
fn adopt_orphans() -> Vec<Pid> {
    let others = family::children();
    family::adopt_orphans();
    others
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() -> Vec<Pid> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn ignored_signals() -> u64 {
    family::ignored_signals()
}

#[cfg(not(target_os = "linux"))]
fn ignored_signals() -> u64 {
    0
}

#[cfg(target_os = "linux")]
fn nobody_waits() -> bool {
    family::is_orphaned()
}

#[cfg(not(target_os = "linux"))]
fn nobody_waits() -> bool {
    false
}

async fn pause(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "a process waits here, not a device")]
    tokio::time::sleep(time).await;
}
