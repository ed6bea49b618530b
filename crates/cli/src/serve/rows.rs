//! The rows of a request as text, cell by cell in the order of the model's columns.

/// Where the text of a cell is.
pub type Span = (u32, u32);

/// The rows of a request: those that could be read, and why the others could not.
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    text: String,
    cells: Vec<Span>,
    read: Vec<Read>,
    refused: Vec<Refused>,
    total: u32,
}

/// A row that could be read.
#[derive(Debug, Clone, Copy)]
struct Read {
    /// Its place in the request, from 0.
    index: u32,
    /// What messages call it.
    number: u64,
    /// Whether it was refused after all.
    refused: bool,
}

/// A row that cannot be used.
#[derive(Debug)]
pub struct Refused {
    /// Its place in the request, from 0.
    pub index: u32,
    /// What messages call it.
    pub number: u64,
    pub error: String,
}

impl Rows {
    /// No rows of so many columns, and room for so much text.
    pub fn new(width: usize, bytes: usize) -> Self {
        Self { width, text: String::with_capacity(bytes), ..Self::default() }
    }

    /// The text that cells are added to.
    pub fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// Where the text ends.
    pub fn end(&self) -> u32 {
        // A request has at most a gigabyte, and a number takes no more text than four times what it took there.
        self.text.len() as u32
    }

    /// Rows, read and refused.
    pub fn total(&self) -> usize {
        self.total as usize
    }

    /// Rows that could be read.
    pub fn n_read(&self) -> usize {
        self.read.len()
    }

    /// Adds a row whose cells lie there in the text.
    pub fn push(&mut self, number: u64, cells: &[Span]) {
        self.cells.extend_from_slice(cells);
        self.read.push(Read { index: self.total, number, refused: false });
        self.total += 1;
    }

    /// Adds a row that cannot be read.
    pub fn push_refused(&mut self, number: u64, error: String) {
        self.refused.push(Refused { index: self.total, number, error });
        self.total += 1;
    }

    /// What messages call a row that was read.
    pub fn number(&self, row: usize) -> u64 {
        self.read[row].number
    }

    /// A cell of a row that was read.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let (from, to) = self.cells[row * self.width + column];
        &self.text[from as usize..to as usize]
    }

    /// Refuses a row that was read.
    pub fn refuse(&mut self, row: usize, error: String) {
        let Read { index, number, refused } = &mut self.read[row];
        *refused = true;
        self.refused.push(Refused { index: *index, number: *number, error });
    }

    /// The rows that are refused, in their order.
    pub fn refused(&mut self) -> &[Refused] {
        self.refused.sort_by_key(|refused| refused.index);
        &self.refused
    }

    /// For each row of the request whether it can be predicted.
    pub fn predicted(&self) -> impl Iterator<Item = bool> {
        let mut good = self.read.iter().filter(|row| !row.refused).map(|row| row.index).peekable();
        (0..self.total).map(move |index| good.next_if_eq(&index).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_places() {
        let mut rows = Rows::new(1, 0);
        rows.text().push_str("abc");
        rows.push(1, &[(0, 1)]);
        rows.push_refused(2, "bad".into());
        rows.push(3, &[(1, 3)]);
        rows.push(4, &[(0, 0)]);
        assert_eq!((rows.cell(1, 0), rows.cell(2, 0), rows.number(1)), ("bc", "", 3));
        rows.refuse(0, "worse".into());
        assert_eq!(rows.predicted().collect::<Vec<_>>(), [false, false, true, true]);
        let refused: Vec<u64> = rows.refused().iter().map(|refused| refused.number).collect();
        assert_eq!((refused, rows.total(), rows.n_read()), (vec![1, 2], 4, 3));
    }
}
