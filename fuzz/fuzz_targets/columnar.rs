//! Parquet, Arrow files and Arrow streams, told by their first bytes.

#![no_main]

use layerwise_data::{CsvFormat, FileKind, TableReader};
use layerwise_fuzz::{as_file, read_in_pieces};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    use FileKind::{Arrow, ArrowStream, Parquet};
    if !matches!(FileKind::of_bytes(data), Parquet | Arrow | ArrowStream) {
        return Corpus::Reject;
    }
    as_file(data, |path| {
        if let Ok(reader) = TableReader::open(path, &CsvFormat::default()) {
            read_in_pieces(reader, 5);
        }
    });
    Corpus::Keep
});
