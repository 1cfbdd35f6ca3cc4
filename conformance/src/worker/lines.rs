//! The lines of an output, none longer than a limit.

use std::io::{BufRead, BufReader, Read};

use crate::conversation::End;

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It came to its end.
    Whole(Vec<u8>),
    /// The output ended inside it.
    Cut(Vec<u8>),
    /// It went on beyond the limit.
    TooLong(Vec<u8>, usize),
    /// There will be none any more, and why.
    Lost(End),
}

/// The lines of an output.
pub(super) struct Lines {
    output: BufReader<Box<dyn Read + Send>>,
    limit: usize,
}

impl Lines {
    pub(super) fn new(output: impl Read + Send + 'static, limit: usize) -> Self {
        Self { output: BufReader::new(Box::new(output)), limit }
    }
}

impl Iterator for Lines {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let mut line = Vec::new();
        // One byte more than the limit tells a long line from one that just fits.
        let limit = u64::try_from(self.limit).unwrap_or(u64::MAX).saturating_add(1);
        // An output that cannot be read any more has ended.
        let _ = self.output.by_ref().take(limit).read_until(b'\n', &mut line);
        match line.last() {
            None => None,
            Some(b'\n') => Some(Line::Whole(line)),
            Some(_) if line.len() > self.limit => {
                line.truncate(1_000);
                Some(Line::TooLong(line, self.limit))
            }
            Some(_) => Some(Line::Cut(line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_whole_cut_or_too_long() {
        let read = |text: &'static str| Lines::new(text.as_bytes(), 4).collect::<Vec<_>>();
        assert_eq!(read("abc\nd\n"), [Line::Whole(b"abc\n".to_vec()), Line::Whole(b"d\n".to_vec())]);
        assert_eq!(read("abcd\ne"), [Line::Whole(b"abcd\n".to_vec()), Line::Cut(b"e".to_vec())]);
        assert_eq!(read("abcde\n")[0], Line::TooLong(b"abcde".to_vec(), 4));
    }
}
