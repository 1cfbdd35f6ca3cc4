//! Texts that many devices have in common, stored once however large the fleet is.

use std::sync::OnceLock;

/// A fixed text that becomes a field's value. A thousand devices made from one constant share one allocation.
#[derive(Debug)]
pub(super) struct Constant<T> {
    text: &'static str,
    value: OnceLock<T>,
}

impl<T: Clone + From<&'static str>> Constant<T> {
    /// The constant that reads `text`.
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, value: OnceLock::new() }
    }

    /// What it reads.
    pub(super) const fn text(&self) -> &'static str {
        self.text
    }

    /// It as a field.
    pub(super) fn field(&self) -> T {
        self.value.get_or_init(|| self.text.into()).clone()
    }
}
