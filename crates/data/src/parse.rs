//! From the bytes of a CSV file to records with the line on which each starts.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use crate::{DataError, Result};

/// Follows the file after its end: a record of its own, unless a quote is still open.
const SENTINEL: &[u8] = b"\n.\n";

/// The records of a CSV file, header first, each with its line (from 1). All have as many cells as
/// the first.
pub(crate) fn parse_csv(bytes: &[u8], file: &str) -> Result<Vec<(u64, StringRecord)>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.chain(SENTINEL));
    let mut lines = Lines { bytes, at: 0, line: 1 };
    let mut records: Vec<(u64, StringRecord)> = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        let more = reader
            .read_byte_record(&mut record)
            .map_err(|error| DataError::Read { file: file.to_string(), reason: error.into() })?;
        let from = record.position().map_or(0, |position| position.byte() as usize);
        let start = skip_line_ends(bytes, from);
        if !more || start >= bytes.len() {
            return Ok(records);
        }
        let end = reader.position().byte() as usize;
        let row = lines.line_at(start);
        if end > bytes.len() + 1 {
            return Err(DataError::UnclosedQuote { file: file.to_string(), row });
        }
        let expected = records.first().map(|(_, header)| header.len());
        if expected != Some(1) && is_blank(&record) {
            continue;
        }
        if let Some(expected) = expected.filter(|&expected| expected != record.len()) {
            return Err(DataError::Ragged {
                file: file.to_string(),
                expected,
                found: record.len(),
                row,
                last_row: lines.line_at(end_of_text(bytes, end)),
            });
        }
        let text = StringRecord::from_byte_record(record.clone()).map_err(|error| {
            let column = error.utf8_error().field() + 1;
            DataError::NotUtf8 { file: file.to_string(), row, column }
        })?;
        records.push((row, text));
    }
}

/// A line of nothing but blanks.
fn is_blank(record: &ByteRecord) -> bool {
    record.len() == 1 && record[0].iter().all(u8::is_ascii_whitespace)
}

/// Where the line ends before a record are passed: blank lines, and the LF of a CRLF before it.
fn skip_line_ends(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n')).count()
}

/// The end of a record without the line end that follows it.
fn end_of_text(bytes: &[u8], end: usize) -> usize {
    let text = &bytes[..end.min(bytes.len())];
    text.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(0)
}

/// Counts lines up to ever later places. LF, CRLF and a CR alone each end a line.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn line_at(&mut self, place: usize) -> u64 {
        for at in self.at..place.min(self.bytes.len()) {
            let line_ends = match self.bytes[at] {
                b'\n' => true,
                b'\r' => self.bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(line_ends);
        }
        self.at = self.at.max(place);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
        let records = parse_csv(bytes, "t.csv").unwrap();
        records
            .into_iter()
            .map(|(line, record)| (line, record.iter().map(String::from).collect()))
            .collect()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| cell.to_string()).collect())
    }

    fn message(bytes: &[u8]) -> String {
        parse_csv(bytes, "t.csv").unwrap_err().to_string()
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
        assert_eq!(cells(b"\xef\xbb\xbf\"a\",b\n1,2\n")[0], row(1, &["a", "b"]));
        assert!(cells(b"\xef\xbb\xbf").is_empty());
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
