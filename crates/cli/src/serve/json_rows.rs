//! Rows from JSON: an object, or a list of objects, each with a value for each column. Arrays and images have no
//! names for their columns: there a list of numbers is a row too.
//!
//! Nothing is built between the bytes and the cells: single rows come by the ten thousand a second.

use layerwise_data::DataError;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json_cells::{Cell, Key, Name};
use super::model::{Named, Served};
use super::refusal::Refusal;
use super::rows::{Rows, Span};

/// What messages call the file.
pub const REQUEST: &str = "request";

/// Rows that are told which columns there are, or which may have been meant; that takes time.
const HINTS: usize = 100;

/// A cell that is not there.
const NONE: Span = (u32::MAX, 0);

/// Reads at most so many rows.
pub fn read(body: &[u8], model: &Served, most: usize) -> Result<Rows, Refusal> {
    // A byte order mark is no part of the text, in a table neither.
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let width = model.columns.len();
    let mut reader = Reader {
        model,
        rows: Rows::new(width, body.len()),
        cells: vec![NONE; width],
        keys: vec![0; width],
        hints: HINTS,
        most,
        other: None,
        full: false,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let done = Request(&mut reader).deserialize(&mut json).and_then(|()| json.end());
    match (done, reader.other) {
        _ if reader.full => Err(Refusal::Rows(most)),
        (Err(error), _) => Err(Refusal::NotJson(error.to_string())),
        (Ok(()), Some(other)) => Err(Refusal::NotRows(other)),
        (Ok(()), None) => Ok(reader.rows),
    }
}

/// Where the rows are collected.
pub(super) struct Reader<'m> {
    pub(super) model: &'m Served,
    rows: Rows,
    /// The cells of the present row, by column, and which of its keys gave each.
    cells: Vec<Span>,
    keys: Vec<usize>,
    hints: usize,
    most: usize,
    /// What the request is instead of rows.
    other: Option<&'static str>,
    full: bool,
}

impl Reader<'_> {
    fn number(&self) -> u64 {
        self.rows.total() as u64 + 1
    }

    pub(super) fn place(&self) -> String {
        format!("{REQUEST}, row {}", self.number())
    }

    /// The names of columns for a message, while there are not too many such messages.
    fn told(&mut self, names: impl FnOnce(&Self) -> Vec<String>) -> Option<Vec<String>> {
        self.hints = self.hints.checked_sub(1)?;
        Some(names(self))
    }

    fn unknown(&mut self, column: String) -> String {
        let place = self.place();
        match self.told(|reader| reader.model.columns.clone()) {
            Some(columns) => {
                let file = format!("{place}: the model {}", self.model.file);
                DataError::NoSuchColumn { file, column, columns }.to_string()
            }
            None => format!("{place}: the model {} has no column {column:?}", self.model.file),
        }
    }

    fn missing(&mut self, place: usize) -> String {
        let (file, column) = (self.place(), self.model.columns[place].clone());
        let given = |reader: &Self| {
            let there = reader.model.columns.iter().zip(&reader.cells);
            there.filter(|(_, cell)| **cell != NONE).map(|(name, _)| name.clone()).collect()
        };
        match self.told(given) {
            Some(columns) => self.model.refused(DataError::NoSuchColumn { file, column, columns }),
            None => format!("{file} has no column {column:?}"),
        }
    }

    /// Begins a row, if there may be one more; gives where its text starts.
    pub(super) fn begin<E: Error>(&mut self) -> Result<usize, E> {
        if self.rows.total() >= self.most {
            self.full = true;
            return Err(E::custom("too many rows"));
        }
        self.cells.fill(NONE);
        Ok(self.rows.text().len())
    }

    pub(super) fn end(&mut self, start: usize, problem: Option<String>) {
        let number = self.number();
        match problem {
            Some(problem) => {
                self.rows.text().truncate(start);
                self.rows.push_refused(number, problem);
            }
            None => self.rows.push(number, &self.cells),
        }
    }

    /// Takes the value of a column; says why it is none.
    pub(super) fn value<E>(
        &mut self,
        column: usize,
        read: impl FnOnce(Cell<'_>) -> Result<Option<&'static str>, E>,
    ) -> Result<Option<String>, E> {
        let from = self.rows.end();
        let nested = read(Cell { model: self.model, column, text: self.rows.text() })?;
        self.cells[column] = (from, self.rows.end());
        Ok(nested.map(|nested| {
            let (place, name) = (self.place(), &self.model.columns[column]);
            format!(
                "{place}, column {name:?} is {nested}; give a text, a number, true, false or null"
            )
        }))
    }

    fn row<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        let start = self.begin()?;
        let (mut problem, mut key) = (None, 0);
        while let Some(name) = map.next_key_seed(Key { model: self.model, guess: key })? {
            key += 1;
            match name {
                _ if problem.is_some() => {
                    map.next_value::<IgnoredAny>()?;
                }
                Name::Known(Named::Column(column)) => {
                    if self.cells[column] != NONE {
                        let (file, name) = (self.place(), self.model.columns[column].clone());
                        let (first, second) = (self.keys[column], key);
                        let twice = DataError::DuplicateColumn { file, name, first, second };
                        problem = Some(twice.to_string());
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    self.keys[column] = key;
                    problem = self.value(column, |cell| map.next_value_seed(cell))?;
                }
                Name::Known(_) => {
                    map.next_value::<IgnoredAny>()?;
                }
                Name::Unknown(name) => {
                    problem = Some(self.unknown(name));
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let missing = self.cells.iter().position(|&cell| cell == NONE);
        let problem = problem.or_else(|| missing.map(|column| self.missing(column)));
        self.end(start, problem);
        Ok(())
    }

    fn no_row<E: Error>(&mut self, what: &str) -> Result<(), E> {
        let start = self.begin()?;
        let or_list = match self.model.listed.len() {
            0 => String::new(),
            length => format!(", nor a list of {length} numbers"),
        };
        let place = self.place();
        let problem =
            format!("{place} is {what}, not an object with a value for each column{or_list}");
        self.end(start, Some(problem));
        Ok(())
    }
}

/// A whole request.
struct Request<'r, 'm>(&'r mut Reader<'m>);

/// One row of a list.
struct Row<'r, 'm>(&'r mut Reader<'m>);

/// What is done with each kind of value that is neither a list nor an object.
macro_rules! scalars {
    ($what:expr) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
            $what(self, "a truth value")
        }
        fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
            $what(self, "a number")
        }
        fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
            $what(self, "a number")
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
            $what(self, "a number")
        }
        fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
            $what(self, "a text")
        }
        fn visit_unit<E: Error>(self) -> Result<(), E> {
            $what(self, "null")
        }
    };
}

macro_rules! any_seed {
    ($seed:ty, $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $seed {
            type Value = $value;
            fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<$value, D::Error> {
                json.deserialize_any(self)
            }
        }
    };
}

any_seed!(Request<'_, '_>, ());
any_seed!(Row<'_, '_>, ());

fn other<E>(Request(reader): Request<'_, '_>, what: &'static str) -> Result<(), E> {
    reader.other = Some(what);
    Ok(())
}

impl<'de> Visitor<'de> for Request<'_, '_> {
    type Value = ();
    scalars!(other);

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.row(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(Row(self.0))?.is_some() {}
        Ok(())
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();
    scalars!(|row: Self, what| row.0.no_row(what));

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.row(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.0.model.listed.is_empty() {
            return self.0.list(list);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.0.no_row("a list")
    }
}
