//! What is kept in mind of numbers that may be codes, such as postal codes, while the cells of a column go by.

/// Numbers written with leading zeros.
#[derive(Debug, Default)]
pub(super) struct Codes {
    /// Cells with a leading zero, and the first of them.
    zeros: usize,
    first: Option<Box<str>>,
    /// Digits of all cells so far.
    length: Option<usize>,
    /// Whether a cell had another number of digits, or something else in it.
    mixed: bool,
}

impl Codes {
    /// Cells with a leading zero that are no slip.
    const SEVERAL: usize = 2;

    /// Looks at a number.
    pub(super) fn add(&mut self, cell: &str) {
        let digits = |cell: &str| cell.bytes().all(|byte| byte.is_ascii_digit());
        if !self.mixed {
            let length = *self.length.get_or_insert(cell.len());
            self.mixed = cell.len() != length || !digits(cell);
        }
        if cell.len() > 1 && cell.starts_with('0') && digits(cell) {
            self.zeros += 1;
            self.first.get_or_insert_with(|| cell.into());
        }
    }

    /// Whether all have as many digits, and several a leading zero.
    pub(super) fn are_codes(&self) -> bool {
        self.zeros >= Self::SEVERAL && !self.mixed
    }

    /// The first with a leading zero, if there are several.
    pub(super) fn first(&self) -> Option<&str> {
        self.first.as_deref().filter(|_| self.zeros >= Self::SEVERAL)
    }
}
