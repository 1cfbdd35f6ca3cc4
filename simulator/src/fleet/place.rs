//! On which line of a text a part of it begins.

/// Counts lines as far as it has been asked, so that asking for one part after another reads the text once.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    pub(super) const fn of(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    /// The line, counted from 1, on which `part`, a slice of the text, begins.
    pub(super) fn line_of(&mut self, part: &str) -> usize {
        let offset = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr()).min(self.text.len());
        if offset < self.offset {
            (self.offset, self.line) = (0, 1);
        }
        self.line += self.text[self.offset..offset].matches('\n').count();
        self.offset = offset;
        self.line
    }
}

/// What `serde_json` says, without the place, which it counts in the part it saw.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_are_found_forwards_and_backwards() {
        let text = "a\nb\n\nc";
        let mut lines = Lines::of(text);
        assert_eq!([0, 2, 5, 2, 0].map(|offset| lines.line_of(&text[offset..])), [1, 2, 4, 2, 1]);
    }
}
