//! Batches of a Parquet file, a few thousand rows at a time.

use std::fs::File;
use std::sync::Arc;

use arrow_schema::Schema;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;

use super::Batches;

/// Rows of a batch.
const ROWS: usize = 4096;

pub(super) fn open(file: File) -> Result<(Arc<Schema>, Batches), String> {
    let failed = |error| format!("{error}; if it was copied or downloaded, do that again");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    let columns = || builder.metadata().row_groups().iter().flat_map(|group| group.columns());
    if let Some(packed) = columns().map(|column| column.compression()).find(|&c| !is_known(c)) {
        return Err(refusal(packed));
    }
    let reader = builder.with_batch_size(ROWS).build().map_err(failed)?;
    Ok((arrow_array::RecordBatchReader::schema(&reader), Box::new(reader)))
}

fn is_known(packed: Compression) -> bool {
    matches!(
        packed,
        Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::GZIP(_)
            | Compression::LZ4
            | Compression::LZ4_RAW
    ) || feature(packed).is_some_and(|(_, built_in)| built_in)
}

/// The feature that unpacks it, and whether it is built in; `None` where none does, or none is needed.
fn feature(packed: Compression) -> Option<(&'static str, bool)> {
    match packed {
        Compression::ZSTD(_) => Some(("zstd", cfg!(feature = "zstd"))),
        Compression::BROTLI(_) => Some(("brotli", cfg!(feature = "brotli"))),
        _ => None,
    }
}

/// Why it cannot be read, and what to do.
fn refusal(packed: Compression) -> String {
    let name = packed.to_string().to_lowercase();
    let name = name.split('(').next().unwrap_or_default();
    match feature(packed) {
        Some((feature, _)) => super::takes_feature(name, feature, "snappy, gzip or lz4"),
        None => {
            format!(
                "it is packed with {name}, which is not supported; write it with snappy, gzip or lz4"
            )
        }
    }
}
