//! A client's program: started in a process group of its own, and gone with everything it started.

use std::ffi::OsString;
use std::io;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::pace::Pace;

/// How to start a program.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Variables that it gets beside this program's own.
    pub variables: Vec<(String, String)>,
    /// How time passes for it.
    pub pace: Pace,
}

/// A program that was started.
#[derive(Debug)]
pub struct Process {
    child: Arc<Mutex<Option<Child>>>,
    group: platform::Group,
    ended: Mutex<Receiver<()>>,
}

/// The ends of its pipes.
#[derive(Debug)]
pub struct Pipes {
    /// Where it reads.
    pub stdin: ChildStdin,
    /// Where it answers.
    pub stdout: ChildStdout,
    /// Where it writes for people.
    pub stderr: ChildStderr,
}

/// A program that cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start '{program}': {source}")]
pub struct StartError {
    program: String,
    source: io::Error,
}

impl Launch {
    /// A program with its arguments.
    pub fn new(command: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self { command: command.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The same with further variables.
    #[must_use]
    pub fn with(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// The same at another pace.
    #[must_use]
    pub fn at(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// The program without its path.
    pub fn name(&self) -> String {
        let program = self.command.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
        program.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
    }

    /// The program with its arguments, for people.
    pub fn shown(&self) -> String {
        let words = self.command.iter().map(|word| quoted(&word.to_string_lossy()));
        words.collect::<Vec<_>>().join(" ")
    }
}

/// A word as a shell reads it back.
pub fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

impl Process {
    /// Starts a program.
    pub fn start(launch: &Launch) -> Result<(Self, Pipes), StartError> {
        let mut words = launch.command.iter();
        let program = words.next().cloned().unwrap_or_default();
        let mut command = Command::new(&program);
        command.args(words).envs(launch.variables.iter().map(|(name, value)| (name, value)));
        launch.pace.forget_the_dead();
        for (name, value) in launch.pace.variables() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        platform::lead_a_group(&mut command);
        let failed = |source| StartError { program: program.to_string_lossy().into_owned(), source };
        let mut child = command.spawn().map_err(failed)?;
        let pipes = Pipes {
            stdin: child.stdin.take().expect("stdin is a pipe"),
            stdout: child.stdout.take().expect("stdout is a pipe"),
            stderr: child.stderr.take().expect("stderr is a pipe"),
        };
        let group = platform::Group::of(&child);
        let child = Arc::new(Mutex::new(Some(child)));
        let (tell, ended) = channel();
        platform::watch(&child, group, tell);
        Ok((Self { child, group, ended: Mutex::new(ended) }, pipes))
    }

    /// Whether it comes to an end within a time.
    pub fn ends_within(&self, time: Duration) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        !matches!(ended.recv_timeout(time), Err(RecvTimeoutError::Timeout))
    }

    /// Asks it and all that it started to end.
    pub fn terminate(&self) {
        self.group.terminate();
    }

    /// Ends it and all that it started, and says how it ended itself. Once it is gone this does nothing.
    pub fn end(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let mut child = child.take()?;
        // Nobody else has its number until it was waited for.
        self.group.kill();
        let _ = child.kill();
        child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// How a program ended, for people.
pub fn told(status: ExitStatus) -> String {
    match (status.code(), platform::signal(status)) {
        (Some(code), _) => format!("it ended with exit code {code}"),
        (None, Some(signal)) => format!("signal {signal} ended it"),
        (None, None) => "it ended".to_owned(),
    }
}

#[cfg(unix)]
mod platform {
    use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
    use std::process::{Child, Command, ExitStatus};
    use std::sync::mpsc::Sender;
    use std::sync::{Arc, Mutex};

    use rustix::io::Errno;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

    /// A process group.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Group(Pid);

    impl Group {
        pub(super) fn of(child: &Child) -> Self {
            Self(Pid::from_child(child))
        }

        pub(super) fn terminate(self) {
            // A group that is gone is what was asked for.
            let _ = kill_process_group(self.0, Signal::TERM);
        }

        pub(super) fn kill(self) {
            let _ = kill_process_group(self.0, Signal::KILL);
        }
    }

    pub(super) fn lead_a_group(command: &mut Command) {
        command.process_group(0);
    }

    /// Tells when it ends, and leaves it to be waited for: until then its number, and its group's, is nobody else's.
    pub(super) fn watch(_: &Arc<Mutex<Option<Child>>>, group: Group, tell: Sender<()>) {
        std::thread::spawn(move || {
            let left = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while matches!(waitid(WaitId::Pid(group.0), left), Err(Errno::INTR)) {}
            let _ = tell.send(());
        });
    }

    pub(super) fn signal(status: ExitStatus) -> Option<i32> {
        status.signal()
    }
}

#[cfg(not(unix))]
mod platform {
    use std::process::{Child, Command, ExitStatus};
    use std::sync::mpsc::Sender;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::Duration;

    /// There are no groups: only the program itself can be ended.
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Group;

    impl Group {
        pub(super) fn of(_: &Child) -> Self {
            Self
        }

        pub(super) fn terminate(self) {}

        pub(super) fn kill(self) {}
    }

    pub(super) fn lead_a_group(_: &mut Command) {}

    pub(super) fn watch(child: &Arc<Mutex<Option<Child>>>, _: Group, tell: Sender<()>) {
        let child = Arc::clone(child);
        std::thread::spawn(move || {
            let running = || {
                let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
                child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
            };
            while running() {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = tell.send(());
        });
    }

    pub(super) fn signal(_: ExitStatus) -> Option<i32> {
        None
    }
}
