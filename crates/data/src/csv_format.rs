//! What a CSV file is like: what parts its cells, whether it has a header, whether it is packed.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::{DataError, FileKind, Result};

/// How a CSV file is to be read.
///
/// ```
/// use layerwise_data::{CsvFormat, Table};
///
/// // What parts the cells is found by looking: a comma, a semicolon, a tab or a bar.
/// let table = Table::from_csv_with("a;b\n1,5;2\n".as_bytes(), "t.csv", &CsvFormat::default())?;
/// assert_eq!(table.column("a")?.collect::<Vec<_>>(), ["1,5"]);
///
/// let format = CsvFormat { header: false, ..CsvFormat::default() };
/// let table = Table::from_csv_with("1 2\n3 4\n".as_bytes(), "t.csv", &format)?;
/// assert_eq!((table.column_names(), table.n_rows()), (&["column_1".to_string()][..], 2));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFormat {
    /// What parts the cells, one ASCII character; `None` to find it out.
    pub delimiter: Option<u8>,
    /// Whether the first row names the columns; without, they are `column_1`, `column_2`, ….
    pub header: bool,
}

impl Default for CsvFormat {
    /// Any delimiter, and a header.
    fn default() -> Self {
        Self { delimiter: None, header: true }
    }
}

/// Bytes of the start of a file that are looked at.
const LOOKED_AT: u64 = 1 << 16;

/// What a delimiter may be where none is named, the more likely first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The bytes of a CSV file, unpacked and without byte order mark, and what parts its cells.
pub(crate) fn open<'a>(
    bytes: impl Read + 'a,
    file: &str,
    format: &CsvFormat,
) -> Result<(Box<dyn Read + 'a>, u8)> {
    let failed = |reason| DataError::Read { file: file.to_owned(), reason };
    let (start, bytes) = start_of(bytes).map_err(failed)?;
    let packed = start.starts_with(b"\x1f\x8b");
    let bytes = Cursor::new(start).chain(bytes);
    let (start, bytes): (Vec<u8>, Box<dyn Read + 'a>) = if packed {
        let (start, bytes) = start_of(MultiGzDecoder::new(bytes)).map_err(failed)?;
        (start, Box::new(bytes))
    } else {
        let (start, bytes) = start_of(bytes).map_err(failed)?;
        (start, Box::new(bytes))
    };
    match FileKind::of_bytes(&start) {
        FileKind::Text => {}
        other => return Err(other.refused(file)),
    }
    let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let delimiter = format.delimiter.unwrap_or_else(|| delimiter_of(&start[mark..]));
    let mut start = Cursor::new(start);
    start.set_position(mark as u64);
    Ok((Box::new(start.chain(bytes)), delimiter))
}

/// The first bytes, and the rest of them.
fn start_of<R: Read>(mut bytes: R) -> std::io::Result<(Vec<u8>, R)> {
    let mut start = Vec::new();
    bytes.by_ref().take(LOOKED_AT).read_to_end(&mut start)?;
    Ok((start, bytes))
}

/// The character that comes as often in most lines as in the first, and most often there; a comma where none
/// does.
fn delimiter_of(start: &[u8]) -> u8 {
    let count = |delimiter| {
        let counts = counts_by_line(start, delimiter);
        let first = counts.first().copied().unwrap_or(0);
        let like = counts.iter().filter(|&&count| count == first).count();
        if like * 2 > counts.len() { first } else { 0 }
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|&delimiter| count(delimiter));
    best.filter(|&best| count(best) > 0).unwrap_or(DELIMITERS[0])
}

/// How often a character comes in each of the first lines, outside quotes.
fn counts_by_line(start: &[u8], delimiter: u8) -> Vec<usize> {
    const LINES: usize = 50;
    let (mut counts, mut count, mut quoted, mut blank) = (Vec::new(), 0, false, true);
    for &byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                if !blank {
                    counts.push(count);
                }
                (count, blank) = (0, true);
                if counts.len() == LINES {
                    return counts;
                }
                continue;
            }
            _ if byte == delimiter && !quoted => count += 1,
            _ => {}
        }
        blank = false;
    }
    // The last line may go on beyond what was looked at.
    if counts.is_empty() {
        counts.push(count);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;
    use std::io::Write;

    fn names(bytes: &[u8]) -> Vec<String> {
        let table = Table::from_csv_reader(bytes, "t.csv").unwrap();
        table.column_names().to_vec()
    }

    #[test]
    fn delimiters_are_found() {
        for (text, expected) in [
            ("a,b\n1;2,3;4\n", b','),
            ("a;b;c\n1,5;2,5;3,5\n", b';'),
            ("a\tb, c\n1\t2\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("\"x;y;z\",b\n1,2\n", b','),
            ("a b\n1 2\n", b','),
            ("", b','),
            ("name, first\n3\n4\n", b','),
        ] {
            assert_eq!(delimiter_of(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn packed_files_are_unpacked() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"\xef\xbb\xbfa;b\n1;2\n").unwrap();
        let packed = packer.finish().unwrap();
        assert_eq!(names(&packed), ["a", "b"]);
        let cut = Table::from_csv_reader(&packed[..packed.len() - 9], "t.csv.gz").unwrap_err();
        assert!(cut.to_string().starts_with("cannot read t.csv.gz: "), "{cut}");
    }

    #[test]
    fn other_files_are_named() {
        let error = Table::from_csv_reader(&b"PK\x03\x04rest"[..], "t.xlsx").unwrap_err();
        assert_eq!(
            error.to_string(),
            "t.xlsx is a ZIP or Excel file, not a table as text; save it as CSV"
        );
    }
}
