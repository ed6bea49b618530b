//! From the bytes of a CSV file to records, one after the other, with the line on which each starts.

use std::io::{Chain, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::lines::Lines;
use crate::{DataError, Result};

/// Follows the file after its end: a record of its own, unless a quote is still open.
const SENTINEL: &[u8] = b"\n.\n";

/// Bytes read at a time.
const BUFFER: usize = 1 << 18;

/// The records of a CSV file, header first. All have as many cells as the first.
pub(crate) struct Records<R> {
    reader: Reader<Chain<Lines<R>, &'static [u8]>>,
    record: ByteRecord,
    width: Option<usize>,
    file: String,
}

impl<R: Read> Records<R> {
    /// Reads cells parted by `delimiter`; the bytes come without a byte order mark.
    pub(crate) fn new(bytes: R, delimiter: u8, file: String) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER)
            .from_reader(Lines::new(bytes).chain(SENTINEL));
        Self { reader, record: ByteRecord::new(), width: None, file }
    }

    /// The next record with its line, counted from 1; blank lines are passed over.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &ByteRecord)>> {
        loop {
            let more = self.reader.read_byte_record(&mut self.record);
            let more = more.map_err(|error| DataError::Read {
                file: self.file.clone(),
                reason: error.into(),
            })?;
            let from = self.record.position().map_or(0, |position| position.byte());
            let end = self.reader.position().byte();
            let lines = self.reader.get_mut().get_mut().0;
            let start = lines.skip_ends(from);
            let row = lines.line();
            if !more || start >= lines.total() {
                return Ok(None);
            }
            let file = || self.file.clone();
            if end > lines.total() + 1 {
                return Err(DataError::UnclosedQuote { file: file(), row });
            }
            if self.width != Some(1) && is_blank(&self.record) {
                continue;
            }
            let (found, expected) = (self.record.len(), self.width.unwrap_or(self.record.len()));
            if found != expected {
                let last_row = lines.last_line(end);
                return Err(DataError::Ragged { file: file(), expected, found, row, last_row });
            }
            self.width = Some(found);
            return Ok(Some((row, &self.record)));
        }
    }
}

/// A line of nothing but blanks.
fn is_blank(record: &ByteRecord) -> bool {
    record.len() == 1 && record[0].iter().all(u8::is_ascii_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;

    fn cells(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(bytes, b',', "t.csv".into());
        let mut all = Vec::new();
        while let Some((line, record)) = records.next().unwrap() {
            let text = |cell: &[u8]| String::from_utf8(cell.to_vec()).unwrap();
            all.push((line, record.iter().map(text).collect()));
        }
        all
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| cell.to_string()).collect())
    }

    fn message(bytes: &[u8]) -> String {
        Table::from_csv_reader(bytes, "t.csv").unwrap_err().to_string()
    }

    #[test]
    fn any_line_end_gives_the_same_records_and_lines() {
        let expected = [row(1, &["a", "b"]), row(2, &["1", "2"]), row(3, &["3", "4"])];
        for end in ["\n", "\r\n", "\r"] {
            for last in ["", end] {
                let text = format!("a,b{end}1,2{end}3,4{last}");
                assert_eq!(cells(text.as_bytes()), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_name() {
        let csv = &b"\xef\xbb\xbf\"a\",b\n1,2\n"[..];
        assert_eq!(Table::from_csv_reader(csv, "t.csv").unwrap().column_names(), ["a", "b"]);
    }

    #[test]
    fn blank_lines_are_skipped_and_counted() {
        let expected = [row(2, &["a", "b"]), row(5, &["1", "2"]), row(7, &["3", "4"])];
        for end in ["\n", "\r\n"] {
            let lines = ["", "a,b", "", "", "1,2", "  ", "3,4", "", " \t", ""];
            assert_eq!(cells(lines.join(end).as_bytes()), expected);
        }
        assert!(cells(b"\n \n\r\n").is_empty());
    }

    #[test]
    fn quoted_cells_hold_commas_quotes_and_line_breaks() {
        let text = b"a,b\n\"x, \"\"y\"\"\",\"1\r\n2\n3\"\n4,5";
        let expected =
            [row(1, &["a", "b"]), row(2, &["x, \"y\"", "1\r\n2\n3"]), row(5, &["4", "5"])];
        assert_eq!(cells(text), expected);
    }

    #[test]
    fn in_a_single_column_a_quoted_blank_is_a_cell() {
        assert_eq!(cells(b"a\n\"\"\n \n"), [row(1, &["a"]), row(2, &[""]), row(3, &[" "])]);
    }

    #[test]
    fn a_ragged_row_is_named_by_its_line() {
        let expected = "t.csv: expected 2 columns, found 3 in row 4";
        assert_eq!(message(b"a,b\r\n1,2\r\n\r\n1,2,3\r\n"), expected);
        assert_eq!(message(b"a,b\n1,2\n3,4\n5"), "t.csv: expected 2 columns, found 1 in row 4");
        // An opening quote that the next quote in the file closes.
        assert_eq!(
            message(b"a,b\n\"1,2\n3,\"4\"\n5,6\n"),
            "t.csv: expected 2 columns, found 1 in row 2 \
             (the row runs on to line 3: look for a quote that is not closed)"
        );
    }

    #[test]
    fn a_quote_left_open_is_named_by_its_line() {
        let expected = "t.csv: a quote opened in row 3 is not closed by the end of the file";
        assert_eq!(message(b"a,b\n1,2\n3,\"4\n5,6\n"), expected);
        assert_eq!(message(b"a,b\n1,2\n3,\""), expected);
        // A closed quote at the very end is none.
        assert_eq!(cells(b"a,b\n3,\"4\""), [row(1, &["a", "b"]), row(2, &["3", "4"])]);
        assert_eq!(cells(b"a,b\r\n3,\"4\"\r\n").len(), 2);
    }

    #[test]
    fn text_that_is_not_utf_8_is_named_by_row_and_column() {
        assert_eq!(
            message(b"a,b\n1,2\n3,caf\xe9\n"),
            "t.csv, row 3, column 2: the text is not valid UTF-8; \
             save the file with the encoding UTF-8"
        );
        assert!(message(b"\xff\xfea\0,\0b\0\n\0").contains("row 1, column 1: the text is not"));
    }
}
