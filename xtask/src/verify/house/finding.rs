//! What a rule finds.

/// A place where a rule does not hold.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Finding {
    pub(crate) fn new(file: &str, line: usize, text: String) -> Self {
        let file = file.to_owned();
        Self { file, line, text }
    }
}
