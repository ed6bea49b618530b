//! Parquet and Arrow's own files: columns in batches of rows, read batch by batch.

mod cells;
mod guard;
mod ipc_sizes;
mod parquet_file;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, Schema};

use crate::table::checked_names;
use crate::table_reader::Rows;
use crate::{DataError, FileKind, Result, Table, TableReader};

type Batches = Box<dyn Iterator<Item = std::result::Result<RecordBatch, ArrowError>>>;

/// What is said where a reader has no words for it.
const DAMAGED: &str = "it is damaged; if it was copied or downloaded, do that again";

/// Opens a file of this kind.
pub(crate) fn open(path: &Path, kind: FileKind) -> Result<TableReader<'static>> {
    let name = path.display().to_string();
    let mut file =
        File::open(path).map_err(|reason| DataError::Read { file: name.clone(), reason })?;
    let opened = guard::guarded(|| match kind {
        FileKind::Parquet => parquet_file::open(file),
        FileKind::Arrow => {
            ipc_sizes::check_file(&mut file)?;
            let reader = FileReader::try_new(BufReader::new(file), None).map_err(problem)?;
            Ok((reader.schema(), Box::new(reader) as Batches))
        }
        _ => {
            ipc_sizes::check_stream(&mut file)?;
            let reader = StreamReader::try_new(BufReader::new(file), None).map_err(problem)?;
            Ok((reader.schema(), Box::new(reader) as Batches))
        }
    });
    let damaged =
        |problem| DataError::Damaged { file: name.clone(), format: kind.words(), problem };
    let (schema, batches) = opened.unwrap_or_else(|| Err(DAMAGED.into())).map_err(damaged)?;
    let columns = columns(&schema, &name)?;
    let rows = BatchRows {
        file: name.clone(),
        kind,
        columns: columns.clone(),
        batches,
        batch: None,
        row: 0,
    };
    Ok(TableReader::of_rows(name, columns, Box::new(rows)))
}

/// The names of the columns, each of a type that can be written as text.
fn columns(schema: &Schema, file: &str) -> Result<Vec<String>> {
    if schema.fields().is_empty() {
        return Err(DataError::Empty { file: file.to_owned() });
    }
    for field in schema.fields() {
        if let Err(holds) = cells::check(field.data_type()) {
            return Err(DataError::UnsupportedColumn {
                file: file.to_owned(),
                column: field.name().clone(),
                holds,
                advice: "write the file without it, or with one value a row in columns of its own",
            });
        }
    }
    checked_names(schema.fields().iter().map(|field| field.name().as_str()), file)
}

/// What an Arrow reader says, without what a user knows already.
fn problem(error: ArrowError) -> String {
    let said = error.to_string();
    let lower = said.to_lowercase();
    if lower.contains("zstd") && lower.contains("feature") {
        return takes_feature("zstd", "zstd", "lz4 or uncompressed");
    }
    format!("{said}; if it was copied or downloaded, do that again")
}

/// Why a file packed in such a way cannot be read by this build, and what to do.
fn takes_feature(packed: &str, feature: &str, others: &str) -> String {
    format!(
        "it is packed with {packed}, which takes the feature `{feature}`, and this build is without it; build with \
         `--features {feature}`, or write the file with {others}"
    )
}

/// The rows of batches, one after the other.
struct BatchRows {
    file: String,
    kind: FileKind,
    columns: Vec<String>,
    batches: Batches,
    /// The batch that is being read, and its next row.
    batch: Option<(RecordBatch, usize)>,
    /// Rows read so far, in all.
    row: u64,
}

impl Rows for BatchRows {
    fn fill(&mut self, table: &mut Table, most: usize) -> Result<()> {
        while table.n_rows() < most {
            let (batch, from) = match self.batch.take() {
                Some(rest) => rest,
                None => match guard::guarded(|| self.batches.next()) {
                    Some(None) => break,
                    Some(Some(Ok(batch))) => (batch, 0),
                    Some(Some(Err(error))) => return Err(self.damaged(problem(error))),
                    None => {
                        // What is left of the reader is not to be trusted.
                        self.batches = Box::new(std::iter::empty());
                        return Err(self.damaged(DAMAGED.into()));
                    }
                },
            };
            if batch.num_columns() != self.columns.len() {
                return Err(self.damaged("its parts have different columns".into()));
            }
            let end = batch.num_rows().min(from.saturating_add(most - table.n_rows()));
            let pushed = guard::guarded(|| self.push(&batch, from..end, table));
            pushed.unwrap_or_else(|| Err(self.damaged(DAMAGED.into())))?;
            if end < batch.num_rows() {
                self.batch = Some((batch, end));
            }
        }
        Ok(())
    }
}

impl BatchRows {
    fn push(
        &mut self,
        batch: &RecordBatch,
        rows: std::ops::Range<usize>,
        table: &mut Table,
    ) -> Result<()> {
        let cells: std::result::Result<Vec<_>, String> =
            batch.columns().iter().map(|column| cells::of(column)).collect();
        let cells = cells.map_err(|problem| self.damaged(problem))?;
        for row in rows {
            for (cell, column) in cells.iter().zip(&self.columns) {
                table.push_cell(|text| cell(row, text)).map_err(|problem| DataError::BadValue {
                    file: self.file.clone(),
                    row: self.row,
                    column: column.clone(),
                    problem,
                })?;
            }
            table.end_row(self.row);
            self.row += 1;
        }
        Ok(())
    }

    fn damaged(&self, problem: String) -> DataError {
        DataError::Damaged { file: self.file.clone(), format: self.kind.words(), problem }
    }
}

#[cfg(test)]
mod tests;
