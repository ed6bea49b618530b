//! Rows from CSV, read as the program reads a file.

use layerwise_data::{CsvFormat, DataError, Table, TableReader};

use super::json_rows::REQUEST;
use super::model::Served;
use super::refusal::Refusal;
use super::rows::{Rows, Span};

/// Reads at most so many rows.
pub fn read(body: &[u8], model: &Served, most: usize) -> Result<Rows, Refusal> {
    if body.starts_with(b"\x1f\x8b") {
        // A few bytes could become more than there is memory.
        return Err(Refusal::Media("packed with gzip".into()));
    }
    let refused = |error| Refusal::Table(model.refused(error));
    let mut reader = open(body).map_err(refused)?;
    let places = places(reader.column_names(), model).map_err(refused)?;
    let mut rows = Rows::new(model.columns.len(), body.len());
    match reader.next_rows(most + 1) {
        Ok(Some(table)) => add(&mut rows, &table, &places),
        Ok(None) => {
            return Err(refused(DataError::HeaderOnly { file: REQUEST.into() }));
        }
        // Once more, row by row, so that only the bad ones are lost.
        Err(_) => {
            let mut reader = open(body).map_err(refused)?;
            while rows.total() <= most {
                match reader.next_rows(1) {
                    Ok(Some(table)) => add(&mut rows, &table, &places),
                    Ok(None) => break,
                    Err(error) => {
                        let row = match error {
                            DataError::Ragged { row, .. } | DataError::NotUtf8 { row, .. } => row,
                            // Where the next row begins cannot be told.
                            DataError::UnclosedQuote { row, .. } => {
                                rows.push_refused(row, model.refused(error));
                                break;
                            }
                            error => return Err(refused(error)),
                        };
                        rows.push_refused(row, model.refused(error));
                    }
                }
            }
        }
    }
    if rows.total() > most { Err(Refusal::Rows(most)) } else { Ok(rows) }
}

fn open(body: &[u8]) -> Result<TableReader<'_>, DataError> {
    TableReader::new(body, REQUEST, &CsvFormat::default())
}

/// For each column of the model its place in the table.
fn places(names: &[String], model: &Served) -> Result<Vec<usize>, DataError> {
    let place = |column: &String| {
        names.iter().position(|name| name == column).ok_or_else(|| DataError::NoSuchColumn {
            file: REQUEST.into(),
            column: column.clone(),
            columns: names.to_vec(),
        })
    };
    model.columns.iter().map(place).collect()
}

fn add(rows: &mut Rows, table: &Table, places: &[usize]) {
    let mut found: Vec<Span> = Vec::new();
    let mut cells: Vec<Span> = Vec::with_capacity(places.len());
    for row in 0..table.n_rows() {
        found.clear();
        found.extend(table.cells(row).map(|cell| {
            let from = rows.end();
            rows.text().push_str(cell);
            (from, rows.end())
        }));
        cells.clear();
        cells.extend(places.iter().map(|&place| found[place]));
        rows.push(table.line(row).unwrap_or(0), &cells);
    }
}
