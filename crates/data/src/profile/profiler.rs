//! Looking at the columns of a table, piece by piece.

use rustc_hash::FxHashMap;

use super::MOST_COUNTED;
use super::codes::Codes;
use super::dates::Dates;
use super::numbers::Numbers;
use crate::cell::{number, trimmed};
use crate::{ColumnKind, ColumnProfile, DataError, Missing, Result, Table};

/// Share of numbers from which a text among them is taken for a mistake, and of dates.
const MOSTLY: f64 = 0.9;

/// Cells of a piece from which a second thread is worth its start.
const CELLS_WORTH_A_THREAD: usize = 1 << 16;

/// Finds out what is in each column of a table that comes in pieces, so that the table may be larger than memory.
///
/// ```
/// use layerwise_data::{CsvFormat, Missing, Profiler, TableReader};
///
/// let csv = "age,town\n31,Rome\n27,Oslo\n55,Rome\n";
/// let mut reader = TableReader::new(csv.as_bytes(), "t.csv", &CsvFormat::default())?;
/// let first = reader.next_rows(2)?.ok_or("no rows")?;
/// let mut profiler = Profiler::new(&first, &Missing::default(), &[])?;
/// profiler.look_at(&first);
/// while let Some(piece) = reader.next_rows(2)? {
///     profiler.look_at(&piece);
/// }
/// let columns = profiler.finish()?;
/// assert_eq!(columns[0].range, Some((27.0, 55.0)));
/// assert_eq!(columns[1].levels[0], ("Rome".to_string(), 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Profiler {
    file: String,
    missing: Missing,
    columns: Vec<Column>,
}

/// What is known of a column.
#[derive(Debug)]
struct Column {
    name: String,
    index: usize,
    /// Whether it is one of those that are categories whatever is in them.
    category: bool,
    missing: usize,
    first_missing: Option<u64>,
    missing_word: Option<String>,
    present: usize,
    numbers: Numbers,
    codes: Codes,
    dates: Dates,
    /// Texts that would be numbers with a point for their comma, and the first of them.
    commas: usize,
    first_comma: Option<(u64, String)>,
    first_text: Option<Text>,
    /// How often each value comes; none beyond [`MOST_COUNTED`].
    counts: Option<FxHashMap<Box<str>, usize>>,
}

/// The first cell of a column that is no number.
#[derive(Debug)]
struct Text {
    row: u64,
    value: String,
    /// Whether its row holds the names of the columns.
    header: bool,
}

impl Profiler {
    /// For tables with the columns of this one. Columns named in `categories` are categories whatever is in them.
    ///
    /// # Errors
    /// [`DataError::NoSuchColumn`] if one of `categories` is not there.
    pub fn new(table: &Table, missing: &Missing, categories: &[String]) -> Result<Self> {
        let category = |name: &String| table.column_index(name);
        let categories = categories.iter().map(category).collect::<Result<Vec<usize>>>()?;
        let column = |(index, name): (usize, &String)| Column {
            name: name.clone(),
            index,
            category: categories.contains(&index),
            missing: 0,
            first_missing: None,
            missing_word: None,
            present: 0,
            numbers: Numbers::default(),
            codes: Codes::default(),
            dates: Dates::default(),
            commas: 0,
            first_comma: None,
            first_text: None,
            counts: Some(FxHashMap::default()),
        };
        let columns = table.column_names().iter().enumerate().map(column).collect();
        Ok(Self { file: table.name().to_owned(), missing: missing.clone(), columns })
    }

    /// Looks at every cell of a piece. Several threads share out the columns.
    pub fn look_at(&mut self, piece: &Table) {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let cells = piece.n_rows() * self.columns.len();
        let threads = threads.min(cells / CELLS_WORTH_A_THREAD).max(1);
        let share = self.columns.len().div_ceil(threads).max(1);
        let missing = &self.missing;
        std::thread::scope(|scope| {
            let mut shares = self.columns.chunks_mut(share);
            let here = shares.next();
            for columns in shares {
                scope
                    .spawn(|| columns.iter_mut().for_each(|column| column.look_at(piece, missing)));
            }
            here.into_iter().flatten().for_each(|column| column.look_at(piece, missing));
        });
    }

    /// What was found.
    ///
    /// # Errors
    /// As [`profile`](crate::profile()).
    pub fn finish(self) -> Result<Vec<ColumnProfile>> {
        let Self { file, columns, .. } = self;
        columns.into_iter().map(|column| column.finish(&file)).collect()
    }
}

impl Column {
    fn look_at(&mut self, table: &Table, missing: &Missing) {
        for row in 0..table.n_rows() {
            let cell = trimmed(table.cell(row, self.index));
            let line = || table.line(row).unwrap_or(0);
            if missing.is(cell) {
                self.missing += 1;
                if self.first_missing.is_none() {
                    self.first_missing = table.line(row);
                    self.missing_word = (!cell.is_empty()).then(|| cell.to_owned());
                }
                continue;
            }
            self.present += 1;
            match number(cell) {
                Some(number) => {
                    self.numbers.add(number, line);
                    self.codes.add(cell);
                }
                None => {
                    self.dates.add(cell, line);
                    if has_decimal_comma(cell) {
                        self.commas += 1;
                        self.first_comma.get_or_insert_with(|| (line(), cell.to_owned()));
                    }
                    if self.first_text.is_none() {
                        let header = table.repeats_header(row);
                        self.first_text =
                            Some(Text { row: line(), value: cell.to_owned(), header });
                    }
                }
            }
            self.count(cell);
        }
    }

    fn count(&mut self, cell: &str) {
        let Some(counts) = &mut self.counts else { return };
        if let Some(count) = counts.get_mut(cell) {
            *count += 1;
        } else if counts.len() == MOST_COUNTED {
            self.counts = None;
        } else {
            counts.insert(cell.into(), 1);
        }
    }

    fn finish(self, file: &str) -> Result<ColumnProfile> {
        let (numbers, present) = (&self.numbers, self.present);
        let all_numbers = self.first_text.is_none() && present > 0;
        let mostly = |n: usize| present > 1 && n as f64 >= MOSTLY * present as f64;
        if let (Some(text), false) = (&self.first_text, self.category) {
            let (file, row, value) = (file.to_owned(), text.row, text.value.clone());
            let column = self.name.clone();
            if mostly(numbers.n) && text.header {
                return Err(DataError::RepeatedHeader { file, row });
            }
            if let Some((row, value)) = &self.first_comma
                && mostly(numbers.n + self.commas)
                && self.commas > numbers.n / 10
            {
                let (row, value) = (*row, value.clone());
                return Err(DataError::DecimalComma { file, row, column, value });
            }
            if mostly(numbers.n) {
                let texts = present - numbers.n;
                return Err(DataError::TextAmongNumbers { file, row, column, value, texts });
            }
            if let Some((row, value)) = self.dates.odd_one_out(mostly) {
                let value = value.to_owned();
                return Err(DataError::TextAmongDates { file, row, column, value });
            }
        }
        let distinct = self.counts.as_ref().map(FxHashMap::len);
        let kind = match distinct {
            _ if present == 0 => ColumnKind::Empty,
            Some(1) if self.missing == 0 => ColumnKind::Constant,
            _ if self.category => ColumnKind::Category,
            _ if all_numbers && numbers.counts_rows() => ColumnKind::RowNumber,
            // Of codes that nearly all differ nothing could be learned.
            Some(_)
                if all_numbers
                    && self.codes.are_codes()
                    && kind_of_text(distinct, present) == ColumnKind::Category =>
            {
                ColumnKind::Category
            }
            _ if all_numbers => ColumnKind::Number,
            _ => match self.dates.format(present) {
                Some(format) => ColumnKind::Date(format),
                None => kind_of_text(distinct, present),
            },
        };
        let (range, mean) = (numbers.range, numbers.mean);
        let histogram = if all_numbers { numbers.histogram() } else { [0; 10] };
        let counts = self.counts.into_iter().flatten();
        let mut levels: Vec<(String, usize)> =
            counts.map(|(level, count)| (level.into(), count)).collect();
        levels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(ColumnProfile {
            kind,
            missing: self.missing,
            first_missing: self.first_missing,
            missing_word: self.missing_word,
            distinct,
            levels,
            range: all_numbers.then_some(range),
            range_rows: all_numbers.then_some(numbers.range_rows),
            mean: all_numbers.then_some(mean),
            histogram,
            leading_zeros: self.codes.first().filter(|_| all_numbers).map(str::to_owned),
            name: self.name,
        })
    }
}

/// Categories, or texts that nearly all differ.
fn kind_of_text(distinct: Option<usize>, present: usize) -> ColumnKind {
    const FEW: usize = 20;
    match distinct {
        Some(distinct) if distinct <= FEW || distinct * 2 <= present => ColumnKind::Category,
        _ => ColumnKind::Text,
    }
}

/// Whether a text is a number but for a comma in place of its point, or between thousands.
fn has_decimal_comma(cell: &str) -> bool {
    let shaped = |byte: u8| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'-' | b'+');
    cell.contains(',')
        && cell.bytes().all(shaped)
        && cell.bytes().last().is_some_and(|byte| byte.is_ascii_digit())
        && number(&cell.replace(['.', ','], "")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CsvFormat, TableReader, profile};
    use proptest::prelude::*;

    fn message(cells: &[&str]) -> String {
        let csv = format!("a;b\n{}", cells.iter().map(|c| format!("{c};1\n")).collect::<String>());
        let format = CsvFormat { delimiter: Some(b';'), header: true };
        let table = Table::from_csv_with(csv.as_bytes(), "t.csv", &format).unwrap();
        match profile(&table, &Missing::default(), &[]) {
            Ok(columns) => columns[0].kind.words().to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn decimal_commas_are_named() {
        let message_of = |cells: &[&str]| message(cells);
        let text = message_of(&["1,5", "2", "3,25", "-0,5"]);
        assert!(text.starts_with("t.csv, row 2, column \"a\": \"1,5\" has a comma"), "{text}");
        let text = message_of(&["7", "1.234,5", "2,0"]);
        assert!(text.contains("row 3, column \"a\": \"1.234,5\""), "{text}");
        assert_eq!(message_of(&["1,5", "2,5", "x", "y", "z"]), "category");
        assert_eq!(message_of(&["a,b", "c,d", "a,b"]), "category");
    }

    #[test]
    fn a_text_among_dates_is_named() {
        let mut cells = vec!["2024-01-05"; 30];
        cells[11] = "soon";
        let text = message(&cells);
        assert!(text.starts_with("t.csv, row 13, column \"a\": \"soon\" is not a date"), "{text}");
        let slashes = ["01/13/2024", "02/01/2024", "12/31/2023"];
        assert_eq!(message(&slashes), "date");
    }

    proptest! {
        /// However a table is cut, the same is found.
        #[test]
        fn pieces_give_what_the_whole_gives(
            rows in prop::collection::vec(("[0-9]{0,3}", "[ab]|2024-01-0[1-9]"), 1..60),
            most in 1..9_usize,
        ) {
            let csv: String = rows.iter().map(|(a, b)| format!("{a},{b}\n")).collect();
            let csv = format!("x,y\n{csv}");
            let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
            let whole = profile(&table, &Missing::default(), &[]);
            let format = CsvFormat { delimiter: Some(b','), header: true };
            let mut reader = TableReader::new(csv.as_bytes(), "t.csv", &format).unwrap();
            let mut profiler = Profiler::new(&table, &Missing::default(), &[]).unwrap();
            while let Some(piece) = reader.next_rows(most).unwrap() {
                profiler.look_at(&piece);
            }
            let pieces = profiler.finish();
            prop_assert_eq!(pieces.map_err(|e| e.to_string()), whole.map_err(|e| e.to_string()));
        }
    }
}
