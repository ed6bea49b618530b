//! CSV, whole and in pieces: both must say the same, and what is written must be read again.
//!
//! The first byte says how to read the others: with or without a header, what parts the cells, rows of a piece.

#![no_main]

use layerwise_data::{CsvFormat, FileKind, Missing, Profiler, Table, TableReader, profile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&how, text)) = data.split_first() else { return };
    let delimiters =
        [None, None, None, Some(b','), Some(b';'), Some(b'\t'), Some(b'|'), Some(b' ')];
    let format =
        CsvFormat { header: how & 1 == 0, delimiter: delimiters[usize::from(how >> 1 & 7)] };
    let most = 1 + usize::from(how >> 4);

    let whole = Table::from_csv_with(text, "t", &format).map_err(|error| error.to_string());
    let pieces = in_pieces(text, &format, most);
    match (whole, pieces) {
        (Ok(whole), Ok(Some(pieces))) => {
            assert_eq!(whole, pieces.table);
            let profiled = profile(&whole, &Missing::default(), &[]);
            assert_eq!(format!("{profiled:?}"), pieces.profiled);
            written_and_read(&whole);
        }
        (Err(whole), Ok(None)) => assert!(whole.contains("header"), "{whole}"),
        (Err(whole), Err(pieces)) => assert_eq!(whole, pieces),
        (whole, pieces) => {
            panic!("{whole:?}, but in pieces {:?}", pieces.map(|p| p.map(|p| p.table)))
        }
    }
});

struct Pieces {
    table: Table,
    profiled: String,
}

fn in_pieces(text: &[u8], format: &CsvFormat, most: usize) -> Result<Option<Pieces>, String> {
    let said = |error: layerwise_data::DataError| error.to_string();
    let mut reader = TableReader::new(text, "t", format).map_err(said)?;
    let Some(mut table) = reader.next_rows(most).map_err(said)? else { return Ok(None) };
    let mut profiler = Profiler::new(&table, &Missing::default(), &[]).map_err(said)?;
    profiler.look_at(&table);
    while let Some(piece) = reader.next_rows(most).map_err(said)? {
        profiler.look_at(&piece);
        table.append_rows(&piece, 0..piece.n_rows()).map_err(said)?;
    }
    Ok(Some(Pieces { table, profiled: format!("{:?}", profiler.finish()) }))
}

fn written_and_read(table: &Table) {
    let mut written = Vec::new();
    table.write_csv(&mut written).expect("memory takes everything");
    // A first name that starts as another kind of file does.
    if FileKind::of_bytes(&written) != FileKind::Text {
        return;
    }
    let format = CsvFormat { delimiter: Some(b','), header: true };
    let again = Table::from_csv_with(&written[..], "t", &format).expect("what was written");
    assert_eq!(table.column_names(), again.column_names());
    assert_eq!(table.n_rows(), again.n_rows());
    for row in 0..table.n_rows() {
        assert!(table.cells(row).eq(again.cells(row)), "row {row}");
    }
}
