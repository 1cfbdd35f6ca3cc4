//! `simtune exec` at a terminal: Ctrl-C, Ctrl-Z and programs that read what is typed.
//!
//! `setsid` begins a session without a terminal, and the first one it opens becomes its own.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

const CTRL_C: &str = "\u{3}";
const CTRL_Z: &str = "\u{1a}";

/// What stands before the terminal: keys go in, letters come out.
struct Desk {
    keyboard: File,
    screen: File,
    seen: String,
    session: Child,
}

impl Desk {
    /// A shell at a new terminal runs `script`, in which `$0` is simtune.
    fn sit_down(script: &str) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("ours");
        unlockpt(&master).expect("open");
        let name = ptsname(&master, Vec::new()).expect("a name").into_string().expect("a plain path");
        let script = format!("exec <{name} >{name} 2>&1; {script}");
        let mut command = Command::new("setsid");
        command.args(["--wait", "sh", "-c", &script, env!("CARGO_BIN_EXE_simtune")]);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir(std::env::temp_dir());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let session = command.spawn().expect("setsid runs");
        let screen = File::from(master);
        Self { keyboard: screen.try_clone().expect("a handle"), screen, seen: String::new(), session }
    }

    /// What these tests begin with is a line that the command reads: whoever has read what was typed is in the foreground,
    /// and the keys that follow are for it.
    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes it");
    }

    /// Waits until something can be read. A test that waits for good would hold up all others.
    fn wait_for(&self, text: &str) {
        let mut screen = [PollFd::new(&self.screen, PollFlags::IN)];
        let patience = Timespec { tv_sec: 60, tv_nsec: 0 };
        let ready = poll(&mut screen, Some(&patience)).expect("a terminal can be waited for");
        assert!(ready > 0, "nothing comes any more, and no {text:?} came: {:?}", self.seen);
    }

    /// Reads until `text` has come since the last look.
    fn see(&mut self, text: &str) {
        let mut buffer = [0; 512];
        while !self.seen.contains(text) {
            self.wait_for(text);
            match self.screen.read(&mut buffer) {
                // EIO: nobody holds the terminal any more.
                Ok(0) | Err(_) => panic!("the screen ends without {text:?}: {:?}", self.seen),
                Ok(length) => self.seen.push_str(&String::from_utf8_lossy(&buffer[..length])),
            }
        }
        let end = self.seen.find(text).expect("just seen") + text.len();
        self.seen.drain(..end);
    }

    /// Reads the rest, and waits for the shell's end.
    fn leave(mut self) -> (Option<i32>, String) {
        let mut rest = Vec::new();
        if let Err(error) = self.screen.read_to_end(&mut rest) {
            assert_ne!(error.kind(), ErrorKind::Interrupted);
        }
        (self.session.wait().expect("it ends").code(), self.seen + &String::from_utf8_lossy(&rest))
    }
}

#[test]
fn the_command_reads_what_is_typed() {
    let mut desk = Desk::sit_down("\"$0\" exec -- sh -c 'echo ready; read line; echo got $line'; exit $?");
    desk.see("ready");
    desk.press("hello\n");
    desk.see("got hello");
    assert_eq!(desk.leave().0, Some(0));
}

/// In a pipe of the shell's the terminal stays with the shell's group until the command asks for it.
#[test]
fn a_command_in_a_pipe_gets_the_terminal_when_it_reads() {
    let mut desk = Desk::sit_down("\"$0\" exec -- sh -c 'echo ready; read line; echo got $line; exit 4' | cat");
    desk.see("ready");
    desk.press("hello\n");
    desk.see("got hello");
    desk.leave();
}

#[test]
fn ctrl_c_interrupts_the_command_and_the_summary_still_comes() {
    let mut desk = Desk::sit_down(
        "\"$0\" exec -- sh -c 'trap \"echo interrupted; exit 6\" INT; read go; echo ready; read line'; exit $?",
    );
    desk.press("go\n");
    desk.see("ready");
    desk.press(CTRL_C);
    desk.see("interrupted");
    desk.see("simtune: no request reached the simulator");
    assert_eq!(desk.leave().0, Some(6));
}

#[test]
fn ctrl_z_stops_everything_and_fg_goes_on() {
    let mut desk = Desk::sit_down(
        "set -m; \"$0\" exec -- sh -c 'read go; echo ready; read line; echo got $line; exit 7'; echo stopped; fg; echo ended $?; exit 0",
    );
    desk.press("go\n");
    desk.see("ready");
    desk.press(CTRL_Z);
    desk.see("stopped");
    desk.press("hello\n");
    desk.see("got hello");
    desk.see("ended 7");
    assert_eq!(desk.leave().0, Some(0));
}

/// The same in a script: the user's shell waits for the script, which has to stop as well.
#[test]
fn ctrl_z_stops_the_script_around_it_too() {
    let mut desk = Desk::sit_down(
        "set -m; sh -c '\"$0\" exec -- sh -c \"read go; echo ready; read line; echo got; exit 7\"; echo script $?' \"$0\"; echo stopped; fg; exit 0",
    );
    desk.press("go\n");
    desk.see("ready");
    desk.press(CTRL_Z);
    desk.see("stopped");
    desk.press("hello\n");
    desk.see("script 7");
    assert_eq!(desk.leave().0, Some(0));
}

/// A shell without job control that leads its session: nobody could ever go on.
#[test]
fn ctrl_z_does_nothing_where_nobody_could_undo_it() {
    let mut desk = Desk::sit_down("\"$0\" exec -- sh -c 'read go; echo ready; read line; echo got $line'; exit $?");
    desk.press("go\n");
    desk.see("ready");
    desk.press(CTRL_Z);
    desk.press("hello\n");
    desk.see("got hello");
    assert_eq!(desk.leave().0, Some(0));
}

#[test]
fn the_shell_has_its_terminal_back_at_the_end() {
    let mut desk = Desk::sit_down("\"$0\" exec -- true; echo back; read line; echo shell got $line; exit 0");
    desk.see("back");
    desk.press("hello\n");
    desk.see("shell got hello");
    assert_eq!(desk.leave().0, Some(0));
}

/// Whoever waits for a large fleet sees how far it has got, and afterwards nothing of it.
#[test]
fn a_large_fleet_shows_how_far_it_has_got() {
    let serve = "\"$0\" serve --fleet 40000 --listen 127.0.0.1:0 --control 127.0.0.1:0";
    let mut desk = Desk::sit_down(&format!("{serve} & read go; kill $!; wait; exit 0"));
    desk.see("drawing 40000 devices [");
    desk.see("\r\u{1b}[KSimtune");
    desk.see("with 40000 devices");
    desk.press("go\n");
    assert_eq!(desk.leave().0, Some(0));
}
