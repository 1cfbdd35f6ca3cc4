//! How far a large fleet has got, for whoever sits before a terminal and waits.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::fleet::Progress;

/// Columns of the bar.
const WIDTH: u32 = 30;

/// Shows it on stderr, if that is a terminal.
pub(super) fn shown() -> Option<Progress> {
    std::io::stderr().is_terminal().then_some(show as Progress)
}

/// Draws the bar anew in its own line; at the end the line is empty again.
fn show(more: u32, of: u32) {
    static DONE: AtomicU32 = AtomicU32::new(0);
    let done = DONE.fetch_add(more, Ordering::Relaxed) + more;
    let line = if done < of { bar(done, of) } else { String::new() };
    // Whoever has closed the terminal does not wait for the fleet either.
    let _ = write!(std::io::stderr().lock(), "\r\x1b[K{line}");
}

fn bar(done: u32, of: u32) -> String {
    let part = |whole: u32| u64::from(whole) * u64::from(done) / u64::from(of.max(1));
    let full = usize::try_from(part(WIDTH)).unwrap_or_default();
    let empty = usize::try_from(WIDTH).unwrap_or_default() - full;
    format!("drawing {of} devices [{}{}] {} %", "#".repeat(full), " ".repeat(empty), part(100))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_is_as_full_as_the_fleet() {
        assert_eq!(bar(0, 10_000_000), "drawing 10000000 devices [                              ] 0 %");
        assert_eq!(bar(5_000_001, 10_000_000), "drawing 10000000 devices [###############               ] 50 %");
        assert_eq!(bar(9_999_999, 10_000_000), "drawing 10000000 devices [############################# ] 99 %");
    }
}
